"""When something goes: quiet hours and the hours of digests, by the clock of the state (`TIME_ZONE`).

Both are told in local time, and a local time may be there twice or not at all when the clocks change. An hour that is
left out counts as the moment after the change, one that is there twice as the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils import timezone

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing comes that can wait. `begins` later than `ends` is over midnight; alike is none."""

    begins: time
    ends: time

    def holds(self, local: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends


def moment(day: date, at: time, *, is_second: bool = False) -> datetime:
    """The moment at which the state's clock shows this, in UTC (PEP 495 for what is there twice or not at all)."""
    zone = timezone.get_default_timezone()
    local = datetime.combine(day, at, zone).replace(fold=int(is_second))
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _change_between(local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC), zone)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment at which the clocks were changed, to the second: it lies after `before`, and at `after` or earlier."""
    while after - before > SECOND:
        middle = before + (after - before) // 2
        is_changed = middle.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset()
        before, after = (before, middle) if is_changed else (middle, after)
    return after.replace(microsecond=0)


def when_to_send(now: datetime, quiet: Quiet | None, *, is_critical: bool) -> datetime:
    """The first moment from now on that is in no quiet hours; for what is critical, now."""
    if quiet is None or is_critical:
        return now
    local = timezone.localtime(now, timezone.get_default_timezone())
    if not quiet.holds(local.time()):
        return now
    ends = (
        moment(local.date() + days * DAY, quiet.ends, is_second=is_second)
        for days in (0, 1)
        for is_second in (False, True)
    )
    return min(end for end in ends if end > now)


def digest_day(now: datetime, *, hour: int, weekday: int | None = None) -> date:
    """The last day on which a digest was due at this hour, of those that fall on `weekday` (0 is Monday)."""
    day = timezone.localtime(now, timezone.get_default_timezone()).date()
    if moment(day, time(hour)) > now:
        day -= DAY
    return day if weekday is None else day - ((day.weekday() - weekday) % 7) * DAY
