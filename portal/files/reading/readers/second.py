"""pypdf, for pages that PDFium does not read. It is slower by twenty times and more, so it gets little time."""

from __future__ import annotations

import io
import signal
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdf
import pypdf._crypt_providers  # read now: nothing can be imported once the process is confined

from portal.files.child import NoCopyPossible
from portal.files.enums import Trouble
from portal.files.reading import wire

_SECONDS_A_PAGE = 5.0
_SECONDS = 60.0
_GARBAGE = 0.2  # of the characters
_TOO_FEW = 40  # characters to judge by
_MEANINGLESS = {"Cc", "Co", "Cn", "Cs"}
_SPACES = "\n\r\t\f\x02"


def is_garbage(text: str) -> bool:
    """Whether many of its characters mean nothing: letters of a font that does not say which they are."""
    if len(text) < _TOO_FEW:
        return False
    sample = text[:5_000]
    bad = sum(one == "\ufffd" or (unicodedata.category(one) in _MEANINGLESS and one not in _SPACES) for one in sample)
    return bad > _GARBAGE * len(sample)


class Helper:
    """Opened when the first page needs it, and given up when its time is over."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = _SECONDS
        self._pages: Any = None

    def text(self, place: int) -> str:
        """The text of one page; '' if it has none, or cannot be read in time."""
        if self._left <= 0:
            return ""
        begun = time.monotonic()
        try:
            with _no_longer_than(min(_SECONDS_A_PAGE, self._left)):
                self._pages = self._pages if self._pages is not None else _opened(self._data).pages
                return str(self._pages[place].extract_text())[: wire.LONGEST_PAGE]
        except Exception:  # noqa: BLE001  [it raises anything on a damaged page, and each means the same]
            return ""
        finally:
            self._left -= time.monotonic() - begun


def whole(data: bytes) -> list[str]:
    """All pages of a file that only pypdf opens; none if it does not either. Raises `NoCopyPossible` for a lock."""
    helper = Helper(data)
    try:
        with _no_longer_than(_SECONDS_A_PAGE):
            count = len(_opened(data).pages)
    except NoCopyPossible:
        raise
    except Exception:  # noqa: BLE001  [as above]
        return []
    return [helper.text(place) for place in range(min(count, wire.MOST_PAGES))]


def _opened(data: bytes) -> pypdf.PdfReader:
    """Locked against copying only, with the empty password, in all revisions of the standard handler."""
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise NoCopyPossible(Trouble.LOCKED)
    return reader


class _TooLong(Exception):
    """The page took more time than a page gets."""


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise _TooLong

    former = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
