"""Where the text of a PDF's page comes from: its author's letters, a program that read a picture, or nowhere."""

from __future__ import annotations

from typing import Any

from pypdfium2 import raw  # type: ignore[import-untyped]  # it has none

from portal.files.reading.wire import Layer

_FEW_LETTERS = 20  # a page of so few has only its number, or a stamp
_MOST_OBJECTS = 400  # looked at
_DRAWN = 150  # so many lines and curves may be letters that were turned into outlines
_MUCH = 0.2  # of the page


def layer_of(page: Any, text: str) -> Layer:
    """`text` is what was found on it."""
    letters = sum(one.isalnum() for one in text[:2_000])
    pictures, hidden, drawn = _objects(page)
    covered = pictures > _MUCH
    if letters >= _FEW_LETTERS:
        return Layer.RECOGNISED if covered and hidden else Layer.WRITTEN
    return Layer.PICTURE if covered or drawn >= _DRAWN else Layer.NOTHING


def _objects(page: Any) -> tuple[float, bool, int]:
    """The largest picture as a share of the page, whether there is hidden text, and how much is drawn."""
    width, height = page.get_size()
    largest, has_hidden, drawn = 0.0, False, 0
    for place, one in enumerate(page.get_objects(max_depth=4)):
        if place >= _MOST_OBJECTS:
            break
        if one.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = one.get_bounds()
            largest = max(largest, abs((right - left) * (top - bottom)) / max(width * height, 1.0))
        elif one.type == raw.FPDF_PAGEOBJ_TEXT:
            has_hidden |= raw.FPDFTextObj_GetTextRenderMode(one) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        elif one.type == raw.FPDF_PAGEOBJ_PATH:
            drawn += 1
    return largest, has_hidden, drawn
