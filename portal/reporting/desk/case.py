"""The page of a case: opened with a purpose, its next action on top, and everything that can be done with it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.actions import ActionRefused
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting import duplicates, opening, reading, records_of_case as history, steps
from portal.reporting.actions.closing import CloseCase
from portal.reporting.contents import sections_of
from portal.reporting.desk.evidence import evidence_context
from portal.reporting.desk.retention import retention_context
from portal.reporting.desk.seen_before import seen_context
from portal.reporting.desk.verbs import BESIDE, STEPS, VERBS, offered
from portal.reporting.enums import Stage
from portal.reporting.forms.desk import PurposeForm
from portal.reporting.models import Case
from portal.reporting.opening import Purpose
from portal.reporting.people import ANALYSTS, DESK, READERS, SUPERVISORS
from portal.vocabulary.behaviours import behaviours, targets

Bad = tuple[str, Any] | None


def case_of(identifier: uuid.UUID) -> Case:
    """A case by its report's id, with what its page shows. Raises `Http404`."""
    related = ("report", "sector", "county", "assigned_to", "reviewed_by", "determined_by", "duplicate_of__report")
    found: Case = get_object_or_404(Case.objects.select_related(*related), report__uuid=identifier)
    return found


def case_for(request: HttpRequest, identifier: uuid.UUID) -> Case:
    """The case, for somebody who did not send the report: to its submitter the desk's side of it is not there.

    Raises `Http404`.
    """
    found = case_of(identifier)
    if found.report.submitter_id == person_of(request).pk:
        refuse_page(request)
    return found


