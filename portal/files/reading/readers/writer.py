"""Word documents, by the pages that Word counted when it last saved them; where it left no such marks, in parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from portal.files import wire as copies_wire
from portal.files.child import NoCopyPossible
from portal.files.copies.ooxml import attribute, local, paragraph
from portal.files.enums import Trouble
from portal.files.examine import Package
from portal.files.reading import parts, texts
from portal.files.reading.enums import Fact
from portal.files.reading.parts import Block, Part
from portal.files.reading.readers import written
from portal.files.reading.wire import Delivery, Order

_HOLDERS = {"sdt", "sdtContent", "customXml", "ins", "smartTag", "txbxContent"}
_HEADING = re.compile(r"(?:heading|berschrift|titre|ttulo|title|titel)\s*(\d)?", re.IGNORECASE)
_NEAR = 0.1  # of the pages that Word says there are
_BREAK = "\x0c"  # a page's end, in the text of a paragraph
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml")


def read(data: bytes, order: Order, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is locked, or no Word document."""
    package = Package(data, copies_wire.Delivery(lambda _frame: None))
    root = package.xml("word/document.xml")
    body = next((one for one in root if local(one) == "body"), None) if root is not None else None
    if body is None:
        raise NoCopyPossible(Trouble.DAMAGED)
    told = _properties(package)
    blocks = list(_blocks(body, _styles(package)))
    tidied = [Block(texts.tidy(block.text.replace(_BREAK, " ")), block.level) for block in blocks]
    written.tell(tidied, out, titles=[told.get("title", "")], stamps=[told.get("created", "")])
    pages = _pages(blocks)
    if _is_believed(len(pages), told.get("Pages", "")):
        out.fact(Fact.PAGE_COUNT, len(pages))
        written.deliver_pages(pages, out)
        return
    for part in parts.cut(tidied):
        out.page(part.number, part.text, name=part.name)


def _properties(package: Package) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PROPERTIES:
        root = package.xml(name)
        for element in root if root is not None else ():
            found.setdefault(local(element), (element.text or "").strip())
    return found


def _styles(package: Package) -> dict[str, int]:
    """The level of each style that is a heading, by the style's id."""
    root = package.xml("word/styles.xml")
    found = {}
    for style in root if root is not None else ():
        named = next((attribute(one, "val") for one in style if local(one) == "name"), "")
        heading = _HEADING.fullmatch(named.strip())
        if heading:
            found[attribute(style, "styleId")] = int(heading[1] or 1) or 1
    return found


def _blocks(element: Element, styles: dict[str, int]) -> Iterator[Block]:
    """Paragraphs and rows of tables in their order. A mark in the text says where a page ends."""
    for one in element:
        name = local(one)
        if name == "p":
            yield Block(_marked(one), _level(one, styles))
        elif name == "tbl":
            yield from (Block(row) for row in _rows(one))
        elif name in _HOLDERS:
            yield from _blocks(one, styles)


def _level(element: Element, styles: dict[str, int]) -> int:
    for properties in element:
        if local(properties) == "pPr":
            for one in properties:
                if local(one) == "pStyle":
                    return styles.get(attribute(one, "val"), 0)
    return 0


def _marked(element: Element) -> str:
    """The text of a paragraph, split where Word began a new page in it."""
    if not any(local(one) == "lastRenderedPageBreak" for one in element.iter()):
        return paragraph(element)
    pieces: list[str] = []
    for run in element.iter():
        if local(run) != "r":
            continue
        before = [one for one in run if local(one) == "lastRenderedPageBreak"]
        pieces += [_BREAK] * len(before)
        pieces.append(paragraph(run))
    return "".join(pieces)


def _rows(table: Element) -> Iterator[str]:
    """Cells of one row in one line. Several cells of a row that crosses a page each say so, and mean one end."""
    for row in table.iter():
        if local(row) != "tr":
            continue
        cells = (" ".join(paragraph(cell).split()) for cell in row if local(cell) in {"tc", "sdt"})
        crosses = any(local(one) == "lastRenderedPageBreak" for one in row.iter())
        yield (_BREAK if crosses else "") + " | ".join(cell for cell in cells if cell)


@dataclass
class _Open:
    lines: list[str] = field(default_factory=list)
    name: str = ""


def _pages(blocks: list[Block]) -> list[Part]:
    """Each page with its first heading, or the last one before it."""
    pages = [_Open()]
    heading = ""
    for block in blocks:
        for place, piece in enumerate(block.text.split(_BREAK)):
            if place:
                pages.append(_Open(name=heading if not block.level else ""))
            pages[-1].lines.append(piece)
        if block.level and block.text.strip(_BREAK + " \n"):
            heading = " ".join(block.text.replace(_BREAK, " ").split())
            pages[-1].name = pages[-1].name or heading
    return [Part(number, page.name, texts.tidy("\n".join(page.lines))) for number, page in enumerate(pages, 1)]


def _is_believed(counted: int, said: str) -> bool:
    """Whether as many ends of pages are marked as Word says that there are pages, about."""
    if not said.isascii() or not said.isdigit() or len(said) > 5 or counted < 2:  # noqa: PLR2004  [digits; one page]
        return False
    return abs(counted - int(said)) <= max(1, _NEAR * int(said))


Reader = Callable[[bytes, Order, Delivery], None]
