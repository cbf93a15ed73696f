"""Whether the stored trail is what was recorded, and if not, where it begins to differ (docs/trail-format.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from pathlib import Path
from time import perf_counter

from portal.audit.merkle import Frontier
from portal.audit.sealing import GENESIS
from portal.audit.verifying import heads, looks, people, retired, rows, segments
from portal.audit.verifying.findings import Finding, Findings, Kind, Report
from portal.audit.verifying.heads import Keys, Outside, Witness
from portal.audit.verifying.walk import Walk

__all__ = ["Finding", "Kind", "NoSuchCheckpoint", "Outside", "Report", "verify"]

Progress = Callable[[int], None]
PROGRESS_EVERY = 50_000
MOST_NAMED = 20


class NoSuchCheckpoint(Exception):
    """There is no stored checkpoint of the size from which on it is to be verified."""


def verify(
    *,
    now: datetime,
    keys: Keys,
    since: int = 0,
    outside: Iterable[Outside] = (),
    files: Path | None = None,
    progress: Progress = lambda events: None,
) -> Report:
    """Walk the whole trail, or what came after the stored checkpoint of size `since`.

    Takes the public keys that are trusted, checkpoints that were kept outside, and the folder of segments' files if
    those are to be read as well. Raises `NoSuchCheckpoint`.
    """
    began, findings = perf_counter(), Findings()
    start = _start(since, keys)
    known = heads.believed(outside, keys=keys, findings=findings)
    walk = _walk(start, keys, known, findings)
    for segment in segments.dropped(after=since, findings=findings):
        segments.pass_over(walk, segment, keys=keys, folder=files, findings=findings)
    for row in rows.stored(after=since):
        walk.take(row)
        if walk.events % PROGRESS_EVERY == 0:
            progress(walk.events)
    walk.finish()
    retired.look(keys=keys, after=since, findings=findings)
    _look_around(is_whole=not since, now=now, findings=findings)
    return _report(walk, findings, perf_counter() - began, _notes(walk, known, since))


@dataclass(frozen=True)
class _Start:
    size: int
    link: bytes
    tree: Frontier


def _start(since: int, keys: Keys) -> _Start:
    if not since:
        return _Start(0, GENESIS, Frontier())
    row = heads.stored(since)
    if row is None:
        raise NoSuchCheckpoint(f"There is no checkpoint of {since} events.")
    found = heads.witness(row, keys=keys, findings=Findings())  # the walk meets it as well, and says so there
    if found is None or found.frontier is None:
        raise NoSuchCheckpoint(f"The checkpoint of {since} events is forged: verify from an earlier one, or the whole.")
    return _Start(since, found.head.link, found.frontier)


def _walk(start: _Start, keys: Keys, outside: Iterable[Witness], findings: Findings) -> Walk:
    signed = heads.witnesses(keys=keys, outside=outside, after=start.size, findings=findings)
    exported = segments.kept(keys=keys, after=start.size, findings=findings)
    known = merge(signed, exported, key=lambda found: found.head.size)
    return Walk(size=start.size, link=start.link, tree=start.tree, witnesses=known, findings=findings)


def _look_around(*, is_whole: bool, now: datetime, findings: Findings) -> None:
    looks.look_at_places(findings)
    looks.look_for_fractions(findings)
    looks.look_for_unsealed(now=now, findings=findings)
    if is_whole:
        people.look_at_references(findings)
        people.look_for_missing(now=now, findings=findings)
    looks.look_at_guards(findings)


def _notes(walk: Walk, outside: list[Witness], since: int) -> Iterator[str]:
    """What could not be looked at: nobody must take it for agreed."""
    if walk.passed:
        yield f"{walk.passed} checkpoints stand where nothing is stored to hold them against."
    before = sorted({found.head.size for found in outside if found.head.size < since})
    if before:
        named = ", ".join(map(str, before[:MOST_NAMED])) + (" and more" if len(before) > MOST_NAMED else "")
        yield (
            f"NOT HELD AGAINST ANYTHING: your checkpoints of {named} events, since the look began at {since}. "
            "Leave --since out, or begin at one of them."
        )


def _report(walk: Walk, findings: Findings, seconds: float, notes: Iterable[str]) -> Report:
    return Report(
        events=walk.events,
        size=walk.size,
        checkpoints=walk.heads,
        seconds=seconds,
        findings=tuple(findings.in_order()),
        count=findings.count,
        notes=tuple(notes),
    )
