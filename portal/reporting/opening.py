"""Opening a report: with a purpose, which holds for this person and case for a working session, and never unrecorded.

The session keeps which purpose it was, as a code. What somebody wrote themselves goes to the trail alone.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.audit import Verb
from portal.members.requests import person_of
from portal.reporting.enums import Status
from portal.reporting.models import Case

SESSION_KEY = "report_purposes"
LASTS = 8 * 60 * 60  # seconds: a working session
MOST_KEPT = 200  # cases whose purpose one session remembers
LONGEST_WORDS = 200  # what an event of the trail holds


class Purpose(models.TextChoices):
    """Why somebody opens a report that is not assigned to them."""

    MINE = "mine", _("assigned to me")
    REVIEW = "review", _("initial review")
    SECOND = "second", _("determination, as the second person")
    URGENT = "urgent", _("an urgent report")
    SUPERVISION = "supervision", _("supervision of the desk")
    RECORD = "record", _("records request, retention or redress")
    OTHER = "other", _("something else")


def purpose_of(request: HttpRequest, case: Case) -> str:
    """The purpose with which this person may open the case now; empty when they have to be asked."""
    if case.assigned_to_id == person_of(request).pk:
        return Purpose.MINE
    code, at = _kept(request).get(str(case.report.uuid), ("", 0))
    return str(code) if code in Purpose.values and 0 <= time.time() - at < LASTS else ""


def keep_purpose(request: HttpRequest, case: Case, purpose: Purpose) -> None:
    """Remember the purpose; of many cases the ones that were opened last."""
    kept = {**_kept(request), str(case.report.uuid): [purpose.value, int(time.time())]}
    newest = sorted(kept.items(), key=lambda row: row[1][1])[-MOST_KEPT:]
    request.session[SESSION_KEY] = dict(newest)


def record_opening(case: Case, *, purpose: str, words: str = "") -> None:
    """Write to the trail that the report was opened, and tell the submitter at the first time that it is read."""
    said = words.strip()[:LONGEST_WORDS] or str(Purpose(purpose).label)
    audit.record(Verb.REPORT_OPEN, case.report, purpose=said)
    if case.status == Status.RECEIVED:
        Case.objects.filter(pk=case.pk, status=Status.RECEIVED).update(status=Status.READING)
        case.status = Status.READING


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(SESSION_KEY)
    return kept if isinstance(kept, dict) else {}
