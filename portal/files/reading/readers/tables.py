"""Workbooks and presentations, as the makers of safe copies tell them: one page for each sheet or slide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from portal.files import wire as copies_wire
from portal.files.copies import opendocument, slides, workbook
from portal.files.enums import Fact as Evidence, Kind, Removed, Title
from portal.files.reading import guesses, languages, texts, wire
from portal.files.reading.enums import Fact, Form
from portal.files.reading.readers.written import today
from portal.files.reading.wire import Delivery, Order

_MAKERS: dict[Form, Callable[[bytes, copies_wire.Delivery], None]] = {
    Form.XLSX: workbook.maker(Kind.XLSX),
    Form.PPTX: slides.maker(Kind.PPTX),
    Form.ODS: partial(opendocument.copy, kind=Kind.ODS),
    Form.ODP: partial(opendocument.copy, kind=Kind.ODP),
}
_SHEETS = {Form.XLSX, Form.ODS}
_MOST_CELL = 2_000
_LONGEST_TITLE = 150


@dataclass
class _Collected:
    name: str = ""
    pieces: list[str] = field(default_factory=list)


class _Collector(copies_wire.Delivery):
    """Takes what would go into a safe copy, and keeps the words of it by sheet or slide."""

    def __init__(self) -> None:
        super().__init__(lambda _frame: None)
        self.pages: dict[int, _Collected] = {}
        self.evidence: dict[Evidence, str] = {}
        self.is_cut = False

    def text(self, text: str, *, title: Title = Title.TEXT, number: int = 0, name: str = "") -> None:
        shown = texts.tidy(text)
        page = self.pages.setdefault(number, _Collected())
        if title is Title.SLIDE:
            page.name = page.name or shown.partition("\n")[0][:_LONGEST_TITLE]
        page.pieces.append(shown)

    def table(
        self, rows: Iterable[Sequence[str]], *, title: Title = Title.TABLE, number: int = 0, name: str = ""
    ) -> None:
        """Of sheets; the tables of a slide stand in its text already."""
        if title is not Title.SHEET:
            return
        page = self.pages.setdefault(number, _Collected(name))
        room = wire.LONGEST_PAGE
        for row in rows:
            line = " | ".join(_shown(cell) for cell in row if cell.strip())
            room -= len(line) + 1
            if room < 0:
                self.is_cut = True
                return
            if line:
                page.pieces.append(line)

    def fact(self, fact: Evidence, value: object) -> None:
        self.evidence.setdefault(fact, str(value))

    def cut_short(self, what: Removed) -> None:
        self.is_cut = True


def _shown(cell: str) -> str:
    """On one line; a date without a time as one."""
    return " ".join(cell[:_MOST_CELL].removesuffix(" 00:00:00").split())


def read(data: bytes, order: Order, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is locked, or no such file."""
    found = _Collector()
    _MAKERS[order.form](data, found)
    pages = [(number, page.name, "\n".join(page.pieces)) for number, page in sorted(found.pages.items()) if number]
    if found.is_cut:
        out.cut_short()
    whole = "\n".join(text for _number, _name, text in pages)
    out.fact(Fact.HAS_PAGES, "yes")
    out.fact(Fact.PAGE_COUNT, max((number for number, _name, _text in pages), default=0))
    out.fact(Fact.TITLE, guesses.title(found.evidence.get(Evidence.TITLE, ""), _opening(pages, order.form)))
    out.fact(Fact.DATED, guesses.dated(whole, found.evidence.get(Evidence.CREATED, ""), today=today()) or "")
    out.fact(Fact.LANGUAGE, languages.language_of(whole))
    for number, name, text in pages:
        out.page(number, text, name=name)


def _opening(pages: list[tuple[int, str, str]], form: Form) -> str:
    """The first slide's first line, or that of the first sheet if it stands alone in its row."""
    for _number, name, text in pages[:1]:
        line = text.partition("\n")[0] if form in _SHEETS else name
        return "" if " | " in line or len(line) > _LONGEST_TITLE else line
    return ""
