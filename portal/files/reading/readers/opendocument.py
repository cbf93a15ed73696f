"""OpenDocument texts (ISO/IEC 26300), in parts; their files do not say where pages end."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from portal.files import wire as copies_wire
from portal.files.child import NoCopyPossible
from portal.files.copies import opendocument
from portal.files.copies.ooxml import attribute, local
from portal.files.enums import Trouble
from portal.files.examine import Package
from portal.files.reading.parts import Block
from portal.files.reading.readers import written
from portal.files.reading.wire import Delivery, Order

_MOST_LEVEL = 9


def read(data: bytes, order: Order, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is locked, or no OpenDocument."""
    package = Package(data, copies_wire.Delivery(lambda _frame: None))
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise NoCopyPossible(Trouble.LOCKED)
    root = package.xml("content.xml")
    body = next((one for one in root if local(one) == "body"), None) if root is not None else None
    if body is None:
        raise NoCopyPossible(Trouble.DAMAGED)
    told = _properties(package)
    written.deliver(_blocks(body), out, titles=[told.get("title", "")], stamps=[told.get("creation-date", "")])


def _properties(package: Package) -> dict[str, str]:
    root = package.xml("meta.xml")
    return {local(one): (one.text or "").strip() for one in (root.iter() if root is not None else ())}


def _blocks(body: Element) -> Iterator[Block]:
    for block in opendocument.blocks(body):
        if local(block) == "table":
            for row in opendocument.rows(block):
                yield Block(" | ".join(" ".join(cell.split()) for cell in row if cell.strip()))
        else:
            yield Block(opendocument.line(block), _level(block))


def _level(block: Element) -> int:
    if local(block) != "h":
        return 0
    said = attribute(block, "outline-level")
    return min(int(said), _MOST_LEVEL) if said.isascii() and said.isdigit() and len(said) < 3 else 1  # noqa: PLR2004  [digits]
