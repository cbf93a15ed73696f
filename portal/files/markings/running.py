"""Having a file looked through for markings, in a process that has nothing to lose (docs/files.md, 'Markings').

Its bytes go to that process alone, through a pipe, and nothing of them comes back but signs of our own list and banners
that are banners by their form.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from portal.files import names
from portal.files.answers import Nonsense, text_in, word_of
from portal.files.conversation import Broken, Conversation, Patience
from portal.files.enums import Confined, Trouble
from portal.files.markings import banners
from portal.files.markings.enums import Sign
from portal.files.markings.rule import MOST_BANNERS, Found
from portal.files.markings.wire import Mark, Order
from portal.files.wire import FRAME

__all__ = ["Looking", "NotSeen", "Seen", "look"]

ENTRY = "portal.files.markings.child:main"
AT_THE_DOOR = Patience(feeding=20, answering=30, leaving=5)  # somebody waits for the answer
AT_LEISURE = Patience(feeding=300, answering=150, leaving=5)
_SPARE = 10.0  # seconds of the answer's that are not for pages
_MOST_SAID = 64 * 1024
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """What a file is marked with, as far as it could be looked at. What stands in its pictures was not read."""

    found: Found = field(default_factory=Found)
    is_whole: bool = True
    has_pictures: bool = False
    confinement: frozenset[Confined] = frozenset()

    @property
    def is_pcii(self) -> bool:
        return self.found.is_pcii


@dataclass(frozen=True)
class NotSeen:
    """Nobody could look at it, and why."""

    reason: Trouble
    found: Found = field(default_factory=Found)
    is_whole: bool = False
    has_pictures: bool = False
    is_pcii: bool = False


Outcome = Seen | NotSeen


class Looking:
    """One file that comes in piece by piece. `feed` never raises: who is not heard goes on without.

    To be closed in each case; that ends the process. A slow child holds up whoever feeds it for `patience.feeding`
    seconds in all.
    """

    def __init__(self, name: str, *, patience: Patience = AT_THE_DOOR, entry: str = ENTRY) -> None:
        self._patience = patience
        self._stack = ExitStack()
        self._trouble: Trouble | None = None
        self._left = patience.feeding
        seconds = max(1.0, patience.answering - _SPARE)
        try:
            self._talk = self._stack.enter_context(_Talk(entry, patience))
            self.feed(Order(names.extension(names.clean(name)), seconds).packed())
        except Broken as problem:
            self._end(problem.trouble)

    def feed(self, data: bytes) -> None:
        if self._trouble is not None:
            return
        begun = time.monotonic()
        try:
            self._talk.feed(data, self._left)
        except Broken as problem:
            self._end(problem.trouble)
        self._left -= time.monotonic() - begun

    def outcome(self) -> Outcome:
        """What was found. Nothing can be fed afterwards."""
        found = self._answer() if self._trouble is None else NotSeen(self._trouble)
        if isinstance(found, NotSeen):
            logger.warning("A file was not looked through for markings: %s.", found.reason.value)
        return found

    def _answer(self) -> Outcome:
        try:
            return _heard(self._talk.hold(b"", iter(())))
        except Broken as problem:
            return NotSeen(problem.trouble)
        except Nonsense:
            return NotSeen(Trouble.NONSENSE)
        finally:
            self.close()

    def close(self) -> None:
        self._stack.close()

    def _end(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.close()


def look(name: str, chunks: Iterator[bytes], *, patience: Patience = AT_LEISURE, entry: str = ENTRY) -> Outcome:
    """What the file is marked with whose plaintext `chunks` yields. Raises what `chunks` raises, and nothing else."""
    looking = Looking(name, patience=patience, entry=entry)
    try:
        for chunk in chunks:
            looking.feed(chunk)
        return looking.outcome()
    finally:
        looking.close()


class _Talk(Conversation):
    def feed(self, data: bytes, seconds: float) -> None:
        """Raises `Broken` when the child takes no more, or is too slow."""
        if not self._feed(data, time.monotonic() + seconds):
            raise Broken(Trouble.CRASH)


@dataclass
class _Heard:
    signs: set[Sign] = field(default_factory=set)
    banners: dict[str, None] = field(default_factory=dict)
    confined: set[Confined] = field(default_factory=set)
    marks: set[Mark] = field(default_factory=set)
    ends: list[str] = field(default_factory=list)

    def take(self, mark: Mark, word: str) -> None:
        """Raises `Nonsense`."""
        if mark is Mark.SIGN:
            self.signs.add(word_of(Sign, word))
        elif mark is Mark.BANNER:
            self.banners.setdefault(_banner(word))
        elif mark is Mark.CONFINED:
            self.confined.add(word_of(Confined, word))
        elif mark is Mark.END:
            self.ends.append(word)
        else:
            self.marks.add(mark)


def _heard(said: bytes) -> Outcome:
    """Raises `Nonsense`."""
    heard = _Heard()
    for mark, word in _frames(said):
        if heard.ends:
            raise Nonsense
        heard.take(mark, word)
    if len(heard.ends) != 1 or len(heard.banners) > MOST_BANNERS:
        raise Nonsense
    if heard.ends[0]:
        return NotSeen(word_of(Trouble, heard.ends[0]))
    return Seen(
        Found(frozenset(heard.signs), tuple(heard.banners)),
        is_whole=Mark.PART not in heard.marks,
        has_pictures=Mark.PICTURES in heard.marks,
        confinement=frozenset(heard.confined),
    )


def _frames(said: bytes) -> Iterator[tuple[Mark, str]]:
    if len(said) > _MOST_SAID:
        raise Nonsense
    place = 0
    while place < len(said):
        if place + FRAME.size > len(said):
            raise Nonsense
        mark, length = FRAME.unpack_from(said, place)
        place += FRAME.size
        if length > len(said) - place:
            raise Nonsense
        yield word_of(Mark, mark), text_in(said[place : place + length])
        place += length


def _banner(word: str) -> str:
    if not word or banners.read(word) != word:
        raise Nonsense
    return word
