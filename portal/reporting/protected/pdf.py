"""A short document as PDF (fpdf2): a title, then headings and paragraphs, in the portal's own letters.

The same words at the same moment give the same bytes, so that two copies of one writing are seen to be one. Public Sans
is embedded; letters that it lacks come from UnifontEX, which has all of the first 65,536 that Unicode gives. What
neither has stands there by its number: nothing that somebody is called is left out or becomes a question mark.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.bidi import BidiParagraph

# They tell letter by letter what they write, at INFO and even WARNING: that is somebody's name.
for _name in ("fontTools", "fpdf"):
    logging.getLogger(_name).setLevel(logging.ERROR)

MARGIN = 72  # an inch, in points
TEXT, LEADING = 11, 16
TITLE, TITLE_LEADING = 16, 24
BODY, REST = "Public Sans", "UnifontEX"
LANGUAGE = "en-US"
FALLBACK = Path(__file__).parent / "fonts" / "UnifontExMono.woff"


def written(title: str, rows: list[tuple[str, str]], *, author: str, at: datetime) -> bytes:
    """The document, as made at the moment `at`."""
    texts = [title, author, *(text for row in rows for text in row)]
    page = _begun(title, author, at, is_plain=_are_in(_letters(_own("Regular")), texts))
    page.set_font(BODY, "B", TITLE)
    _write(page, title, TITLE_LEADING)
    for heading, words in rows:
        page.ln(LEADING / 2)
        page.set_font(BODY, "B", TEXT)
        _write(page, heading, LEADING)
        page.set_font(BODY, "", TEXT)
        for line in words.splitlines() or [""]:
            _write(page, line, LEADING)
    return bytes(page.output())


def _begun(title: str, author: str, at: datetime, *, is_plain: bool) -> FPDF:
    """An empty document; the second font, which is large, is opened only where a letter needs it."""
    page = FPDF(unit="pt", format="letter")
    page.set_margin(MARGIN)
    page.set_auto_page_break(True, margin=MARGIN)
    page.set_lang(LANGUAGE)
    page.set_title(title)
    page.set_author(author)
    page.set_creation_date(at)
    page.add_font(BODY, "", _own("Regular"))
    page.add_font(BODY, "B", _own("Bold"))
    if not is_plain:
        page.add_font(REST, "", FALLBACK)
        rest: Any = page.fonts[REST.lower()]
        del rest.ttfont["BASE"]  # it is cut short in this font, and no use here
        page.set_fallback_fonts([REST], exact_match=False)
    page.add_page()
    return page


def _write(page: FPDF, text: str, leading: int) -> None:
    """One paragraph; words of scripts that run from right to left stand in the order in which they are read."""
    shown = BidiParagraph(_shown(text)).get_reordered_string() if text else ""
    page.multi_cell(0, leading, shown, align="L", new_x="LMARGIN", new_y="NEXT")


def _shown(text: str) -> str:
    """The text as it can be shown: what no font has, by its number."""
    known = _letters(_own("Regular"))
    if _are_in(known, [text]):
        return text
    known |= _letters(FALLBACK)
    return "".join(one if ord(one) in known else f"[U+{ord(one):04X}]" for one in text)


def _are_in(known: frozenset[int], texts: Iterable[str]) -> bool:
    return all(ord(one) in known for text in texts for one in text.replace("\n", ""))


def _own(weight: str) -> Path:
    return Path(settings.BASE_DIR) / "portal" / "static" / "portal" / "fonts" / f"PublicSans-{weight}.woff2"


@cache
def _letters(path: Path) -> frozenset[int]:
    """What a font has a shape for."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
