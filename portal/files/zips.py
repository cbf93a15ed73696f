"""The directory of a zip, read from the end of the file (APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.3.16).

Nothing is unpacked and no length is believed: every place is checked against the bytes at hand, and what does not add
up is called odd. Only the standard library: the child process imports this as well.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import pairwise

from portal.files import kinds, names
from portal.files.enums import Reason

MOST_ENTRIES = 10_000
MOST_UNPACKED = 2 * 1024**3
BOMB_FROM = 100 * 1024**2  # below this, a high ratio is an empty table, not a bomb
MOST_RATIO = 100
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK, _LOCATOR_MARK = b"PK\5\6", b"PK\1\2", b"PK\3\4", b"PK\6\7"
_LOCATOR_BYTES, _ZIP64_BYTES = 20, 76
_LOCAL_BYTES = 30
_IS_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_METHODS = {0, 8}  # stored and deflated; Office writes nothing else
_FULL, _FULL_COUNT = 0xFFFFFFFF, 0xFFFF
_MOST_TRIES = 3
_MACROS = re.compile(
    r"vbaproject\.bin|vbadata\.xml|(^|/)macrosheets/|(^|/)dialogsheets/|^basic/|^scripts/|(^|/)activex/"
)


class NotADirectory(Exception):
    """There is no whole directory at the end: the file is cut, or no zip."""


class OddDirectory(Exception):
    """The directory does not add up as any common program would write it."""


@dataclass(frozen=True)
class Entry:
    name: str
    flags: int
    method: int
    packed: int
    unpacked: int
    place: int


@dataclass(frozen=True)
class Directory:
    """What was seen of the directory. `count` is what it claims; a long one begins before the bytes at hand."""

    entries: tuple[Entry, ...]
    count: int

    def has(self, name: str) -> bool:
        return any(entry.name == name for entry in self.entries)

    def has_folder(self, name: str) -> bool:
        return any(entry.name.startswith(f"{name}/") for entry in self.entries)


def read(tail: bytes, *, length: int) -> Directory:
    """The directory of a file of `length` bytes that ends in `tail`.

    Raises `NotADirectory` when none ends the file, `OddDirectory` when it does not add up.
    """
    place = _end_record(tail)
    _mark, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(tail, place)
    if _END_MARK in tail[place + 4 :] or (comment and _ENTRY_MARK in tail[place:]):
        raise OddDirectory
    if disk or first_disk or here != count or _FULL in {size, offset} or count == _FULL_COUNT:
        raise OddDirectory
    end = place - _ZIP64_BYTES if tail[:place][-_LOCATOR_BYTES:].startswith(_LOCATOR_MARK) else place
    before = length - len(tail)
    if offset + size != before + end:
        raise OddDirectory
    return Directory(tuple(_entries(tail, begin=offset - before, end=end, count=count)), count)


def judged(directory: Directory) -> Reason:
    """The worst that the directory tells of the zip."""
    entries = directory.entries
    if any(entry.flags & _IS_ENCRYPTED for entry in entries) or directory.has("encrypted-package"):
        return Reason.LOCKED
    if directory.count > MOST_ENTRIES or _is_bomb(entries):
        return Reason.BOMB
    if _is_oddly_built(directory):
        return Reason.ODD_CONTAINER
    if any(_MACROS.search(entry.name.lower()) for entry in entries):
        return Reason.MACROS
    return Reason.NESTED if any(_is_nested(entry.name) for entry in entries) else Reason.FINE


def stored_type(head: bytes) -> str:
    """The type that an OpenDocument names in its first entry (ODF 1.3, part 2, section 3.3); '' if none."""
    if len(head) < _LOCAL_BYTES or head[30:38] != b"mimetype":
        return ""
    name, extra = struct.unpack_from("<HH", head, 26)
    start = _LOCAL_BYTES + name + extra
    found = re.match(rb"application/vnd\.oasis\.opendocument\.[a-z-]{1,40}", head[start : start + 120])
    return found[0].decode("ascii") if found and name == len("mimetype") else ""


def ends_in_one(tail: bytes) -> bool:
    """Whether some reader would find a zip at the end of these bytes, whatever stands before or behind it."""
    place = len(tail)
    while (place := tail.rfind(_END_MARK, 0, place)) >= 0:
        if len(tail) < place + _END.size:
            continue
        _mark, _disk, _first, _here, count, size, _offset, _comment = _END.unpack_from(tail, place)
        begins = place - size
        if count and size >= _ENTRY.size and (begins < 0 or tail[begins : begins + 4] == _ENTRY_MARK):
            return True
    return False


def _end_record(tail: bytes) -> int:
    """Where the record begins that ends exactly with the file. Raises `NotADirectory`."""
    place = len(tail)
    while (place := tail.rfind(_END_MARK, 0, place)) >= 0:
        if len(tail) >= place + _END.size:
            comment = int.from_bytes(tail[place + 20 : place + 22], "little")
            if place + _END.size + comment == len(tail):
                return place
    raise NotADirectory


def _entries(tail: bytes, *, begin: int, end: int, count: int) -> list[Entry]:
    """The entries at hand. Raises `OddDirectory` unless they lead exactly to the end."""
    if begin >= 0:
        found = _walk(tail, begin, end)
        if found is None or len(found) != count:
            raise OddDirectory
        return found
    place, tries = -1, 0
    while (place := tail.find(_ENTRY_MARK, place + 1, end)) >= 0 and tries < _MOST_TRIES:
        tries += 1
        found = _walk(tail, place, end)
        if found is not None and len(found) <= count:
            return found
    raise OddDirectory


def _walk(tail: bytes, place: int, end: int) -> list[Entry] | None:
    found: list[Entry] = []
    while place < end:
        if place + _ENTRY.size > end or tail[place : place + 4] != _ENTRY_MARK:
            return None
        row = _ENTRY.unpack_from(tail, place)
        name, extra, comment = row[10:13]
        raw = tail[place + _ENTRY.size : place + _ENTRY.size + name]
        text = raw.decode("utf-8" if row[3] & 0x800 else "cp437", "replace")
        found.append(Entry(text, flags=row[3], method=row[4], packed=row[8], unpacked=row[9], place=row[16]))
        place += _ENTRY.size + name + extra + comment
    return found if place == end else None


def _is_bomb(entries: tuple[Entry, ...]) -> bool:
    unpacked = sum(entry.unpacked for entry in entries)
    packed = sum(entry.packed for entry in entries) + 1
    if unpacked > MOST_UNPACKED or (unpacked > BOMB_FROM and unpacked > MOST_RATIO * packed):
        return True
    places = sorted((entry.place, entry.packed) for entry in entries)
    return any(place + _LOCAL_BYTES + packed > following for (place, packed), (following, _length) in pairwise(places))


def _is_oddly_built(directory: Directory) -> bool:
    """Odd or doubled names, or something else before the first part."""
    entries = directory.entries
    is_whole = len(entries) == directory.count
    if is_whole and min((entry.place for entry in entries), default=1):
        return True
    return any(_is_odd(entry) for entry in entries) or len({entry.name for entry in entries}) < len(entries)


def _is_odd(entry: Entry) -> bool:
    parts = re.split(r"[/\\]", entry.name)
    has_bad_name = not entry.name or "\\" in entry.name or "\0" in entry.name or ".." in parts or ":" in parts[0]
    is_mislaid = entry.name.startswith("/") or _FULL in {entry.packed, entry.unpacked, entry.place}
    return has_bad_name or is_mislaid or entry.method not in _METHODS


def _is_nested(name: str) -> bool:
    """Parts in which something could hide that is neither text nor picture. Office's own embedded documents may be."""
    ending = names.extension(name)
    return ending in kinds.ARCHIVE_EXTENSIONS or ending in kinds.PROGRAM_EXTENSIONS - {"bin", "inf"}
