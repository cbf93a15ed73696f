"""OpenDocument (ISO/IEC 26300): text, tables, slides, read from the one part that holds the content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from xml.etree.ElementTree import Element

from portal.files import wire
from portal.files.child import NoCopyPossible
from portal.files.copies.ooxml import attribute, local
from portal.files.enums import Fact, Finding, Kind, Removed, Title, Trouble
from portal.files.examine import Package
from portal.files.wire import Delivery

_MOST_SHEETS = 100
_FACTS = {
    "creator": Fact.LAST_AUTHOR,
    "initial-creator": Fact.AUTHOR,
    "title": Fact.TITLE,
    "subject": Fact.SUBJECT,
    "keyword": Fact.KEYWORDS,
    "description": Fact.DESCRIPTION,
    "creation-date": Fact.CREATED,
    "date": Fact.MODIFIED,
    "print-date": Fact.PRINTED,
    "generator": Fact.CREATOR,
    "editing-cycles": Fact.REVISION,
}
_SPACES = {"tab": "\t", "line-break": "\n"}
_NOT_SHOWN = {"tracked-changes", "annotation", "forms"}


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return partial(copy, kind=kind)


def copy(data: bytes, out: Delivery, *, kind: Kind) -> None:
    """Raises `NoCopyPossible` for what is locked or no OpenDocument."""
    package = Package(data, out)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        out.finding(Finding.LOCKED)
        raise NoCopyPossible(Trouble.LOCKED)
    _tell(package, out)
    root = package.xml("content.xml")
    body = next((one for one in root if local(one) == "body"), None) if root is not None else None
    if body is None or root is None:
        raise NoCopyPossible(Trouble.DAMAGED)
    _look_through(root, out)
    {Kind.ODT: _written, Kind.ODS: _sheets, Kind.ODP: _slides}[kind](body, out)


def _tell(package: Package, out: Delivery) -> None:
    root = package.xml("meta.xml")
    for element in root.iter() if root is not None else ():
        fact = _FACTS.get(local(element))
        if fact and element.text:
            out.removed(Removed.DOCUMENT_PROPERTIES)
            out.fact(fact, element.text)
    if any(name.startswith("Pictures/") for name in package.names):
        out.removed(Removed.PICTURES)
    out.removed(Removed.LAYOUT)


def _look_through(root: Element, out: Delivery) -> None:
    for element in root.iter():
        name = local(element)
        target = attribute(element, "href")
        if name in {"tracked-changes", "annotation"}:
            out.removed(Removed.REVISIONS)
        elif name == "event-listener" or (name == "script" and len(element)):
            out.finding(Finding.MACROS)
            out.removed(Removed.MACROS)
        elif name == "dde-source":
            out.finding(Finding.LAUNCH)
        elif target.startswith(("http:", "https:", "ftp:", "file:", "//", "\\\\")):
            out.removed(Removed.LINKS)
            if name != "a":
                out.finding(Finding.OUTSIDE_LINK)
        elif attribute(element, "formula"):
            out.removed(Removed.FORMULAS)


def _written(body: Element, out: Delivery) -> None:
    lines: list[str] = []
    tables = 0
    for block in blocks(body):
        if local(block) != "table":
            lines.append(line(block))
            continue
        out.text("\n".join(lines))
        lines.clear()
        tables += 1
        out.table(rows(block), number=tables)
    out.text("\n".join(lines))


def _sheets(body: Element, out: Delivery) -> None:
    tables = [one for one in body.iter() if local(one) == "table"]
    for number, table in enumerate(tables[:_MOST_SHEETS], 1):
        out.table(rows(table), title=Title.SHEET, number=number, name=attribute(table, "name"))
    if len(tables) > _MOST_SHEETS:
        out.cut_short(Removed.PAGES)


def _slides(body: Element, out: Delivery) -> None:
    pages = [one for one in body.iter() if local(one) == "page"]
    for number, page in enumerate(pages[:_MOST_SHEETS], 1):
        out.text("\n".join(line(one) for one in blocks(page)), title=Title.SLIDE, number=number)


def blocks(element: Element) -> Iterator[Element]:
    """Paragraphs, headings and tables in their order, wherever they are nested."""
    waiting = list(reversed(element))
    while waiting:
        one = waiting.pop()
        name = local(one)
        if name in {"p", "h", "table"}:
            yield one
        elif name not in _NOT_SHOWN:
            waiting.extend(reversed(one))


def rows(table: Element) -> Iterator[list[str]]:
    """Repeated rows and cells are written once with a count, which may be a million; so both are bounded."""
    for row in table.iter():
        if local(row) != "table-row":
            continue
        cells = list(islice(_cells(row), wire.MOST_COLUMNS + 1))
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield from [cells] * _times(row, "number-rows-repeated")


def _cells(row: Element) -> Iterator[str]:
    for cell in row:
        if local(cell) in {"table-cell", "covered-table-cell"}:
            text = "\n".join(line(one) for one in blocks(cell)) or attribute(cell, "value")
            yield from [text] * _times(cell, "number-columns-repeated")


def _times(element: Element, name: str) -> int:
    said = attribute(element, name)
    return min(int(said), wire.MOST_COLUMNS) if said.isascii() and said.isdigit() and len(said) < 9 else 1  # noqa: PLR2004  [digits]


def line(element: Element) -> str:
    pieces: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            pieces.append(one)
            continue
        name = local(one)
        if name in _NOT_SHOWN:
            continue
        if name == "s":
            pieces.append(" " * min(_times(one, "c"), 100))
        pieces.append(_SPACES.get(name, "") + (one.text or ""))
        for child in reversed(one):
            waiting += [child.tail or "", child]
    return "".join(pieces)
