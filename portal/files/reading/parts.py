"""Cutting what has no pages into parts: at headings, and where a part grows long, at the end of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

LONG_ENOUGH = 1_500  # characters after which a heading begins a new part
NUMBERED_ENOUGH = 300  # after which a numbered one does
LONGEST = 4_500  # after which any paragraph does
_MANY = 3  # numbered headings, from which on the parts follow the numbers
_NUMBERED = re.compile(
    r"(?:§+ ?|(?i:section|chapter|part|annex|appendix|article|title|step) )?\d[\d.\-\u2013]*(?!\w)"
    r"|(?i:section|chapter|part|annex|appendix|article|title) (?:[A-Z]|[IVXL]+)(?!\w)"
)


@dataclass(frozen=True)
class Block:
    """A paragraph, or a heading of a level from 1."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Part:
    number: int
    name: str
    text: str


def cut(blocks: Iterable[Block]) -> list[Part]:
    """The parts in order, each named after its first heading; one part alone has the number 0.

    Where headings are numbered, as in statutes, others beside or below them begin no part: 'Editor's notes' is no name.
    """
    blocks = list(blocks)
    level = _level_of_numbers(blocks)
    ordered = [_kept(block, level) for block in blocks] if level else blocks
    groups = [group for group in _groups(ordered, NUMBERED_ENOUGH if level else LONG_ENOUGH) if _text(group)]
    first = 0 if len(groups) < 2 else 1  # noqa: PLR2004  [one part is none]
    parts, heading = [], ""
    for number, group in enumerate(groups, first):
        headings = [block.text.strip() for block in group if block.level and block.text.strip()]
        starts_under = heading if not group[0].level else ""
        parts.append(Part(number, starts_under or (headings[0] if headings else ""), _text(group)))
        heading = headings[-1] if headings else heading
    return parts


def _level_of_numbers(blocks: list[Block]) -> int:
    """The highest level on which headings are numbered; 0 where too few are."""
    levels = [block.level for block in blocks if block.level and _NUMBERED.match(block.text.strip())]
    return min(levels) if len(levels) >= _MANY else 0


def _kept(block: Block, level: int) -> Block:
    is_kept = not block.level or block.level < level or _NUMBERED.match(block.text.strip())
    return block if is_kept else replace(block, level=0)


def _groups(blocks: Iterable[Block], enough: int) -> Iterator[list[Block]]:
    group: list[Block] = []
    length = 0
    for piece in (piece for block in blocks for piece in _pieces(block)):
        if group and _begins(piece, group, length, enough):
            yield group
            group, length = [], 0
        group.append(piece)
        length += len(piece.text)
    yield group


def _begins(block: Block, group: list[Block], length: int, enough: int) -> bool:
    if block.level:
        return length >= enough
    return length + len(block.text) > LONGEST and not group[-1].level


def _pieces(block: Block) -> Iterator[Block]:
    """A paragraph longer than a part is cut at a space."""
    text = block.text
    while len(text) > LONGEST:
        place = text.rfind(" ", LONGEST // 2, LONGEST)
        place = LONGEST if place < 0 else place
        yield Block(text[:place], block.level)
        text = text[place:]
    yield Block(text, block.level)


def _text(group: list[Block]) -> str:
    return "\n\n".join(block.text.strip() for block in group if block.text.strip())