@for_roles(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The case, or first the question what it is opened for. Sent as a form, the answer to that question."""
    found = case_for(request, identifier)
    if request.method == "POST":
        return _take_purpose(request, found)
    if not opening.purpose_of(request, found):
        return _ask_purpose(request, found, PurposeForm())
    return show(request, found)


def _take_purpose(request: HttpRequest, found: Case) -> HttpResponse:
    """Recorded with the words that were given, which nothing else keeps. The page that follows is recorded as well."""
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _ask_purpose(request, found, form, status=422)
    purpose = Purpose(form.cleaned_data["purpose"])
    opening.keep_purpose(request, found, purpose)
    opening.record_opening(found, purpose=purpose, words=form.cleaned_data["words"])
    return redirect("desk_report", identifier=found.report.uuid)


def _ask_purpose(request: HttpRequest, found: Case, form: PurposeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "desk/reports/purpose.html", {"case": found, "form": form}, status=status)


def show(request: HttpRequest, found: Case, *, bad: Bad = None) -> HttpResponse:
    """The page of a case that may be read now; `bad` is a form that was filled in wrongly, kept as it was typed.

    It shows the whole report, so it is an opening whichever address was asked for.
    """
    person = person_of(request)
    opening.record_opening(found, purpose=opening.purpose_of(request, found))
    names, place = steps.line_of(found)
    verbs = _verbs(found, person, bad)  # before it is read: what comes in meanwhile was not seen
    context = {
        "case": found,
        "steps": names,
        "place": place,
        "behaviour": behaviours().get(found.behaviour),
        "target": targets().get(found.target, ""),
        "history": reading.history_of(found),
        "duplicates": duplicates.suggested_for(found, but_of=person),
        "may_copy": person.has_role(*ANALYSTS),
        "may_print": person.has_role(*DESK),
        **(_contents(found) if found.stage != Stage.PURGED else {}),
        **verbs,
        **evidence_context(found, person),
        **retention_context(found, person),
        **seen_context(found, person),
    }
    return render(request, "desk/reports/case.html", context, status=200 if bad is None else 422)


def _contents(found: Case) -> dict[str, Any]:
    sections = sections_of(found.report)
    return {
        "written": reading.in_words(sections),
        "things": reading.things_in_words(sections),
        "point": reading.point_in_words(sections),
        "conversation": reading.conversation_of(found),
    }


def _verbs(found: Case, person: Any, bad: Bad) -> dict[str, Any]:
    """What can be done: the next action, the other steps, and what stands beside; each with its form.

    What was sent and came back is shown whether or not it is offered any more: its sentence says why it was refused,
    and nobody types those words again.
    """
    first, beside = (offered(found, person, names) for names in (STEPS, BESIDE))
    wanted = steps.next_action(found, person)
    shown = bad[0] if bad else wanted if wanted in [*first, *beside] else ""

    def form_of(name: str) -> Any:
        if bad and bad[0] == name:
            return bad[1]
        return VERBS[name].form(case=found, by=person, auto_id=f"id_{name}_%s")

    def with_forms(names: list[str]) -> list[tuple[str, Any, Any]]:
        return [(name, VERBS[name], form_of(name)) for name in names if name != shown]

    seen = found.report.parts.count()
    proposal = history.closing_proposed(found) if person.has_role(*SUPERVISORS) else None
    return {
        "main": (shown, VERBS[shown], form_of(shown)) if shown else None,
        "waits_for": steps.waits_for(found, person),
        "other_steps": with_forms(first),
        "beside": with_forms(beside),
        "seen": seen,
        "proposal": proposal,
        "proposed_words": reading.entry_in_words(proposal, found) if proposal else (),
        "warnings": [
            (entry, reading.entry_in_words(entry, found))
            for entry in (history.warnings_waiting(found) if found.stage != Stage.PURGED else ())
        ],
    }


@for_roles(*READERS)
@never_cache
def act(request: HttpRequest, identifier: uuid.UUID, verb: str) -> HttpResponse:
    """Do one thing with a case. A refusal of the rules says why; what was typed stays."""
    found, person = case_for(request, identifier), person_of(request)
    if verb not in VERBS:
        raise Http404
    if not person.has_role(*VERBS[verb].roles):
        refuse_page(request)
    if request.method != "POST":  # asked last: to who may not send it, the address is not there at all
        return HttpResponseNotAllowed(["POST"])
    if not opening.purpose_of(request, found):
        messages.info(request, _("Nothing was done yet. Say first what you open this report for."))
        return redirect("desk_report", identifier=identifier)
    form = VERBS[verb].form(request.POST, case=found, by=person, auto_id=f"id_{verb}_%s")
    if not form.is_valid():
        return show(request, found, bad=(verb, form))
    return _do(request, found, verb, form)


def _do(request: HttpRequest, found: Case, verb: str, form: Any) -> HttpResponse:
    try:
        result = VERBS[verb].act(found, person_of(request), form.given())
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return show(request, _seen_anew(form, found), bad=(verb, form))
    if verb in SHOWN_ONCE:
        return render(request, f"desk/reports/{verb}.html", {"case": found, "result": SHOWN_ONCE[verb](result)})
    messages.success(request, str(VERBS[verb].done))
    return redirect("desk_report", identifier=found.report.uuid)


def _seen_anew(form: Any, found: Case) -> Case:
    """The case as it is now. They are told what changed, and see it below: the form counts from there."""
    if "seen" in form.fields:
        form.data = form.data.copy()
        form.data["seen"] = found.report.parts.count()
    return case_of(found.report.uuid)


def _identity(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name.capitalize(), reading.visible(value)) for part in result.values() for name, value in part.items()]


SHOWN_ONCE: dict[str, Any] = {"identity": _identity, "code": str}


@for_roles(*SUPERVISORS)
@require_POST
def allow_closing(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """A supervisor allows the closing words that were proposed last, and the case closes with them."""
    found = case_for(request, identifier)
    if not opening.purpose_of(request, found):
        return redirect("desk_report", identifier=identifier)
    proposal = found.entries.filter(pk=_number(request.POST.get("proposal", ""))).first()
    if proposal is None:
        messages.error(request, _("Those words are not of this case. Nothing was changed."))
        return redirect("desk_report", identifier=identifier)
    try:
        seen = _number(request.POST.get("seen", ""))
        CloseCase(found, person_of(request), proposal=proposal, seen=seen).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Closed. The submitter can read the message now."))
    return redirect("desk_report", identifier=identifier)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**62)) else 0
