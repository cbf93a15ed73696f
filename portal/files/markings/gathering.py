"""What the makers of safe copies say of a file, taken as texts to be looked through instead of a copy.

They know where the text of each kind stands; only what they leave out is read in `packages`, `pictures` and `pages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from portal.files.enums import Fact, Finding, Removed, Title
from portal.files.markings.enums import Place
from portal.files.markings.rule import Finder
from portal.files.wire import Delivery

_PAGES = {Title.PAGE, Title.PAGE_TEXT, Title.SLIDE, Title.SHEET}
_TOPICS = {Fact.TITLE, Fact.SUBJECT, Fact.KEYWORDS}
_LOCKED = {Finding.LOCKED, Finding.BOMB}
Enclosed = Callable[[str, bytes], None]


class Gathering(Delivery):
    """Nothing goes out. What has no pages is one page, once `close` was called."""

    def __init__(self, finder: Finder, enclosed: Enclosed) -> None:
        super().__init__(lambda _frame: None)
        self._finder, self._take = finder, enclosed
        self._whole: list[str] = []
        self.is_cut = False

    def picture(self, data: bytes, *, title: Title = Title.PICTURE, number: int = 0) -> None:
        return

    def text(self, text: str, *, title: Title = Title.TEXT, number: int = 0, name: str = "") -> None:
        if title is Title.MARGINS:
            self._finder.add(text, Place.MARGIN)
        elif title is Title.HEADERS:
            self._finder.add(text, Place.TOPIC)
        elif title in _PAGES or title is Title.NOTES:
            self._finder.add(text, Place.PAGE)
        else:
            self._whole.append(text)

    def table(
        self, rows: Iterable[Sequence[str]], *, title: Title = Title.TABLE, number: int = 0, name: str = ""
    ) -> None:
        lines = [" ".join(cell for cell in row if cell) for row in rows]
        if title is Title.HEADERS:
            for row in lines:
                self._finder.add(row.partition(" ")[2], Place.TOPIC)
        else:
            self.text("\n".join(lines), title=title)

    def fact(self, fact: Fact, value: object) -> None:
        self._finder.add(str(value), Place.TOPIC if fact in _TOPICS else Place.ASIDE)

    def finding(self, *findings: Finding) -> None:
        self.is_cut |= bool(set(findings) & _LOCKED)

    def removed(self, *removed: Removed) -> None:
        return

    def cut_short(self, what: Removed) -> None:
        self.is_cut = True

    def enclosed(self, name: str, data: bytes) -> None:
        self._take(name, data)

    def close(self) -> None:
        self._finder.add("\n".join(self._whole), Place.PAGE)
