"""How much can be read by how many: a standing report, so that what has grown too wide is noticed.

It counts what is in force now: published, inside its window, not recalled. Who can read a thing is the access rule over
sets, from the token rows and the circles of the active members: a fixed number of queries for each kind of thing,
however many there are. The figures name things by model and key. Titles are in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from portal.access import tokens
from portal.access.derivation import marked_models
from portal.access.enums import Caveat, Label, Reach
from portal.access.models import Marked, Token
from portal.access.rule import Verdict, in_time
from portal.members import alarms
from portal.members.enums import AlarmKind, Standing
from portal.members.models import Affiliation, CommunityMembership, ExposureReport, Person
from portal.members.standing import dormant_after

WEEK = timedelta(days=7)
GROWN = 2  # times as many readers
# From the widest to the narrowest. TLP:GREEN for all members is wider than for those named.
WIDTHS = ("TLP:CLEAR", "TLP:GREEN/members", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
LONG_FIELDS = (models.TextField, models.JSONField)


@dataclass(frozen=True)
class Exposed:
    """One thing that is in force: how it is marked, and how many active members can read it (0 for TLP:CLEAR)."""

    reference: str
    label: Label
    width: str
    is_restricted: bool
    readers: int


@dataclass(frozen=True)
class Drift:
    """One thing that more people can read than a week ago, or that is marked wider."""

    reference: str
    why: str
    before: str
    now: str


@dataclass
class Readers:
    """The active members, by the tokens that they hold."""

    everyone: frozenset[int]
    cleared: frozenset[int]
    by_token: dict[str, set[int]]
    counted: dict[tuple[frozenset[str], bool], int] = field(default_factory=dict)

    @classmethod
    def now(cls, *, at: datetime) -> Readers:
        """Read once for a whole report, in three queries."""
        rows = Person.objects.active(at=at).values_list("pk", "cleared_until")
        cleared_until: dict[int, datetime | None] = dict(rows)
        everyone = frozenset(cleared_until)
        held: dict[str, set[int]] = {}
        for token, person in _places(at):
            if person in everyone:
                held.setdefault(token, set()).add(person)
        cleared = frozenset(pk for pk, until in cleared_until.items() if until and until > at)
        return cls(everyone, cleared, held)

    def count(self, wanted: frozenset[str], *, is_restricted: bool) -> int:
        """How many hold one of these tokens; of a restricted thing, how many of those who are cleared."""
        key = (wanted, is_restricted)
        if key not in self.counted:
            people = set().union(*(self._holding(token) for token in wanted))
            self.counted[key] = len(people & self.cleared if is_restricted else people)
        return self.counted[key]

    def _holding(self, token: str) -> Iterable[int]:
        if token in {tokens.EVERYONE, tokens.MEMBERS}:
            return self.everyone
        kind, _mark, key = token.partition(":")
        if kind == "person":
            return self.everyone & {int(key)}
        return self.by_token.get(token, ())


def _places(at: datetime) -> Iterator[tuple[str, int]]:
    """Every current place in a circle that is open, as a token and who holds it."""
    memberships = CommunityMembership.objects.current(at=at).filter(community__closed_at=None)
    for community, person in memberships.values_list("community_id", "person_id"):
        yield tokens.community(community), person
    places = Affiliation.objects.current(at=at).filter(organisation__closed_at=None)
    for organisation, person in places.values_list("organisation_id", "person_id"):
        yield tokens.organisation(organisation), person


def things_in_force(*, at: datetime) -> Iterator[Exposed]:
    """Every marked thing that can be read by somebody's right at the moment `at`: three queries, and two a model."""
    readers = Readers.now(at=at)
    for model in marked_models():
        yield from _of_model(model, readers, at)


def _of_model(model: type[Marked], readers: Readers, at: datetime) -> Iterator[Exposed]:
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=True)
    wanted: dict[int, set[str]] = {}
    for pk, token in Token.objects.filter(content_type=content_type).values_list("object_id", "token"):
        wanted.setdefault(pk, set()).add(token)
    long = [row.name for row in model._meta.concrete_fields if isinstance(row, LONG_FIELDS)]
    rows: Any = model._default_manager
    for thing in rows.defer(*long).iterator():
        if thing.is_public_version and in_time(thing, at) is Verdict.READABLE:
            yield _exposed(thing, frozenset(wanted.get(thing.pk, ())), readers)


