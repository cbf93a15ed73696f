"""When a meeting may lawfully begin, from the moment its notice is posted (RSMo 610.020.2).

'Notice … shall be given at least twenty-four hours, exclusive of weekends and holidays when the facility is closed,
prior to the commencement of any meeting'. So time counts on open days alone, in the state's time zone: a notice that is
posted on Friday at three allows a meeting on Monday at three. The meeting itself may be on any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from django.utils import timezone

from portal.vocabulary.calendar import LONGEST_CLOSED, Calendar, NeverOpen, start_of

NOTICE = timedelta(hours=24)
DAY = timedelta(days=1)


class Timing(Enum):
    """How a notice stands to the law."""

    LAWFUL = "lawful"
    SHORT = "short"  # lawful only for good cause, whose grounds stand in the notice and in the minutes
    PAST = "past"  # the meeting would have begun before its notice


@dataclass(frozen=True)
class Judged:
    """What the law says of a notice: when it may begin at the earliest, and how much notice there would be.

    `counted` is 24 hours where there are more: nobody asks for how many more.
    """

    timing: Timing
    earliest: datetime
    counted: timedelta

    @property
    def is_lawful(self) -> bool:
        return self.timing is Timing.LAWFUL


def earliest_start(posted_at: datetime, calendar: Calendar) -> datetime:
    """The first moment at which a meeting may begin whose notice is posted at `posted_at`.

    Takes a moment with a zone and gives one in the state's zone. Raises `NeverOpen`.
    """
    left, day, shut = NOTICE, timezone.localdate(posted_at), 0
    while shut <= LONGEST_CLOSED:
        open_from, open_until = _span(day, posted_at)
        shut = 0 if calendar.is_business_day(day) else shut + 1
        if calendar.is_business_day(day):
            if open_until - open_from >= left:
                return timezone.localtime(open_from + left)
            left -= open_until - open_from
        day += DAY
    raise NeverOpen


def counted_between(posted_at: datetime, starts_at: datetime, calendar: Calendar) -> timedelta:
    """How much time that counts lies between posting and beginning, 24 hours at most; nothing, where it begins before.

    It stops counting there, so that a meeting that somebody types for the year 9999 costs nothing.
    """
    day, last, total = timezone.localdate(posted_at), timezone.localdate(starts_at), timedelta(0)
    while day <= last and total < NOTICE:
        if calendar.is_business_day(day):
            open_from, open_until = _span(day, posted_at)
            total += max(min(open_until, _utc(starts_at)) - open_from, timedelta(0))
        day += DAY
    return min(total, NOTICE)


def judge(*, posted_at: datetime, starts_at: datetime, calendar: Calendar) -> Judged:
    """Whether a notice that is posted at one moment is early enough for a meeting at the other."""
    earliest = earliest_start(posted_at, calendar)
    counted = counted_between(posted_at, starts_at, calendar)
    if starts_at <= posted_at:
        return Judged(Timing.PAST, earliest, counted)
    return Judged(Timing.LAWFUL if starts_at >= earliest else Timing.SHORT, earliest, counted)


def _span(day: date, posted_at: datetime) -> tuple[datetime, datetime]:
    """The part of a local day that follows the posting, in UTC: a day on which clocks change is as long as it is."""
    begins, ends = _utc(start_of(day)), _utc(start_of(day + DAY))
    return min(max(begins, _utc(posted_at)), ends), ends


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
