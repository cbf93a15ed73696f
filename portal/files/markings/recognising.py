"""Markings in letters of pictures: photographs and scans, where Tesseract is installed (docs/files.md, 'Markings').

Tesseract meets no hostile file: it is shown pictures that a confined process wrote anew from pixels.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.files import running
from portal.files.answers import Copy
from portal.files.enums import Kind, PartForm
from portal.files.markings.enums import Place
from portal.files.markings.rule import Finder, Found
from portal.files.reading import recognition, running as reader
from portal.files.reading.answers import NotRead
from portal.files.reading.enums import Form

SECONDS = 180.0  # for one file, after which the other pictures stay unread


@dataclass(frozen=True)
class InPictures:
    found: Found = field(default_factory=Found)
    is_whole: bool = False


def found_in_pictures(kind: Kind, chunks: Iterator[bytes], *, length: int) -> InPictures:
    """What the letters in a picture, or in pictures of pages, say. Raises what `chunks` raises."""
    if not recognition.program():
        return InPictures()
    return _in_pages(chunks, length) if kind is Kind.PDF else _in_picture(kind, chunks, length)


def _in_pages(chunks: Iterator[bytes], length: int) -> InPictures:
    """As the library reads scans, page by page."""
    reading = reader.read(Form.PDF, chunks, length=length)
    if isinstance(reading, NotRead):
        return InPictures()
    finder = Finder()
    for page in reading.pages:
        finder.add(page.text, Place.PAGE)
    return InPictures(finder.found(), is_whole=not reading.is_cut_short)


def _in_picture(kind: Kind, chunks: Iterator[bytes], length: int) -> InPictures:
    """By the safe copy, written anew from the pixels; of a fax each page."""
    copy = running.safe_copy(kind, chunks, length=length)
    pictures = [part.picture for part in copy.parts if part.form is PartForm.PICTURE] if isinstance(copy, Copy) else []
    finder, until, read = Finder(), time.monotonic() + SECONDS, 0
    for picture in pictures:
        if time.monotonic() > until:
            break
        finder.add(recognition.text_of(picture), Place.PAGE)
        read += 1
    return InPictures(finder.found(), is_whole=0 < read == len(pictures))
