"""The zip file of an export: a table for people, the JSON file that proves it, and a word on how."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from portal.audit.encoding import FIELDS, canonical
from portal.audit.exporting import bundle
from portal.audit.exporting.entries import Entries, Entry

TABLE, PROOFS, WORDS = "trail.csv", "trail.json", "how-to-verify.txt"
COLUMNS = (*FIELDS[1:], "id")  # a reader wants the time first
HEADER = ("sequence", *COLUMNS, "leaf", "checkpoint")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these a spreadsheet begins to compute (OWASP, CSV injection)
ENOUGH = 1 << 16
HOW = """trail.csv   the events, for reading: one on each line
trail.json  the same events with the proof of each, and the checkpoint that was signed over them

On a machine with Python 3.9 or newer, and with the public key that the keepers of the trail have handed out:

    python3 verify_trail.py export THIS-FILE.zip --key KEY

It says whether every event was in the trail when the checkpoint was signed, and whether the table tells the same. It
cannot say whether events were left out of the selection.
"""


class _Sink(io.RawIOBase):
    """Where the archive is written to; what has come together is taken away piece by piece."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self, *, at_least: int = 1) -> Iterator[bytes]:
        if len(self._held) >= at_least:
            yield bytes(self._held)
            self._held.clear()


def pieces(opening: dict[str, Any], entries: Entries, *, size: int, now: datetime) -> Iterator[bytes]:
    """The file, piece by piece."""
    sink = _Sink()
    contents = {TABLE: table(entries, size=size), PROOFS: bundle.pieces(opening, entries), WORDS: iter([HOW.encode()])}
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            with archive.open(_member(name, now), "w", force_zip64=True) as member:
                for piece in content:
                    member.write(piece)
                    yield from sink.taken(at_least=ENOUGH)
    yield from sink.taken()


def table(entries: Entries, *, size: int) -> Iterator[bytes]:
    """The events as CSV (RFC 4180), in UTF-8 with the mark by which spreadsheets know it."""
    yield b"\xef\xbb\xbf" + _line(HEADER)
    for entry in entries:
        yield _line(cells(entry, size=size))


def cells(entry: Entry, *, size: int) -> list[str]:
    shown = {**entry.event, "facts": canonical(entry.event["facts"]).decode()}
    shown |= {name: meant["value"] for name, meant in entry.people.items()}
    columns = [safe(str(shown[name])) for name in COLUMNS]
    return [str(entry.sequence), *columns, entry.leaf.hex(), str(size)]


def safe(text: str) -> str:
    """A cell in which no spreadsheet sees a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(row: Any) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(row)
    return line.getvalue().encode()


def _member(name: str, now: datetime) -> ZipInfo:
    made = ZipInfo(name, now.timetuple()[:6])
    made.compress_type = ZIP_DEFLATED
    made.external_attr = 0o644 << 16
    return made
