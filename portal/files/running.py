"""Making the safe copy of a file in a process that has nothing to lose (docs/files.md, 'The child process')."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.files import answers, conversation, converter, kinds, office, paging, wire
from portal.files.answers import Copy, Detail, NoCopy, Part
from portal.files.conversation import Broken, Conversation, Patience
from portal.files.enums import Confined, Copying, Family, Kind, Trouble

__all__ = ["LARGEST_COPIED", "Copy", "Detail", "Maker", "NoCopy", "Part", "safe_copy"]

LARGEST_COPIED = 64 * 1024 * 1024  # above it a file is not read into memory, and has no safe copy
logger = logging.getLogger(__name__)


class _TooLong(Exception):
    """More bytes came than were announced."""


@dataclass(frozen=True)
class Maker:
    """Where copies are made. Other entries and less patience are for tests."""

    entry: str = conversation.MAKER
    patience: Patience = field(default_factory=Patience)
    converter: str = office.ENTRY

    def safe_copy(self, kind: Kind, chunks: Iterator[bytes], *, length: int) -> Copy | NoCopy:
        if not is_looked_into(kind):
            return NoCopy(reason=Trouble.KIND)
        if length > LARGEST_COPIED:
            return NoCopy(reason=Trouble.TOO_LARGE)
        if kind not in converter.KINDS or not office.program():
            return self._asked(kind, chunks, length=length)
        kept = bytearray()
        outcome = self._asked(kind, _keeping(chunks, kept), length=length)
        return self._paged(outcome, kind, bytes(kept)) if paging.may_have_pages(outcome) else outcome

    def _asked(self, kind: Kind, chunks: Iterator[bytes], *, length: int) -> Copy | NoCopy:
        try:
            with Conversation(self.entry, self.patience) as talk:
                return answers.read(talk.hold(wire.request(kind, length), _counted(chunks, length)))
        except Broken as problem:
            trouble = problem.trouble
        except (answers.Nonsense, _TooLong):
            trouble = Trouble.NONSENSE
        logger.warning("No safe copy: the child process ended in %s.", trouble.value, extra={"kind": kind.value})
        return NoCopy(reason=trouble)

    def _paged(self, outcome: Copy | NoCopy, kind: Kind, data: bytes) -> Copy | NoCopy:
        """With pictures of its pages, or the outcome as it is, saying that there are none."""
        try:
            printed = office.to_pdf(kind, data, entry=self.converter)
        except Broken as problem:
            logger.warning("No pictures of pages: %s.", problem.trouble.value, extra={"kind": kind.value})
            return paging.without_pages(outcome)
        pages = self._asked(Kind.PDF, iter([printed]), length=len(printed))
        return paging.with_pages(outcome, pages)


def safe_copy(kind: Kind, chunks: Iterator[bytes], *, length: int) -> Copy | NoCopy:
    """The safe copy of a file of `length` bytes, whose plaintext `chunks` yields; it goes through memory only.

    Raises what `chunks` raises, and nothing else: whatever becomes of the child process is an outcome.
    """
    return Maker().safe_copy(kind, chunks, length=length)


def confinement() -> frozenset[Confined]:
    """What a child process can take away from itself on this machine, found out by starting one; empty if none starts.

    For the health page: without `NO_DESCRIPTORS` no safe copies should be made.
    """
    return safe_copy(Kind.TEXT, iter([b"x"]), length=1).confinement


def is_looked_into(kind: Kind) -> bool:
    """Whether the child process reads such a file. Of the older Office kinds it makes no copy, but has a look."""
    form = kinds.BY_KIND[kind]
    return form.copying is not Copying.NONE or form.family is Family.OFFICE


def _keeping(chunks: Iterator[bytes], kept: bytearray) -> Iterator[bytes]:
    """Also for a second reader, in memory as well."""
    for chunk in chunks:
        kept += chunk
        yield chunk


def _counted(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """No more than was announced: a stream that goes on for ever would fill the child's memory."""
    left = length
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise _TooLong
        yield chunk
