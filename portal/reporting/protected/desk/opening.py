"""Opening a submission: with a purpose that its submitter reads, and never unrecorded.

The purpose holds for this person and submission for a working session. Its submitter sees role, agency, purpose and
time. Openings by the same person for the same purpose within `ONE_USE` are one use; the trail has each of them.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.members.requests import person_of
from portal.reporting.models import Holding, Use
from portal.reporting.opening import LASTS, MOST_KEPT
from portal.reporting.people import role_of
from portal.reporting.protected import people, planners
from portal.reporting.protected.enums import UsePurpose

SESSION_KEY = "protected_purposes"
ONE_USE = timedelta(minutes=10)


def purpose_of(request: HttpRequest, kept: Holding) -> str:
    """The purpose with which this person may open it now; empty when they have to be asked."""
    code, at = _kept(request).get(str(kept.report.uuid), ("", 0))
    return str(code) if code in UsePurpose.values and 0 <= time.time() - at < LASTS else ""


def keep_purpose(request: HttpRequest, kept: Holding, purpose: UsePurpose) -> None:
    rows = {**_kept(request), str(kept.report.uuid): [purpose.value, int(time.time())]}
    newest = sorted(rows.items(), key=lambda row: row[1][1])[-MOST_KEPT:]
    request.session[SESSION_KEY] = dict(newest)


def record_opening(request: HttpRequest, kept: Holding) -> None:
    """Write it to the trail, and for the submitter."""
    audit.record(Verb.PROTECTED_OPEN, kept.report, purpose=str(UsePurpose(purpose_of(request, kept)).label))
    record_use(request, kept)


def record_use(request: HttpRequest, kept: Holding) -> None:
    """For the submitter alone, where the trail has it otherwise: a file was opened."""
    purpose, person = UsePurpose(purpose_of(request, kept)), person_of(request)
    since = timezone.now() - ONE_USE
    if Use.objects.filter(holding=kept, by=person, purpose=purpose, at__gt=since).exists():
        return
    role, agency = _capacity(person, kept)
    Use.objects.create(holding=kept, by=person, role=role, agency=agency, purpose=purpose)


def _capacity(person: Any, kept: Holding) -> tuple[str, str]:
    """The role in which somebody opens it, and for which agency: as one of the desk, or as its planner."""
    role = role_of(person, *people.READERS)
    if role is not None:
        return str(role.label), people.agency_of(person)
    row = planners.found_for(person, kept)
    return str(planners.ROLE.label), row.organisation.name if row else ""


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(SESSION_KEY)
    return kept if isinstance(kept, dict) else {}
