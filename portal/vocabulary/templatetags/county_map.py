"""The county map in pages: the point that a form holds, and counts by county."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.forms import BoundField
from django.utils.translation import gettext as _, ngettext

from portal.vocabulary.outlines import FRAME, OUTLINES, Outline, county_at, path_of, unit_of_place

register = template.Library()

STEPS: Final = 5
# Units of the picture. Only the City of St. Louis, on the eastern border, has less.
ROOM_FOR_A_NUMBER: Final = 16
PATHS: Final = {fips: path_of(outline) for fips, outline in OUTLINES.items()}


@dataclass(frozen=True, slots=True)
class MapPoint:
    """Where the marker stands, in units of the picture, and what is said of it."""

    at: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CountyCount:
    """A county with its count, as the picture shows it."""

    name: str
    count: int
    step: int
    path: str
    # Where the number stands, in units of the picture.
    at: tuple[str, str]
    # It does not fit inside: then it begins beside the county, on the ground of the page.
    is_beside: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the legend: the counts from the smallest to the largest that share a colour."""

    number: int
    smallest: int
    largest: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of counts, with its part of the largest in hundredths."""

    label: str
    count: int
    length: int


@register.simple_tag
def map_point(latitude: BoundField, longitude: BoundField) -> MapPoint | None:
    """The point that the form's two fields hold; None while they are empty or hold no numbers."""
    found = _number(latitude.value()), _number(longitude.value())
    if found[0] is None or found[1] is None:
        return None
    unit = unit_of_place(found[0], found[1])
    county = county_at(found[0], found[1])
    if county:
        sentence = _("The point is in %(county)s.") % {"county": OUTLINES[county].name}
    else:
        sentence = _("The point is not in Missouri. Check the numbers, or press on the map.")
    return MapPoint(at=f"{unit[0]:.1f} {unit[1]:.1f}" if unit else "", sentence=sentence)


@register.inclusion_tag("components/county_counts.html")
def county_counts(rows: Mapping[str, int], label: str) -> dict[str, Any]:
    """Counts by county as a picture with the same numbers in a table.

    `rows` maps FIPS codes to counts. What stands under any other key (none given, another state) is in the table and
    its total, as one row.
    """
    known = {fips: rows.get(fips, 0) for fips in OUTLINES}
    limits = step_limits(max(known.values()))
    counties = [_county(OUTLINES[fips], count, limits=limits) for fips, count in known.items()]
    counted = sorted((county for county in counties if county.count), key=lambda one: (-one.count, one.name))
    total = sum(rows.values())
    none = len(counties) - len(counted)
    return {
        "label": label,
        "frame": FRAME,
        "counties": counties,
        "counted": counted,
        "elsewhere": total - sum(known.values()),
        "total": total,
        "steps": _legend(limits),
        "without": ngettext("None in %(number)s county.", "None in %(number)s counties.", none) % {"number": none},
    }


@register.filter
def as_bars(rows: Sequence[tuple[str, int]]) -> list[Bar]:
    """Rows of (label, count) with the length of each bar: the largest has 100, and no count but 0 has none."""
    largest = max((count for _label, count in rows), default=0) or 1
    return [Bar(str(label), count, -(-count * 100 // largest)) for label, count in rows]


@register.filter
def total(rows: Sequence[tuple[str, int]]) -> int:
    return sum(count for _label, count in rows)


def step_limits(largest: int) -> tuple[int, ...]:
    """The largest count of each step, at most five of them, each about double the one before.

    With steps of one width the two large cities would leave all other counties in the first.
    """
    if largest < 1:
        return ()
    return tuple(sorted({-(-largest // 2**halvings) for halvings in range(STEPS)}))


def step_of(count: int, *, limits: Sequence[int]) -> int:
    """The step of a count, from 1 to 5, and 0 for none. The largest has the last, however few steps there are."""
    return STEPS - len(limits) + 1 + bisect_left(limits, count) if count > 0 else 0


def _legend(limits: Sequence[int]) -> list[Step]:
    smallest = [1, *(limit + 1 for limit in limits)]
    return [Step(step_of(limit, limits=limits), least, limit) for least, limit in zip(smallest, limits, strict=False)]


def _county(outline: Outline, count: int, *, limits: Sequence[int]) -> CountyCount:
    x, y = FRAME.unit_of(outline.middle)
    (west, _top), (east, _bottom) = (
        FRAME.unit_of((outline.west, outline.north)),
        FRAME.unit_of((outline.east, outline.south)),
    )
    is_beside = east - west < ROOM_FOR_A_NUMBER
    at = f"{east + 4 if is_beside else x:.1f}", f"{y:.1f}"
    return CountyCount(outline.name, count, step_of(count, limits=limits), PATHS[outline.fips], at, is_beside)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
