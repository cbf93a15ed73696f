"""For which organisation somebody submits, and which colleague takes over when they leave."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.members.enums import OrganisationKind
from portal.members.models import Affiliation, Organisation, Person


def submitting(person: Person | None) -> QuerySet[Organisation]:
    """The nonpublic organisations of somebody: a public body cannot submit under RSMo 610.021(19)."""
    places = Affiliation.objects.current().filter(person=person).values("organisation")
    found: QuerySet[Organisation] = Organisation.objects.open().filter(pk__in=places)
    return found.exclude(kind=OrganisationKind.PUBLIC_AGENCY).order_by("name")


def is_of(person: Person, *, organisation: Organisation | int | None) -> bool:
    """Whether somebody has a place there now."""
    return bool(Affiliation.objects.current().filter(person=person, organisation=organisation).exists())


def colleague(address: str, *, of: Person | None, at: Organisation) -> Person | None:
    """The other active member of the organisation with just this address."""
    return _colleagues(of, at).filter(email=address).first()


def has_colleagues(person: Person | None, *, at: Organisation) -> bool:
    return _colleagues(person, at).exists()


def _colleagues(person: Person | None, organisation: Organisation) -> QuerySet[Person]:
    places = Affiliation.objects.current().filter(organisation=organisation).values("person")
    found: QuerySet[Person] = Person.objects.active().filter(pk__in=places)
    return found.exclude(pk=person.pk) if person is not None else found
