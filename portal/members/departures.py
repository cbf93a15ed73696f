"""Offboarding: an organisation's point of contact says that somebody has left.

The report is a row that Front adds. From that moment the person reads nothing (`standing.py`). Desk then looks at who
reported it, ends the affiliation and, if it was the last, the membership.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal.members import clearance
from portal.members.ends import hold, suspend_by_rule
from portal.members.enums import EndReason, Standing
from portal.members.models import Affiliation, Departure, Organisation, Person

MEMBERS = (Standing.ACTIVE, Standing.SUSPENDED)


def organisations_of_contact(person: Person) -> QuerySet[Organisation]:
    """The open organisations that a person is point of contact of."""
    places = person.affiliations.current().filter(is_point_of_contact=True, organisation__closed_at=None)
    return Organisation.objects.filter(pk__in=places.values("organisation_id")).order_by("name")


def places_under(contact: Person, organisation: Organisation) -> Any:
    """The places that a point of contact may report as ended: those of members in it, but not their own.

    Nor those of staff: their membership and roles end on Desk alone.
    """
    reported = Departure.objects.unhandled().filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
    current = Affiliation.objects.current().filter(organisation=organisation, person__standing__in=MEMBERS)
    current = current.filter(person__groups=None, person__is_superuser=False)
    return current.exclude(person=contact).exclude(Exists(reported)).select_related("person", "organisation")


def report(place: Affiliation, *, by: Person) -> Departure:
    """Say that somebody has left. Reported twice it is one report."""
    with transaction.atomic():
        open_report = Departure.objects.unhandled().filter(person=place.person, organisation=place.organisation).first()
        return open_report or Departure.objects.create(
            person=place.person, organisation=place.organisation, reported_by=by
        )


def handle_all(now: datetime) -> int:
    """Draw the consequence of every report that has none yet."""
    return sum(_handle(pk, now) for pk in list(Departure.objects.filter(handled_at=None).values_list("pk", flat=True)))


def _handle(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        departure = Departure.objects.select_for_update(of=("self",)).filter(pk=pk, handled_at=None).first()
        if departure is None:
            return False
        departure.handled_at = now
        departure.save(update_fields=["handled_at"])
        person = hold(departure.person_id)
        if _is_sound(departure):
            _leave(person, departure)
        return True


def _is_sound(departure: Departure) -> bool:
    """Whether the report counts (`Departure.objects.entitled`)."""
    return bool(Departure.objects.entitled().filter(pk=departure.pk).exists())


def _leave(person: Person, departure: Departure) -> None:
    places = Affiliation.objects.current(at=departure.reported_at).filter(person=person)
    places.filter(organisation=departure.organisation).update(ended_at=departure.reported_at)
    clearance.end_after_leaving(person, departure.organisation, at=departure.handled_at or departure.reported_at)
    is_elsewhere = person.affiliations.current().filter(organisation__closed_at=None).exists()
    # On top of another suspension as well: lifting that one must not bring back somebody who left.
    if person.standing in MEMBERS and not is_elsewhere:
        suspend_by_rule(person, reason=EndReason.LEFT_EMPLOYER, at=departure.handled_at)
