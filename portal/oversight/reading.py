"""Events as rows that one can read: a fixed number of queries for a page of them, however many there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from portal.access.viewer import Viewer
from portal.audit import references
from portal.audit.models import Checkpoint, Event, Reference, Seal, Unreadable
from portal.audit.recording import NOBODY, SYSTEM
from portal.members.models import Person
from portal.oversight import things
from portal.oversight.selection import ERASED
from portal.oversight.things import Thing

LONGEST_FACT = 1_000  # characters
INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Whom:
    """Whose doing an event is. `pk` is None for nobody, for the portal itself, and for who was erased."""

    words: str
    pk: int | None = None


@dataclass(frozen=True)
class Place:
    """Where an event stands in the trail: its number, its hashes, and the first checkpoint that covers it."""

    sequence: int
    leaf: bytes
    link: bytes
    checkpoint: int | None
    signed_at: datetime | None


@dataclass(frozen=True)
class Row:
    """One event, with what its references mean."""

    event: Event
    whom: Whom
    thing: Thing | None
    address: str
    place: Place | None

    @property
    def why(self) -> str:
        return in_words(self.event.why)

    @property
    def has_network(self) -> bool:
        """Whether it came from a network address that is still known, so that one may ask what else did."""
        return bool(self.event.address) and self.address != erased()


def rows_of(events: Iterable[Event], viewer: Viewer) -> list[Row]:
    """Rows for events in hand: references, people, places, and titles by kind of thing."""
    found = list(events)
    people = _meant(references.PERSON, {event.who for event in found})
    addresses = _meant(references.ADDRESS, {event.address for event in found if event.address})
    whom = people_by_key(people.get(event.who, ERASED) for event in found if event.who not in {NOBODY, SYSTEM})
    named = things.described((event.about for event in found), viewer)
    places = _places([event.pk for event in found])
    return [
        Row(
            event=event,
            whom=whom_of(event.who if event.who in {NOBODY, SYSTEM} else people.get(event.who, ERASED), whom),
            thing=named.get(event.about),
            address=addresses.get(event.address, erased()) if event.address else "",
            place=places.get(event.pk),
        )
        for event in found
    ]


def _meant(kind: str, names: set[str]) -> dict[str, str]:
    return dict(Reference.objects.filter(kind=kind, pk__in=names).values_list("reference", "value"))


def _places(events: Sequence[int]) -> dict[int, Place]:
    covering = Checkpoint.objects.filter(size__gte=OuterRef("sequence")).order_by("size")
    seals = Seal.objects.filter(event_id__in=events).annotate(
        checkpoint=Subquery(covering.values("size")[:1]), signed_at=Subquery(covering.values("at")[:1])
    )
    columns = ("sequence", "leaf", "link", "checkpoint", "signed_at")
    return {
        event: Place(sequence, _bytes(leaf), _bytes(link), size, at)
        for event, sequence, leaf, link, size, at in seals.values_list(F("event_id"), *columns)
    }


def _bytes(value: Any) -> bytes:
    """A hash, or nothing where somebody has put something else."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def people_by_key(values: Iterable[str | None]) -> dict[str, str]:
    """The names of people by their keys as text, in one query."""
    keys = {key for value in values if value and (key := things.key_of(value)) is not None}
    return {str(pk): name for pk, name in Person.objects.filter(pk__in=keys).values_list("pk", "name")}


def whom_of(value: str, names: dict[str, str]) -> Whom:
    """In words what `selection.with_whom` or a reference says."""
    if value == NOBODY:
        return Whom(_("Nobody who had signed in"))
    if value == SYSTEM:
        return Whom(_("The portal itself"))
    if value == ERASED:
        return Whom(erased())
    key = things.key_of(value)
    if key is None:
        return Whom(_("Somebody whom the portal never had"))
    return Whom(names.get(value) or _("Person %(number)s, who is gone") % {"number": value}, key)


def erased() -> str:
    return _("erased on schedule")


def in_words(code: str) -> str:
    """A code word as words: 'NotTheirRole' and 'not-their-role' alike become 'not their role'."""
    return INNER_CAPITAL.sub(" ", code).replace("-", " ").replace("_", " ").lower()


def facts_in_words(facts: Any) -> list[tuple[str, str]]:
    """The facts of an event as pairs of words. What was put there past the portal may be anything."""
    if not isinstance(facts, dict):
        return [(_("Facts"), _fact(facts))]
    return [(in_words(name).capitalize(), _fact(value)) for name, value in sorted(facts.items())]


def _fact(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Unreadable):
        return _("cannot be read")
    try:
        text = ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists without end
        return _("cannot be read")
    return text[:LONGEST_FACT] or "–"
