"""Where the parts of a chart stand. Templates draw it; widths are in percent, so that it fits every screen.

Nothing is scaled: bars grow with the page, and words stay as large as the text around them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.figures.enums import RowKind, Shape
from portal.figures.tables import Row, Table

WIDEST = Decimal(84)  # percent: beside the longest bar its number has to fit
BAR_STEP, BAR_TOP = 46, 22  # pixels from bar to bar, and from a row's top to its bar
SHARES_HEIGHT = 74
MOST_TICKS = 4
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Mark:
    """A bar, a part of a bar or a point: from `x`, so wide, in percent; at `y`, in pixels; with its words."""

    x: str
    width: str
    y: int
    label: str
    words: str
    end: str = "0"
    is_hidden: bool = False
    kind: str = ""

    @property
    def text_y(self) -> int:
        return self.y - 7

    @property
    def middle(self) -> int:
        return self.y + 8


@dataclass(frozen=True)
class Tick:
    x: str
    words: str


@dataclass(frozen=True)
class Chart:
    """What a template needs to draw, and to say in words what is drawn."""

    key: str
    shape: str
    title: str
    description: str
    height: int
    marks: list[Mark] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)

    @property
    def floor_y(self) -> int:
        return self.height - 20

    @property
    def label_y(self) -> int:
        return self.height - 5


def chart_of(table: Table) -> Chart | None:
    """The chart of a table; None where there is nothing to draw."""
    drawers = {Shape.BARS: _bars, Shape.SHARES: _shares, Shape.SPAN: _span}
    return drawers[table.shape](table) if any(row.number for row in table.shown) else None


def number_words(number: Decimal | None) -> str:
    """A number as people read it: '1,204', '3.5'."""
    if number is None:
        return ""
    places = 0 if number == number.to_integral_value() else 1
    return number_format(number, places, use_l10n=True, force_grouping=True)


def ticks_of(largest: Decimal) -> list[int]:
    """Round numbers from nought to the largest or a little above: at most five of them."""
    size, step = 1, 1
    while True:
        for step in (size * part for part in STEPS):
            if step * MOST_TICKS >= largest:
                return list(range(0, math.ceil(largest / step) * step + 1, step))
        size *= 10


def _percent(part: Decimal | int, whole: Decimal | int, *, widest: Decimal = WIDEST) -> str:
    return f"{Decimal(part) * widest / Decimal(whole):.2f}" if whole else "0"


def _axis(largest: Decimal) -> tuple[int, list[Tick]]:
    numbers = ticks_of(largest)
    return numbers[-1], [Tick(_percent(number, numbers[-1]), number_words(Decimal(number))) for number in numbers]


def _bars(table: Table) -> Chart:
    """One bar a row, the largest first; those that are left out together as well; none for nought."""
    rows = sorted(table.shown, key=lambda row: row.number or 0, reverse=True)
    sums = [row for row in table.rows if row.kind == RowKind.OTHER]
    end, ticks = _axis(max(row.number or Decimal(0) for row in [*rows, *sums]))
    drawn = [row for row in rows if row.number] + sums
    marks = [
        Mark("0", width, place * BAR_STEP + BAR_TOP, row.label, number_words(row.number), end=width, kind=row.kind)
        for place, row in enumerate(drawn)
        for width in [_percent(row.number or 0, end)]
    ]
    height = len(drawn) * BAR_STEP + 26
    return Chart(table.name, "bars", str(table.title), _in_words(table, drawn), height, marks, ticks)


def _shares(table: Table) -> Chart | None:
    """One bar of two parts that make up the whole; only where the whole is known."""
    whole = table.total.number if table.total else None
    if not whole or table.hidden:
        return _bars(table)
    marks: list[Mark] = []
    x = Decimal(0)
    for row in table.shown:
        width = Decimal(row.number or 0) * 100 / whole
        words = f"{number_words(row.number)} · {width:.0f} %"
        kind = "first" if not marks else "last"
        marks.append(Mark(f"{x:.2f}", f"{width:.2f}", BAR_TOP, row.label, words, end=f"{x + width:.2f}", kind=kind))
        x += width
    return Chart(table.name, "shares", str(table.title), _in_words(table, table.shown), SHARES_HEIGHT, marks)


def _span(table: Table) -> Chart:
    """Median and 90th of a hundred on one line."""
    rows = table.shown
    end, ticks = _axis(max(row.number or Decimal(0) for row in rows))
    marks = [
        Mark("0", width, place * BAR_STEP + BAR_TOP, row.label, number_words(row.number), end=width, kind=kind)
        for place, (row, kind) in enumerate(zip(rows, ("median", "ninetieth"), strict=False))
        for width in [_percent(row.number or 0, end)]
    ]
    height = len(rows) * BAR_STEP + 26
    return Chart(table.name, "span", str(table.title), _in_words(table, rows), height, marks, ticks)


def _in_words(table: Table, rows: Sequence[Row]) -> str:
    """What the chart shows, for whoever does not see it. The table beside it has every number."""
    said = ", ".join(f"{row.label} {number_words(row.number)}" for row in rows[:5])
    more = len(rows) - 5
    rest = _(" and %(count)d more, in the table") % {"count": more} if more > 0 else ""
    return _("In %(unit)s: %(rows)s%(rest)s.") % {"unit": table.unit, "rows": said, "rest": rest}
