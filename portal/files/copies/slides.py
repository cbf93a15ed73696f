"""Presentations: the text of each slide in their order, tables as tables, notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from portal.files.child import NoCopyPossible
from portal.files.copies import ooxml
from portal.files.enums import Kind, Title, Trouble
from portal.files.examine import Package
from portal.files.wire import Delivery

_MOST_SLIDES = 150
_SLIDE = re.compile(r"ppt/slides/[^/]+\.xml")


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return copy


def copy(data: bytes, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is no presentation."""
    package = Package(data, out)
    ooxml.tell(package, out)
    ooxml.look_outside(package, out)
    slides = list(_slides(package))
    if not slides:
        raise NoCopyPossible(Trouble.DAMAGED)
    for number, name in enumerate(slides[:_MOST_SLIDES], 1):
        _slide(package, name, number, out)


def _slides(package: Package) -> Iterator[str]:
    """In the order in which they are shown; then those that are in the file and not shown."""
    root = package.xml("ppt/presentation.xml")
    targets = ooxml.relationships(package, "ppt/presentation.xml")
    seen = set()
    for element in root.iter() if root is not None else ():
        if ooxml.local(element) == "sldId":
            ids = [value for key, value in element.attrib.items() if key.startswith("{") and key.endswith("}id")]
            target = targets.get(ids[0]) if ids else None
            if target and target.target in package.names and target.target not in seen:
                seen.add(target.target)
                yield target.target
    yield from sorted(name for name in package.names if _SLIDE.fullmatch(name) and name not in seen)


def _slide(package: Package, name: str, number: int, out: Delivery) -> None:
    root = package.xml(name)
    if root is None:
        return
    tables = [one for one in root.iter() if ooxml.local(one) == "tbl"]
    out.text("\n".join(_paragraphs(root)), title=Title.SLIDE, number=number)
    for table in tables:
        out.table(_rows(table), number=number)
    for relationship in ooxml.relationships(package, name).values():
        if relationship.kind == "notesSlide":
            notes = package.xml(relationship.target)
            out.text("\n".join(_paragraphs(notes)) if notes is not None else "", title=Title.NOTES, number=number)


def _paragraphs(root: Element) -> Iterator[str]:
    for one in root.iter():
        if ooxml.local(one) == "p":
            text = ooxml.paragraph(one).strip()
            if text:
                yield text


def _rows(table: Element) -> Iterator[list[str]]:
    for row in table.iter():
        if ooxml.local(row) == "tr":
            yield [ooxml.paragraph(cell).strip() for cell in row if ooxml.local(cell) == "tc"]
