"""What leaves the screen: the text for another system, and the print. Each is recorded and carries handling marks."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.audit import Verb
from portal.core.actions import ActionRefused
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import opening, reading, summary
from portal.reporting.actions.identity import OpenIdentity
from portal.reporting.contents import KEYS_AWAY, open_or_wait, sections_of
from portal.reporting.desk.case import case_for
from portal.reporting.enums import Stage
from portal.reporting.forms.desk import TextForm
from portal.reporting.models import Case
from portal.reporting.people import ANALYSTS, DESK

AWAY = _("The desk’s keys are not at hand now, so much would be missing. Nothing was made; try again later.")


@for_roles(*ANALYSTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def text(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The report as plain text, made when the form is sent; who reported is in it only when ticked, with a reason."""
    found = _opened(request, identifier)
    if found is None:
        return redirect("desk_report", identifier=identifier)
    if request.method != "POST":
        form = TextForm(case=found, by=person_of(request))
        return render(request, "desk/reports/text.html", {"case": found, "form": form})
    form = TextForm(request.POST, case=found, by=person_of(request))
    return _make(request, found, form) if form.is_valid() else _again(request, found, form)


def _make(request: HttpRequest, found: Case, form: TextForm) -> HttpResponse:
    person, given = person_of(request), form.cleaned_data
    if not _can_be_opened(found):
        form.add_error(None, AWAY)
        return _again(request, found, form)
    try:
        identity = OpenIdentity(found, person, reason=given["reason"]).execute() if given["with_identity"] else None
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, found, form)
    audit.record(Verb.EXPORT, found, facts={"form": "text", "identity": identity is not None})
    made = summary.as_text(found, identity=identity, by=person)
    return render(request, "desk/reports/text.html", {"case": found, "form": form, "text": made})


def _can_be_opened(case: Case) -> bool:
    """Whether the keys are at hand: what leaves the screen half empty looks like a whole report."""
    try:
        sections_of(case.report, opening=open_or_wait)
    except KEYS_AWAY:
        return False
    return True


def _again(request: HttpRequest, found: Case, form: TextForm) -> HttpResponse:
    return render(request, "desk/reports/text.html", {"case": found, "form": form}, status=422)


@for_roles(*DESK)
@require_safe
@never_cache
def sheet(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The report as it is printed: without who reported, and without the names of anybody who may be under 18."""
    found = _opened(request, identifier)
    if found is None:
        return redirect("desk_report", identifier=identifier)
    if not _can_be_opened(found):
        messages.error(request, AWAY)
        return redirect("desk_report", identifier=identifier)
    audit.record(Verb.PRINT, found)
    opened = sections_of(found.report)
    sections = summary.shielded(opened, case=found)
    names = summary.names_of_minors(opened, case=found)
    context = {
        "case": found,
        "written": _without(reading.in_words(sections), names),
        "things": _without(reading.things_in_words(sections), names),
        "point": reading.point_in_words(sections),
        "marks": summary.marks(),
        "running": {"value": summary.running_mark()},
    }
    return render(request, "desk/reports/print.html", context)


def _without(parts: list[reading.Written], names: list[str]) -> list[reading.Written]:
    return [
        reading.Written(
            summary.without_names(part.title, names),
            [(label, summary.without_names(value, names)) for label, value in part.rows],
            part.is_open,
        )
        for part in parts
    ]


def _opened(request: HttpRequest, identifier: uuid.UUID) -> Case | None:
    """The case, if this person has said what for; None where they have to be asked first. Raises `Http404`."""
    found = case_for(request, identifier)
    if found.stage == Stage.PURGED:
        raise Http404
    return found if opening.purpose_of(request, found) else None
