"""PDF: text by PDFium, and by pypdf where PDFium gives none or garbage (docs/decisions, 'PDFium reads first')."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it has none
from PIL import Image
from pypdfium2 import raw

from portal.files.child import NoCopyPossible
from portal.files.enums import Trouble
from portal.files.reading import guesses, languages, texts, wire
from portal.files.reading.enums import Fact, Finding
from portal.files.reading.readers import drawing, second
from portal.files.reading.readers.layers import layer_of
from portal.files.reading.wire import Delivery, Layer, Order

SECONDS = 100.0  # for the text of all pages, after which the rest is left out
_READ_ALOUD, _COPY = 0x200, 0x10  # permissions (ISO 32000-2, table 22)
_WITH_READ_ALOUD = 3  # revisions of the lock from here on know the first of them
_LONGEST_LANGUAGE = 64
_OPENING_PAGES = _FIRST_LINES = 3
Image.preinit()


@dataclass
class _Page:
    number: int
    text: str
    layer: Layer


def read(data: bytes, order: Order, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is locked with a password or cannot be read at all."""
    document = _opened(data)
    if document is None:
        _by_the_second_reader(data, out)
        return
    if order.pages:
        for number in order.pages[: wire.MOST_PICTURES]:
            drawing.for_recognition(document, number, out)
        return
    _check(document, out)
    pages = _pages(document, data, out)
    _tell(document, pages, out)
    drawing.first_page(document, out)
    _deliver(pages, out)


def _opened(data: bytes) -> Any:
    """None where PDFium finds no way into the file; what is locked against copying only opens without a password."""
    try:
        document = pdfium.PdfDocument(data)
        return document if len(document) else None
    except pdfium.PdfiumError as problem:
        if getattr(problem, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise NoCopyPossible(Trouble.LOCKED) from None
        return None


def _pages(document: Any, data: bytes, out: Delivery) -> list[_Page]:
    until = time.monotonic() + SECONDS
    helper = second.Helper(data)
    pages = []
    for place in range(len(document)):
        if place >= wire.MOST_PAGES or time.monotonic() > until:
            out.cut_short()
            break
        pages.append(_page(document, place, helper, out))
    return pages


def _page(document: Any, place: int, helper: second.Helper, out: Delivery) -> _Page:
    """One page; what neither reader can read is empty, and that is said."""
    text, layer, is_read = "", Layer.NOTHING, True
    try:
        page = document[place]
        text = page.get_textpage().get_text_bounded()
        layer = layer_of(page, text)
        page.close()
    except (pdfium.PdfiumError, ValueError):
        is_read = False
    if not is_read or second.is_garbage(text):
        other = helper.text(place)
        if not is_read and not other:
            out.finding(Finding.UNREAD_PAGES)
        text = other if other and not second.is_garbage(other) else text
    return _Page(place + 1, texts.tidy(text[: wire.LONGEST_PAGE * 2]), layer)


def _check(document: Any, out: Delivery) -> None:
    """What PDF/UA-1 (ISO 14289-1, section 7) asks of the whole file, as far as it can be seen without judgement."""
    if not raw.FPDFCatalog_IsTagged(document):
        out.finding(Finding.NOT_TAGGED)
    if not _language(document):
        out.finding(Finding.NO_LANGUAGE)
    if not guesses.title(document.get_metadata_value("Title")):
        out.finding(Finding.NO_TITLE)
    revision = raw.FPDF_GetSecurityHandlerRevision(document)
    if revision > 0:
        needed = _READ_ALOUD if revision >= _WITH_READ_ALOUD else _COPY
        if not raw.FPDF_GetDocUserPermissions(document) & needed:
            out.finding(Finding.LOCKED_FOR_READERS)


def _language(document: Any) -> str:
    buffer = (ctypes.c_ushort * _LONGEST_LANGUAGE)()
    written = raw.FPDFCatalog_GetLanguage(document, buffer, ctypes.sizeof(buffer))
    if not 0 < written <= ctypes.sizeof(buffer):
        return ""
    return bytes(buffer)[:written].decode("utf-16-le", "ignore").rstrip("\0").strip()


def _tell(document: Any, pages: list[_Page], out: Delivery) -> None:
    out.fact(Fact.PAGE_COUNT, min(len(document), wire.MOST_PAGES * 500))
    out.fact(Fact.HAS_PAGES, "yes")
    opening = "\n".join(page.text for page in pages[:_OPENING_PAGES])
    out.fact(Fact.TITLE, guesses.title(document.get_metadata_value("Title"), *_headlines(document, pages)))
    stamps = (document.get_metadata_value("CreationDate"), document.get_metadata_value("ModDate"))
    out.fact(Fact.DATED, guesses.dated(opening, *stamps, today=_today()) or "")
    whole = "\n".join(page.text for page in pages)
    out.fact(Fact.LANGUAGE, languages.language_of(whole, declared=_language(document)))
    bare = [page for page in pages if page.layer is Layer.PICTURE]
    if bare:
        has_text = any(page.text for page in pages)
        out.finding(Finding.PAGES_WITHOUT_TEXT if has_text else Finding.IMAGE_ONLY)


def _today() -> date:
    return datetime.now(UTC).date()


def _headlines(document: Any, pages: list[_Page]) -> Iterator[str]:
    """The lines in the largest letters of the first page; then its first lines."""
    yield from drawing.largest_lines(document)
    for page in pages[:1]:
        yield from page.text.split("\n")[:_FIRST_LINES]


def _deliver(pages: list[_Page], out: Delivery) -> None:
    for page, text in zip(pages, texts.joined(page.text for page in pages), strict=True):
        out.page(page.number, text, layer=page.layer)


def _by_the_second_reader(data: bytes, out: Delivery) -> None:
    """A file that PDFium does not open. Raises `NoCopyPossible` if pypdf does not either."""
    found = second.whole(data)
    if not found:
        raise NoCopyPossible(Trouble.DAMAGED)
    out.fact(Fact.HAS_PAGES, "yes")
    out.fact(Fact.PAGE_COUNT, len(found))
    pages = texts.joined(texts.tidy(text) for text in found)
    out.fact(Fact.LANGUAGE, languages.language_of("\n".join(pages)))
    for number, text in enumerate(pages, 1):
        out.page(number, text)
