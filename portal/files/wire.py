"""What the child process writes and the parent reads: frames of a mark, a length and so many bytes.

The parent believes none of it (`answers`). Only the standard library: the child process imports this as well.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from portal.files.enums import Confined, Fact, Finding, Kind, PartForm, Removed, Title, Trouble

# Parent to child: the kind and the length, then the file until the pipe ends.
REQUEST = struct.Struct(">16sQ")
FRAME = struct.Struct(">cI")
PART = struct.Struct(">HIH")  # title, number, bytes of the name; the name and the content follow

MOST_BYTES = 64 * 1024 * 1024
MOST_FRAMES = 2_000
MOST_PARTS = 400
LONGEST_TEXT = 400_000  # characters in one part
LONGEST_VALUE = 500
LONGEST_NAME = 200
MOST_ROWS, MOST_COLUMNS = 5_000, 200
ROW, CELL = "\x1e", "\x1f"


class Mark(Enum):
    PICTURE = b"P"
    TEXT = b"T"
    TABLE = b"B"
    REMOVED = b"R"
    FACT = b"M"
    FINDING = b"F"
    CONFINED = b"C"
    END = b"E"


FORMS = {Mark.PICTURE: PartForm.PICTURE, Mark.TEXT: PartForm.TEXT, Mark.TABLE: PartForm.TABLE}
TITLES = tuple(Title)


def request(kind: Kind, length: int) -> bytes:
    return REQUEST.pack(kind.value.encode(), length)


def read_request(packed: bytes) -> tuple[Kind, int]:
    name, length = REQUEST.unpack(packed)
    return Kind(name.rstrip(b"\0").decode()), length


class Full(Exception):
    """No more goes out: the safe copy has as much as one may have."""


class Delivery:
    """What a maker of copies hands over, piece by piece, within limits. Raises `Full` at the limit of parts."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._said: set[Enum] = set()
        self._facts: set[Fact] = set()
        self._frames = self._bytes = 0
        self.parts = 0

    def picture(self, data: bytes, *, title: Title = Title.PICTURE, number: int = 0) -> None:
        self._part(Mark.PICTURE, title, number, "", data)

    def text(self, text: str, *, title: Title = Title.TEXT, number: int = 0, name: str = "") -> None:
        """Without control characters. What is too long is cut, and said to be."""
        seen, has_controls = visible(text)
        if has_controls:
            self.removed(Removed.CONTROLS)
        if len(seen) > LONGEST_TEXT:
            self.cut_short(Removed.TEXT)
        if seen.strip():
            self._part(Mark.TEXT, title, number, name, seen[:LONGEST_TEXT].encode())

    def table(
        self, rows: Iterable[Sequence[str]], *, title: Title = Title.TABLE, number: int = 0, name: str = ""
    ) -> None:
        """As many rows and columns as a part may have; what is more is cut, and said to be."""
        lines: list[str] = []
        room = LONGEST_TEXT
        for row in rows:
            line = CELL.join(visible(cell)[0] for cell in row[:MOST_COLUMNS])
            room -= len(line) + 1
            if len(lines) >= MOST_ROWS or room < 0:
                self.cut_short(Removed.TEXT)
                break
            if len(row) > MOST_COLUMNS:
                self.cut_short(Removed.TEXT)
            lines.append(line)
        if any(line.strip(CELL + " \n") for line in lines):
            self._part(Mark.TABLE, title, number, name, ROW.join(lines).encode())

    def removed(self, *removed: Removed) -> None:
        for one in removed:
            self._once(Mark.REMOVED, one)

    def finding(self, *findings: Finding) -> None:
        for one in findings:
            self._once(Mark.FINDING, one)

    def cut_short(self, what: Removed) -> None:
        self.finding(Finding.CUT_SHORT)
        self.removed(what)

    def fact(self, fact: Fact, value: object) -> None:
        """The first value of each is kept, in one line."""
        text = " ".join(visible(str(value))[0].split())[:LONGEST_VALUE]
        if text and fact not in self._facts:
            self._facts.add(fact)
            self._frame(Mark.FACT, fact.value.encode() + b"\0" + text.encode())

    def enclosed(self, name: str, data: bytes) -> None:
        """A file inside the file. A copy has none of them; whoever looks through the whole takes them too."""

    def confined(self, found: Iterable[Confined]) -> None:
        for one in found:
            self._once(Mark.CONFINED, one)

    def end(self, trouble: Trouble | None = None) -> None:
        self._frame(Mark.END, trouble.value.encode() if trouble else b"")

    def _once(self, mark: Mark, one: Enum) -> None:
        if one not in self._said:
            self._said.add(one)
            self._frame(mark, one.value.encode())

    def _part(self, mark: Mark, title: Title, number: int, name: str, content: bytes) -> None:
        if self.parts >= MOST_PARTS or self._bytes + len(content) > MOST_BYTES * 9 // 10:
            raise Full
        self.parts += 1
        called = " ".join(visible(name)[0].split())[:LONGEST_NAME].encode()
        self._frame(mark, PART.pack(TITLES.index(title), number, len(called)) + called + content)

    def _frame(self, mark: Mark, content: bytes) -> None:
        self._frames += 1
        self._bytes += len(content) + FRAME.size
        self._send(FRAME.pack(mark.value, len(content)) + content)


def visible(text: str) -> tuple[str, bool]:
    """The text without what cannot be seen or turns the direction of writing; and whether there was any.

    Line ends become one kind.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if is_visible(plain):
        return plain, False
    return "".join(one for one in plain if one in _SPACES or one.isprintable()), True


def is_visible(text: str) -> bool:
    return text.translate(_WITHOUT_SPACES).isprintable()


_SPACES = "\n\t\u00a0\u2002\u2003\u2009\u202f\u3000"
_WITHOUT_SPACES = str.maketrans("", "", _SPACES)
