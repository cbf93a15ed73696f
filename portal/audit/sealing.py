"""The sealer gives committed events their places, one after the other, under one lock.

What has no seal yet is found by looking, never by a cursor: an event with a smaller number may be committed later. The
look that runs every few seconds covers the last hour; the clock looks at everything, once an hour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from portal.audit import own
from portal.audit.encoding import FIELDS, encode
from portal.audit.merkle import leaf_hash
from portal.audit.models import Checkpoint, Event, Seal, Segment

GENESIS = hashlib.sha256(b"portal trail, link 0").digest()
MOST_AT_ONCE = 5_000
LOOKS_BACK = timedelta(hours=1)
LOCK = 7_235_571_026_349_102  # any number that nothing else locks


@dataclass(frozen=True)
class Tail:
    """Where the chain ends: the number of events, and the last link."""

    size: int
    link: bytes


def link_of(*, before: bytes, sequence: int, leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x02" + before + sequence.to_bytes(8, "big") + leaf).digest()


def seal(*, now: datetime, everything: bool = False) -> int:
    """Seal what has no seal yet; returns how many. With `everything` however old, else of the last hour.

    After the sealer stood still that is the hour before the last checkpoint, so that what happened meanwhile gets its
    place before anything newer, and none of it looks as if it had been added later.
    """
    since = None if everything else min(now, _last_signed() or now) - LOOKS_BACK
    sealed = 0
    while count := _seal_some(since):
        sealed += count
    return sealed


def _last_signed() -> datetime | None:
    return Checkpoint.objects.order_by("-size").values_list("at", flat=True).first()


def _seal_some(since: datetime | None) -> int:
    with transaction.atomic():
        _lock()
        rows = list(unsealed(since=since).order_by("id").values(*FIELDS)[:MOST_AT_ONCE])
        if rows:
            Seal.objects.bulk_create(seals_of(rows, tail()))
            own.show(rows)
        return len(rows)


def unsealed(*, since: datetime | None = None) -> Any:
    events = Event.objects.filter(~Exists(Seal.objects.filter(event_id=OuterRef("pk"))))
    return events.filter(at__gte=since) if since else events


def seals_of(rows: Iterable[dict[str, Any]], end: Tail) -> list[Seal]:
    """The seals of events that follow on `end`."""
    seals, link = [], end.link
    for sequence, row in enumerate(rows, start=end.size + 1):
        leaf = leaf_hash(encode(row))
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


def _lock() -> None:
    """One sealer at a time. On SQLite a transaction that writes is alone already (they begin IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
