"""What the reading child said, read without trust: every mark, word, number and picture is checked here.

A child that was taken over can at most lie within these shapes: visible text on pages with rising numbers, one plain
picture for each page that was asked for, and words of our own lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.files import plain_pictures, wire as frames
from portal.files.answers import Nonsense, text_in, word_of
from portal.files.enums import Confined, Trouble
from portal.files.reading import sentences, wire
from portal.files.reading.enums import Fact, Finding
from portal.files.reading.wire import Layer, Mark

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")


@dataclass(frozen=True)
class PageText:
    """The text of one page, sheet or slide; `number` is 0 where a file has but one part and no pages."""

    number: int
    text: str = field(repr=False)
    name: str = ""
    is_from_picture: bool = False


@dataclass(frozen=True)
class Reading:
    """What was read in a file.

    `has_pages`: the numbers are those of its pages, sheets or slides, and a program that opens the file shows the same.
    Otherwise they count parts that were cut at headings. `page_count` is how many the file has, read or not. `title`,
    `dated` and `language` are guesses to show to a person. `picture` is a PNG of the first page, or empty.
    """

    pages: tuple[PageText, ...] = ()
    has_pages: bool = False
    page_count: int = 0
    picture: bytes = field(default=b"", repr=False)
    language: str = ""
    title: str = ""
    dated: date | None = None
    findings: frozenset[Finding] = frozenset()
    is_cut_short: bool = False
    confinement: frozenset[Confined] = frozenset()

    @property
    def from_pictures(self) -> int:
        """How many pages were read from pictures of letters."""
        return sum(page.is_from_picture for page in self.pages)


@dataclass(frozen=True)
class NotRead:
    """Nothing was read, and why."""

    reason: Trouble
    confinement: frozenset[Confined] = frozenset()

    @property
    def sentence(self) -> str:
        return sentences.of_trouble(self.reason)


@dataclass
class Heard:
    """What one child said, checked."""

    pages: list[PageText] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)
    facts: dict[Fact, str] = field(default_factory=dict)
    findings: set[Finding] = field(default_factory=set)
    confinement: set[Confined] = field(default_factory=set)
    layers: dict[int, Layer] = field(default_factory=dict)
    ends: list[Trouble | None] = field(default_factory=list)


def hear(said: bytes, *, asked: tuple[int, ...]) -> Heard:
    """`asked` are the pages of which pictures were expected. Raises `Nonsense`."""
    heard = Heard()
    for mark, content in _frames(said):
        if heard.ends:
            raise Nonsense
        _take(heard, mark, content)
    numbers = [page.number for page in heard.pages]
    if len(heard.ends) != 1 or numbers != sorted(set(numbers)) or len(numbers) > wire.MOST_PAGES:
        raise Nonsense
    if not set(heard.pictures) <= set(asked) or sum(len(page.text) for page in heard.pages) > wire.MOST_CHARACTERS:
        raise Nonsense
    return heard


def reading(heard: Heard) -> Reading | NotRead:
    """What it amounts to. Raises `Nonsense`."""
    if trouble := heard.ends[0]:
        return NotRead(trouble, frozenset(heard.confinement))
    facts = heard.facts
    return Reading(
        pages=tuple(heard.pages),
        has_pages=Fact.HAS_PAGES in facts,
        page_count=max(_count(facts.get(Fact.PAGE_COUNT, "0")), len(heard.pages) if heard.pages else 0),
        picture=next(iter(heard.pictures.values()), b""),
        language=_language(facts.get(Fact.LANGUAGE, "")),
        title=facts.get(Fact.TITLE, ""),
        dated=_date(facts.get(Fact.DATED, "")),
        findings=frozenset(heard.findings),
        is_cut_short=Fact.CUT_SHORT in facts,
        confinement=frozenset(heard.confinement),
    )


def _frames(said: bytes) -> Iterator[tuple[Mark, bytes]]:
    place, count = 0, 0
    while place < len(said):
        if place + frames.FRAME.size > len(said) or count > wire.MOST_FRAMES:
            raise Nonsense
        mark, length = frames.FRAME.unpack_from(said, place)
        place += frames.FRAME.size
        if length > len(said) - place:
            raise Nonsense
        yield word_of(Mark, mark), said[place : place + length]
        place, count = place + length, count + 1


def _take(heard: Heard, mark: Mark, content: bytes) -> None:
    if mark is Mark.PAGE:
        page, layer = _page(content)
        heard.pages.append(page)
        heard.layers[page.number] = layer
    elif mark is Mark.PICTURE:
        number, picture = _picture(content)
        if number in heard.pictures or not plain_pictures.is_plain(picture):
            raise Nonsense
        heard.pictures[number] = picture
    elif mark is Mark.FACT:
        fact, _zero, value = content.partition(b"\0")
        heard.facts.setdefault(word_of(Fact, text_in(fact)), _line(value, wire.LONGEST_VALUE))
    elif mark is Mark.FINDING:
        heard.findings.add(word_of(Finding, text_in(content)))
    elif mark is Mark.CONFINED:
        heard.confinement.add(word_of(Confined, text_in(content)))
    else:
        heard.ends.append(word_of(Trouble, text_in(content)) if content else None)


def _page(content: bytes) -> tuple[PageText, Layer]:
    if len(content) < wire.PAGE.size:
        raise Nonsense
    number, said, length = wire.PAGE.unpack_from(content)
    rest = content[wire.PAGE.size :]
    if number > MOST_NUMBER or length > len(rest):
        raise Nonsense
    text = text_in(rest[length:])
    if len(text) > wire.LONGEST_PAGE or not frames.is_visible(text):
        raise Nonsense
    layer = word_of(Layer, said)
    name = _line(rest[:length], wire.LONGEST_NAME)
    return PageText(number, text, name, is_from_picture=layer is Layer.RECOGNISED), layer


def _picture(content: bytes) -> tuple[int, bytes]:
    if len(content) < wire.PICTURE.size:
        raise Nonsense
    (number,) = wire.PICTURE.unpack_from(content)
    return number, content[wire.PICTURE.size :]


MOST_NUMBER = 1_000_000


def _count(said: str) -> int:
    if not said.isascii() or not said.isdigit() or int(said) > MOST_NUMBER:
        raise Nonsense
    return int(said)


def _date(said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Nonsense from None


def _language(said: str) -> str:
    if said and not _LANGUAGE.fullmatch(said):
        raise Nonsense
    return said


def _line(content: bytes, longest: int) -> str:
    text = text_in(content)
    if len(text) > longest or "\n" in text or not frames.is_visible(text):
        raise Nonsense
    return text
