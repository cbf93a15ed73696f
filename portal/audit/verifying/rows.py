"""The stored trail, read in order and in pieces, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.audit.encoding import FIELDS, encode, moment
from portal.audit.merkle import leaf_hash
from portal.audit.models import Event, Seal
from portal.audit.stored import TEXTS, is_plain, with_texts
from portal.audit.verifying import tolerant
from portal.audit.verifying.tolerant import bytes_of, whole

AT_ONCE = 2_000
_AT = FIELDS.index("at")
_FACTS = FIELDS.index("facts")


class Row(NamedTuple):
    """One seal, and what the event that it names gives now (None: there is no such event)."""

    sequence: int
    leaf: bytes
    link: bytes | None  # None where it is not stored with the event, as in a segment's file
    given: bytes | None
    at: str


def stored(*, after: int) -> Iterator[Row]:
    """The seals after a place with their events, in order."""
    while places := _places(after):
        seals, bad = tolerant.read(Seal.objects.values_list("sequence", "event_id", "leaf", "link"), places)
        seals += [(place, None, b"", b"") for place in bad]
        events = events_of([event for _place, event, _leaf, _link in seals])
        for sequence, event, leaf, link in sorted(seals, key=lambda seal: seal[0]):
            found = events.get(event)
            given, at = (leaf_hash(found[0]), found[1]) if found else (None, "")
            yield Row(sequence, bytes_of(leaf), bytes_of(link), given, at)
        after = places[-1]


def _places(after: int) -> list[int]:
    """The next places; what has no number for one, `looks` names."""
    places = whole(Seal.objects.filter(sequence__gt=after), "sequence").order_by("sequence")
    return list(places.values_list("sequence", flat=True)[:AT_ONCE])


def events_of(ids: list[Any]) -> dict[Any, tuple[bytes, str]]:
    """The bytes and times of events by their numbers; no bytes for one that holds what was never recorded."""
    numbers = [number for number in ids if isinstance(number, int)]
    rows, bad = tolerant.read(with_texts(Event.objects).values_list(*FIELDS, *TEXTS), numbers)
    found: dict[Any, tuple[bytes, str]] = dict.fromkeys(bad, (b"", ""))
    for row in rows:
        fields, texts = row[: len(FIELDS)], row[len(FIELDS) :]
        at = _time(fields[_AT])
        is_whole = at and is_plain(fields[_AT], fields[_FACTS], texts)
        found[fields[0]] = encoded(fields, at) if is_whole else b"", at  # the number comes first
    return found


def _time(at: Any) -> str:
    """When it happened; nothing where no time is stored."""
    try:
        return moment(at)
    except (ValueError, AttributeError, ArithmeticError):
        return ""


def encoded(row: tuple[Any, ...], at: str) -> bytes:
    """The canonical bytes of an event, from its fields in the order of `FIELDS` and its time as text. Never raises."""
    try:
        return encode({**dict(zip(FIELDS, row, strict=True)), "at": at})
    except (ValueError, TypeError, RecursionError):  # what somebody put there has no encoding, so it was never sealed
        return b""


def place_of(leaf: bytes) -> int | None:
    """Where an event with this leaf is sealed. Reads all seals: only for what is wrong already."""
    return (
        Seal.objects.filter(leaf=leaf, sequence__gt=0).order_by("sequence").values_list("sequence", flat=True).first()
    )


def seals() -> Iterator[tuple[int, bytes, bytes]]:
    """Place, leaf and link of every seal, in order of places."""
    places = whole(Seal.objects.filter(sequence__gt=0), "sequence").order_by("sequence")
    rows = Seal.objects.values_list("sequence", "leaf", "link").order_by("sequence")
    for piece in tolerant.pieces(places.values_list("sequence", flat=True).iterator(AT_ONCE), AT_ONCE):
        for sequence, leaf, link in tolerant.read(rows, piece)[0]:
            yield sequence, bytes_of(leaf), bytes_of(link)
