"""The page of a submission: opened with a purpose, its next action on top, and everything that can be done with it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.core.actions import ActionRefused
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting.models import Holding
from portal.reporting.protected import people, succession
from portal.reporting.protected.desk import files, opening, reading
from portal.reporting.protected.desk.forms import PurposeForm
from portal.reporting.protected.desk.queue import Row
from portal.reporting.protected.desk.verbs import BESIDE, OFFERS, STEPS, line_of, next_action, offered, waits_for
from portal.reporting.protected.enums import UsePurpose
from portal.reporting.protected.states import ENDED

Bad = tuple[str, Any] | None


def holding_for(request: HttpRequest, identifier: uuid.UUID) -> Holding:
    """A submission by its report's id, for somebody who is no party to it: to them the desk's side is not there.

    Raises `Http404`.
    """
    related = ("report__organisation", "sector", "county", "responsible", "deputy")
    found: Holding = get_object_or_404(Holding.objects.select_related(*related), report__uuid=identifier)
    if people.is_party(person_of(request), found.report):
        refuse_page(request)
    return found


@for_roles(*people.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The submission, or first the question what it is opened for. Sent as a form, the answer to that question."""
    kept = holding_for(request, identifier)
    if request.method == "POST":
        return _take_purpose(request, kept)
    if kept.stage not in ENDED and not opening.purpose_of(request, kept):
        return _ask_purpose(request, kept, PurposeForm())
    return show(request, kept)


def _take_purpose(request: HttpRequest, kept: Holding) -> HttpResponse:
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _ask_purpose(request, kept, form, status=422)
    opening.keep_purpose(request, kept, UsePurpose(form.cleaned_data["purpose"]))
    return redirect("desk_protected_one", identifier=kept.report.uuid)


def _ask_purpose(request: HttpRequest, kept: Holding, form: PurposeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "desk/protected/purpose.html", {"kept": kept, "form": form}, status=status)


def show(request: HttpRequest, kept: Holding, *, bad: Bad = None) -> HttpResponse:
    """The page of a submission that may be read now; `bad` is a form that was filled in wrongly, as it was typed.

    Of what was destroyed nothing is left to open; its page shows what was done, and needs no purpose.
    """
    if kept.stage not in ENDED:
        opening.record_opening(request, kept)
    person, now = person_of(request), timezone.now()
    names, place = line_of(kept)
    verbs = _verbs(kept, person, bad)  # before it is read: what comes in meanwhile was not seen
    context = {
        "kept": kept,
        "row": Row(kept, timezone.localdate(now), now),
        "steps": names,
        "place": place,
        "has_ended": kept.stage in ENDED,
        "hold": kept.holds.filter(lifted_at=None).first(),
        "requests": list(kept.requests.filter(answered_at=None)),
        "contact": succession.contact_of(kept.report),
        "history": reading.history_of(kept),
        "uses": list(kept.uses.select_related("by")[:50]),
        "planners": list(kept.planners.select_related("person", "organisation", "named_by", "approved_by")),
        "products": list(kept.products.select_related("linked_by", "checked_by")),
        "determinations": [(row, reading.reasons_of(kept, row)) for row in kept.determinations.all()],
        **(_contents(kept) if kept.stage not in ENDED else {}),
        **verbs,
    }
    return render(request, "desk/protected/one.html", context, status=200 if bad is None else 422)


def _contents(kept: Holding) -> dict[str, Any]:
    return {
        "written": reading.in_words(kept),
        "conversation": reading.conversation_of(kept),
        "parts": reading.parts_of(kept),
        "files": files.rows_of(kept),
    }


def _verbs(kept: Holding, person: Any, bad: Bad) -> dict[str, Any]:
    """What can be done: the next action, the other steps, and what stands beside; each with its form."""
    first, beside = (offered(kept, person, names) for names in (STEPS, BESIDE))
    shown = bad[0] if bad else next_action(kept, person, first)

    def form_of(name: str) -> Any:
        if bad and bad[0] == name:
            return bad[1]
        return OFFERS[name].form(kept=kept, by=person, auto_id=f"id_{name}_%s")

    def with_forms(names: list[str]) -> list[tuple[str, Any, Any]]:
        return [(name, OFFERS[name], form_of(name)) for name in names if name != shown]

    return {
        "main": (shown, OFFERS[shown], form_of(shown)) if shown else None,
        "waits_for": waits_for(kept, person),
        "other_steps": with_forms(first),
        "beside": with_forms(beside),
    }


@for_roles(*people.WATCHERS)
@never_cache
def act(request: HttpRequest, identifier: uuid.UUID, verb: str) -> HttpResponse:
    """Do one thing with a submission. A refusal of the rules says why; what was typed stays."""
    kept, person = holding_for(request, identifier), person_of(request)
    if verb not in OFFERS:
        raise Http404
    if not person.has_role(*OFFERS[verb].roles) or not OFFERS[verb].is_there(kept):
        refuse_page(request)
    if request.method != "POST":  # asked last: to who may not send it, the address is not there at all
        return HttpResponseNotAllowed(["POST"])
    form = OFFERS[verb].form(request.POST, kept=kept, by=person, auto_id=f"id_{verb}_%s")
    if not form.is_valid():
        return _again(request, kept, verb, form)
    try:
        OFFERS[verb].act(kept, person, form.given())
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, holding_for(request, identifier), verb, form)
    messages.success(request, str(OFFERS[verb].done))
    return redirect(_page_for(person), identifier=identifier)


def _again(request: HttpRequest, kept: Holding, verb: str, form: Any) -> HttpResponse:
    """The form once more, as it was typed: on the page of the submission, or alone for who may not open that."""
    if person_of(request).has_role(*people.READERS) and opening.purpose_of(request, kept):
        return show(request, kept, bad=(verb, form))
    context = {"kept": kept, "name": verb, "verb": OFFERS[verb], "form": form}
    return render(request, "desk/protected/act.html", context, status=422)


def _page_for(person: Any) -> str:
    return "desk_protected_one" if person.has_role(*people.READERS) else "desk_protected_record"


@for_roles(*people.WATCHERS)
@never_cache
def record(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """What the records custodian sees: dates, basis, parts, what can be done about it, and nothing of its content."""
    kept = holding_for(request, identifier)
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    person, now = person_of(request), timezone.now()
    can = offered(kept, person, (*STEPS, *BESIDE)) if not person.has_role(*people.READERS) else []
    forms = [(name, OFFERS[name], OFFERS[name].form(kept=kept, by=person, auto_id=f"id_{name}_%s")) for name in can]
    context = {
        "kept": kept,
        "row": Row(kept, timezone.localdate(now), now),
        "parts": reading.parts_of(kept),
        "determinations": list(kept.determinations.all()),
        "hold": kept.holds.filter(lifted_at=None).first(),
        "requests": list(kept.requests.filter(answered_at=None)),
        "waits_for": waits_for(kept, person),
        "forms": forms,
        "may_open": person.has_role(*people.READERS),
    }
    return render(request, "desk/protected/record.html", context)
