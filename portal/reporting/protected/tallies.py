"""Clocks kept and missed, by the month in which each was due. One that still runs and is past its time is missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from portal.reporting.models import ClockEnd, RecordsRequest
from portal.reporting.protected import clocks, deadlines
from portal.reporting.protected.enums import Clock

A_YEAR = timedelta(days=366)


@dataclass
class Tally:
    """One clock in one month."""

    clock: Clock
    month: date
    kept: int = 0
    missed: int = 0
    open: int = 0  # of the missed ones, those that are past their time and still run

    @property
    def label(self) -> str:
        return str(self.clock.label)


def by_month(*, now: datetime | None = None) -> list[Tally]:
    """The last twelve months, the newest first, each clock that had something due."""
    moment = now or timezone.now()
    found: dict[tuple[date, str], Tally] = {}
    counted: defaultdict[tuple[date, str, str], int] = defaultdict(int)
    for clock, due_at, how in _all(moment):
        counted[_month(due_at), clock, how] += 1
    for (month, clock, how), number in counted.items():
        row = found.setdefault((month, clock), Tally(Clock(clock), month))
        row.kept += number if how == "kept" else 0
        row.missed += number if how != "kept" else 0
        row.open += number if how == "open" else 0
    return sorted(found.values(), key=lambda row: (-row.month.toordinal(), row.clock))


def _all(now: datetime) -> Iterator[tuple[str, datetime, str]]:
    ended = ClockEnd.objects.filter(due_at__gt=now - A_YEAR).values_list("clock", "due_at", "met_at")
    for clock, due_at, met_at in ended:
        yield clock, due_at, "kept" if met_at < due_at else "missed"
    for due_at in deadlines.overdue_determinations(now).values_list("determination_due_at", flat=True):
        yield Clock.DETERMINATION, due_at, "open"
    for kept in deadlines.past_last_day(now).select_related("report"):
        due_at = clocks.day_ends(clocks.review_due(kept.dates))
        if due_at <= now:
            yield Clock.REVIEW, due_at, "open"
    late = RecordsRequest.objects.filter(answered_at=None, due_at__lte=now)
    for due_at in late.values_list("due_at", flat=True):
        yield Clock.REQUEST, due_at, "open"


def _month(at: datetime) -> date:
    """The month of the last moment that still kept the clock."""
    return timezone.localdate(at - timedelta(seconds=1)).replace(day=1)
