"""Figures for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from portal.figures import computing, measures
from portal.figures.measures import Counted, Measure
from portal.figures.models import Figure
from portal.figures.own import ACTIVE
from portal.members.models import Community, Person
from portal.vocabulary.models import Sector
from tests.factories import OrganisationFactory, PersonFactory


def measure(name: str) -> Measure:
    return next(row for row in measures.registered() if row.name == name)


def counted(name: str, year: int) -> dict[str, Any]:
    """What a measure comes to, by key; '' is the total."""
    found: Counted = measure(name).compute(year)
    rows: dict[str, Any] = {cell.key: cell.number for cell in found.cells}
    return {**rows, "": found.total.number} if found.total else rows


def opened(name: str, year: int) -> dict[str, Any]:
    """The same of what anybody may know of."""
    found = measure(name).compute(year)
    rows: dict[str, Any] = {cell.key: cell.public for cell in found.cells}
    return {**rows, "": found.total.public} if found.total else rows


def put(name: str, year: int, numbers: Mapping[str, int], *, total: int | None = None) -> None:
    """Numbers as if they had been computed."""
    Figure.objects.filter(measure=name, year=year).delete()
    cells = [*numbers.items(), ("", sum(numbers.values()) if total is None else total)]
    for place, (key, number) in enumerate(cells):
        Figure.objects.create(
            year=year, measure=name, breakdown=key, label=key.title(), place=place, number=number, open_number=number
        )


def of_sector(*slugs: str, **fields: Any) -> Person:
    """A member whose employer is in these sectors."""
    employer = OrganisationFactory()
    employer.sectors.set(Sector.objects.filter(slug__in=slugs))
    person: Person = PersonFactory(organisations=[employer], **fields)
    return person


def in_community_of(slug: str) -> Person:
    community = Community.objects.get(sector__slug=slug)
    person: Person = PersonFactory(communities=[community])
    return person


def compute(now: datetime | None = None) -> int:
    return computing.compute_due(now or timezone.now())


PEOPLE = {ACTIVE: {"energy": 40, "water": 25, "dams": 3}, "useful": {"yes": 80, "no": 12}}
