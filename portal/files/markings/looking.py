"""Looking through one file and what is inside it, in the child process.

Everything is imported before that is confined.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from portal.files import copies, kinds, names
from portal.files.child import NoCopyPossible
from portal.files.enums import Family, Kind, Trouble
from portal.files.markings import guessing, loose, packages, pages, pictures
from portal.files.markings.enums import Place
from portal.files.markings.gathering import Gathering
from portal.files.markings.rule import Finder

DEEPEST = 3
MOST_ENCLOSED = 60
_PACKED = {Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.ODT, Kind.ODS, Kind.ODP}
_MADE = _PACKED | {Kind.RTF, Kind.TEXT, Kind.CSV, Kind.MARKDOWN, Kind.EML, Kind.MSG}
_OLDER = {Kind.DOC, Kind.XLS, Kind.PPT}
# Reasons for which more texts are not there, while those that were read stand.
_PASSED = {Trouble.DAMAGED, Trouble.LOCKED, Trouble.TOO_COMPLEX, Trouble.BOMB}
_MAKERS = {kind: copies.maker_of(kind) for kind in _MADE}


@dataclass
class Look:
    """One file, with all that is inside it.

    `is_whole` is False where something could not be looked at. `has_pictures`: letters may stand in pictures, which are
    not read here.
    """

    seconds: float
    finder: Finder = field(default_factory=Finder)
    is_whole: bool = True
    has_pictures: bool = False
    _left: int = MOST_ENCLOSED

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.seconds

    def at(self, data: bytes, *, ending: str, is_all: bool = True) -> None:
        """Look through the file. Without `is_all` these are its two ends."""
        self._at(data, ending, self.finder, depth=1, is_all=is_all)

    def _at(self, data: bytes, ending: str, finder: Finder, *, depth: int, is_all: bool) -> None:
        kind = guessing.kind_of(data, ending) if is_all else None
        family = kinds.BY_KIND[kind].family if kind else None
        if kind is None or kind in _OLDER:
            self._loosely(data, finder)
            self.is_whole &= kind is None and is_all and depth > 1
        elif family is Family.PICTURE:
            self.has_pictures = True
            for value in pictures.values(data, kind):
                finder.add(value, Place.ASIDE)
        elif kind is Kind.PDF:
            self._trying(lambda: self._pdf(data, finder, depth))
        else:
            self._trying(lambda: self._made(data, kind, finder, depth))
            if kind in _PACKED:
                self._trying(lambda: self._package(data, finder, depth))

    def _loosely(self, data: bytes, finder: Finder) -> None:
        for text in loose.texts(data):
            finder.add(text, Place.LOOSE)

    def _pdf(self, data: bytes, finder: Finder, depth: int) -> None:
        seconds = self._until - time.monotonic()
        found = pages.texts(data, self._inside(depth), seconds=seconds, picture=self._note_picture)
        try:
            for text, place in found:
                finder.add(text, place)
        except pages.Cut:
            self.is_whole = False

    def _note_picture(self) -> None:
        self.has_pictures = True

    def _package(self, data: bytes, finder: Finder, depth: int) -> None:
        for text, place in packages.texts(data, self._inside(depth)):
            finder.add(text, place)

    def _made(self, data: bytes, kind: Kind, finder: Finder, depth: int) -> None:
        gathering = Gathering(finder, self._inside(depth))
        try:
            _MAKERS[kind](data, gathering)
        finally:
            gathering.close()
            self.is_whole &= not gathering.is_cut

    def _trying(self, read: Callable[[], None]) -> None:
        """What was read stands, whatever becomes of the rest."""
        try:
            read()
        except NoCopyPossible as problem:
            if problem.trouble not in _PASSED:
                raise
            self.is_whole = False
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  [a parser may raise anything on a hostile file, and each means the same]
            self.is_whole = False

    def _inside(self, depth: int) -> Callable[[str, bytes], None]:
        """How a file inside is looked at: for itself, since its pages are none of the outer file's."""

        def look(name: str, data: bytes) -> None:
            if depth >= DEEPEST or self._left <= 0 or time.monotonic() > self._until:
                self.is_whole = False
                return
            self._left -= 1
            inner = Finder()
            self._at(data, names.extension(names.clean(name)), inner, depth=depth + 1, is_all=True)
            self.finder.take(inner.found())

        return look
