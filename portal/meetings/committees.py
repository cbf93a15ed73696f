"""The structure of the partnership as anybody may see it: officers, committees and sectors with who holds which office.

Of people it gives name, office and employer, and only of those who were told beforehand that this is public.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.urls import reverse

from portal.members import office_messages, offices
from portal.members.enums import CommunityKind
from portal.members.models import Community, Office, Term
from portal.members.offices import Seats


@dataclass(frozen=True)
class Body:
    """A committee or sector with its offices."""

    community: Community
    seats: list[Seats] = field(default_factory=list)

    @property
    def url(self) -> str:
        return reverse("partnership_committee", args=[self.community.slug])


@dataclass(frozen=True)
class Structure:
    """The whole partnership."""

    officers: list[Seats]
    committees: list[Body]
    sectors: list[Body]

    @property
    def vacant(self) -> int:
        """How many seats nobody holds."""
        bodies = [seats for body in (*self.committees, *self.sectors) for seats in body.seats]
        return sum(len(seats.vacancies) for seats in (*self.officers, *bodies))


def structure() -> Structure:
    """All of it, in a fixed number of queries."""
    by_community: dict[int | None, list[Seats]] = defaultdict(list)
    for seats in offices.seats_of(Office.objects.public().standing().select_related("community")):
        by_community[seats.office.community_id].append(seats)
    bodies = [Body(row, by_community[row.pk]) for row in offices.public_communities().order_by("name", "pk")]
    committees = [body for body in bodies if body.community.kind == CommunityKind.COMMITTEE]
    sectors = [body for body in bodies if body.community.kind == CommunityKind.SECTOR]
    return Structure(by_community[None], committees, sectors)


def body_of(community: Community) -> Body:
    rows = Office.objects.public().standing().filter(community=community).select_related("community")
    return Body(community, offices.seats_of(rows))


def former_holders(community: Community | None) -> QuerySet[Term]:
    """Who held the offices of a committee, or of the partnership, before, the last one first."""
    rows: QuerySet[Term] = Term.objects.public().former().filter(office__community=community)
    return rows.select_related("office").order_by("-until", "-since", "name", "pk")


def reached_through_portal(rows: list[Seats]) -> set[int]:
    """Of these office holders, the terms of those whom a message reaches."""
    keys = [term.pk for seats in rows for term in seats.holders]
    return set(office_messages.reachable().filter(pk__in=keys).values_list("pk", flat=True))
