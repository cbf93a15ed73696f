"""What the child process said, read without trust: every mark, word, length and picture is checked here.

A child that was taken over can at most lie within these shapes: plain pictures, plain text, and words of our own lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from portal.files import plain_pictures, sentences, wire
from portal.files.enums import Confined, Fact, Finding, PartForm, Removed, Title, Trouble
from portal.files.wire import Mark

Word = TypeVar("Word", bound=Enum)


class Nonsense(Exception):
    """The child said something that no honest child says."""


@dataclass(frozen=True)
class Part:
    """A piece of a safe copy: a picture's bytes, a text, or rows of cells."""

    form: PartForm
    about: Title
    number: int = 0
    name: str = ""
    picture: bytes = b""
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def title(self) -> str:
        return sentences.of_title(self.about, number=self.number, name=self.name)

    @property
    def content_type(self) -> str:
        """What to serve a picture as."""
        return plain_pictures.content_type(self.picture) if self.form is PartForm.PICTURE else "text/plain"


@dataclass(frozen=True)
class Detail:
    """One line of an original's metadata."""

    fact: Fact
    value: str

    @property
    def label(self) -> str:
        return sentences.of_fact(self.fact)


@dataclass(frozen=True)
class Answer:
    """What was learned of a file, whether or not there is a copy."""

    findings: tuple[Finding, ...] = ()
    metadata: tuple[Detail, ...] = ()
    confinement: frozenset[Confined] = frozenset()

    @property
    def is_held(self) -> bool:
        """Whether the original is for two people together from now on."""
        return any(finding.is_held for finding in self.findings)

    @property
    def finding_sentences(self) -> tuple[str, ...]:
        return tuple(sentences.of_finding(finding) for finding in self.findings)


@dataclass(frozen=True)
class Copy(Answer):
    """A safe copy: what there is to see, what is not in it any more, and what that told."""

    parts: tuple[Part, ...] = ()
    removals: tuple[Removed, ...] = ()

    @property
    def removed(self) -> tuple[str, ...]:
        return tuple(sentences.of_removal(removed) for removed in self.removals)


@dataclass(frozen=True)
class NoCopy(Answer):
    """There is no safe copy, and why. What the look at the file found holds nevertheless."""

    reason: Trouble = Trouble.KIND

    @property
    def sentence(self) -> str:
        return sentences.of_trouble(self.reason)

    @property
    def is_held(self) -> bool:
        """A file that nobody could look into, or that broke the process which looked, is for two people together."""
        return self.reason in _SUSPECT or super().is_held


_SUSPECT = {Trouble.LOCKED, Trouble.BOMB, Trouble.CRASH, Trouble.NONSENSE}


@dataclass
class _Heard:
    parts: list[Part] = field(default_factory=list)
    removals: list[Removed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    metadata: list[Detail] = field(default_factory=list)
    confinement: list[Confined] = field(default_factory=list)
    ends: list[Trouble | None] = field(default_factory=list)


def read(said: bytes) -> Copy | NoCopy:
    """Raises `Nonsense`."""
    heard = _Heard()
    for mark, content in _frames(said):
        if heard.ends:
            raise Nonsense
        _take(heard, mark, content)
    if len(heard.ends) != 1 or len(heard.parts) > wire.MOST_PARTS:
        raise Nonsense
    known: dict[str, Any] = {
        "findings": _once(heard.findings),
        "metadata": tuple({detail.fact: detail for detail in heard.metadata}.values()),
        "confinement": frozenset(heard.confinement),
    }
    if trouble := heard.ends[0]:
        return NoCopy(reason=trouble, **known)
    if not heard.parts:
        return NoCopy(reason=Trouble.NOTHING, **known)
    return Copy(parts=tuple(heard.parts), removals=_once(heard.removals), **known)


def _frames(said: bytes) -> Iterator[tuple[Mark, bytes]]:
    place, count = 0, 0
    while place < len(said):
        if place + wire.FRAME.size > len(said) or count > wire.MOST_FRAMES:
            raise Nonsense
        mark, length = wire.FRAME.unpack_from(said, place)
        place += wire.FRAME.size
        if length > len(said) - place:
            raise Nonsense
        yield word_of(Mark, mark), said[place : place + length]
        place, count = place + length, count + 1


def _take(heard: _Heard, mark: Mark, content: bytes) -> None:
    if mark in wire.FORMS:
        heard.parts.append(_part(wire.FORMS[mark], content))
    elif mark is Mark.REMOVED:
        heard.removals.append(word_of(Removed, text_in(content)))
    elif mark is Mark.FINDING:
        heard.findings.append(word_of(Finding, text_in(content)))
    elif mark is Mark.CONFINED:
        heard.confinement.append(word_of(Confined, text_in(content)))
    elif mark is Mark.FACT:
        fact, _zero, value = content.partition(b"\0")
        heard.metadata.append(Detail(word_of(Fact, text_in(fact)), _line(value, wire.LONGEST_VALUE)))
    else:
        heard.ends.append(word_of(Trouble, text_in(content)) if content else None)


def _part(form: PartForm, content: bytes) -> Part:
    if len(content) < wire.PART.size:
        raise Nonsense
    title, number, length = wire.PART.unpack_from(content)
    rest = content[wire.PART.size :]
    if title >= len(wire.TITLES) or length > len(rest):
        raise Nonsense
    about, name = wire.TITLES[title], _line(rest[:length], wire.LONGEST_NAME)
    if form is PartForm.PICTURE:
        if not plain_pictures.is_plain(rest[length:]):
            raise Nonsense
        return Part(form, about, number, name, picture=rest[length:])
    if form is PartForm.TABLE:
        return Part(form, about, number, name, rows=_rows(text_in(rest[length:])))
    return Part(form, about, number, name, text=_written(text_in(rest[length:])))


def _rows(text: str) -> tuple[tuple[str, ...], ...]:
    rows = tuple(tuple(_written(cell) for cell in row.split(wire.CELL)) for row in text.split(wire.ROW))
    if len(rows) > wire.MOST_ROWS or any(len(row) > wire.MOST_COLUMNS for row in rows):
        raise Nonsense
    return rows


def _line(content: bytes, longest: int) -> str:
    text = _written(text_in(content))
    if len(text) > longest or "\n" in text:
        raise Nonsense
    return text


def _written(text: str) -> str:
    if len(text) > wire.LONGEST_TEXT or not wire.is_visible(text):
        raise Nonsense
    return text


def text_in(content: bytes) -> str:
    """What a frame says, as text. Raises `Nonsense`."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Nonsense from None


def word_of(words: type[Word], said: object) -> Word:
    """The word of one of our own lists. Raises `Nonsense` for any other."""
    try:
        return words(said)
    except ValueError:
        raise Nonsense from None


def _once(words: list[Word]) -> tuple[Word, ...]:
    return tuple(dict.fromkeys(words))
