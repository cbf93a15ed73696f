"""Who holds which office, which seats are vacant and since when, and who is still to be told that it is public.

A seat counts as held by somebody who was told; on public pages nobody else shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.members.enums import CommunityKind
from portal.members.models import Community, Office, Term
from portal.members.models.offices import KNOWN_KINDS
from portal.vocabulary.models import Sector

CO_CHAIR, CO_CHAIR_SEATS, CO_CHAIR_ORDER = "Co-chair", 2, 10
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Vacancy:
    """One seat that nobody holds who was told. `is_first`: nobody ever held it; then it is vacant since it was made."""

    since: date
    is_first: bool = False

    def days(self, *, on: date | None = None) -> int:
        return max(((on or timezone.localdate()) - self.since).days, 0)


@dataclass(frozen=True)
class Seats:
    """An office with who holds it, who is entered but not told yet, and its vacancies."""

    office: Office
    holders: list[Term] = field(default_factory=list)
    candidates: list[Term] = field(default_factory=list)
    vacancies: list[Vacancy] = field(default_factory=list)

    @property
    def longest_vacant(self) -> Vacancy | None:
        return min(self.vacancies, key=lambda vacancy: vacancy.since, default=None)


def seats_of(offices: Iterable[Office], *, on: date | None = None) -> list[Seats]:
    """The seats of these offices on a day (today, if not given). One query, however many there are."""
    day, rows = on or timezone.localdate(), list(offices)
    terms: dict[int, list[Term]] = defaultdict(list)
    for term in Term.objects.filter(office__in=[row.pk for row in rows]).order_by("since", "name", "pk"):
        terms[term.office_id].append(term)
    return [_seats(office, terms[office.pk], day) for office in rows]


def _seats(office: Office, terms: list[Term], day: date) -> Seats:
    told = [term for term in terms if term.told_at is not None]
    holders = [term for term in told if term.is_current(on=day)]
    candidates = [term for term in terms if term.told_at is None and (term.until is None or term.until >= day)]
    is_vacant = 0 if office.closed_at is not None else max(office.seats - len(holders), 0)
    ended = sorted((term.until for term in told if term.until is not None and term.until < day), reverse=True)
    since = [Vacancy(until + DAY) for until in ended[:is_vacant]]
    never = Vacancy(timezone.localdate(office.made_at), is_first=True)
    return Seats(office, holders, candidates, since + [never] * (is_vacant - len(since)))


def public_communities() -> QuerySet[Community]:
    """The committees and sectors that show on public pages: neither confidential nor closed."""
    in_use = Q(sector=None) | Q(sector__closed_on=None)
    rows: QuerySet[Community] = Community.objects.open().filter(in_use, kind__in=KNOWN_KINDS, is_confidential=False)
    return rows


def to_be_told() -> QuerySet[Term]:
    """Terms that run or are to begin, of people who were not told yet that office and attendance are public."""
    not_over = Q(until=None) | Q(until__gte=timezone.localdate())
    rows: QuerySet[Term] = Term.objects.filter(not_over, told_at=None)
    return rows.select_related("office__community", "person").order_by("since", "pk")


def sectors_led_by(person: int | None) -> QuerySet[Sector]:
    """The sectors of which somebody is a co-chair now, as the public page says it."""
    terms = Term.objects.public().current().filter(person=person, office__closed_at=None)
    led = terms.filter(office__community__sector__isnull=False).values("office__community__sector")
    rows: QuerySet[Sector] = Sector.objects.filter(pk__in=led) if person else Sector.objects.none()
    return rows


def make_room_for(sector: Sector) -> Community:
    """Give a sector its community and the office of its co-chairs. Doing it again changes nothing but its name."""
    community = Community.objects.filter(sector=sector).first() or _new_community(sector)
    if community.name != sector.name and not Community.objects.filter(name=sector.name).exists():
        community.name = sector.name
        community.save(update_fields=["name"])
    facts = {"seats": CO_CHAIR_SEATS, "order": CO_CHAIR_ORDER}
    Office.objects.get_or_create(community=community, title=CO_CHAIR, defaults=facts)
    return community


def _new_community(sector: Sector) -> Community:
    """Its own name and address; where another community has them already, some that tell the two apart."""
    name, slug = sector.name, sector.slug
    if Community.objects.filter(name=name).exists():
        name = f"{name} (sector)"
    if Community.objects.filter(slug=slug).exists():
        slug = f"{slug[:43]}-sector"
    made: Community = Community.objects.create(name=name, slug=slug, kind=CommunityKind.SECTOR, sector=sector)
    return made
