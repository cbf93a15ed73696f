"""The stored trail, read in order and in pieces, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.audit.encoding import FIELDS, encode, moment
from portal.audit.merkle import leaf_hash
from portal.audit.models import Event, Seal

AT_ONCE = 2_000
_AT = FIELDS.index("at")
_ID = FIELDS.index("id")


class Row(NamedTuple):
    """One seal, and what the event that it names gives now (None: there is no such event)."""

    sequence: int
    leaf: bytes
    link: bytes | None  # None where it is not stored with the event, as in a segment's file
    given: bytes | None
    at: str


def stored(*, after: int) -> Iterator[Row]:
    """The seals after a place with their events, in order."""
    seals = Seal.objects.order_by("sequence").values_list("sequence", "event_id", "leaf", "link")
    while piece := list(seals.filter(sequence__gt=after)[:AT_ONCE]):
        events = _events([row[1] for row in piece])
        for sequence, event, leaf, link in piece:
            given, at = events.get(event, (None, ""))
            yield Row(sequence, bytes(leaf), bytes(link), given, at)
        after = piece[-1][0]


def _events(ids: list[int]) -> dict[int, tuple[bytes, str]]:
    found = {}
    for row in Event.objects.filter(pk__in=ids).values_list(*FIELDS).iterator(AT_ONCE):
        at = moment(row[_AT])
        found[row[_ID]] = leaf_hash(encoded(row, at)), at
    return found


def encoded(row: tuple[Any, ...], at: str) -> bytes:
    """The canonical bytes of an event, from its fields in the order of `FIELDS` and its time as text. Never raises."""
    try:
        return encode({**dict(zip(FIELDS, row, strict=True)), "at": at})
    except (ValueError, TypeError):  # what somebody has put there has no encoding, so it was never sealed
        return b""


def place_of(leaf: bytes) -> int | None:
    """Where an event with this leaf is sealed. Reads all seals: only for what is wrong already."""
    return Seal.objects.filter(leaf=leaf).order_by("sequence").values_list("sequence", flat=True).first()


def seals() -> Iterator[tuple[int, bytes, bytes]]:
    """Place, leaf and link of every seal, in order of places."""
    rows = Seal.objects.order_by("sequence").values_list("sequence", "leaf", "link")
    return ((sequence, bytes(leaf), bytes(link)) for sequence, leaf, link in rows.iterator(AT_ONCE))
