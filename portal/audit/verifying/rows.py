"""The stored trail, read in order and in pieces, so that memory does not grow with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, TextField
from django.db.models.functions import Cast

from portal.audit.encoding import FIELDS, encode, moment
from portal.audit.merkle import leaf_hash
from portal.audit.models import Event, Seal
from portal.audit.verifying import tolerant
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.tolerant import bytes_of

AT_ONCE = 2_000
LARGEST = 2**63 - 1  # what a column of places holds
_AT = FIELDS.index("at")
_FACTS = FIELDS.index("facts")


class Row(NamedTuple):
    """One seal, and what the event that it names gives now (None: there is no such event)."""

    sequence: int
    leaf: bytes
    link: bytes | None  # None where it is not stored with the event, as in a segment's file
    given: bytes | None
    at: str


def stored(*, after: int, findings: Findings) -> Iterator[Row]:
    """The seals after a place with their events, in order."""
    while places := _places(after, findings):
        seals, bad = tolerant.read(Seal.objects.values_list("sequence", "event_id", "leaf", "link"), places)
        seals += [(place, None, b"", b"") for place in bad]
        events = events_of([event for _place, event, _leaf, _link in seals])
        for sequence, event, leaf, link in sorted(seals, key=lambda seal: seal[0]):
            found = events.get(event)
            given, at = (leaf_hash(found[0]), found[1]) if found else (None, "")
            yield Row(sequence, bytes_of(leaf), bytes_of(link), given, at)
        after = places[-1]


def _places(after: int, findings: Findings) -> list[int]:
    """The next places. On SQLite text can stand in their column, and comes last."""
    places = Seal.objects.filter(sequence__gt=after).order_by("sequence").values_list("sequence", flat=True)[:AT_ONCE]
    found: list[Any] = list(places)
    numbers = [place for place in found if isinstance(place, int)]
    if len(numbers) < len(found):
        findings.add(Kind.ADDED, f"{len(found) - len(numbers)} seals or more have no number for a place.")
    return numbers


def events_of(ids: list[Any]) -> dict[Any, tuple[bytes, str]]:
    """The bytes and times of events by their numbers; no bytes for one that holds what was never recorded."""
    numbers = [number for number in ids if isinstance(number, int)]
    rows, bad = tolerant.read(_as_stored(), numbers)
    found: dict[Any, tuple[bytes, str]] = dict.fromkeys(bad, (b"", ""))
    for *fields, at_text, facts_text in rows:
        at = _time(fields[_AT])
        is_plain = _is_plain(fields, at_text, facts_text)
        found[fields[0]] = encoded(tuple(fields), at) if at and is_plain else b"", at  # the number comes first
    return found


def _time(at: Any) -> str:
    """When it happened; nothing where no time is stored."""
    try:
        return moment(at)
    except (ValueError, AttributeError, ArithmeticError):
        return ""


def _as_stored() -> Any:
    """The fields, and on SQLite the text that stands for time and facts, which says more than what is read from it."""
    is_text = connection.vendor == "sqlite"
    texts = {f"{name}_text": Cast(name, TextField()) if is_text else F("id") for name in ("at", "facts")}
    return Event.objects.annotate(**texts).values_list(*FIELDS, *texts)


def _is_plain(fields: list[Any], at: Any, facts: Any) -> bool:
    """Whether the text is the one that the portal stores: no name twice, no time that sorts to another place."""
    if connection.vendor != "sqlite":
        return True
    try:
        return bool(str(fields[_AT].replace(tzinfo=None)) == at and json.dumps(fields[_FACTS]) == facts)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False


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
    places = Seal.objects.filter(sequence__gt=0, sequence__lte=LARGEST).order_by("sequence")
    rows = Seal.objects.values_list("sequence", "leaf", "link").order_by("sequence")
    for piece in tolerant.pieces(places.values_list("sequence", flat=True).iterator(AT_ONCE), AT_ONCE):
        for sequence, leaf, link in tolerant.read(rows, piece)[0]:
            yield sequence, bytes_of(leaf), bytes_of(link)
