"""What the kinds of Office Open XML (ECMA-376) share: relationships, properties, and the text of a paragraph."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from portal.files.enums import Fact, Finding, Removed
from portal.files.examine import Package
from portal.files.wire import Delivery

_PROPERTIES = {
    "creator": Fact.AUTHOR,
    "lastModifiedBy": Fact.LAST_AUTHOR,
    "title": Fact.TITLE,
    "subject": Fact.SUBJECT,
    "keywords": Fact.KEYWORDS,
    "description": Fact.DESCRIPTION,
    "created": Fact.CREATED,
    "modified": Fact.MODIFIED,
    "lastPrinted": Fact.PRINTED,
    "revision": Fact.REVISION,
    "Company": Fact.COMPANY,
    "Application": Fact.CREATOR,
}
_FETCHES_CODE = ("attachedTemplate", "oleObject", "frame", "subDocument", "afChunk")
_AWAY = re.compile(r"(?:https?|ftp|mhtml|ms-[a-z]+|file):|\\\\", re.IGNORECASE)
_OWN_DISK = re.compile(r"file:/{2,3}[A-Za-z]:", re.IGNORECASE)


@dataclass(frozen=True)
class Relationship:
    kind: str
    target: str
    is_outside: bool


def local(element: Element) -> str:
    """The name of an element without its namespace: the strict and the common form differ in that only."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute by its name without namespace; '' if there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def relationships(package: Package, part: str) -> dict[str, Relationship]:
    folder, _slash, name = part.rpartition("/")
    root = package.xml(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    found = {}
    for element in root if root is not None else ():
        is_outside = element.get("TargetMode", "") == "External"
        target = element.get("Target", "")
        place = target if is_outside else posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
        found[element.get("Id", "")] = Relationship(element.get("Type", "").rpartition("/")[2], place, is_outside)
    return found


def look_outside(package: Package, out: Delivery) -> None:
    """Links to elsewhere. One through which the program would fetch code by itself makes the file held."""
    for name in sorted(package.names):
        if not name.endswith(".rels"):
            continue
        part = name.replace("_rels/", "").removesuffix(".rels")
        for relationship in relationships(package, part).values():
            if relationship.is_outside:
                _judge(relationship, out)


def _judge(relationship: Relationship, out: Delivery) -> None:
    out.removed(Removed.LINKS)
    is_away = _AWAY.match(relationship.target) and not _OWN_DISK.match(relationship.target)
    if is_away and relationship.kind in _FETCHES_CODE:
        out.finding(Finding.LAUNCH)
    elif is_away and relationship.kind != "hyperlink":
        out.finding(Finding.OUTSIDE_LINK)
    elif re.match(r"ms-(?!excel|word|powerpoint)[a-z-]+:|mhtml:", relationship.target, re.IGNORECASE):
        out.finding(Finding.LAUNCH)


def tell(package: Package, out: Delivery) -> None:
    """The properties of the document, as evidence."""
    for name in ("docProps/core.xml", "docProps/app.xml"):
        root = package.xml(name)
        for element in root if root is not None else ():
            fact = _PROPERTIES.get(local(element))
            if fact and element.text:
                out.removed(Removed.DOCUMENT_PROPERTIES)
                out.fact(fact, element.text)
    if any("/media/" in name for name in package.names):
        out.removed(Removed.PICTURES)
    out.removed(Removed.LAYOUT)


def paragraph(element: Element) -> str:
    """The text of a paragraph as it stands; what was struck out in a tracked change is not in it."""
    return "".join(_pieces(element))


_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOT_SHOWN = {"del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "Fallback"}


def _pieces(element: Element) -> Iterator[str]:
    waiting = [element]
    while waiting:
        one = waiting.pop()
        name = local(one)
        if name in _NOT_SHOWN:
            continue
        if name == "t":
            yield one.text or ""
        elif name in _MARKS:
            yield _MARKS[name]
        elif name == "p" and one is not element:
            yield "\n"
        waiting.extend(reversed(one))
