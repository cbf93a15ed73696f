"""Pictures of a PDF's pages, and what only the drawn page tells: which line has the largest letters."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it has none
from PIL import Image
from pypdfium2 import raw

from portal.files.reading.wire import Delivery

WIDTH, HEIGHT = 480, 960  # pixels of the first page's picture
_COLOURS = 128
_DOTS, _POINTS = 300, 72  # an inch
_LONGEST_SIDE = 4_000  # pixels of a page whose letters are recognised
_LOOKED_AT = 3_000  # letters of the first page
_MOST_LINES = 3
_BROKEN = (pdfium.PdfiumError, ValueError, OSError)


def first_page(document: Any, out: Delivery) -> None:
    """No picture where the page cannot be drawn."""
    try:
        page = document[0]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1))
        picture = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB").crop((0, 0, WIDTH, HEIGHT))
        picture = picture.crop((0, 0, min(picture.width, int(width * scale) or 1), int(height * scale) or 1))
        out.picture(1, _png(picture.quantize(_COLOURS, dither=Image.Dither.NONE)))
    except _BROKEN:
        return


def for_recognition(document: Any, number: int, out: Delivery) -> None:
    """The page in shades of grey, large enough that a program recognises its letters."""
    try:
        page = document[number - 1]
        scale = min(_DOTS / _POINTS, _LONGEST_SIDE / max(*page.get_size(), 1))
        out.picture(number, _png(page.render(scale=scale, grayscale=True).to_pil().convert("L"), quickly=True))
    except (*_BROKEN, IndexError):
        return


def largest_lines(document: Any) -> Iterator[str]:
    """Lines of the first page that stand in larger letters than most, the largest first; those of one size together."""
    try:
        found = list(_sizes(document[0].get_textpage()))
    except _BROKEN:
        return
    letters: Counter[int] = Counter()
    by_size: dict[int, list[str]] = defaultdict(list)
    for line, size in found:
        letters[size] += len(line)
        by_size[size].append(line)
    ordinary = max(letters, key=lambda size: letters[size], default=0)
    for size in sorted(by_size, reverse=True)[:_MOST_LINES]:
        if size > ordinary:
            yield " ".join(by_size[size][:_MOST_LINES])


def _sizes(page: Any) -> Iterator[tuple[str, int]]:
    """Each line with the size of its first letter, in whole points."""
    count = min(page.count_chars(), _LOOKED_AT)
    text = page.get_text_range(0, count) if count else ""
    place = 0
    for line in text.split("\n"):
        start = place + len(line) - len(line.lstrip())
        place += len(line) + 1
        if line.strip():
            yield line.strip(), round(raw.FPDFText_GetFontSize(page, min(start, count - 1)))


def _png(picture: Image.Image, *, quickly: bool = False) -> bytes:
    target = io.BytesIO()
    picture.info = {}
    picture.save(target, "PNG", compress_level=1 if quickly else 9)
    return target.getvalue()
