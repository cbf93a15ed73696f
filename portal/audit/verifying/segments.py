"""How the walk goes on behind months that were exported and dropped."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from portal.audit.merkle import Frontier
from portal.audit.models import Segment
from portal.audit.notes import Head, NoteRefused
from portal.audit.retention import files
from portal.audit.retention.notes import SegmentHead, read_segment
from portal.audit.verifying import tolerant
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.heads import Keys, Witness, frontier_of, open_body
from portal.audit.verifying.rows import Row
from portal.audit.verifying.tolerant import bytes_of
from portal.audit.verifying.walk import Walk

LONGEST = 40  # characters of a column that are told


def open_segment(note: str, keys: Keys) -> SegmentHead:
    """What the note of a segment of this trail states. Raises `NoteRefused`."""
    return read_segment(open_body(note, keys))


def stored(*, after: int, findings: Findings) -> list[Segment]:
    """The segments that reach behind a place, in their order. One that cannot be read is found to be forged."""
    names = list(Segment.objects.filter(last__gte=after).order_by("last").values_list("last", flat=True))
    rows, _bad = tolerant.read(Segment.objects.order_by("last"), names, by="last")
    fit = {row.last for row in rows if _is_fit(row)}
    for last in (name for name in names if name not in fit):
        words = f"The segment up to event {str(last)[:LONGEST]} cannot be read."
        findings.add(Kind.FORGED, words, first=last if type(last) is int else None)
    return [row for row in rows if row.last in fit]


def _is_fit(row: Any) -> bool:
    """Whether the columns hold what they are for: SQLite's take anything."""
    numbers, is_date = (type(row.first), type(row.last)), isinstance(row.month, date)
    return numbers == (int, int) and is_date and isinstance(row.file, str) and isinstance(row.frontier, list)


def kept(*, keys: Keys, after: int, findings: Findings) -> list[Witness]:
    """What the notes of segments that are still here as well say of the tree."""
    rows = [row for row in stored(after=after, findings=Findings()) if row.dropped_at is None]
    return [found for row in rows if (found := _as_witness(row, keys, findings))]


def dropped(*, after: int, findings: Findings) -> list[Segment]:
    rows = stored(after=after, findings=findings)
    return [row for row in rows if row.dropped_at is not None and row.last > after]


def pass_over(walk: Walk, row: Segment, *, keys: Keys, folder: Path | None, findings: Findings) -> None:
    """Go along a segment that was dropped: by its note alone, or by its file as well if there is a folder of them."""
    head = stated(row, keys=keys, findings=findings)
    if head is None:
        return
    if (walk.size + 1, walk.link, walk.nodes()) != (head.first, head.link_before, head.nodes):
        words = f"The segment {head.month} does not follow on what stands before it."
        findings.add(Kind.REWRITTEN, words, first=head.first, last=head.last)
    elif folder is not None:
        _walk_file(walk, head, folder / row.file, findings)
    walk.jump(size=head.last, link=head.link_after, tree=_tree(row))


def _walk_file(walk: Walk, head: SegmentHead, path: Path, findings: Findings) -> None:
    words = ""
    try:
        for sequence, line in zip(range(head.first, head.last + 1), files.read(path), strict=False):
            walk.take(Row(sequence, line.leaf, None, line.given, line.at))
        if files.digest_of(path) != head.digest or walk.size != head.last or walk.link != head.link_after:
            words = f"The file {path.name} is not the one whose note was signed."
    except OSError:
        words = f"The file {path.name} cannot be read."
    if words:
        findings.add(Kind.REWRITTEN, words, first=head.first, last=head.last)


def stated(row: Segment, *, keys: Keys, findings: Findings) -> SegmentHead | None:
    """What its note states, if it is believed and the row says the same; a forged one is never jumped over."""
    try:
        head = open_segment(row.note, keys)
        tree = frontier_of(row.last, row.frontier)
    except (NoteRefused, ValueError, TypeError) as problem:
        findings.add(Kind.FORGED, f"The segment {row.file} is not believed: {problem}.", first=row.first, last=row.last)
        return None
    said = (head.first, head.last, head.link_before, head.link_after, head.digest, head.root, head.month)
    columns = (
        bytes_of(row.link_before),
        bytes_of(row.link_after),
        bytes_of(row.digest),
        tree and tree.head(),
        f"{row.month:%Y-%m}",
    )
    if said != (row.first, row.last, *columns):
        words = f"The segment {row.file} does not say what its note says."
        findings.add(Kind.FORGED, words, first=row.first, last=row.last)
        return None
    return head


def _as_witness(row: Segment, keys: Keys, findings: Findings) -> Witness | None:
    head = stated(row, keys=keys, findings=findings)
    if head is None:
        return None
    signed = Head(head.origin, head.last, head.root, head.link_after, time="")  # its own is that of the export
    return Witness(signed, f"segment {head.month}", frontier=_tree(row))


def _tree(row: Segment) -> Frontier:
    """The tree up to its end, of a row that `stated` has found to be sound."""
    return Frontier.from_text(row.last, row.frontier)
