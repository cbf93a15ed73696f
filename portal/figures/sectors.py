"""Members by sector, each in one row: sums of rows that overlap would tell who stands in both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.figures.measures import Cell, Counted
from portal.members.models import Affiliation, CommunityMembership, Person
from portal.vocabulary.models import Sector

SEVERAL, NONE = "several", "none"  # no slug of a sector has a row of its own by these names


def by_sector(people: Collection[int] | None = None) -> Counted:
    """Partners by sector: all, or those of them who are among `people`. The number of queries is fixed.

    Partners are active members without a staff role. Their sectors are those of their employers and of the
    communities that they are in. Every sector in use has a row, one that the state added as well.
    """
    places = _sectors_of_partners()
    rows: dict[str, int] = defaultdict(int)
    for person, sectors in places.items():
        if people is None or person in people:
            rows[_row(sectors)] += 1
    names = {f"sector:{sector.slug}": sector.name for sector in Sector.objects.filter(closed_on=None).order_by("name")}
    names |= {SEVERAL: _("More than one sector"), NONE: _("No sector named")}
    return Counted([Cell(key, label, rows[key]) for key, label in names.items()])


def _row(sectors: set[str]) -> str:
    if not sectors:
        return NONE
    return SEVERAL if len(sectors) > 1 else f"sector:{next(iter(sectors))}"


def _sectors_of_partners() -> dict[int, set[str]]:
    """The sectors in use of each partner."""
    partners = Person.objects.active().filter(groups=None, is_superuser=False)
    found: dict[int, set[str]] = {pk: set() for pk in partners.values_list("pk", flat=True)}
    still = Q(ended_at=None) | Q(ended_at__gt=timezone.now())
    circles = CommunityMembership.objects.filter(still, community__closed_at=None, community__sector__closed_on=None)
    employers = Affiliation.objects.filter(still, organisation__closed_at=None, organisation__sectors__closed_on=None)
    held = circles.values_list("person_id", "community__sector__slug")
    for person, slug in (*held, *employers.values_list("person_id", "organisation__sectors__slug")):
        if slug and person in found:
            found[person].add(slug)
    return found
