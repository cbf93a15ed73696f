"""The clocks of a protected submission, computed from its dates in the state's time zone. None of them stops by itself.

Determination by the end of the third business day, since a records request must be acted on by then (RSMo 610.023.3);
thirty days to cure a defect or to respond to a refusal; the review of RSMo 610.021(19)(c) within ninety days of
submission; afterwards by the date on which a retention was to be looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from portal.reporting.protected.enums import Stage
from portal.reporting.protected.states import DECIDED, ENDED, UNDETERMINED
from portal.vocabulary.calendar import Calendar, NeverOpen, start_of

DETERMINATION_DAYS = 3  # business days
CURE_DAYS = RESPONSE_DAYS = 30
REVIEW_DAYS = 90
WARNINGS = (60, 75, 85)  # days after submission: the responsible, their deputy, the supervisor


@dataclass(frozen=True)
class Dates:
    """What the clocks run from. `decided_on` is the day of the last (19)(c) decision, `again_on` the day it named."""

    stage: Stage
    submitted_at: datetime
    noticed_at: datetime | None = None
    refused_at: datetime | None = None
    decided_on: date | None = None
    again_on: date | None = None
    is_requested: bool = False


def determination_due(dates: Dates, calendar: Calendar) -> datetime:
    """When the determination is due: the end of the third business day after submission."""
    return calendar.end_of_business_day(dates.submitted_at, DETERMINATION_DAYS)


def due_after(moment: datetime, calendar: Calendar) -> datetime:
    """The end of the third business day after a moment; the moment itself in a calendar in which nothing ever opens.

    So a calendar that was filled in wrongly keeps nothing out, and presses rather than waits.
    """
    try:
        return calendar.end_of_business_day(moment, DETERMINATION_DAYS)
    except (NeverOpen, OverflowError):
        return moment


def is_determination_open(dates: Dates) -> bool:
    return dates.stage in UNDETERMINED


def cure_until(dates: Dates) -> date | None:
    """The last day on which a defect can be cured; None where there was no notice."""
    return _after(dates.noticed_at, CURE_DAYS)


def respond_until(dates: Dates) -> date | None:
    """The last day on which a submitter can respond to a refusal; None where there was none."""
    return _after(dates.refused_at, RESPONSE_DAYS)


def _after(moment: datetime | None, days: int) -> date | None:
    return timezone.localdate(moment) + timedelta(days=days) if moment else None


def review_due(dates: Dates) -> date:
    """The last day of the review: day 90 after submission, weekend or not; later the day that a retention named.

    A submission that is withdrawn is reviewed at once: its review is due on the day on which it was withdrawn, but the
    ninety days stay the outer end.
    """
    return dates.again_on or timezone.localdate(dates.submitted_at) + timedelta(days=REVIEW_DAYS)


def is_review_open(dates: Dates) -> bool:
    """Whether the review is still to be made: until it was decided to return or destroy, or is decided for a time."""
    return dates.stage not in DECIDED | ENDED


def is_escalated(dates: Dates, today: date) -> bool:
    """Whether the last day has come and nobody has decided. It stays so until somebody does."""
    return is_review_open(dates) and today >= review_due(dates)


def warnings_due(dates: Dates, today: date) -> int:
    """How many of the three warnings are due by today: on days 60, 75 and 85, and as long before a later review."""
    if not is_review_open(dates):
        return 0
    due = review_due(dates)
    return sum(today >= due - timedelta(days=REVIEW_DAYS - day) for day in WARNINGS)


def day_ends(day: date) -> datetime:
    """The last moment of a day, as a moment that no longer belongs to it."""
    return start_of(day + timedelta(days=1))
