"""Months that are old enough are exported to files, and signed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from portal.audit import keys
from portal.audit.encoding import moment
from portal.audit.enums import Verb
from portal.audit.merkle import Frontier, leaf_hash
from portal.audit.models import Checkpoint, Seal, Segment
from portal.audit.notes import sign
from portal.audit.recording import record
from portal.audit.retention import files
from portal.audit.retention.months import month_of, months_later, parse_month, start_of
from portal.audit.retention.notes import SegmentHead
from portal.audit.sealing import GENESIS, link_of
from portal.audit.verifying import heads, retired
from portal.audit.verifying.findings import Findings
from portal.audit.verifying.rows import events_of
from portal.audit.verifying.tolerant import bytes_of

AT_ONCE = 2_000


class SegmentRefused(Exception):
    """A month cannot be exported or dropped; the message is one sentence."""


@dataclass(frozen=True)
class End:
    """Where the exported months end: the number of events, the last link, and the tree."""

    size: int
    link: bytes
    tree: Frontier


def due(*, now: datetime) -> list[Checkpoint]:
    """The checkpoints that close a month and are older than `PORTAL_TRAIL_MONTHS`, and not exported yet.

    What counts is when the checkpoint was signed, by its note and not by its row: no event in the segment is younger.
    """
    until = start_of(months_later(month_of(now), -settings.PORTAL_TRAIL_MONTHS))
    exported = Segment.objects.values("month")
    closing = Checkpoint.objects.exclude(closes_month=None).exclude(closes_month__in=exported)
    return list(closing.filter(at__lte=until, size__gt=_end().size).order_by("size"))


def retire_due(*, now: datetime) -> int:
    """Export every month that is due, the oldest first; returns how many. Raises as `retire` does."""
    return len([retire(checkpoint, now=now) for checkpoint in due(now=now)])


def retire(checkpoint: Checkpoint, *, now: datetime) -> Segment:
    """Export what lies between the month before and the checkpoint that closes this one, and sign for it.

    Raises `SegmentRefused` when the rows are not those that were signed for, `TrailKeyProblem` and `OSError`.
    """
    signing, begin = keys.signer(), _end()
    _refuse_forged(checkpoint, now=now)
    month = f"{checkpoint.closes_month:%Y-%m}"
    path = files.folder() / f"{month}{files.SUFFIX}"
    tracked = _Tracked(begin, checkpoint)
    digest = files.write(path, tracked.lines())
    head = SegmentHead(
        origin=signing.name,
        month=month,
        first=begin.size + 1,
        last=checkpoint.size,
        link_before=begin.link,
        link_after=bytes(checkpoint.link),
        nodes=b"".join(begin.tree.roots),
        root=bytes(checkpoint.root),
        digest=digest,
        time=moment(now),
    )
    note = sign(head.body(), name=signing.name, key=signing.key)
    path.with_suffix(files.NOTE_SUFFIX).write_text(note, encoding="utf-8")
    return _store(head, checkpoint.frontier, note=note, file=path.name, now=now)


def _refuse_forged(checkpoint: Checkpoint, *, now: datetime) -> None:
    findings, trusted = Findings(), keys.verifiers()
    found = heads.witness(checkpoint, keys=trusted, findings=findings)
    if found is None or findings.count:
        raise SegmentRefused(findings.kept[0].words)
    before = heads.previous(checkpoint.size, trusted)
    month = heads.closes(before.head, found.head) if before and before is not heads.NOT_KNOWN else None
    if month is None or month != checkpoint.closes_month:
        raise SegmentRefused(f"The checkpoint {checkpoint.size} does not close the month that its row says.")
    if not retired.is_due(found, now=now):
        raise SegmentRefused(f"The month {month:%Y-%m} is not old enough, by the time at which it was signed for.")


def _store(head: SegmentHead, frontier: list[str], *, note: str, file: str, now: datetime) -> Segment:
    with transaction.atomic():
        made = Segment.objects.create(
            month=parse_month(head.month),
            first=head.first,
            last=head.last,
            link_before=head.link_before,
            link_after=head.link_after,
            frontier=frontier,
            file=file,
            digest=head.digest,
            note=note,
            exported_at=now,
        )
        record(Verb.TRAIL_EXPORT, facts={"month": head.month, "first": head.first, "last": head.last})
    return made


def _end() -> End:
    last = Segment.objects.order_by("-last").first()
    if last is None:
        return End(0, GENESIS, Frontier())
    return End(last.last, bytes(last.link_after), Frontier.from_text(last.last, last.frontier))


class _Tracked:
    """The lines of a segment, each held against its seal, and all of them against the checkpoint at the end."""

    def __init__(self, begin: End, checkpoint: Checkpoint) -> None:
        self._size, self._link, self._tree = begin.size, begin.link, begin.tree
        self._checkpoint = checkpoint

    def lines(self) -> Iterator[tuple[bytes, bytes]]:
        while self._size < self._checkpoint.size:
            piece = self._piece()
            yield from piece
            self._tree = self._tree.extended(leaf for leaf, _event in piece)
        signed = (bytes(self._checkpoint.root), bytes(self._checkpoint.link))
        if (self._tree.head(), self._link) != signed:
            raise self._refusal(self._size)

    def _piece(self) -> list[tuple[bytes, bytes]]:
        seals = Seal.objects.filter(sequence__gt=self._size, sequence__lte=self._checkpoint.size).order_by("sequence")
        rows = list(seals.values_list("sequence", "event_id", "leaf", "link")[:AT_ONCE])
        if not rows:
            raise self._refusal(self._size + 1)
        found = events_of([event for _place, event, _leaf, _link in rows])
        return [
            self._line(place, found.get(event, (b"", ""))[0], bytes_of(leaf), bytes_of(link))
            for place, event, leaf, link in rows
        ]

    def _line(self, sequence: int, event: bytes, leaf: bytes, link: bytes) -> tuple[bytes, bytes]:
        due = link_of(before=self._link, sequence=self._size + 1, leaf=leaf)
        if (sequence, leaf, link) != (self._size + 1, leaf_hash(event), due):
            raise self._refusal(self._size + 1)
        self._size, self._link = sequence, due
        return leaf, event

    def _refusal(self, place: int) -> SegmentRefused:
        month = f"{self._checkpoint.closes_month:%Y-%m}"
        return SegmentRefused(f"The month {month} was not exported: place {place} is not what was sealed there.")
