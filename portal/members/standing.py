"""Where a person stands at a moment: one rule, as a function of a person and as a filter on rows.

What is stored is what people decided: applied, admitted, suspended, closed. That a validation lapsed, that somebody
has been away for too long, that an agreement is not signed, or that an organisation has reported somebody gone follows
from dates and rows, in the rule itself: no membership outlives its end because a scheduler was down. tests/members
holds the two forms equal.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.members.enums import Standing

if TYPE_CHECKING:
    from portal.members.models import Person


def dormant_after() -> timedelta:
    """How long one may be away (PORTAL_DORMANT_DAYS)."""
    return timedelta(days=settings.PORTAL_DORMANT_DAYS)


def standing_of(person: Person, *, at: datetime | None = None) -> Standing:
    """The standing of `person` at the moment `at` (now, if not given)."""
    now = at or timezone.now()
    stored = Standing(person.standing)
    if stored is not Standing.ACTIVE:
        return stored
    if person.is_reported_gone(at=at):
        return Standing.SUSPENDED
    if person.validated_until is None or person.validated_until <= now:
        return Standing.EXPIRED
    if person.last_active_at is None or person.last_active_at + dormant_after() <= now:
        return Standing.DORMANT
    return Standing.UNSIGNED if person.owes_agreement(at=at) else Standing.ACTIVE


def is_standing_active(*, at: datetime | None = None) -> Q:
    """The same rule as a filter on people, without `is_active`."""
    from portal.members.models import Agreement, Departure

    now = at or timezone.now()
    owed = Agreement.objects.owed_by(OuterRef(OuterRef("pk")), at=now)
    left = Departure.objects.unhandled(at=now).filter(person=OuterRef("pk"))
    in_time = Q(standing=Standing.ACTIVE, validated_until__gt=now, visit__active_at__gt=now - dormant_after())
    return in_time & ~Exists(owed) & ~Exists(left)
