"""What the trail is held against: checkpoints of its own table, and those that were taken outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from portal.audit.keys import Verifier
from portal.audit.merkle import Frontier
from portal.audit.models import Checkpoint
from portal.audit.notes import Head, NoteRefused, open_note, read_head
from portal.audit.verifying.findings import Findings, Kind

AT_ONCE = 500
Keys = Mapping[bytes, Verifier]  # those that are trusted, by their hashes


@dataclass(frozen=True)
class Witness:
    """A signed head that is believed, where it comes from, and the complete subtrees stored with it."""

    head: Head
    source: str
    is_outside: bool = False
    frontier: Frontier | None = None


@dataclass(frozen=True)
class Outside:
    """A note from outside, by the name of its file."""

    name: str
    note: str


def read_outside(*, files: Iterable[Path] = (), folders: Iterable[Path] = ()) -> list[Outside]:
    """The notes of these files and folders (`*.note`, `*.txt`). Raises `OSError` or `UnicodeDecodeError`."""
    paths = list(files)
    for folder in folders:
        if not folder.is_dir():
            raise NotADirectoryError(f"{folder} is not a folder")
        paths += sorted(path for path in folder.iterdir() if path.suffix in {".note", ".txt"})
    return [Outside(path.name, path.read_text(encoding="utf-8")) for path in paths]


def open_head(note: str, keys: Keys) -> Head:
    """What a checkpoint of this trail states. Raises `NoteRefused`: wrong form, key, signature or trail."""
    head = read_head(open_body(note, keys))
    refuse_other_trail(head.origin, keys)
    return head


def open_body(note: str, keys: Keys) -> str:
    """The body of a note that a trusted key has signed. Raises `NoteRefused`."""
    return open_note(note, {mark: verifier.key for mark, verifier in keys.items()})


def refuse_other_trail(origin: str, keys: Keys) -> None:
    """A trail has the name of its keys. Raises `NoteRefused` for another."""
    if origin not in {verifier.name for verifier in keys.values()}:
        raise NoteRefused(f"it is of another trail, {origin}")


def witnesses(*, keys: Keys, outside: Iterable[Outside], after: int, findings: Findings) -> Iterator[Witness]:
    """All heads from a size on that are believed, in order; those that are not are found to be forged.

    Which is the newest is looked up at once: one that is signed while the trail is read must not seem to be cut off.
    """
    opened = [found for note in outside if (found := _from_outside(note, keys, findings))]
    _miss(opened, findings)
    newest = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    beyond = sorted((found for found in opened if _size(found) >= after), key=_size)
    return merge(beyond, _stored(keys, after, newest, findings), key=_size)


def _size(found: Witness) -> int:
    return found.head.size


def _miss(opened: list[Witness], findings: Findings) -> None:
    here = set(Checkpoint.objects.filter(pk__in={_size(found) for found in opened}).values_list("pk", flat=True))
    for found in opened:
        if _size(found) not in here:
            words = f"The {found.source}, which was taken outside, is missing among the stored ones."
            findings.add(Kind.REMOVED, words, first=_size(found))


def _stored(keys: Keys, after: int, newest: int, findings: Findings) -> Iterator[Witness]:
    rows = Checkpoint.objects.filter(size__lte=newest).order_by("size")
    while piece := list(rows.filter(size__gte=after)[:AT_ONCE]):
        yield from (found for row in piece if (found := witness(row, keys=keys, findings=findings)))
        after = piece[-1].size + 1


def _from_outside(given: Outside, keys: Keys, findings: Findings) -> Witness | None:
    try:
        return Witness(open_head(given.note, keys), f"checkpoint {given.name}", is_outside=True)
    except NoteRefused as problem:
        findings.add(Kind.FORGED, f"The checkpoint {given.name} from outside is not believed: {problem}.")
        return None


def witness(row: Checkpoint, *, keys: Keys, findings: Findings) -> Witness | None:
    """A stored checkpoint, if its note is believed. What its columns say beside the note is found to be forged."""
    try:
        head = open_head(row.note, keys)
    except NoteRefused as problem:
        findings.add(Kind.FORGED, f"The stored checkpoint {row.size} is not believed: {problem}.", first=row.size)
        return None
    if head.size != row.size:
        words = f"The stored checkpoint {row.size} has the note of another, {head.size}."
        findings.add(Kind.FORGED, words, first=row.size)
        return None
    frontier = _frontier(row)
    columns = (bytes(row.root), bytes(row.link), frontier.head() if frontier else None)
    if columns != (head.root, head.link, head.root):
        findings.add(Kind.FORGED, f"The stored checkpoint {row.size} does not say what its note says.", first=row.size)
        frontier = None
    return Witness(head, f"checkpoint {head.size}", frontier=frontier)


def _frontier(row: Checkpoint) -> Frontier | None:
    try:
        frontier = Frontier.from_text(row.size, row.frontier)
    except (ValueError, TypeError):
        return None
    return frontier if len(frontier.roots) == row.size.bit_count() else None
