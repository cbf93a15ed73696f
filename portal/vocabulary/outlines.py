"""The outlines of the counties: in which one a place lies, and where it stands on the picture of the map.

Latitudes and longitudes are degrees in WGS 84 (the outlines are in NAD 83, a metre or two away). The picture is plate
carrée, true at the state's middle latitude: both axes are linear, so that a server, a script and a stylesheet can all
do the sum. The outlines are drawn for maps; within a kilometre of a border they may name the neighbour. The source and
its licence stand in data/county_outlines.json; docs/county-map.md says how the file is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, isfinite
from pathlib import Path
from typing import Any, Final

# A side of an outline, the southern end first: two neighbours then do the same sum for the border that they share.
Point = tuple[int, int]
Side = tuple[Point, Point]

# Digits of a degree that a press on the picture is worth: 0.001 is some 100 metres, a unit of the picture 1,090.
_DIGITS: Final = 3
# A form carries two pictures of different size, of which the stylesheet shows one (components/county_map_picker.html).
# By the end of the button's name, what part of the frame's size each has.
SIZES: Final = {"": 1.0, "_small": 0.5}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the state, and the FIPS code of its county."""

    latitude: float
    longitude: float
    county: str


@dataclass(frozen=True, slots=True)
class City:
    """A city whose name stands on the map, on one side of its dot."""

    name: str
    latitude: float
    longitude: float
    side: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What the picture shows: its size in its own units, and its edges in steps of the outlines."""

    width: int
    height: int
    west: int
    east: int
    north: int
    south: int

    def unit_of(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a point in steps stands in the picture, from the upper left corner."""
        longitude, latitude = point
        across = (longitude - self.west) / (self.east - self.west)
        down = (self.north - latitude) / (self.north - self.south)
        return across * self.width, down * self.height

    def degrees_at(self, across: float, down: float) -> tuple[float, float]:
        """Latitude and longitude at these parts of the picture's width and height."""
        latitude = self.north - down * (self.north - self.south)
        longitude = self.west + across * (self.east - self.west)
        return latitude / _STEPS, longitude / _STEPS


@dataclass(frozen=True, slots=True)
class Outline:
    """A county's outline, in steps (longitude, latitude)."""

    fips: str
    name: str
    # A point well inside.
    middle: Point
    rings: tuple[tuple[Point, ...], ...]
    sides: tuple[Side, ...]
    west: int
    east: int
    south: int
    north: int

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether the point lies inside. Of two neighbours exactly one holds a point of their border."""
        if not (self.west <= longitude <= self.east and self.south <= latitude <= self.north):
            return False
        return len([x for x in _crossings(self.sides, latitude) if x > longitude]) % 2 == 1


def county_at(latitude: float, longitude: float) -> str | None:
    """The FIPS code of the county that holds the place; None outside the state, and for what is no number."""
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    x, y = longitude * _STEPS, latitude * _STEPS
    return next((outline.fips for outline in OUTLINES.values() if outline.holds(x, y)), None)


def place_of_click(x: int, y: int, *, width: int, height: int) -> Place | None:
    """What was pressed on a picture that is shown `width` by `height` pixels; None outside the state.

    A pixel stands for its middle. The corner (0, 0), which browsers send for the Enter key, is outside.
    """
    if not (0 <= x < width and 0 <= y < height):
        return None
    found = FRAME.degrees_at((x + 0.5) / width, (y + 0.5) / height)
    latitude, longitude = (round(degrees, _DIGITS) for degrees in found)
    county = county_at(latitude, longitude)
    return Place(latitude, longitude, county) if county else None


def click_of_place(latitude: float, longitude: float, *, width: int, height: int) -> tuple[int, int] | None:
    """The pixel of a picture of this size on which the place stands; None if the picture does not show it."""
    if (unit := unit_of_place(latitude, longitude)) is None:
        return None
    return floor(unit[0] * width / FRAME.width), floor(unit[1] * height / FRAME.height)


def unit_of_place(latitude: float, longitude: float) -> tuple[float, float] | None:
    """Where the place stands in the picture's own units; None if the picture does not show it."""
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    x, y = FRAME.unit_of((longitude * _STEPS, latitude * _STEPS))
    return (x, y) if 0 <= x < FRAME.width and 0 <= y < FRAME.height else None


