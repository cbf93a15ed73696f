"""The law-enforcement clearance: at which agencies one may hold it, and when it ends."""

from __future__ import annotations

from datetime import datetime

from portal.core import outbox
from portal.members.enums import OrganisationKind
from portal.members.models import Clearance, Organisation, Person


def agencies_of(person: Person) -> list[Organisation]:
    """The open criminal-justice agencies that a person belongs to now."""
    places = person.affiliations.current().filter(
        organisation__kind=OrganisationKind.PUBLIC_AGENCY,
        organisation__is_criminal_justice=True,
        organisation__closed_at=None,
    )
    return list(Organisation.objects.filter(pk__in=places.values("organisation_id")).order_by("name"))


def end_all(person: Person, *, by: Person | None, at: datetime) -> bool:
    """End the clearance of somebody whose row is held; whether there was one."""
    was_held = person.cleared_until is not None and person.cleared_until > at
    Clearance.objects.filter(person=person, ends_at__gt=at).update(ends_at=at, ended_by=by)
    if was_held:
        person.cleared_until = at
        person.save(update_fields=["cleared_until"])
    return was_held


def end_after_leaving(person: Person, agency: Organisation, *, at: datetime) -> None:
    """End the clearance of somebody who left the agency that it was granted for, or the last agency that they had."""
    was_for_it = Clearance.objects.filter(person=person, agency=agency, ends_at__gt=at).exists()
    if was_for_it or not agencies_of(person):
        end_all(person, by=None, at=at)


def end_through(agency: Organisation, *, by: Person | None, at: datetime) -> int:
    """End every clearance that was granted for an agency, and tell those who held one; how many there were."""
    held = Clearance.objects.filter(agency=agency, ends_at__gt=at).values("person_id")
    people = Person.objects.select_for_update(of=("self",)).filter(pk__in=held, cleared_until__gt=at).order_by("pk")
    ended = [person for person in people if end_all(person, by=by, at=at)]
    for person in ended:
        outbox.put("clearance_ended", str(person.pk))
    return len(ended)
