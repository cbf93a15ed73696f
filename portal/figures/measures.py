"""The measures of the partnership. Rooms register them; this room computes, keeps and shows them and names no room."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.figures.enums import Counts, Shape

Words = str | Promise
TENTH = Decimal("0.1")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Where a measure stands on the page
CAPABILITIES, ENGAGEMENT, SATISFACTION, TIME = 10, 20, 30, 40
HEADINGS: dict[int, Words] = {
    CAPABILITIES: _("Capabilities delivered and exercised"),
    ENGAGEMENT: _("Partners taking part"),
    SATISFACTION: _("What readers say"),
    TIME: _("How fast warnings go out"),
}


@dataclass(frozen=True)
class Cell:
    """One number of a breakdown. `open_number` is what of it anybody may know of: all of it, if not given."""

    key: str
    label: str
    number: Decimal | int
    open_number: Decimal | int | None = None

    @property
    def public(self) -> Decimal | int:
        return self.number if self.open_number is None else self.open_number


@dataclass(frozen=True)
class Counted:
    """What a measure comes to in one year.

    `total` counts what the rows are made of, each once: rows may overlap. Of people there is none, since each stands in
    one row. Of times it is how many were measured.
    """

    cells: list[Cell]
    total: Cell | None = None


@dataclass(frozen=True)
class Measure:
    """What is measured, in words that stand beside every number, and how. `place` is its place in its section.

    `within` names the measure among whose people these are. One of the moment is measured as of now, and of a year
    that has ended what was measured last stays. Small numbers of a sensitive one are left out on Desk as well.
    """

    name: str
    section: int
    title: Words
    definition: Words
    unit: Words
    source: Words
    heading: Words
    compute: Callable[[int], Counted]
    counts: Counts = Counts.THINGS
    shape: Shape = Shape.BARS
    total: Words = field(default_factory=lambda: _("Total"))
    within: str = ""
    place: int = 100
    is_of_the_moment: bool = False
    is_sensitive: bool = False


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> Measure:
    """Add a measure. One name is one measure for good: released numbers keep it."""
    if _measures.get(measure.name, measure).title != measure.title:
        raise ValueError(f"There are two measures {measure.name}.")
    _measures[measure.name] = measure
    return measure


def registered() -> list[Measure]:
    """Every measure, as they stand on the page: a measure after the one within which it counts."""
    return sorted(_measures.values(), key=lambda row: (row.section, bool(row.within), row.place, row.name))


def span_of(year: int) -> tuple[datetime, datetime]:
    """The first moment of a year and the first after it, by the state's clock."""
    return timezone.make_aware(datetime(year, 1, 1)), timezone.make_aware(datetime(year + 1, 1, 1))


def counted_times(times: Iterable[timedelta], unit: timedelta) -> Counted:
    """Median and 90th of a hundred, in units with one decimal, and how many there were; nothing of nothing."""
    ordered = sorted(times)
    total = Cell("", "", len(ordered))
    if not ordered:
        return Counted([], total)
    cells = [
        Cell("median", str(_("Half of them within")), _in_units(nearest_rank(ordered, 50), unit)),
        Cell("ninetieth", str(_("Nine of ten within")), _in_units(nearest_rank(ordered, 90), unit)),
    ]
    return Counted(cells, total)


def nearest_rank(ordered: Sequence[timedelta], part: int) -> timedelta:
    """The smallest value that at least `part` of a hundred do not pass. There has to be one."""
    return ordered[max(0, math.ceil(len(ordered) * part / 100) - 1)]


def _in_units(time: timedelta, unit: timedelta) -> Decimal:
    seconds = Decimal(time // timedelta(seconds=1)) / Decimal(unit // timedelta(seconds=1))
    return seconds.quantize(TENTH, rounding=ROUND_HALF_UP)
