"""What time moves on at the triage desk."""

from __future__ import annotations

from datetime import datetime

from portal.core import tick
from portal.reporting import alerts, answers, intake


@tick.step("reporting: intake")
def take_in(now: datetime) -> int:
    """Make cases of the reports that came in."""
    return intake.take_in_new()


@tick.step("reporting: urgent reports")
def alert(now: datetime) -> int:
    """Alert again for urgent reports that nobody has taken up, and tell of those beyond the first few of an hour."""
    return alerts.alert_due(now) + alerts.tell_of_more(now)


@tick.step("reporting: answers of submitters")
def note_answers(now: datetime) -> int:
    """Where a submitter has answered, say that the desk reads on."""
    return answers.note_answered()
