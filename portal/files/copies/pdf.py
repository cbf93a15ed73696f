"""PDF: pictures of its pages, with the text of each. PDFium is built without JavaScript, so nothing in it runs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it has none
from PIL import Image
from pypdfium2 import raw

from portal.files import attachments, pdf_names, wire
from portal.files.child import NoCopyPossible
from portal.files.copies.pictures import written
from portal.files.enums import Fact, Finding, Kind, Removed, Title, Trouble
from portal.files.wire import Delivery

MOST_PAGES = 150
SECONDS = 45.0  # for pages, after which the rest is left out
_DOTS = 120  # an inch
_LARGEST_SIDE = 2400  # pixels of a page
_POINTS = 72
_MOST_ATTACHMENTS = 50
_INFORMATION = {
    "Title": Fact.TITLE,
    "Author": Fact.AUTHOR,
    "Subject": Fact.SUBJECT,
    "Keywords": Fact.KEYWORDS,
    "Creator": Fact.CREATOR,
    "Producer": Fact.PRODUCER,
    "CreationDate": Fact.CREATED,
    "ModDate": Fact.MODIFIED,
}
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:([-+Z])(?:(\d\d)'?(\d\d)?)?)?")


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    Image.preinit()
    return copy


def copy(data: bytes, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is locked with a password or cannot be read at all."""
    pdf_names.report(data, out)
    document = _opened(data, out)
    _tell(document, out)
    _attached(document, out)
    document.init_forms()
    until = time.monotonic() + SECONDS
    for place in range(len(document)):
        if place >= MOST_PAGES or time.monotonic() > until:
            out.cut_short(Removed.PAGES)
            return
        _page(document, place, out)


def _opened(data: bytes, out: Delivery) -> Any:
    """What is locked only against copying or printing opens with the empty password."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as problem:
        if getattr(problem, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            out.finding(Finding.LOCKED)
            raise NoCopyPossible(Trouble.LOCKED) from None
        raise NoCopyPossible(Trouble.DAMAGED) from None


def _page(document: Any, place: int, out: Delivery) -> None:
    """One page; a page that cannot be read is passed over, and that is said."""
    try:
        page = document[place]
        scale = min(_DOTS / _POINTS, _LARGEST_SIDE / max(*page.get_size(), 1))
        bitmap = page.render(scale=scale, rev_byteorder=True)
        picture = written(bitmap.to_pil(), is_drawn=False)
        text, _has_controls = wire.visible(page.get_textpage().get_text_bounded())
    except (pdfium.PdfiumError, ValueError):
        out.finding(Finding.DAMAGED)
        return
    out.picture(picture, title=Title.PAGE, number=place + 1)
    out.text(text, title=Title.PAGE_TEXT, number=place + 1)


def _tell(document: Any, out: Delivery) -> None:
    out.fact(Fact.PAGES, len(document))
    for name, fact in _INFORMATION.items():
        value = document.get_metadata_value(name)
        if value:
            out.removed(Removed.DOCUMENT_PROPERTIES)
            out.fact(fact, _dated(value) if fact in {Fact.CREATED, Fact.MODIFIED} else value)


def _dated(value: str) -> str:
    """A date of PDF (ISO 32000-2, section 7.9.4) as people write it; what is none stays as it is."""
    found = _DATE.match(value)
    if not found:
        return value
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    zone = "UTC" if sign == "Z" else f"UTC{sign}{hours}:{minutes or '00'}" if sign and hours else ""
    return f"{year}-{month}-{day} {hour or '00'}:{minute or '00'}:{second or '00'} {zone}".strip()


def _attached(document: Any, out: Delivery) -> None:
    for place in range(min(document.count_attachments(), _MOST_ATTACHMENTS)):
        out.removed(Removed.EMBEDDED)
        try:
            attachment = document.get_attachment(place)
            attachments.look(attachment.get_name(), bytes(attachment.get_data()), out)
        except pdfium.PdfiumError:
            out.finding(Finding.EMBEDDED_FILE)
