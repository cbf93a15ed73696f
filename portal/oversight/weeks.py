"""Weeks of the state's own time, named by their Mondays. Those in which the clocks change have 167 and 169 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """One week, from its Monday at midnight up to, not including, the next."""

    monday: date

    @classmethod
    def of(cls, at: datetime) -> Week:
        return cls.with_day(timezone.localtime(at, timezone.get_default_timezone()).date())

    @classmethod
    def with_day(cls, day: date) -> Week:
        return cls(day - timedelta(days=day.weekday()))

    @property
    def begins_at(self) -> datetime:
        return _midnight(self.monday)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.monday + DAYS)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def before(self, count: int = 1) -> Week:
        return Week(self.monday - count * DAYS)

    def after(self) -> Week:
        return Week(self.monday + DAYS)


def midnight(day: date | None) -> datetime | None:
    """The moment at which a day begins in the state's time."""
    return _midnight(day) if day else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None
