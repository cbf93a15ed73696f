"""Reading one file: the text by the reading child, and what has no text by a program that recognises letters."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from portal.files.answers import Nonsense
from portal.files.conversation import Broken, Conversation, Patience
from portal.files.enums import Trouble
from portal.files.reading import answers, guesses, languages, recognition, wire
from portal.files.reading.answers import Heard, NotRead, Reading
from portal.files.reading.enums import Form
from portal.files.reading.wire import Layer, Order

ENTRY = "portal.files.reading.child:main"
PATIENCE = Patience(feeding=300, answering=240, leaving=5)
FIRST_PAGE = (1,)
_OPENING_PAGES = 3
_FROM_PICTURES = {Layer.PICTURE, Layer.RECOGNISED}
logger = logging.getLogger(__name__)


class _TooLong(Exception):
    """More bytes came than were announced."""


@dataclass(frozen=True)
class Reader:
    """Where files are read. Other entries and less patience are for tests."""

    entry: str = ENTRY
    patience: Patience = field(default_factory=lambda: PATIENCE)
    recogniser: str = recognition.ENTRY

    def read(self, form: Form, chunks: Iterator[bytes], *, length: int) -> Reading | NotRead:
        if length > wire.LARGEST:
            return NotRead(Trouble.TOO_LARGE)
        kept = bytearray()
        try:
            heard = self._ask(Order(form, length), _kept(chunks, kept, length), asked=FIRST_PAGE)
            found = answers.reading(heard)
            return self._completed(found, heard, bytes(kept)) if isinstance(found, Reading) else found
        except Broken as problem:
            trouble = problem.trouble
        except (Nonsense, _TooLong):
            trouble = Trouble.NONSENSE
        logger.warning("A file was not read: the child process ended in %s.", trouble.value, extra={"form": form.value})
        return NotRead(trouble)

    def _completed(self, found: Reading, heard: Heard, data: bytes) -> Reading:
        """With the text of pages that are pictures, where there is a program that recognises letters."""
        if not set(heard.layers.values()) & _FROM_PICTURES or not recognition.program():
            return found

        def draw(numbers: tuple[int, ...]) -> dict[int, bytes]:
            order = Order(Form.PDF, len(data), numbers)
            return self._ask(order, iter([data]), asked=numbers).pictures

        return _guessed(recognition.completed(found, heard, draw, entry=self.recogniser))

    def _ask(self, order: Order, chunks: Iterator[bytes], *, asked: tuple[int, ...]) -> Heard:
        """One talk with a child. Raises `Broken`, `Nonsense`, and what `chunks` raises."""
        with Conversation(self.entry, self.patience) as talk:
            return answers.hear(talk.hold(order.packed(), chunks), asked=asked)


def _guessed(found: Reading) -> Reading:
    """With what the recognised letters tell of language and date."""
    opening = "\n".join(page.text for page in found.pages[:_OPENING_PAGES])
    today = datetime.now(UTC).date()
    return replace(
        found,
        language=found.language or languages.language_of("\n".join(page.text for page in found.pages)),
        dated=guesses.dated(opening, today=today) or found.dated,
    )


def read(form: Form, chunks: Iterator[bytes], *, length: int, patience: Patience = PATIENCE) -> Reading | NotRead:
    """What stands in a file of `length` bytes, which `chunks` yields, page by page.

    Raises what `chunks` raises, and nothing else: whatever becomes of the child process is an outcome.
    """
    return Reader(patience=patience).read(form, chunks, length=length)


def _kept(chunks: Iterator[bytes], kept: bytearray, length: int) -> Iterator[bytes]:
    """No more than was announced, and kept for a second look at its pages."""
    for chunk in chunks:
        kept += chunk
        if len(kept) > length:
            raise _TooLong
        yield chunk
