"""Text as text."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from itertools import islice

from portal.files import wire
from portal.files.enums import Finding, Kind, Removed
from portal.files.wire import Delivery

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = ",;\t|"
_SAMPLE = 8192


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return table if kind is Kind.CSV else text


def text(data: bytes, out: Delivery) -> None:
    written = decoded(data)
    if "\0" in written:
        out.finding(Finding.DAMAGED)
    for number, place in enumerate(range(0, len(written), wire.LONGEST_TEXT), 1):
        if number > 1 and out.parts >= _MOST_TEXTS:
            out.cut_short(Removed.TEXT)
            return
        out.text(written[place : place + wire.LONGEST_TEXT])


def table(data: bytes, out: Delivery) -> None:
    """As a table; as text where it is none."""
    written = decoded(data).replace("\0", "")
    try:
        out.table(_rows(written))
    except csv.Error:
        text(data, out)


def decoded(data: bytes) -> str:
    """By its mark, else as UTF-8, else one byte a character. Never raises."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


_MOST_TEXTS = 10


def _rows(written: str) -> Iterator[list[str]]:
    sample = written[:_SAMPLE]
    separator = max(_SEPARATORS, key=sample.count)
    lines = written.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return islice(csv.reader(lines, delimiter=separator), wire.MOST_ROWS + 1)
