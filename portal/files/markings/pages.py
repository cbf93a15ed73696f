"""PDF: the text of each page with its upper and lower margin apart, stamps and fields, properties, enclosed files."""

from __future__ import annotations

import ctypes
import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pypdf
import pypdf._crypt_providers  # read now: nothing can be imported once the process is confined
import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it has none
from pypdfium2 import raw

from portal.files.child import NoCopyPossible
from portal.files.enums import Trouble
from portal.files.markings.enums import Place
from portal.files.markings.pictures import xmp_values
from portal.files.reading.readers.layers import layer_of
from portal.files.reading.wire import Layer

MOST_PAGES = 2_000
_MARGIN = 0.12  # of the page's height
_MOST_ANNOTATIONS = 100
_LONGEST = 4_000  # bytes of an annotation's words
_MOST_ENCLOSED = 30
_INFORMATION = ("Title", "Subject", "Keywords", "Author", "Creator", "Producer")
_TOPICS = {"Title", "Subject", "Keywords"}
_XMP_TOPICS = re.compile(
    rb"<(dc:title|dc:subject|pdf:Keywords)\b.{0,50000}?</\1>|\bpdf:Keywords\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.DOTALL
)
_DRAWN = {Layer.PICTURE, Layer.RECOGNISED}
_BROKEN = (pdfium.PdfiumError, ValueError, OSError)
Text = tuple[str, Place]


class Cut(Exception):
    """Time or pages ran out; the rest was not looked at."""


def texts(
    data: bytes, enclosed: Callable[[str, bytes], None], *, seconds: float, picture: Callable[[], None]
) -> Iterator[Text]:
    """Every text of the document; `picture` is called for each page that is one.

    Raises `NoCopyPossible` for what is locked or cannot be read, and `Cut` at the end of what there is time for.
    """
    document = _opened(data)
    yield from _properties(document, data)
    _attached(document, enclosed)
    until = time.monotonic() + seconds
    for place in range(len(document)):
        if place >= MOST_PAGES or time.monotonic() > until:
            raise Cut
        with suppress(*_BROKEN):
            yield from _page(document[place], picture)


def _opened(data: bytes) -> Any:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as problem:
        is_locked = getattr(problem, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        raise NoCopyPossible(Trouble.LOCKED if is_locked else Trouble.DAMAGED) from None


def _page(page: Any, picture: Callable[[], None]) -> Iterator[Text]:
    """The margins come first and last, whatever the order in which the page was written."""
    words = page.get_textpage()
    _width, height = page.get_size()
    top = words.get_text_bounded(bottom=height * (1 - _MARGIN))
    bottom = words.get_text_bounded(top=height * _MARGIN)
    whole = words.get_text_bounded()
    yield f"{top}\n{whole}\n{bottom}", Place.PAGE
    if layer_of(page, whole) in _DRAWN:
        picture()
    yield from _annotations(page)
    words.close()
    page.close()


def _annotations(page: Any) -> Iterator[Text]:
    """What stamps, notes and filled fields say."""
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if note:
            for key in (b"Contents", b"V"):
                yield _said(note, key), Place.MARGIN
            raw.FPDFPage_CloseAnnot(note)


def _said(note: Any, key: bytes) -> str:
    buffer = (ctypes.c_ushort * (_LONGEST // 2))()
    written = raw.FPDFAnnot_GetStringValue(note, key, buffer, _LONGEST)
    return bytes(buffer)[: min(written, _LONGEST)].decode("utf-16-le", "ignore").rstrip("\0")


def _properties(document: Any, data: bytes) -> Iterator[Text]:
    for name in _INFORMATION:
        yield document.get_metadata_value(name) or "", Place.TOPIC if name in _TOPICS else Place.ASIDE
    with suppress(Exception):  # pypdf raises anything on a damaged file; PDFium's words stand all the same
        yield from _further(data)


def _further(data: bytes) -> Iterator[Text]:
    """What PDFium does not tell: properties under names of their author's own, and the XMP packet."""
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    for key, value in (reader.metadata or {}).items():
        if key.lstrip("/") not in _INFORMATION:
            yield str(value), Place.ASIDE
    root: Any = reader.root_object
    if "/Metadata" in root:
        for value in xmp_values(_XMP_TOPICS.sub(b"", root["/Metadata"].get_data()[:1_000_000])):
            yield value, Place.ASIDE


def _attached(document: Any, enclosed: Callable[[str, bytes], None]) -> None:
    for place in range(min(document.count_attachments(), _MOST_ENCLOSED)):
        with suppress(*_BROKEN):
            attachment = document.get_attachment(place)
            enclosed(attachment.get_name(), bytes(attachment.get_data()))


def _preload() -> None:
    """Read a file that has both, since nothing can be imported once this process is confined."""
    parts = [
        b"<</Type/Catalog/Metadata 2 0 R/Pages 4 0 R>>",
        b"<</Length 10/Filter[/ASCIIHexDecode/FlateDecode]>>stream\n789c0300000000 01>\nendstream",
        b"<</Note(a)>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
    ]
    data, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer<</Size 5/Root 1 0 R/Info 3 0 R>>\nstartxref\n"
    with suppress(Exception):
        list(_further(data + end + b"%d\n%%%%EOF" % len(data)))


_preload()
