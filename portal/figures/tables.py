"""The figures of a year as tables: for Desk, for everybody, and as they were released."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from portal.figures import measures
from portal.figures.enums import Counts, RowKind, Shape
from portal.figures.measures import Measure, Words
from portal.figures.models import Edition, Figure, ReleasedMeasure
from portal.figures.suppressing import SMALLEST_FLOOR, Shown, protect, protect_within

DESK_FLOOR = SMALLEST_FLOOR  # of sensitive measures: staff may not tell either who of a small sector reported


@dataclass(frozen=True)
class Row:
    """A row of a table; what is left out has no number."""

    kind: RowKind
    label: str
    number: Decimal | None = None

    @property
    def is_hidden(self) -> bool:
        return self.number is None


@dataclass(frozen=True)
class Table:
    """One measure in one year: its words, and the rows that are shown of it."""

    name: str
    section: int
    counts: Counts
    shape: Shape
    title: Words
    definition: Words
    unit: Words
    source: Words
    heading: Words
    is_within: bool = False
    rows: tuple[Row, ...] = ()
    is_measured: bool = True

    @property
    def shown(self) -> list[Row]:
        """The numbers of the breakdown, without sums."""
        return [row for row in self.rows if row.kind == RowKind.ROW]

    @property
    def body(self) -> list[Row]:
        return [row for row in self.rows if row.kind != RowKind.TOTAL]

    @property
    def total(self) -> Row | None:
        return next((row for row in self.rows if row.kind == RowKind.TOTAL), None)

    @property
    def hidden(self) -> int:
        """How many rows are left out."""
        return sum(row.kind == RowKind.HIDDEN for row in self.rows)


def for_desk(year: int) -> list[Table]:
    """Every measure of a year. One that was not computed says so."""
    stored = _stored(year)
    floors = {measure: DESK_FLOOR if measure.is_sensitive else None for measure in measures.registered()}
    return [_table(measure, stored, floor=floor, is_open=False) for measure, floor in floors.items()]


def for_everybody(year: int, *, floor: int) -> list[Table]:
    """What would be released of a year now: only what is public, and no number of people below the floor."""
    stored = _stored(year)
    floors = {measure: None if measure.counts is Counts.THINGS else floor for measure in measures.registered()}
    found = [_table(measure, stored, floor=floor, is_open=True) for measure, floor in floors.items()]
    return [table for table in found if table.is_measured]


def released(edition: Edition) -> list[Table]:
    """An edition as it was released. Two queries."""
    rows = ReleasedMeasure.objects.filter(edition=edition.pk).prefetch_related("figures").order_by("place")
    return [_as_released(row) for row in rows]


def _as_released(row: ReleasedMeasure) -> Table:
    figures = row.figures.all()
    return Table(
        name=row.name,
        section=row.section,
        counts=Counts(row.counts),
        shape=Shape(row.shape),
        title=row.title,
        definition=row.definition,
        unit=row.unit,
        source=row.source,
        heading=row.heading,
        is_within=row.is_within,
        rows=tuple(Row(RowKind(figure.kind), figure.label, figure.number) for figure in figures),
    )


Stored = dict[str, list[Figure]]


def _stored(year: int) -> Stored:
    found: Stored = defaultdict(list)
    for figure in Figure.objects.filter(year=year).order_by("place"):
        found[figure.measure].append(figure)
    return found


def _table(measure: Measure, stored: Stored, *, floor: int | None, is_open: bool) -> Table:
    words = {name: getattr(measure, name) for name in ("title", "definition", "unit", "source", "heading")}
    facts = {"is_within": bool(measure.within), **words}
    table = Table(measure.name, measure.section, measure.counts, measure.shape, **facts)
    figures = stored.get(measure.name, [])
    if not figures:
        return replace(table, is_measured=False)
    return replace(table, rows=tuple(_rows(measure, stored, floor=floor, is_open=is_open)))


def _rows(measure: Measure, stored: Stored, *, floor: int | None, is_open: bool) -> Iterable[Row]:
    figures = stored[measure.name]
    if measure.counts is Counts.PEOPLE and floor is not None:
        return _of_people(measure, figures, _protected(measure, stored, floor))
    numbers = [(figure, figure.open_number if is_open else figure.number) for figure in figures]
    rows = [
        Row(RowKind.ROW if figure.breakdown else RowKind.TOTAL, figure.label or str(measure.total), number)
        for figure, number in numbers
    ]
    is_too_little = floor is not None and rows[-1].number is not None and rows[-1].number < floor
    return [Row(RowKind.HIDDEN, row.label) for row in rows[:-1]] if is_too_little else rows


def _protected(measure: Measure, stored: Stored, floor: int) -> Shown:
    cells = _people(stored[measure.name])
    if measure.within:
        return protect_within(cells, _people(stored.get(measure.within, [])), floor=floor)
    return protect(cells, floor=floor)


def _people(figures: list[Figure]) -> dict[str, int]:
    return {figure.breakdown: int(figure.number) for figure in figures if figure.breakdown}


def _of_people(measure: Measure, figures: list[Figure], shown: Shown) -> Iterable[Row]:
    for figure in figures:
        if figure.breakdown in shown.rows:
            yield Row(RowKind.ROW, figure.label, Decimal(shown.rows[figure.breakdown]))
        elif figure.breakdown:
            yield Row(RowKind.HIDDEN, figure.label)
    if shown.other is not None:
        yield Row(RowKind.OTHER, _("All that are left out, together"), Decimal(shown.other))
    if shown.total is not None:
        yield Row(RowKind.TOTAL, str(measure.total), Decimal(shown.total))
