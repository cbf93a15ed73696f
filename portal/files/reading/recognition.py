"""Text of pages that are pictures, where Tesseract is installed (docs/files.md, 'Text for the library').

The reading child draws the pages, a few at a time; another enclosed process has Tesseract recognise their letters.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from portal.files.answers import Nonsense
from portal.files.conversation import Broken, Conversation, Patience
from portal.files.enums import Trouble
from portal.files.reading import answers, recogniser, wire
from portal.files.reading.answers import Heard, PageText, Reading
from portal.files.reading.enums import Finding
from portal.files.reading.recogniser import Order
from portal.files.reading.wire import Layer

ENTRY = "portal.files.reading.recogniser:main"
PATIENCE = Patience(feeding=30, answering=recogniser.SECONDS + 15, leaving=5)
MOST_PAGES = 120
SECONDS = 420.0  # for one file, after which its other pages stay as they are
_CHECKED = 3  # pages of a scanner's own text that are compared
_POOR = 0.9  # of the words that Tesseract sees as well
_FEW_WORDS = 30
_WORD = re.compile(r"\w{2,}")
_LETTERS = {
    **{"en": "eng", "es": "spa", "fr": "fra", "de": "deu", "pt": "por", "it": "ita", "nl": "nld", "vi": "vie"},
    **{"bs": "bos", "ru": "rus", "ar": "ara", "ko": "kor", "ja": "jpn", "zh": "chi_sim", "so": "som", "sw": "swa"},
}
logger = logging.getLogger(__name__)
Draw = Callable[[tuple[int, ...]], dict[int, bytes]]


def program() -> str:
    """Where Tesseract is; '' if it is not installed."""
    return shutil.which("tesseract") or ""


def completed(found: Reading, heard: Heard, draw: Draw, *, entry: str = ENTRY) -> Reading:
    """The reading with the text of pages that are pictures, as far as time allows. `draw` gives pictures of pages.

    A text that a scanner's own program left is compared on a few pages; where it is poor, all are read anew.
    """
    work = _Work(draw, entry, _LETTERS.get(found.language, recogniser.ORDINARY), time.monotonic() + SECONDS, MOST_PAGES)
    bare = [number for number, layer in heard.layers.items() if layer is Layer.PICTURE]
    scanned = [number for number, layer in heard.layers.items() if layer is Layer.RECOGNISED]
    seen = work.recognised(bare)
    is_cut = found.is_cut_short or work.is_late
    former = {page.number: page.text for page in found.pages}
    sample = work.recognised(scanned[:_CHECKED])
    findings = found.findings
    if _is_poor(former, sample):
        findings |= {Finding.POOR_TEXT_LAYER}
        sample |= work.recognised(scanned[_CHECKED:])
        seen |= {number: text for number, text in sample.items() if _says_as_much(text, former[number])}
    pages = tuple(_page(page, seen) for page in found.pages)
    return replace(found, pages=pages, findings=findings, is_cut_short=is_cut)


def text_of(picture: bytes, *, entry: str = ENTRY) -> str:
    """The letters in one picture; '' where none are recognised. Whatever becomes of the program is logged."""
    work = _Work(lambda _numbers: {}, entry, recogniser.ORDINARY, time.monotonic() + SECONDS, 1)
    return work.text(1, picture)


@dataclass
class _Work:
    """Recognising pages of one file, within its time. What fails over one page is logged, and the next has its turn."""

    draw: Draw
    entry: str
    language: str
    until: float
    left: int
    is_late: bool = False

    def recognised(self, numbers: list[int]) -> dict[int, str]:
        """The text of each page that was recognised in time."""
        found: dict[int, str] = {}
        for some in _batches(numbers):
            for number, picture in self._drawn(some).items():
                if self._is_over():
                    return found
                found[number] = self.text(number, picture)
        return {number: text for number, text in found.items() if text}

    def _is_over(self) -> bool:
        self.left -= 1
        self.is_late |= self.left < 0 or time.monotonic() > self.until
        return self.is_late

    def _drawn(self, numbers: tuple[int, ...]) -> dict[int, bytes]:
        try:
            return {} if self.is_late else self.draw(numbers)
        except (Broken, Nonsense) as problem:
            _say(problem)
            return {}

    def text(self, number: int, picture: bytes) -> str:
        try:
            return _asked(Order(program(), number, len(picture), self.language), picture, entry=self.entry)
        except (Broken, Nonsense) as problem:
            _say(problem)
        if self.language == recogniser.ORDINARY:
            return ""
        self.language = recogniser.ORDINARY  # the letters of the other one may not be installed
        return self.text(number, picture)


def _say(problem: Broken | Nonsense) -> None:
    reason = problem.trouble.value if isinstance(problem, Broken) else Trouble.NONSENSE.value
    logger.warning("A page was not recognised: %s.", reason)


def _asked(order: Order, picture: bytes, *, entry: str) -> str:
    """Raises `Broken` and `Nonsense`."""
    with Conversation(entry, PATIENCE) as talk:
        heard = answers.hear(talk.hold(order.packed(), iter([picture])), asked=())
    if trouble := heard.ends[0]:
        raise Broken(trouble)
    if [page.number for page in heard.pages] != [order.page]:
        raise Nonsense
    return heard.pages[0].text


def _batches(numbers: list[int]) -> Iterator[tuple[int, ...]]:
    waiting = iter(numbers)
    while some := tuple(islice(waiting, wire.MOST_PICTURES)):
        yield some


def _page(page: PageText, seen: dict[int, str]) -> PageText:
    text = seen.get(page.number, "")
    return replace(page, text=text, is_from_picture=True) if text else page


def _is_poor(texts: dict[int, str], sample: dict[int, str]) -> bool:
    """Whether a good part of the words in the scanner's text are such as Tesseract does not see there."""
    words = [(word, number) for number in sample for word in _words(texts[number])]
    if len(words) < _FEW_WORDS:
        return False
    confirmed = {number: set(_words(text)) for number, text in sample.items()}
    return sum(word in confirmed[number] for word, number in words) < _POOR * len(words)


def _says_as_much(text: str, former: str) -> bool:
    return len(_words(text)) >= _POOR * len(_words(former))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
