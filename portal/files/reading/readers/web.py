"""Web pages: the words that a reader sees, without scripts, styles and menus. Nothing is fetched."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from portal.files.copies.plain import decoded
from portal.files.reading.parts import Block
from portal.files.reading.readers import written
from portal.files.reading.wire import Delivery, Order

_NOT_SHOWN = {"script", "style", "template", "noscript", "svg", "math", "nav", "iframe", "object", "select", "button"}
_EMPTY = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BREAKS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl"),
    *("dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "ol"),
    *("p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", *_HEADINGS),
}
_CELLS = {"td", "th"}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096
_DATE_NAMES = {"date", "dc.date", "dcterms.issued", "article:published_time", "dcterms.created"}


def read(data: bytes, order: Order, out: Delivery) -> None:
    page = _Page()
    page.feed(_text(data))
    page.close()
    page.end_block()
    written.deliver(page.blocks, out, titles=[page.title], stamps=page.stamps)


def _text(data: bytes) -> str:
    """By its mark, by what it says of itself (HTML, section 13.2.3.2), else as any text."""
    said = _CHARSET.search(data[:_HEAD_BYTES])
    if said and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode(said[1].decode("ascii"), "replace")
        except (LookupError, OSError, ImportError):
            pass
    return decoded(data)


class _Page(HTMLParser):
    """Collects blocks. What is not shown is left out with all that stands in it, up to its own end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.title = ""
        self.stamps: list[str] = []
        self._pieces: list[str] = []
        self._level = 0
        self._hidden: list[str] = []
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.append(tag)
            return
        told = dict(attrs)
        if tag == "meta":
            self._note(told)
        elif tag not in _EMPTY and (tag in _NOT_SHOWN or "hidden" in told):
            self._hidden.append(tag)
        elif tag == "title":
            self._is_title = True
        else:
            self._begin(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._hidden and tag not in _NOT_SHOWN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.pop()
        elif tag == "title":
            self._is_title = False
        elif tag in _BREAKS:
            self.end_block()

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.title = f"{self.title}{data}"[:1_000]
        elif not self._hidden:
            self._pieces.append(data)

    def end_block(self) -> None:
        text = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if text.strip(" |"):
            self.blocks.append(Block(text.strip(" |"), self._level))
        self._level = 0

    def _begin(self, tag: str) -> None:
        if tag in _BREAKS:
            self.end_block()
            self._level = _HEADINGS.get(tag, 0)
        elif tag in _CELLS and self._pieces:
            self._pieces.append(" | ")
        elif tag == "br":
            self._pieces.append(" ")

    def _note(self, told: dict[str, str | None]) -> None:
        named = (told.get("name") or told.get("property") or "").lower()
        if named in _DATE_NAMES and told.get("content"):
            self.stamps.append(str(told["content"])[:100])


Blocks = Iterator[Block]
