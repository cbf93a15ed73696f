"""When a session ends: after thirty minutes without use, and twelve hours after sign-in, whatever its cookie says.

The numbers are PORTAL_SESSION_IDLE, _WARNING and _LONGEST (settings/membership.py). A session also ends when its person
may no longer sign in, or when `Person.sessions_valid_from` is set to a later moment than it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.core import tick
from portal.members.models import DeskSession, FrontSession, Person
from portal.members.sessions.stores import Facts

TOUCHED_EVERY = timedelta(minutes=1)


class Ending(Enum):
    """Why a session is over."""

    IDLE = "idle"
    LONGEST = "longest"
    ENDED = "ended"


@dataclass(frozen=True)
class SessionClock:
    """How long a session still has at the moment `at`."""

    begun_at: datetime
    seen_at: datetime
    at: datetime
    person: int | None = None

    @property
    def owner(self) -> str:
        """A word for the person, by which a tab knows whose drafts it keeps. It says nothing outside this site."""
        return salted_hmac("portal.members.sessions.owner", str(self.person), algorithm="sha256").hexdigest()[:16]

    @property
    def ends_at(self) -> datetime:
        return min(self.seen_at + settings.PORTAL_SESSION_IDLE, self.last_end)

    @property
    def last_end(self) -> datetime:
        """The end that cannot be put off."""
        return self.begun_at + settings.PORTAL_SESSION_LONGEST

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.ends_at - self.at).total_seconds()))

    @property
    def seconds_in_all(self) -> int:
        return max(0, int((self.last_end - self.at).total_seconds()))

    @property
    def warning_seconds(self) -> int:
        return int(settings.PORTAL_SESSION_WARNING.total_seconds())

    @property
    def idle_minutes(self) -> int:
        return int(settings.PORTAL_SESSION_IDLE.total_seconds() // 60)

    @property
    def is_to_be_touched(self) -> bool:
        """The last use is noted at most once a minute: not every request writes."""
        return self.at - self.seen_at >= TOUCHED_EVERY


def clock_of(facts: Facts, *, at: datetime | None = None, person: int | None = None) -> SessionClock | None:
    """The clock of a session; None for one that nobody has signed in to."""
    if facts.begun_at is None or facts.seen_at is None:
        return None
    return SessionClock(facts.begun_at, facts.seen_at, at or timezone.now(), person)


def why_over(facts: Facts, person: Person, *, at: datetime | None = None) -> Ending | None:
    """Why this session of `person` is over; None while it holds. One without a beginning never held."""
    clock = clock_of(facts, at=at)
    if clock is None:
        return Ending.ENDED
    if person.sessions_valid_from and clock.begun_at < person.sessions_valid_from:
        return Ending.ENDED
    if clock.at >= clock.last_end:
        return Ending.LONGEST
    return Ending.IDLE if clock.at >= clock.ends_at else None


def is_alive(*, at: datetime | None = None) -> Q:
    """Sessions that neither limit has ended, as a filter on rows."""
    now = at or timezone.now()
    return Q(
        begun_at__gt=now - settings.PORTAL_SESSION_LONGEST,
        seen_at__gt=now - settings.PORTAL_SESSION_IDLE,
        expire_date__gt=now,
    )


@tick.step("members: sessions that are over")
def delete_old_sessions(now: datetime) -> int:
    """Delete, from both sites' tables, what can no longer be used at all.

    A session that ended for want of use stays until its twelve hours are over: whoever comes back to it is told why
    they are asked to sign in. It opens nothing meanwhile.
    """
    old = Q(expire_date__lte=now) | Q(begun_at__lte=now - settings.PORTAL_SESSION_LONGEST)
    return sum(model.objects.filter(old).delete()[0] for model in (FrontSession, DeskSession))
