"""What the trail is held against: checkpoints of its own table, and those that were taken outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from heapq import merge
from pathlib import Path

from django.db.models import BooleanField, ExpressionWrapper, Q

from portal.audit.encoding import moment
from portal.audit.keys import Verifier
from portal.audit.merkle import Frontier
from portal.audit.models import Checkpoint
from portal.audit.notes import Head, NoteRefused, open_note, read_head
from portal.audit.retention.months import month_of
from portal.audit.retention.notes import FIRST_LINE
from portal.audit.verifying import tolerant
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.tolerant import bytes_of, pieces, whole

AT_ONCE = 500
HASH = 32  # bytes
MOST_NAMED = 20
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
NAME_LENGTH = 100  # of another trail's name that is told
Keys = Mapping[bytes, Verifier]  # those that are trusted, by their hashes


@dataclass(frozen=True)
class Witness:
    """A signed head that is believed, where it comes from, and the complete subtrees stored with it."""

    head: Head
    source: str
    is_outside: bool = False
    frontier: Frontier | None = None


NOT_KNOWN = Witness(Head("", -1, b"", b"", ""), "a checkpoint that is not believed")


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
    return read_head(open_body(note, keys))


def open_body(note: str, keys: Keys) -> str:
    """The body of a note that a trusted key of the trail has signed which the note names. Raises `NoteRefused`.

    A trail has the name of its keys: one that is trusted for another trail cannot speak for this one.
    """
    if not isinstance(note, str):
        raise NoteRefused("it is no text")
    origin = note.partition("\n")[0].removeprefix(FIRST_LINE)
    named = {mark: verifier.key for mark, verifier in keys.items() if verifier.name == origin}
    if keys and not named:
        raise NoteRefused(f"it is of another trail, {origin[:NAME_LENGTH]}")
    return open_note(note, named)


def signed_at(head: Head) -> datetime:
    """When a checkpoint was signed. Raises `NoteRefused`."""
    try:
        return datetime.strptime(head.time, TIME).replace(tzinfo=UTC)
    except ValueError:
        raise NoteRefused("its time cannot be read") from None


def closes(before: Head | None, head: Head) -> date | None:
    """The month that a checkpoint closes: that of the one before, if it was signed in a later one."""
    if before is None:
        return None
    month = month_of(signed_at(before))
    return month if month < month_of(signed_at(head)) else None


def believed(outside: Iterable[Outside], *, keys: Keys, findings: Findings) -> list[Witness]:
    """The heads from outside that are believed, in order; those that are not are found to be forged."""
    opened = [found for note in outside if (found := _from_outside(note, keys, findings))]
    opened.sort(key=_size)
    _miss(opened, findings)
    return opened


def witnesses(*, keys: Keys, outside: Iterable[Witness], after: int, findings: Findings) -> Iterator[Witness]:
    """All heads from a size on that are believed, in order; stored ones that are not are found to be forged.

    Which is the newest is looked up at once: one that is signed while the trail is read must not seem to be cut off.
    """
    sizes = whole(Checkpoint.objects, "size").order_by("-size").values_list("size", flat=True)
    newest = sizes.first() or 0
    beyond = (found for found in outside if _size(found) >= after)
    return merge(beyond, _stored(keys, after, newest, findings), key=_size)


def _size(found: Witness) -> int:
    return found.head.size


def _miss(opened: list[Witness], findings: Findings) -> None:
    """One finding, however many: they must not push aside what is wrong with the events."""
    here: set[int] = set()
    for piece in pieces(sorted({_size(found) for found in opened}), AT_ONCE):
        here.update(Checkpoint.objects.filter(pk__in=piece).values_list("pk", flat=True))
    missing = [found for found in opened if _size(found) not in here]
    if missing:
        named = ", ".join(found.source for found in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        words = f"Taken outside, and missing among the stored ones: {named}{more}."
        findings.add(Kind.REMOVED, words, first=_size(missing[0]))


def _stored(keys: Keys, after: int, newest: int, findings: Findings) -> Iterator[Witness]:
    sizes = whole(Checkpoint.objects.filter(size__lte=newest), "size").order_by("size").values_list("size", flat=True)
    before = previous(after, keys)
    while piece := list(sizes.filter(size__gte=after)[:AT_ONCE]):
        rows = _read(piece, findings)
        for size in piece:
            found = witness(rows[size], keys=keys, findings=findings) if size in rows else None
            if found and before is not NOT_KNOWN:
                _hold_month(rows[size], closes(before.head if before else None, found.head), findings)
            before = found or NOT_KNOWN
            if found:
                yield found
        after = piece[-1] + 1


def _read(sizes: list[int], findings: Findings) -> dict[int, Checkpoint]:
    closes = ExpressionWrapper(Q(closes_month__isnull=False), output_field=BooleanField())
    rows, bad = tolerant.read(Checkpoint.objects.annotate(closes=closes), sizes)
    for size in bad:
        findings.add(Kind.FORGED, f"The stored checkpoint {size} cannot be read.", first=size)
    return {row.size: row for row in rows}


def stored(size: int) -> Checkpoint | None:
    """The stored checkpoint of this size, if it is there and can be read."""
    return _read([size], Findings()).get(size)


def previous(size: int, keys: Keys) -> Witness | None:
    """The checkpoint before one of this size: None if there is none, `NOT_KNOWN` if it is not believed."""
    sizes = whole(Checkpoint.objects.filter(size__lt=size), "size").order_by("-size")
    last = sizes.values_list("size", flat=True).first()
    if last is None:
        return None
    rows = _read([last], Findings())
    return (witness(rows[last], keys=keys, findings=Findings()) if rows else None) or NOT_KNOWN


def _hold_month(row: Checkpoint, month: date | None, findings: Findings) -> None:
    """By the column as well: what is no date is read as none."""
    if row.closes_month != month or row.closes != (month is not None):  # type: ignore[attr-defined]  # annotated
        words = f"The stored checkpoint {row.size} does not close the month that its row says."
        findings.add(Kind.FORGED, words, first=row.size)


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
        signed_at(head)
    except NoteRefused as problem:
        findings.add(Kind.FORGED, f"The stored checkpoint {row.size} is not believed: {problem}.", first=row.size)
        return None
    if head.size != row.size:
        words = f"The stored checkpoint {row.size} has the note of another, {head.size}."
        findings.add(Kind.FORGED, words, first=row.size)
        return None
    frontier = frontier_of(row.size, row.frontier)
    said = (bytes_of(row.root), bytes_of(row.link), frontier.head() if frontier else None, _moment(row.at))
    if said != (head.root, head.link, head.root, head.time):
        findings.add(Kind.FORGED, f"The stored checkpoint {row.size} does not say what its note says.", first=row.size)
        frontier = None
    return Witness(head, f"checkpoint {head.size}", frontier=frontier)


def _moment(at: datetime) -> str:
    try:
        return moment(at)
    except (ValueError, AttributeError, ArithmeticError):  # rubbish is read as no time at all
        return ""


def frontier_of(size: int, stored: object) -> Frontier | None:
    """The complete subtrees that a row holds; None unless they are those of a tree of so many leaves."""
    try:
        frontier = Frontier.from_text(size, stored if isinstance(stored, list) else [])
    except (ValueError, TypeError):
        return None
    is_sound = len(frontier.roots) == size.bit_count() and all(len(root) == HASH for root in frontier.roots)
    return frontier if is_sound else None
