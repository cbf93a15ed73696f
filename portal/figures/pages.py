"""What the pages of figures show: sections of measures, each with its chart and its table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from portal.figures import measures
from portal.figures.charts import Chart, chart_of, number_words
from portal.figures.enums import Counts, RowKind
from portal.figures.measures import Words
from portal.figures.tables import Row, Table


@dataclass(frozen=True)
class Line:
    """A row as the table shows it."""

    label: str
    words: str
    is_sum: bool


@dataclass(frozen=True)
class Shown:
    """One measure on a page. `left_out` are the names of rows without a number; `note` says why."""

    table: Table
    chart: Chart | None
    lines: list[Line]
    total: Line | None
    left_out: list[str]
    note: str


@dataclass(frozen=True)
class Section:
    heading: Words
    measures: list[Shown]


def sections(found: Iterable[Table], *, floor: int) -> list[Section]:
    """The tables by section, as they stand. `floor` is below which numbers of people are left out."""
    return [
        Section(measures.HEADINGS[section], [_shown(table, floor) for table in rows])
        for section, rows in groupby(found, key=lambda table: table.section)
    ]


def _shown(table: Table, floor: int) -> Shown:
    """A table of noughts alone says so in a sentence."""
    is_anything = any(row.number for row in table.rows)
    return Shown(
        table,
        chart_of(table),
        [_line(row) for row in table.body if is_anything and not row.is_hidden],
        _line(table.total) if is_anything and table.total else None,
        [row.label for row in table.body if row.is_hidden],
        _note(table, floor),
    )


def _line(row: Row) -> Line:
    return Line(row.label, number_words(row.number), row.kind in {RowKind.OTHER, RowKind.TOTAL})


def _note(table: Table, floor: int) -> str:
    """Why something is missing."""
    if not table.is_measured:
        return _("Not measured in this year.")
    if not table.hidden:
        return "" if any(row.number for row in table.rows) else _("Nothing to count in this year.")
    if table.counts is Counts.TIMES:
        return _("Fewer than %(floor)d were measured.") % {"floor": floor}
    if table.total:
        return _("Each is below %(floor)d and could point to somebody.") % {"floor": floor}
    if table.is_within:
        return _(
            "Fewer than %(floor)d did, or fewer than %(floor)d did not, which could point to somebody. "
            "With them goes the total, from which they could be worked out."
        ) % {"floor": floor}
    return _(
        "Each is below %(floor)d and could point to somebody. With them goes the total, from which "
        "they could be worked out."
    ) % {"floor": floor}
