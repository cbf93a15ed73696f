"""What a PDF can do, by the names in it (ISO 32000-2, sections 7.3.5 and 12.6), found without following its structure.

Readers repair broken PDFs each in its own way, so a name counts wherever it stands: in the file itself, or in a
compressed stream of objects. Names may be written with `#` escapes; these are undone first.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from portal.files.enums import Finding, Removed
from portal.files.wire import Delivery

_MOST_INFLATED = 48 * 1024 * 1024
_MOST_IN_ONE = 8 * 1024 * 1024
_LONGEST_DICTIONARY = 1024
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/[A-Za-z0-9#]{2,80}(?=[\s()<>\[\]{}/%]|$)")
_STREAM = re.compile(rb"stream\r?\n")
_LONG_ENOUGH = 7  # shorter names turn up by chance in packed bytes
_MEANS: dict[bytes, tuple[Finding | None, Removed]] = {
    b"/JS": (Finding.SCRIPT, Removed.SCRIPT),
    b"/JavaScript": (Finding.SCRIPT, Removed.SCRIPT),
    b"/Launch": (Finding.LAUNCH, Removed.ACTIONS),
    b"/ImportData": (Finding.LAUNCH, Removed.ACTIONS),
    b"/SubmitForm": (None, Removed.ACTIONS),
    b"/AA": (None, Removed.ACTIONS),
    b"/EmbeddedFile": (Finding.EMBEDDED_FILE, Removed.EMBEDDED),
    b"/EmbeddedFiles": (Finding.EMBEDDED_FILE, Removed.EMBEDDED),
    b"/RichMedia": (Finding.EMBEDDED_FILE, Removed.EMBEDDED),
    b"/GoToE": (Finding.EMBEDDED_FILE, Removed.EMBEDDED),
    b"/GoToR": (Finding.OUTSIDE_LINK, Removed.LINKS),
    b"/URI": (None, Removed.LINKS),
    b"/AcroForm": (None, Removed.FORM),
    b"/XFA": (None, Removed.FORM),
}


def report(data: bytes, out: Delivery) -> None:
    found: set[bytes] = set()
    inflated = 0
    for outside, packed in _pieces(data):
        found |= _names(outside)
        found |= {name for name in _names(packed) if len(name) >= _LONG_ENOUGH}
        if b"ObjStm" in outside[-_LONGEST_DICTIONARY:] and inflated < _MOST_INFLATED:
            objects = _inflated(packed)
            inflated += len(objects)
            found |= _names(objects)
    for name, (finding, removed) in _MEANS.items():
        if name in found:
            out.removed(removed)
            if finding:
                out.finding(finding)


def _pieces(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What stands outside streams, each with the stream that follows."""
    place = 0
    while (begin := _STREAM.search(data, place)) is not None:
        end = data.find(b"endstream", begin.end())
        end = len(data) if end < 0 else end
        yield data[place : begin.start()], data[begin.end() : end]
        place = end + len(b"endstream")
    yield data[place:], b""


def _names(text: bytes) -> set[bytes]:
    return {_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name[0]) for name in _NAME.finditer(text)}


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _MOST_IN_ONE)
    except zlib.error:
        return b""