def _exposed(thing: Any, wanted: frozenset[str], readers: Readers) -> Exposed:
    is_clear = thing.label is Label.CLEAR
    is_restricted = Caveat.LAW_ENFORCEMENT_SENSITIVE in thing.caveat_set
    is_for_all = thing.label is Label.GREEN and thing.reach == Reach.MEMBERS
    return Exposed(
        reference=f"{thing._meta.label}:{thing.pk}",
        label=thing.label,
        width=f"{thing.label.value}/members" if is_for_all else thing.label.value,
        is_restricted=is_restricted,
        readers=0 if is_clear else readers.count(wanted, is_restricted=is_restricted),
    )


@dataclass(frozen=True)
class Exposure:
    """A whole report: what is kept of it, and what has changed since the one of a week ago."""

    figures: dict[str, Any]
    drift: tuple[Drift, ...]
    compared_with: datetime | None

    @property
    def is_worrying(self) -> bool:
        """Whether something is beyond the threshold, or has drifted."""
        return bool(self.figures["beyond"] or self.drift)


def measure(*, at: datetime | None = None) -> Exposure:
    """Count, and compare with the newest report that is a week old. Writes nothing."""
    now = at or timezone.now()
    things = list(things_in_force(at=now))
    before = ExposureReport.objects.filter(taken_at__lte=now - WEEK).order_by("-taken_at").first()
    drift = tuple(_drift(before.figures["items"], things)) if before else ()
    figures = {
        "labels": {label.value: sum(thing.label is label for thing in things) for label in Label},
        "items": {thing.reference: _kept(thing) for thing in things if thing.label is not Label.CLEAR},
        "beyond": [
            [thing.reference, thing.label.value, thing.readers]
            for thing in sorted(things, key=lambda each: (-each.readers, each.reference))
            if thing.readers > settings.PORTAL_EXPOSURE_THRESHOLD
        ],
        "threshold": settings.PORTAL_EXPOSURE_THRESHOLD,
        "people": _people(now),
        "drift": [[change.reference, change.why, change.before, change.now] for change in drift],
        "compared_with": before.taken_at.isoformat() if before else None,
    }
    return Exposure(figures, drift, before.taken_at if before else None)


def _kept(thing: Exposed) -> list[Any]:
    return [thing.width, thing.is_restricted, thing.readers]


def _people(now: datetime) -> dict[str, int]:
    """Active members; those who have been away so long that they rest; those whom the first warning has reached."""
    stored = Person.objects.filter(standing=Standing.ACTIVE, is_active=True)
    rests_since = now - dormant_after()
    warned_since = now - timedelta(days=min(settings.PORTAL_DORMANT_WARNINGS))
    return {
        "active": Person.objects.active(at=now).count(),
        "dormant_soon": stored.filter(visit__active_at__gt=rests_since, visit__active_at__lte=warned_since).count(),
        "dormant": stored.filter(visit__active_at__lte=rests_since).count(),
    }


def _drift(before: dict[str, list[Any]], things: Iterable[Exposed]) -> Iterator[Drift]:
    """What can be read by more than twice as many as before, or has a wider label, or lost its caveat."""
    for thing in things:
        if thing.reference not in before:
            continue
        width, was_restricted, readers = before[thing.reference]
        if WIDTHS.index(thing.width) < WIDTHS.index(width):
            yield Drift(thing.reference, "label", width, thing.width)
        if was_restricted and not thing.is_restricted:
            yield Drift(thing.reference, "caveat", Caveat.LAW_ENFORCEMENT_SENSITIVE.value, "")
        if thing.readers > GROWN * max(readers, 1):
            yield Drift(thing.reference, "readers", str(readers), str(thing.readers))


def take(*, at: datetime | None = None) -> Exposure:
    """Measure, keep the figures, and alarm staff if something has drifted."""
    now = at or timezone.now()
    measured = measure(at=now)
    with transaction.atomic():
        ExposureReport.objects.create(taken_at=now, figures=measured.figures)
        if measured.drift:
            alarms.raise_alarm(AlarmKind.EXPOSURE)
    return measured


def take_weekly(now: datetime) -> int:
    """Take a report when the newest is a week old; returns how many were taken."""
    if ExposureReport.objects.filter(taken_at__gt=now - WEEK).exists():
        return 0
    take(at=now)
    return 1
