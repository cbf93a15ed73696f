"""What readers of running text share: blocks become parts, and the first heading a title."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from portal.files.reading import guesses, languages, parts, texts
from portal.files.reading.enums import Fact
from portal.files.reading.parts import Block, Part
from portal.files.reading.wire import Delivery

_OPENING = 8_000


def today() -> date:
    return datetime.now(UTC).date()


def deliver(blocks: Iterable[Block], out: Delivery, *, titles: Iterable[str] = (), stamps: Iterable[str] = ()) -> None:
    """In parts, with what can be guessed of the whole."""
    tidied = [Block(texts.tidy(block.text), block.level) for block in blocks]
    tell(tidied, out, titles=titles, stamps=stamps)
    for part in parts.cut(tidied):
        out.page(part.number, part.text, name=part.name)


def deliver_pages(pages: Iterable[Part], out: Delivery) -> None:
    """With the page numbers of the program that wrote the file."""
    out.fact(Fact.HAS_PAGES, "yes")
    for page in pages:
        out.page(page.number, page.text, name=page.name)


def tell(blocks: list[Block], out: Delivery, *, titles: Iterable[str], stamps: Iterable[str]) -> None:
    headings = (block.text for block in blocks if block.level)
    first = (block.text for block in blocks[:1] if len(block.text) < _LONGEST_TITLE)
    whole = "\n".join(block.text for block in blocks)
    out.fact(Fact.TITLE, guesses.title(*titles, *headings, *first))
    out.fact(Fact.DATED, guesses.dated(whole[:_OPENING], *stamps, today=today()) or "")
    out.fact(Fact.LANGUAGE, languages.language_of(whole))


_LONGEST_TITLE = 200
