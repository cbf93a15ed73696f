"""Who reads a concern on Front: who raised it, and the co-chairs of its sector. Staff read on Desk."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from portal.access.viewer import Viewer
from portal.core import outbox
from portal.meetings.concerns import sealed
from portal.meetings.models import Concern
from portal.meetings.models.concerns import ConcernQuerySet
from portal.members import offices
from portal.members.models import Person, Term

MOST_OPEN = 20  # concerns of one person on which something is still to be done


def own(viewer: Viewer) -> ConcernQuerySet:
    """What this member raised."""
    rows: ConcernQuerySet = Concern.objects.on_front().select_related("sector")
    return rows.filter(person=viewer.person) if viewer.is_member and viewer.person else rows.none()


def led(viewer: Viewer) -> ConcernQuerySet:
    """What was raised in the sectors of which this member is a co-chair now."""
    rows: ConcernQuerySet = Concern.objects.on_front().select_related("sector")
    return (
        rows.filter(sector__in=offices.sectors_led_by(viewer.person).values("pk")) if viewer.is_member else rows.none()
    )


def readable(viewer: Viewer) -> ConcernQuerySet:
    """Both. To everybody else a concern does not exist."""
    if not viewer.is_member or viewer.person is None:
        return own(viewer).none()
    sectors = offices.sectors_led_by(viewer.person).values("pk")
    rows: ConcernQuerySet = Concern.objects.on_front().select_related("sector")
    return rows.filter(Q(person=viewer.person) | Q(sector__in=sectors))


def has_too_many(person: int) -> bool:
    """Whether so many of somebody's concerns are open that they should wait for some."""
    return bool(Concern.objects.open().filter(person=person).count() >= MOST_OPEN)


def raise_one(person: int, facts: dict[str, Any], *, details: str, once: str) -> tuple[Concern, bool]:
    """Store a concern, its details sealed to Desk, and tell the co-chairs; whether it is new, for the trail."""
    key = sealed.identifier(person, once, facts["sector"].pk, facts["title"], facts["words"], details)
    before = Concern.objects.on_front().filter(uuid=key).first()
    if before is not None:
        return before, False
    row = Concern(uuid=key, person_id=person, **facts)
    row.details = sealed.seal(row.record, details)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _tell_co_chairs(row)
    except IntegrityError:  # a double click
        return Concern.objects.on_front().get(uuid=key), False
    return row, True


def co_chairs_of(concern: Concern) -> Any:
    """The active members who are co-chairs of its sector now, save whoever raised it."""
    terms = Term.objects.public().current().filter(office__community__sector=concern.sector_id)
    people = terms.filter(office__closed_at=None, person__isnull=False).values("person")
    return Person.objects.active().filter(pk__in=people).exclude(pk=concern.person_id)


def _tell_co_chairs(concern: Concern) -> None:
    for person in co_chairs_of(concern).values_list("pk", flat=True):
        outbox.put("concern_raised", f"{concern.pk}:{person}")
