"""Who and what was seen: a list that grows behind 'add', each thing with prompts of its own.

Things are addressed by their number, never by their place: what a second press or a window that is behind asks for is
that thing or none.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.reporting import seen
from portal.reporting.drafting import DraftTooLong, Writing, typed_into, version_in
from portal.reporting.enums import Section
from portal.reporting.forms.seen import MOST, THINGS, ThingForm, name_of
from portal.reporting.questionnaires import ACTIVITY
from portal.reporting.seen import Seen, Thing, seen_in
from portal.reporting.views.gate import rescue, while_writing


@never_cache
@require_safe
@while_writing
def things(request: HttpRequest, writing: Writing) -> HttpResponse:
    """The list, and what can be added."""
    found = seen_in(writing)
    context = {
        "things": [(number, name_of(thing)) for number, thing in found.things.items()],
        "version": found.version,
        "kinds": [(kind, form.title) for kind, form in THINGS.items()],
        "is_full": found.is_full,
        "previous": ACTIVITY.address_before(Section.SEEN),
        "next": ACTIVITY.address_after(Section.SEEN),
        **ACTIVITY.steps_at(Section.SEEN),
    }
    return render(request, "report/seen.html", context)


@never_cache
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add one thing."""
    if kind not in THINGS:
        raise Http404
    rescue(request, lambda writing: _append(writing, _typed(request, kind)))
    return _add(request, kind=kind)


def _append(writing: Writing, thing: Thing) -> bool:
    found = seen_in(writing)
    if found.newest == thing:
        return True  # a second press
    return not found.is_full and seen.put(writing, found.with_new(thing), over=found.version)


def _typed(request: HttpRequest, kind: str) -> Thing:
    return {"kind": kind, **typed_into(request, [name for name in THINGS[kind].base_fields if name != "seen"])}


@while_writing
def _add(request: HttpRequest, writing: Writing, kind: str) -> HttpResponse:
    found = seen_in(writing)
    form = THINGS[kind](request.POST or None, initial={"seen": found.version})
    if request.method == "POST" and form.is_valid():
        is_there = found.newest == form.answers() and form.cleaned_data.get("seen") != found.version
        if is_there or _is_kept(request, writing, form, found.with_new(form.answers())):  # a second press adds nothing
            return redirect("report_seen")
    return _show(request, writing, form, is_new=True)


@never_cache
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change one thing."""
    rescue(request, lambda writing: _replace(request, writing, number))
    return _change(request, number=number)


def _replace(request: HttpRequest, writing: Writing, number: int) -> bool:
    """Into its place if the list is as it was shown; else as a thing of its own, so that nothing is written over."""
    found = seen_in(writing)
    thing = found.known(number)
    kind = _kind_of(request, thing)
    if kind not in THINGS:
        return False
    typed = _typed(request, kind)
    if thing == typed:
        return True  # a second press
    if thing is not None and version_in(request) == found.version:
        return seen.put(writing, found.with_changed(number, typed), over=found.version)
    return _append(writing, typed)


def _kind_of(request: HttpRequest, thing: Thing | None) -> str:
    """What a form was filled in for. It says so itself, for when the thing is gone."""
    return thing["kind"] if thing is not None else request.POST.get("kind", "")


@while_writing
def _change(request: HttpRequest, writing: Writing, number: int) -> HttpResponse:
    found = seen_in(writing)
    thing = found.known(number)
    kind = _kind_of(request, thing)
    if kind not in THINGS:
        messages.info(request, _("This is not in the list any more: it was taken out in another window."))
        return redirect("report_seen")
    form = THINGS[kind](request.POST or None, initial={**(thing or {}), "seen": found.version})
    if thing is None:
        return _offer_anew(request, writing, form)
    if request.method == "POST" and form.is_valid():
        if _is_kept(request, writing, form, found.with_changed(number, form.answers())):
            return redirect("report_seen")
        return _show(request, writing, form, other=seen_in(writing).known(number))
    return _show(request, writing, form)


def _offer_anew(request: HttpRequest, writing: Writing, form: ThingForm) -> HttpResponse:
    """The thing was taken out in another window: what was typed stays, and is added again as a new one if wanted."""
    form.add_error(
        None, _("This was taken out of the list in another window. What you typed is still below; add it again here.")
    )
    _count_from_now(request, writing, form)
    return _show(request, writing, form, is_new=True)


@never_cache
@require_POST
@while_writing
def remove(request: HttpRequest, writing: Writing, number: int) -> HttpResponse:
    """Take one thing out of the list."""
    found = seen_in(writing)
    if number not in found.things:
        messages.info(request, _("It was taken out already."))
    elif not seen.put(writing, found.without(number), over=version_in(request)):
        messages.warning(
            request, _("The list was changed in another window meanwhile. Nothing was taken out; look at it again.")
        )
    return redirect("report_seen")


def _is_kept(request: HttpRequest, writing: Writing, form: ThingForm, changed: Seen) -> bool:
    """Save the list, if it is still the one over which the form was filled in and has room."""
    if len(changed.things) > MOST:
        form.add_error(
            None, _("A report holds %(most)d of these. Tell the desk of the rest in words.") % {"most": MOST}
        )
        return False
    try:
        is_kept = seen.put(writing, changed, over=form.cleaned_data.get("seen") or 0)
    except DraftTooLong:
        form.add_error(None, _("This is more than the list holds. Shorten it."))
        return False
    if not is_kept:
        form.add_error(
            None,
            _("The list was changed in another window meanwhile. What you typed is below; save it again to keep it."),
        )
        _count_from_now(request, writing, form)
    return is_kept


def _count_from_now(request: HttpRequest, writing: Writing, form: ThingForm) -> None:
    """They are told what changed: when they save again, it is over the list as it is now."""
    form.data = {**typed_into(request, list(form.fields)), "seen": str(seen_in(writing).version)}


def _show(
    request: HttpRequest, writing: Writing, form: ThingForm, *, is_new: bool = False, other: Thing | None = None
) -> HttpResponse:
    """The form of one thing; `other` is what the list holds of it, where that is not what was typed."""
    context = {
        "form": form,
        "title": form.title,
        "mark": writing.mark,
        "is_new": is_new,
        "action": reverse("report_seen_add", args=[form.kind]) if is_new else request.path,
        "other": THINGS[form.kind](initial=other).shown() if other is not None else (),
        **ACTIVITY.steps_at(Section.SEEN),
    }
    return render(request, "report/thing.html", context, status=422 if form.errors else 200)