def map_was_pressed(data: Mapping[str, Any], *, name: str) -> bool:
    """Whether the form was sent by pressing the map `name`, which happens only where no script runs."""
    return any(f"{name}{size}.x" in data for size in SIZES)


def place_pressed(data: Mapping[str, Any], *, name: str) -> Place | None:
    """The place that was pressed on the map `name` of a form; None if none was, or outside the state."""
    for size, part in SIZES.items():
        try:
            x, y = int(data[f"{name}{size}.x"]), int(data[f"{name}{size}.y"])
        except (KeyError, ValueError):
            continue
        return place_of_click(x, y, width=int(FRAME.width * part), height=int(FRAME.height * part))
    return None


def path_of(outline: Outline) -> str:
    """The outline as the path of an SVG in the picture's units; assets/county_map.mjs writes the same."""
    return "".join(_path(ring) for ring in outline.rings)


def _crossings(sides: Sequence[Side], latitude: float) -> Iterator[float]:
    """Where the sides cross a parallel. A side has its southern end and lacks its northern one."""
    for (x1, y1), (x2, y2) in sides:
        if y1 <= latitude < y2:
            yield x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)


def _path(ring: Sequence[Point]) -> str:
    """Tenths of a unit, and from point to point only the way: rounded first, so that neighbours still meet."""
    tenths = [tuple(floor(part * 10 + 0.5) for part in FRAME.unit_of(point)) for point in ring]
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(tenths)]
    ways = "".join(f"l{_tenths(x)} {_tenths(y)}" for x, y in steps[:-1] if (x, y) != (0, 0))
    return f"M{_tenths(tenths[0][0])} {_tenths(tenths[0][1])}{ways}z"


def _tenths(number: int) -> str:
    return f"{number / 10:.1f}".removesuffix(".0")


def _ring(numbers: Sequence[int], lines: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """A ring from its lines, each of which begins where the one before ended; ~number is a line walked backwards."""
    points: list[Point] = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        points.extend(line[1:] if points else line)
    return tuple(points)


def _outline(fips: str, *, name: str, middle: Point, rings: tuple[tuple[Point, ...], ...]) -> Outline:
    sides = tuple(_side(a, b) for ring in rings for a, b in pairwise(ring) if a[1] != b[1])
    xs, ys = zip(*(point for ring in rings for point in ring), strict=True)
    return Outline(fips, name, middle, rings, sides, min(xs), max(xs), min(ys), max(ys))


def _side(a: Point, b: Point) -> Side:
    return (a, b) if a[1] < b[1] else (b, a)


def _read(name: str) -> Any:
    return json.loads((Path(__file__).parent / "data" / name).read_text(encoding="utf-8"))


def _outlines(data: Mapping[str, Any]) -> dict[str, Outline]:
    names = {county["fips"]: county["name"] for county in _read("counties.json")["counties"]}
    lines = [[(x, y) for x, y in line] for line in data["lines"]]
    outlines = {}
    for fips, county in data["counties"].items():
        rings = tuple(_ring(ring, lines) for ring in county["rings"])
        outlines[fips] = _outline(fips, name=names[fips], middle=tuple(county["middle"]), rings=rings)
    return outlines


_DATA: Final = _read("county_outlines.json")
_STEPS: Final[int] = _DATA["steps_per_degree"]
FRAME: Final = Frame(**_DATA["frame"])
CITIES: Final = tuple(City(**city) for city in _DATA["cities"])
# By FIPS code, in its order.
OUTLINES: Final = _outlines(_DATA)
