"""Selections of events: whose they are, where they came from, when, and what each is about.

An event names people and network addresses by references alone (`portal.audit.references`). One person has many of
them, so each selection goes through their table, inside the one query.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractHour
from django.utils import timezone

from portal.audit.models import Checkpoint, Event, Reference, Seal
from portal.audit.recording import NOBODY, SYSTEM
from portal.audit.references import ADDRESS, PERSON
from portal.oversight.weeks import Week

ERASED = "erased"
Events = QuerySet[Event]


def by_person(events: Events, person: int) -> Events:
    """What one person did. Events whose reference was erased are nobody's any more."""
    return events.filter(who__in=Reference.objects.filter(kind=PERSON, value=str(person)).values("pk"))


def of_person(events: Events, person: int) -> Events:
    """What one person did, and what was done to their account."""
    own = Reference.objects.filter(kind=PERSON, value=str(person)).values("pk")
    return events.filter(Q(who__in=own) | Q(about=f"members.person:{person}"))


def from_network_of(events: Events, event: int) -> Events:
    """What came from the same network address as one event, which stands for the address in links."""
    reference = Event.objects.filter(pk=event).exclude(address="").values("address")
    value = Reference.objects.filter(kind=ADDRESS, pk__in=reference).values("value")
    return events.filter(address__in=Reference.objects.filter(kind=ADDRESS, value__in=value).values("pk"))


def of_kind(events: Events, kind: str) -> Events:
    return events.filter(about__startswith=f"{kind}:")


def within(events: Events, begins_at: datetime | None, ends_at: datetime | None) -> Events:
    """From one moment up to, not including, another."""
    if begins_at:
        events = events.filter(at__gte=begins_at)
    return events.filter(at__lt=ends_at) if ends_at else events


def at_night(events: Events) -> Events:
    """Between the hours of PORTAL_TRAIL_NIGHT by the state's clock, which may pass midnight."""
    first, last = settings.PORTAL_TRAIL_NIGHT
    rows: Any = events.annotate(hour=ExtractHour("at", tzinfo=timezone.get_default_timezone()))
    if first <= last:
        return rows.filter(hour__gte=first, hour__lt=last)
    return rows.filter(Q(hour__gte=first) | Q(hour__lt=last))


def not_sealed(events: Events) -> Events:
    return events.filter(~Exists(Seal.objects.filter(event_id=OuterRef("pk"))))


def sealed_late(events: Events, week: Week) -> Events:
    """Sealed in a week, though a checkpoint signed well after the time that they state does not have them yet.

    They were put in afterwards, or a sealer stood still. What day they state does not matter. Two queries: what was
    sealed in a week is told by the checkpoints around it.
    """
    before = Checkpoint.objects.filter(size__lt=OuterRef("sequence")).order_by("-size").values("at")[:1]
    stated = Event.objects.filter(pk=OuterRef("event_id")).values("at")[:1]
    seals: Any = Seal.objects.filter(_sealed_in(week)).annotate(stated=Subquery(stated), signed=Subquery(before))
    late = seals.filter(signed__gt=F("stated") + settings.PORTAL_TRAIL_SEALED_LATE)
    return events.filter(pk__in=late.values("event_id"))


def _sealed_in(week: Week) -> Q:
    before = Checkpoint.objects.filter(at__lt=week.begins_at).aggregate(size=Max("size"))["size"]
    after = Checkpoint.objects.filter(at__gte=week.ends_at).order_by("size").values_list("size", flat=True).first()
    begins = Q(sequence__gt=before or 0)
    return begins & Q(sequence__lte=after) if after else begins


def with_whom(events: Events) -> Any:
    """Each event with `whom`: the person's key as text, or `nobody`, `system`, or `erased`."""
    known = Reference.objects.filter(pk=OuterRef("who"), kind=PERSON).values("value")[:1]
    return events.annotate(
        whom=Case(
            When(who__in=[NOBODY, SYSTEM], then=F("who")),
            default=Coalesce(Subquery(known), Value(ERASED)),
            output_field=CharField(),
        )
    )


def with_network(events: Events) -> Any:
    """Each event with `network`: the address it came from, or None where there is none or it was erased."""
    known = Reference.objects.filter(pk=OuterRef("address"), kind=ADDRESS).values("value")[:1]
    return events.annotate(network=Subquery(known))
