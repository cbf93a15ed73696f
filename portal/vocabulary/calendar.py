"""Business days of the state: weekends and the days on which its offices are closed.

The clocks of the open-records law count in them (RSMo 610.023.3: 'the end of the third business day'), and so does the
notice of a meeting (RSMo 610.020.2: 'exclusive of weekends and holidays when the facility is closed').
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal.vocabulary.models import Holiday

SATURDAY = 5  # datetime.weekday()
LONGEST_CLOSED = 366  # days; a calendar in which nothing is ever open is a mistake


class NeverOpen(Exception):
    """A year without one business day: the list of holidays is wrong."""


@dataclass(frozen=True)
class Calendar:
    """The days on which the offices are closed, beside weekends."""

    closed: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.closed

    def business_days_after(self, day: date) -> Iterator[date]:
        """The business days that follow `day`, which is not among them. Raises `NeverOpen`."""
        shut = 0
        while shut <= LONGEST_CLOSED:
            day += timedelta(days=1)
            shut += 1
            if self.is_business_day(day):
                shut = 0
                yield day
        raise NeverOpen

    def business_day_after(self, day: date, number: int) -> date:
        """The `number`th business day after `day`: the first is number 1. Raises `NeverOpen`."""
        for count, found in enumerate(self.business_days_after(day), start=1):
            if count == number:
                return found
        raise NeverOpen

    def end_of_business_day(self, moment: datetime, number: int) -> datetime:
        """The end of the `number`th business day after a moment, in the state's time zone; that day's midnight."""
        day = self.business_day_after(timezone.localdate(moment), number)
        return start_of(day + timedelta(days=1))


def start_of(day: date) -> datetime:
    """The first moment of a day in the state's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def load() -> Calendar:
    """The calendar as staff keep it."""
    return Calendar(frozenset(Holiday.objects.filter(is_closed=True).values_list("day", flat=True)))
