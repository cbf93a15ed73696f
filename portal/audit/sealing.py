"""The sealer gives committed events their places, one after the other, under one lock.

What has no seal yet is found by looking, never by a cursor: an event with a smaller number may be committed later. The
look that runs every few seconds covers the last hour; the clock looks at everything, twice an hour.

Front may insert events, so what a row holds is not believed. One that has no encoding, that cannot even be read, or
that stands there in another text than the portal writes gets no place: it is told of in the log by its number,
`audit_verify` names it, and everything else is sealed. (The verifier takes another text for an edit, so a row that came
with one must not look as if it had been edited since.)
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef

from portal.audit import own
from portal.audit.encoding import FIELDS, encode
from portal.audit.merkle import leaf_hash
from portal.audit.models import Checkpoint, Event, Seal, Segment
from portal.audit.stored import TEXTS, is_plain, with_texts

GENESIS = hashlib.sha256(b"portal trail, link 0").digest()
MOST_AT_ONCE = 5_000
LOOKS_BACK = timedelta(hours=1)
LOCK = 7_235_571_026_349_102  # any number that nothing else locks


# What reading or encoding a row raises if it holds what the portal never writes: numbers of thousands of digits, JSON
# nested without end, halves of letters, times that Python does not know.
UNFIT = (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, DatabaseError)
MOST_NAMED = 20  # in one line of the log
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tail:
    """Where the chain ends: the number of events, and the last link."""

    size: int
    link: bytes


def link_of(*, before: bytes, sequence: int, leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x02" + before + sequence.to_bytes(8, "big") + leaf).digest()


@dataclass
class _Turn:
    """One look for what has no seal: from when on, and behind which numbers, if a whole piece of them had no encoding.

    It is moved on for no other reason: an event with a smaller number may be committed later, and before one that its
    writer wrote after it.
    """

    since: datetime | None
    behind: int | None = None
    sealed: int = 0
    unfit: dict[int, None] = field(default_factory=dict)

    def rows(self) -> Any:
        rows = unsealed(since=self.since).order_by("id")
        return rows if self.behind is None else rows.filter(pk__gt=self.behind)


def seal(*, now: datetime, everything: bool = False) -> int:
    """Seal what has no seal yet; returns how many. With `everything` however old, else of the last hour.

    After the sealer stood still that is the hour before the last checkpoint, so that what happened meanwhile gets its
    place before anything newer, and none of it looks as if it had been added later.
    """
    turn = _Turn(None if everything else min(now, _last_signed() or now) - LOOKS_BACK)
    while _seal_some(turn):
        pass
    if turn.unfit:
        facts = {"count": len(turn.unfit), "events": list(turn.unfit)[:MOST_NAMED]}
        logger.error("events that nothing of the portal has written are not sealed", extra=facts)
    return turn.sealed


def _last_signed() -> datetime | None:
    return Checkpoint.objects.order_by("-size").values_list("at", flat=True).first()


def _seal_some(turn: _Turn) -> bool:
    """Seal a piece; True as long as there may be more. Those without a place keep no other from it."""
    with transaction.atomic():
        lock()
        names, rows = _piece(turn)
        fit = [(row, leaf) for row in rows if (leaf := _leaf(row)) is not None]
        if fit:
            Seal.objects.bulk_create(_linked(fit, tail()))
            own.show([row for row, _leaf in fit])
    placed = {row["id"] for row, _leaf in fit}
    turn.unfit |= dict.fromkeys(name for name in names if name not in placed)
    turn.sealed += len(fit)
    if not fit and len(names) == MOST_AT_ONCE:
        turn.behind = names[-1]
        return True
    return bool(fit)


def _piece(turn: _Turn) -> tuple[list[int], list[dict[str, Any]]]:
    """The next numbers, and the rows of those that can be read."""
    try:
        with transaction.atomic():
            rows = list(with_texts(turn.rows()).values(*FIELDS, *TEXTS)[:MOST_AT_ONCE])
        return [row["id"] for row in rows], rows
    except UNFIT:
        names = list(turn.rows().values_list("pk", flat=True)[:MOST_AT_ONCE])
        return names, _readable(names)


def _readable(names: Sequence[int]) -> list[dict[str, Any]]:
    """Halves and halves again, until those that cannot be read are alone."""
    try:
        with transaction.atomic():
            rows = with_texts(Event.objects.filter(pk__in=names)).order_by("id")
            return list(rows.values(*FIELDS, *TEXTS))
    except UNFIT:
        half = len(names) // 2
        return [*_readable(names[:half]), *_readable(names[half:])] if half else []


def _leaf(row: dict[str, Any]) -> bytes | None:
    """The leaf of a row that the portal has written; None for any other. Takes the texts out of the row."""
    texts = tuple(row.pop(name) for name in TEXTS)
    try:
        return leaf_hash(encode(row)) if is_plain(row["at"], row["facts"], texts) else None
    except UNFIT:
        return None


def unsealed(*, since: datetime | None = None) -> Any:
    events = Event.objects.filter(~Exists(Seal.objects.filter(event_id=OuterRef("pk"))))
    return events.filter(at__gte=since) if since else events


def seals_of(rows: Iterable[dict[str, Any]], end: Tail) -> list[Seal]:
    """The seals of events that follow on `end`. Raises for an event that has no encoding."""
    return _linked([(row, leaf_hash(encode(row))) for row in rows], end)


def _linked(leaves: Iterable[tuple[dict[str, Any], bytes]], end: Tail) -> list[Seal]:
    seals, link = [], end.link
    for sequence, (row, leaf) in enumerate(leaves, start=end.size + 1):
        link = link_of(before=link, sequence=sequence, leaf=leaf)
        seals.append(Seal(sequence=sequence, event_id=row["id"], leaf=leaf, link=link))
    return seals


def tail() -> Tail:
    """The end of the chain, behind what was dropped if nothing came since."""
    last = Seal.objects.order_by("-sequence").first()
    if last is not None:
        return Tail(last.sequence, bytes(last.link))
    dropped = Segment.objects.exclude(dropped_at=None).order_by("-last").first()
    return Tail(dropped.last, bytes(dropped.link_after)) if dropped else Tail(0, GENESIS)


def lock() -> None:
    """Until the transaction ends nobody else seals or signs.

    On SQLite a transaction that writes is alone already (they begin IMMEDIATE).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
