"""Seen before: an exact look-up, with a purpose, recorded without what was looked up."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal import audit
from portal.audit import Verb
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import seen_before
from portal.reporting.enums import Stage
from portal.reporting.forms.retention import LookUpForm
from portal.reporting.models import Case
from portal.reporting.people import ANALYSTS

MOST_SHOWN = 50


def seen_context(case: Case, person: Any) -> dict[str, Any]:
    """What `desk/reports/case_seen.html` shows: in how many other reports something of this one stood."""
    if case.stage == Stage.PURGED:
        return {"seen_before": [], "seen_in": []}
    found = seen_before.before(case, but_of=person)
    same = seen_before.others_with_same(case).exclude(report__submitter=person)
    return {"seen_before": found, "seen_in": list(same[:MOST_SHOWN]) if found else []}


@for_roles(*ANALYSTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def look_up(request: HttpRequest) -> HttpResponse:
    """Whether exactly this stands in a report. Sent as a form, so that it stays out of addresses and logs."""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    found = _found(form, person_of(request)) if request.method == "POST" and form.is_valid() else None
    status = 422 if form.errors else 200
    context = {"form": form, "cases": found, "most": MOST_SHOWN, "was_asked": found is not None}
    return render(request, "desk/reports/seen_before.html", context, status=status)


def _found(form: LookUpForm, person: Any) -> list[Case]:
    """The cases in which it stood, but for those that this person sent: the desk's side of them is not there."""
    given = form.cleaned_data
    rows = seen_before.cases_with(given["kind"], given["value"]).exclude(report__submitter=person)
    found = list(rows[:MOST_SHOWN])
    facts = {"kind": given["kind"], "found": len(found)}
    audit.record(Verb.DIGEST_LOOK_UP, purpose=given["purpose"], facts=facts)
    return found
