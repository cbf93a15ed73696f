"""What the reading child is asked and what it says: frames of a mark, a length and so many bytes, as in `files.wire`.

The parent believes none of it (`answers`). Only the standard library: the child process imports this as well.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from portal.files import wire
from portal.files.enums import Confined, Trouble
from portal.files.reading.enums import Fact, Finding, Form

LARGEST = 128 * 1024 * 1024  # bytes of a file that is read
MOST_PAGES = 2_000
LONGEST_PAGE = 200_000  # characters
MOST_CHARACTERS = 8_000_000
LONGEST_NAME = 120
LONGEST_VALUE = 300
MOST_PICTURES = 8  # of pages, in one answer
MOST_FRAMES = MOST_PAGES + MOST_PICTURES + 100
PAGE = struct.Struct(">IBH")  # number, layer, bytes of the name; the name and the text follow
PICTURE = struct.Struct(">I")  # number of the page; the picture follows
ORDER_BYTES = 4 * 1024


class Mark(Enum):
    PAGE = b"T"
    PICTURE = b"P"
    FACT = b"M"
    FINDING = b"F"
    CONFINED = b"C"
    END = b"E"


@dataclass(frozen=True)
class Order:
    """What is to be read. With `pages`, pictures of these are wanted for a program that recognises letters."""

    form: Form
    length: int
    pages: tuple[int, ...] = ()

    def packed(self) -> bytes:
        said = {"form": self.form.value, "length": self.length, "pages": self.pages}
        return json.dumps(said).encode().ljust(ORDER_BYTES)


def read_order(packed: bytes) -> Order:
    said = json.loads(packed)
    return Order(Form(said["form"]), said["length"], tuple(said["pages"]))


class Layer(Enum):
    """Where the text of a page comes from."""

    WRITTEN = 0
    RECOGNISED = 1  # by the program of whoever scanned it
    PICTURE = 2  # nowhere: the page is a picture
    NOTHING = 3  # nowhere: the page is empty, as far as one can see


class Full(Exception):
    """No more goes out: as much was read as is kept of one file."""


class Delivery:
    """What a reader hands over, page by page, within limits."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._said: set[Enum] = set()
        self._last = -1
        self._characters = self.pages = 0

    def page(self, number: int, text: str, *, name: str = "", layer: Layer = Layer.WRITTEN) -> None:
        """One page; numbers rise. Raises `Full` at the limit of pages or of text, which is then said to be cut."""
        shown = wire.visible(text)[0].strip()
        if len(shown) > LONGEST_PAGE:
            shown = shown[:LONGEST_PAGE]
            self.cut_short()
        self._characters += len(shown)
        if self.pages >= MOST_PAGES or self._characters > MOST_CHARACTERS:
            self.cut_short()
            raise Full
        self.pages += 1
        called = _one_line(name)[:LONGEST_NAME].encode()
        self._frame(Mark.PAGE, PAGE.pack(number, layer.value, len(called)) + called + shown.encode())

    def picture(self, number: int, data: bytes) -> None:
        self._frame(Mark.PICTURE, PICTURE.pack(number) + data)

    def fact(self, fact: Fact, value: object) -> None:
        """The first value of each is kept, in one line."""
        line = _one_line(str(value))[:LONGEST_VALUE].strip()
        if line and fact not in self._said:
            self._said.add(fact)
            self._frame(Mark.FACT, fact.value.encode() + b"\0" + line.encode())

    def cut_short(self) -> None:
        self.fact(Fact.CUT_SHORT, "yes")

    def finding(self, *findings: Finding) -> None:
        for one in findings:
            if one not in self._said:
                self._said.add(one)
                self._frame(Mark.FINDING, one.value.encode())

    def confined(self, found: Iterable[Confined]) -> None:
        for one in found:
            self._frame(Mark.CONFINED, one.value.encode())

    def end(self, trouble: Trouble | None = None) -> None:
        self._frame(Mark.END, trouble.value.encode() if trouble else b"")

    def _frame(self, mark: Mark, content: bytes) -> None:
        self._send(wire.FRAME.pack(mark.value, len(content)) + content)


def _one_line(text: str) -> str:
    return " ".join(wire.visible(text)[0].split())
