"""Word documents: paragraphs as text, tables as tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from portal.files.child import NoCopyPossible
from portal.files.copies import ooxml
from portal.files.enums import Finding, Kind, Removed, Title, Trouble
from portal.files.examine import Package
from portal.files.wire import Delivery

_MARGINS = re.compile(r"word/(?:header|footer|footnotes|endnotes|comments)\d*\.xml")
# Fields that run or fetch something: old, and still followed.
_RUNS = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|IMPORT)\b")
_REVISIONS = {"ins", "del", "moveFrom", "moveTo", "commentReference"}
_HOLDERS = {"sdt", "sdtContent", "customXml", "ins", "smartTag"}


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return copy


def copy(data: bytes, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is no Word document."""
    package = Package(data, out)
    ooxml.tell(package, out)
    ooxml.look_outside(package, out)
    root = package.xml("word/document.xml")
    body = next((one for one in root if ooxml.local(one) == "body"), None) if root is not None else None
    if body is None:
        raise NoCopyPossible(Trouble.DAMAGED)
    _look_through(body, out)
    _body(body, out)
    _margins(package, out)


def _look_through(body: Element, out: Delivery) -> None:
    fields = []
    for element in body.iter():
        name = ooxml.local(element)
        if name in _REVISIONS:
            out.removed(Removed.REVISIONS)
        elif name == "instrText":
            fields.append(element.text or "")
        elif name == "fldSimple":
            fields.append(ooxml.attribute(element, "instr"))
        elif name == "altChunk":
            out.finding(Finding.EMBEDDED_OBJECT)
    if _RUNS.search("".join(fields).upper()):
        out.finding(Finding.LAUNCH)


def _body(body: Element, out: Delivery) -> None:
    """Text and tables in their order."""
    lines: list[str] = []
    tables = 0
    for block in _blocks(body):
        if ooxml.local(block) == "p":
            lines.append(ooxml.paragraph(block))
            continue
        out.text("\n".join(lines))
        lines.clear()
        tables += 1
        out.table(_rows(block), number=tables)
    out.text("\n".join(lines))


def _blocks(element: Element) -> Iterator[Element]:
    for one in element:
        name = ooxml.local(one)
        if name in {"p", "tbl"}:
            yield one
        elif name in _HOLDERS:
            yield from _blocks(one)


def _rows(table: Element) -> Iterator[list[str]]:
    for row in table.iter():
        if ooxml.local(row) == "tr":
            yield [ooxml.paragraph(cell).strip() for cell in row if ooxml.local(cell) == "tc"]


def _margins(package: Package, out: Delivery) -> None:
    texts = []
    for name in sorted(package.names):
        if _MARGINS.fullmatch(name):
            root = package.xml(name)
            texts.append(ooxml.paragraph(root).strip() if root is not None else "")
    out.text("\n\n".join(dict.fromkeys(text for text in texts if text)), title=Title.MARGINS)
