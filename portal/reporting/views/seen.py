"""Who and what was seen: a list that grows behind 'add', each thing with prompts of its own."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.reporting import seen
from portal.reporting.drafting import DraftTooLong, Writing, typed_into
from portal.reporting.enums import Section
from portal.reporting.forms.seen import MOST, THINGS, ThingForm, name_of
from portal.reporting.views.activity import steps_at
from portal.reporting.views.gate import rescue, while_writing


@never_cache
@require_safe
@while_writing
def things(request: HttpRequest, writing: Writing) -> HttpResponse:
    """The list, and what can be added."""
    found, _version = seen.things_of(writing)
    context = {
        "things": [(number, name_of(thing)) for number, thing in enumerate(found, start=1)],
        "kinds": [(kind, form.title) for kind, form in THINGS.items()],
        "is_full": len(found) >= MOST,
        **steps_at(Section.SEEN),
    }
    return render(request, "report/seen.html", context)


@never_cache
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add one thing."""
    if kind not in THINGS:
        raise Http404
    rescue(request, lambda writing: _append(request, writing, kind))
    return _add(request, kind)


def _append(request: HttpRequest, writing: Writing, kind: str) -> bool:
    found, version = seen.things_of(writing)
    typed = typed_into(request, [name for name in THINGS[kind].base_fields if name != "seen"])
    if found and found[-1] == {"kind": kind, **typed}:
        return True  # a second press
    return len(found) < MOST and seen.put(writing, [*found, {"kind": kind, **typed}], over=version)


@while_writing
def _add(request: HttpRequest, writing: Writing, kind: str) -> HttpResponse:
    found, version = seen.things_of(writing)
    form = THINGS[kind](request.POST or None, initial={"seen": version})
    if request.method == "POST" and form.is_valid():
        is_there = bool(found) and found[-1] == form.answers() and form.cleaned_data.get("seen") != version
        if is_there or _put(request, writing, form, [*found, form.answers()]):  # a second press adds nothing
            return redirect("report_seen")
    return _show(request, form, is_new=True)


@never_cache
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change one thing."""
    rescue(request, lambda writing: _replace(request, writing, number))
    return _change(request, number)


def _replace(request: HttpRequest, writing: Writing, number: int) -> bool:
    found, version = seen.things_of(writing)
    if not 1 <= number <= len(found) or found[number - 1].get("kind") not in THINGS:
        return False
    kind = found[number - 1]["kind"]
    typed = typed_into(request, [name for name in THINGS[kind].base_fields if name != "seen"])
    return seen.put(writing, [*found[: number - 1], {"kind": kind, **typed}, *found[number:]], over=version)


@while_writing
def _change(request: HttpRequest, writing: Writing, number: int) -> HttpResponse:
    found, version = seen.things_of(writing)
    if not 1 <= number <= len(found) or found[number - 1].get("kind") not in THINGS:
        raise Http404
    thing = found[number - 1]
    form = THINGS[thing["kind"]](request.POST or None, initial={**thing, "seen": version})
    if request.method == "POST" and form.is_valid():
        changed = [*found[: number - 1], form.answers(), *found[number:]]
        if _put(request, writing, form, changed):
            return redirect("report_seen")
    return _show(request, form, is_new=False)


@never_cache
@require_POST
@while_writing
def remove(request: HttpRequest, writing: Writing, number: int) -> HttpResponse:
    """Take one thing out of the list."""
    found, version = seen.things_of(writing)
    if not 1 <= number <= len(found):
        raise Http404
    if not seen.put(writing, [*found[: number - 1], *found[number:]], over=version):
        messages.warning(request, _("The list was changed in another window meanwhile. Nothing was taken out."))
    return redirect("report_seen")


def _put(request: HttpRequest, writing: Writing, form: ThingForm, things: list[seen.Thing]) -> bool:
    """Save the list, if it is still the one over which the form was filled in and has room."""
    if len(things) > MOST:
        form.add_error(
            None, _("A report holds %(most)d of these. Tell the desk of the rest in words.") % {"most": MOST}
        )
        return False
    try:
        is_kept = seen.put(writing, things, over=form.cleaned_data.get("seen") or 0)
    except DraftTooLong:
        form.add_error(None, _("This is more than the list holds. Shorten it."))
        return False
    if not is_kept:
        form.add_error(None, _("The list was changed in another window meanwhile. Save again to add yours to it."))
        form.data = {**typed_into(request, list(form.fields)), "seen": str(seen.things_of(writing)[1])}
    return is_kept


def _show(request: HttpRequest, form: ThingForm, *, is_new: bool) -> HttpResponse:
    context = {"form": form, "title": form.title, "is_new": is_new, **steps_at(Section.SEEN)}
    return render(request, "report/thing.html", context, status=422 if form.errors else 200)
