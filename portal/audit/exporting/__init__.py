"""Exports of the trail with proofs (docs/trail-format.md): each event can be shown without the others.

Every event goes with the path that leads from it to the newest signed checkpoint. Events that no checkpoint covers yet
are left out and counted: in minutes they will be covered, and until then nothing could be proven of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from portal.audit import checkpoints, references
from portal.audit.encoding import moment
from portal.audit.enums import Verb
from portal.audit.exporting import archive, bundle
from portal.audit.exporting.entries import Entries
from portal.audit.models import Event, Reference, Seal
from portal.audit.proofs import NotProvable, Tree
from portal.audit.recording import record

__all__ = ["Export", "NotProvable", "NothingSigned", "Shape", "begin", "select"]

Filters = Mapping[str, str | int]


class Shape(StrEnum):
    """One JSON file with the proofs; or a table for people, packed together with that file."""

    JSON = "json"
    CSV = "csv"


class NothingSigned(Exception):
    """There is no checkpoint yet, so nothing can be proven."""


@dataclass(frozen=True)
class Export:
    """A file that is written as it is read: its name, its type, how many events are in it, and how many came later."""

    name: str
    content_type: str
    count: int
    newer: int
    pieces: Iterator[bytes]


def select(
    *,
    start: datetime | int | None = None,
    until: datetime | int | None = None,
    person: int | None = None,
    about: str = "",
) -> QuerySet[Event]:
    """The events between two times or places (both included), of one person, about one thing."""
    events = Event.objects.all()
    for name, bound in (("gte", start), ("lte", until)):
        if isinstance(bound, datetime):
            events = events.filter(**{f"at__{name}": bound})
        elif bound is not None:
            sealed = Seal.objects.filter(**{f"sequence__{name}": bound})
            events = events.filter(pk__in=sealed.values("event_id"))
    if person is not None:
        meant = Reference.objects.filter(kind=references.PERSON, value=str(person))
        events = events.filter(who__in=meant.values("pk"))
    return events.filter(about=about) if about else events


def begin(
    events: QuerySet[Event],
    *,
    shape: Shape,
    now: datetime,
    filters: Filters | None = None,
    with_people: bool = False,
    purpose: str = "",
    about: str = "",
) -> Export:
    """Record that these events are exported, and give the file.

    `filters` say by which they were chosen; they stand in the file and in the trail. `purpose` and `about`, the one
    thing or person that it is about, stand in the trail alone. With people, each event goes with the keys of its
    references, so that the reader can check whom they mean. Raises `NothingSigned` and `NotProvable`; nothing is
    recorded then.
    """
    checkpoint = checkpoints.latest()
    if checkpoint is None:
        raise NothingSigned
    tree = Tree(checkpoint.size)
    entries = Entries(events, tree=tree, with_people=with_people)
    count, newer = entries.count(), entries.count_newer()
    chosen = [f"{name}={value}" for name, value in (filters or {}).items()]
    facts = {"events": count, "format": shape.value, "people": with_people, "filters": chosen}
    record(Verb.TRAIL_EXPORT, about, purpose=purpose, facts=facts)
    said = {"made": moment(now), "filters": dict(filters or {}), "count": count, "newer": newer}
    name, kind, pieces = _file(shape, entries, bundle.opening(checkpoint, said), checkpoint.size, now)
    return Export(name, kind, count, newer, pieces)


def _file(
    shape: Shape, entries: Entries, opening: dict[str, Any], size: int, now: datetime
) -> tuple[str, str, Iterator[bytes]]:
    name = f"trail-{now:%Y%m%dT%H%M%SZ}"
    if shape is Shape.JSON:
        return f"{name}.json", "application/json", bundle.pieces(opening, entries)
    return f"{name}.zip", "application/zip", archive.pieces(opening, entries, size=size, now=now)
