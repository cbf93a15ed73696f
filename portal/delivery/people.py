"""Many people at once: who they are to the access rule, and what they chose. A fixed number of queries each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from portal.access import tokens
from portal.access.viewer import Viewer
from portal.delivery.choosing import Preferences, quiet_hours
from portal.delivery.enums import Mode, Rhythm
from portal.delivery.models import Choice, Wish
from portal.members.audience import active_people
from portal.members.enums import CommunityKind
from portal.members.models import Affiliation, CommunityMembership, Organisation, Person

BODIES = {CommunityKind.COMMITTEE, CommunityKind.SECTOR}  # communities that meet: their notices do not wait for a week


@dataclass(frozen=True)
class Reader:
    """An active member: who is written to, what they may read, and what they chose."""

    person: Person
    viewer: Viewer
    chosen: Preferences

    @property
    def token(self) -> str:
        return tokens.person(self.person.pk)


def readers(keys: Iterable[int]) -> dict[int, Reader]:
    """Those of these people who are active members now, by key. The number of queries does not depend on how many."""
    rows = active_people().filter(pk__in=list(keys)).only("email", "cleared_until")
    people = {person.pk: person for person in rows}
    circles = _Circles.of(list(people))
    chosen = preferences(list(people), circles)
    return {pk: Reader(person, circles.viewer(person), chosen[pk]) for pk, person in people.items()}


def keys_after(cursor: int, count: int) -> list[int]:
    """The keys of the next active members."""
    rows = active_people().filter(pk__gt=cursor).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:count])


@dataclass(frozen=True)
class _Circles:
    """The circles that each person is in now."""

    communities: dict[int, list[tuple[int, str, int | None]]]
    organisations: dict[int, list[int]]

    @classmethod
    def of(cls, people: Sequence[int]) -> _Circles:
        still = Q(ended_at=None) | Q(ended_at__gt=timezone.now())
        communities: dict[int, list[tuple[int, str, int | None]]] = defaultdict(list)
        held = CommunityMembership.objects.filter(still, person__in=people, community__closed_at=None)
        for person, *circle in held.values_list("person_id", "community_id", "community__kind", "community__sector_id"):
            communities[person].append((circle[0], circle[1], circle[2]))
        organisations: dict[int, list[int]] = defaultdict(list)
        places = Affiliation.objects.filter(still, person__in=people, organisation__closed_at=None)
        for person, organisation in places.values_list("person_id", "organisation_id"):
            organisations[person].append(organisation)
        return cls(communities, organisations)

    def viewer(self, person: Person) -> Viewer:
        """As `portal.members.viewers.viewer_for` makes it of one person."""
        held = {tokens.EVERYONE, tokens.MEMBERS, tokens.person(person.pk)}
        held |= {tokens.community(pk) for pk, _kind, _sector in self.communities.get(person.pk, ())}
        held |= {tokens.organisation(pk) for pk in self.organisations.get(person.pk, ())}
        return Viewer(frozenset(held), person.clearances, person.pk)


def preferences(people: Sequence[int], circles: _Circles | None = None) -> dict[int, Preferences]:
    """What each of these people chose; who never did stands at the defaults."""
    circles = circles or _Circles.of(people)
    choices = {row.person_id: row for row in Choice.objects.filter(person__in=people)}
    wishes: dict[int, dict[str, Rhythm]] = defaultdict(dict)
    for person, topic, rhythm in Wish.objects.filter(person__in=people).values_list("person_id", "topic", "rhythm"):
        wishes[person][topic] = Rhythm(rhythm)
    places = _places_of({pk for held in circles.organisations.values() for pk in held})
    standard = Choice()
    return {pk: _preferences(choices.get(pk, standard), wishes.get(pk, {}), pk, circles, places) for pk in people}


def _places_of(organisations: set[int]) -> dict[str, dict[int, set[int]]]:
    """The sectors and counties of organisations."""
    found: dict[str, dict[int, set[int]]] = {"sector": defaultdict(set), "county": defaultdict(set)}
    for place, relation in (("sector", Organisation.sectors), ("county", Organisation.counties)):
        through: Any = relation.through
        rows = through.objects.filter(organisation__in=organisations)
        for organisation, key in rows.values_list("organisation_id", f"{place}_id"):
            found[place][organisation].add(key)
    return found


def _preferences(
    row: Choice, wishes: dict[str, Rhythm], person: int, circles: _Circles, places: dict[str, dict[int, set[int]]]
) -> Preferences:
    communities = circles.communities.get(person, ())
    own = {
        place: {key for pk in circles.organisations.get(person, ()) for key in by_organisation.get(pk, ())}
        for place, by_organisation in places.items()
    }
    return Preferences(
        mode=Mode(row.mode),
        critical_at_once=row.critical_at_once,
        floor=row.floor,
        quiet=quiet_hours(row.quiet_from, row.quiet_until),
        digest_hour=row.digest_hour,
        wants_texts=row.wants_texts,
        wishes=wishes,
        sectors=frozenset(own["sector"] | {sector for _pk, _kind, sector in communities if sector}),
        counties=frozenset(own["county"]),
        committees=frozenset(pk for pk, kind, _sector in communities if kind in BODIES),
    )
