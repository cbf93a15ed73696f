"""The county map: where a place lies, what a press means, and counts as pictures with their numbers beside them."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import engines
from hypothesis import example, given, strategies as st

from portal.vocabulary import outlines
from portal.vocabulary.outlines import (
    CITIES,
    FRAME,
    OUTLINES,
    click_of_place,
    county_at,
    map_was_pressed,
    path_of,
    place_of_click,
    place_pressed,
)
from portal.vocabulary.templatetags.county_map import as_bars, step_limits, step_of

DATA = Path(outlines.__file__).parent / "data"
FILE = DATA / "county_outlines.json"
STEPS = 10_000
COUNTIES = {county["fips"]: county["name"] for county in json.loads((DATA / "counties.json").read_text())["counties"]}
# Each city's county, from their own charters and web sites.
COUNTY_OF_CITY = {
    "Kansas City": "Jackson County",
    "St. Louis": "St. Louis City",
    "Springfield": "Greene County",
    "Columbia": "Boone County",
    "Jefferson City": "Cole County",
    "St. Joseph": "Buchanan County",
    "Joplin": "Jasper County",
    "Cape Girardeau": "Cape Girardeau County",
    "Hannibal": "Marion County",
    "Kirksville": "Adair County",
    "Rolla": "Phelps County",
    "West Plains": "Howell County",
    "Poplar Bluff": "Butler County",
}

latitudes = st.floats(FRAME.south / STEPS, FRAME.north / STEPS)
longitudes = st.floats(FRAME.west / STEPS, FRAME.east / STEPS)
sizes = st.tuples(st.integers(100, 2_000), st.integers(100, 2_000))


def outer_sides() -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The state's own border: the lines that only one county names."""
    data = json.loads(FILE.read_text())
    uses = Counter(max(n, ~n) for county in data["counties"].values() for ring in county["rings"] for n in ring)
    assert set(uses.values()) == {1, 2}
    return [(tuple(a), tuple(b)) for n, line in enumerate(data["lines"]) if uses[n] == 1 for a, b in pairwise(line)]


def shared_lines() -> list[tuple[list[list[int]], set[str]]]:
    data = json.loads(FILE.read_text())
    named: dict[int, set[str]] = {}
    for fips, county in data["counties"].items():
        for n in (n for ring in county["rings"] for n in ring):
            named.setdefault(max(n, ~n), set()).add(fips)
    return [(data["lines"][n], of) for n, of in named.items() if len(of) == 2]


STATE = outer_sides()


def is_in_state(latitude: float, longitude: float) -> bool:
    """Even-odd over the state's border alone, without a look at counties."""
    x, y = longitude * STEPS, latitude * STEPS
    east = 0
    for a, b in STATE:
        (x1, y1), (x2, y2) = sorted((a, b), key=lambda point: point[1])
        east += y1 <= y < y2 and x1 + (y - y1) * (x2 - x1) / (y2 - y1) > x
    return east % 2 == 1


# --- the outlines ---------------------------------------------------------------------------------


def test_there_are_the_115_counties_of_our_list_and_no_others():
    assert len(OUTLINES) == 115
    assert {fips: outline.name for fips, outline in OUTLINES.items()} == COUNTIES


def test_the_file_is_small_and_says_where_it_is_from():
    assert FILE.stat().st_size < 50_000
    assert "us-atlas 3.0.1 (ISC" in json.loads(FILE.read_text())["source"]


@pytest.mark.parametrize("fips", sorted(COUNTIES))
def test_the_middle_of_a_county_lies_in_it_and_in_no_other(fips: str):
    longitude, latitude = OUTLINES[fips].middle
    assert county_at(latitude / STEPS, longitude / STEPS) == fips
    assert [other.fips for other in OUTLINES.values() if other.holds(longitude, latitude)] == [fips]


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.name)
def test_cities_lie_in_their_counties(city: outlines.City):
    assert OUTLINES[county_at(city.latitude, city.longitude) or ""].name == COUNTY_OF_CITY[city.name]


@given(latitude=latitudes, longitude=longitudes)
def test_a_place_has_exactly_one_county_in_the_state_and_none_outside(latitude: float, longitude: float):
    holding = [fips for fips, one in OUTLINES.items() if one.holds(longitude * STEPS, latitude * STEPS)]
    assert len(holding) == is_in_state(latitude, longitude)
    assert county_at(latitude, longitude) == (holding[0] if holding else None)


def test_a_place_on_the_border_of_two_counties_belongs_to_one_of_them():
    for line, neighbours in shared_lines():
        for (x1, y1), (x2, y2) in pairwise(line):
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            assert [fips for fips in neighbours if OUTLINES[fips].holds(x, y)] in [[fips] for fips in neighbours]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (41.8781, -87.6298),
        (35.1495, -90.0490),
        (39.0473, -95.6752),
        (0.0, 0.0),
        (90.0, 0.0),
        (-38.9517, 92.3341),
        (-92.3341, 38.9517),
        (math.nan, -92.0),
        (38.0, math.inf),
    ],
    ids=["Chicago", "Memphis", "Topeka", "zero", "pole", "wrong signs", "exchanged", "no number", "infinite"],
)
def test_what_is_not_in_missouri_has_no_county(latitude: float, longitude: float):
    assert county_at(latitude, longitude) is None


# --- presses on the picture -----------------------------------------------------------------------


@given(data=st.data(), size=sizes)
def test_a_press_leads_to_a_place_and_back_to_the_same_pixel(data: st.DataObject, size: tuple[int, int]):
    width, height = size
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    place = place_of_click(x, y, width=width, height=height)
    if place:
        assert click_of_place(place.latitude, place.longitude, width=width, height=height) == (x, y)
        assert place.county == county_at(place.latitude, place.longitude)


@given(latitude=latitudes, longitude=longitudes, size=sizes)
@example(latitude=38.9517, longitude=-92.3341, size=(560, 500))
def test_a_place_leads_to_a_press_and_back_to_within_a_pixel(latitude: float, longitude: float, size: tuple[int, int]):
    width, height = size
    pixel = click_of_place(latitude, longitude, width=width, height=height)
    place = place_of_click(*pixel, width=width, height=height) if pixel else None
    if place:
        assert abs(place.longitude - longitude) <= 7.0 / width / 2 + 0.0006
        assert abs(place.latitude - latitude) <= 4.905 / height / 2 + 0.0006


def test_a_press_on_columbia_is_in_boone_county():
    assert place_of_click(288, 184, width=560, height=500) == outlines.Place(38.95, -92.334, "29019")


def test_a_unit_is_as_high_as_it_is_wide_on_the_ground():
    high = (FRAME.north - FRAME.south) / FRAME.height
    wide = (FRAME.east - FRAME.west) / FRAME.width
    assert high / wide == pytest.approx(math.cos(math.radians((FRAME.north + FRAME.south) / 2 / STEPS)), abs=0.0005)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (559, 499), (-1, 250), (560, 250), (280, 500), (5, 480)])
def test_a_press_outside_the_state_or_the_picture_is_no_place(x: int, y: int):
    assert place_of_click(x, y, width=560, height=500) is None


def test_both_pictures_of_a_form_mean_the_same_places():
    large = place_pressed({"map.x": "288", "map.y": "184"}, name="map")
    small = place_pressed({"map_small.x": "144", "map_small.y": "92"}, name="map")
    assert large and small
    assert large.county == small.county == "29019"
    assert (small.latitude, small.longitude) == pytest.approx((large.latitude, large.longitude), abs=0.01)


@pytest.mark.parametrize(
    ("data", "pressed"),
    [
        ({}, False),
        ({"map": "Continue"}, False),
        ({"other.x": "288", "other.y": "184"}, False),
        ({"map.x": "288"}, True),
        ({"map.x": "far", "map.y": "184"}, True),
        ({"map.x": "0", "map.y": "0"}, True),
        ({"map_small.x": "288", "map_small.y": "184"}, True),
        ({"map.x": "9" * 5_000, "map.y": "1"}, True),
    ],
    ids=["nothing", "a name", "another map", "half", "words", "the Enter key", "beyond the small one", "endless"],
)
def test_what_is_no_press_on_the_state_gives_no_place(data: dict[str, str], pressed: bool):
    assert map_was_pressed(data, name="map") is pressed
    assert place_pressed(data, name="map") is None


# --- the picture ----------------------------------------------------------------------------------


def picture() -> str:
    path = finders.find("portal/county-map.svg")
    assert isinstance(path, str)
    return Path(path).read_text()


def test_the_built_picture_has_the_same_outlines_names_and_edges():
    found = re.findall(r'<path data-fips="(\d+)" data-middle="[\d. ]+" d="([^"]+)"><title>([^<]+)</title>', picture())
    assert {fips: (path, name) for fips, path, name in found} == {
        fips: (path_of(outline), outline.name) for fips, outline in OUTLINES.items()
    }
    edges = dict(re.findall(r'data-(west|east|north|south)="([\d.-]+)"', picture()))
    assert {edge: round(float(degrees) * STEPS) for edge, degrees in edges.items()} == {
        edge: getattr(FRAME, edge) for edge in ("west", "east", "north", "south")
    }


class PlaceForm(forms.Form):
    latitude = forms.CharField(required=False)
    longitude = forms.CharField(required=False)
    county = forms.ChoiceField(required=False, choices=[("", "Choose"), *COUNTIES.items()])


PICKER = (
    '{% include "components/county_map_picker.html" with latitude=form.latitude longitude=form.longitude '
    'county=form.county click="map" address="/report/where/" only %}'
)


def rendered(text: str, **context: Any) -> str:
    return str(engines["django"].from_string(text).render(context))


def picker(**given: str) -> str:
    return rendered(PICKER, form=PlaceForm(given) if given else PlaceForm())


def test_the_picker_works_as_a_button_of_the_form_and_names_the_fields_for_the_script():
    html = picker()
    buttons = re.findall(r'<input class="[^"]+" type="image" name="(\w+)"[^>]+width="(\d+)" height="(\d+)"', html)
    assert buttons == [("map", "560", "500"), ("map_small", "280", "250")]
    for name in ("latitude", "longitude", "county"):
        assert f'data-map-{name}="id_{name}"' in html
        assert f'name="{name}"' in html
    assert html.count('formaction="/report/where/#map"') == 2


def test_the_enter_key_in_a_text_field_does_not_press_the_map():
    html = picker()
    assert html.index('type="submit"') < html.index('type="image"')


def test_what_needs_a_script_is_hidden_until_one_runs():
    for part in ("data-map-here", "data-map-clear", "data-map-with-script", "data-map-under"):
        tag = next(tag for tag in re.findall(r"<(?:button|span)[^>]*>", picker()) if part in tag)
        assert " hidden" in tag


def test_the_picker_shows_the_point_that_the_form_holds():
    html = picker(latitude="38.9517", longitude="-92.3341")
    x, y = map(float, re.findall(r'translate\(([\d.]+) ([\d.]+)\)"', html)[0])
    assert (math.floor(x), math.floor(y)) == click_of_place(38.9517, -92.3341, width=560, height=500)
    assert "The point is in Boone County." in html


@pytest.mark.parametrize("given", [{}, {"latitude": "38.9"}, {"latitude": "north", "longitude": "<b>"}])
def test_without_two_numbers_the_picker_shows_no_point(given: dict[str, str]):
    html = picker(**given)
    assert '<g data-map-marker visibility="hidden">' in html
    assert "translate(" not in html
    assert '<p class="map-picker__point" id="map-point" role="status" data-map-status></p>' in html
    assert "<b>" not in html


@pytest.mark.parametrize("latitude", ["41.9", "nan", "inf", "1e400"])
def test_the_picker_says_that_a_point_is_not_in_the_state(latitude: str):
    html = picker(latitude=latitude, longitude="-87.6")
    assert '<g data-map-marker visibility="hidden">' in html
    assert ">The point is not in Missouri." in html


# --- counts ---------------------------------------------------------------------------------------


def counts(rows: dict[str, int]) -> str:
    return rendered("{% load county_map %}{% county_counts rows 'Reports by county' %}", rows=rows)


def table_of(html: str) -> list[tuple[str, int]]:
    found = re.findall(r'<tr><th scope="row">([^<]+)(?:<svg.*?</svg>)?</th><td class="number">(\d+)</td></tr>', html)
    return [(name, int(count)) for name, count in found]


def test_the_table_has_every_county_with_a_count_the_largest_first_and_the_total():
    html = counts({"29019": 3, "29189": 12, "29001": 3, "29510": 0, "": 2, "17031": 1})
    assert table_of(html) == [
        ("St. Louis County", 12),
        ("Adair County", 3),
        ("Boone County", 3),
        ("No county, or outside Missouri", 3),
        ("Total", 21),
    ]
    assert "None in 112 counties." in html


@given(rows=st.dictionaries(st.sampled_from([*COUNTIES, "", "99999"]), st.integers(0, 5_000)))
def test_picture_and_table_say_the_same_numbers(rows: dict[str, int]):
    html = counts(rows)
    known = {COUNTIES[fips]: count for fips, count in rows.items() if fips in COUNTIES and count}
    *table, (_total, total) = table_of(html)
    assert total == sum(rows.values()) == sum(count for _name, count in table)
    assert {name: count for name, count in table if name in known} == known
    titles = {name: int(count) for name, count in re.findall(r"<title>([^<]+): (\d+)</title>", html)}
    assert titles == {name: known.get(name, 0) for name in COUNTIES.values()}
    assert sorted(map(int, re.findall(r">(\d+)</text>", html))) == sorted(known.values())


def test_colour_is_never_the_only_sign_and_the_picture_has_a_name():
    html = counts({"29019": 3})
    assert 'role="img" aria-label="Reports by county: map of the counties of Missouri.' in html
    assert re.search(r'<text class="count-map__number count-number-5"[^>]+>3</text>', html)
    assert " style=" not in html


def test_without_counts_there_is_a_blank_map_and_a_total_of_zero():
    html = counts({})
    assert html.count("count-step-0") == 115
    assert table_of(html) == [("Total", 0)]
    assert "count-legend" not in html


@given(largest=st.integers(1, 1_000_000), data=st.data())
def test_steps_rise_with_the_count_and_end_at_the_largest(largest: int, data: st.DataObject):
    limits = step_limits(largest)
    count = data.draw(st.integers(1, largest))
    assert len(limits) <= 5
    assert limits[-1] == largest
    assert step_of(0, limits=limits) == 0
    assert step_of(largest, limits=limits) == 5
    assert 1 <= step_of(count, limits=limits) <= 5
    assert step_of(max(count - 1, 1), limits=limits) <= step_of(count, limits=limits)


def test_the_legend_names_the_counts_of_each_step_without_gap_or_overlap():
    html = counts({"29019": 40, "29189": 3})
    assert re.findall(r"</svg>([\d–]+)</span>", html) == ["1–3", "4–5", "6–10", "11–20", "21–40"]
    assert re.findall(r"</svg>([\d–]+)</span>", counts({"29019": 3})) == ["1", "2", "3"]


BARS = '{% include "components/counts.html" with rows=rows label="Reports by behaviour" by="Behaviour" only %}'


def test_bars_stand_beside_their_numbers_in_the_order_given():
    html = rendered(BARS, rows=[("Photography", 3), ("Testing <b>of</b> security", 400), ("Cyberattack", 0)])
    assert re.findall(r'count-bars__length" width="(\d+)"', html) == ["1", "100", "0"]
    found = table_of(html)
    assert found == [
        ("Photography", 3),
        ("Testing &lt;b&gt;of&lt;/b&gt; security", 400),
        ("Cyberattack", 0),
        ("Total", 403),
    ]


def test_bars_of_nothing_say_so():
    html = rendered(BARS, rows=[])
    assert "Nothing to count yet." in html
    assert table_of(html) == [("Total", 0)]


@given(numbers=st.lists(st.integers(0, 10_000), max_size=20))
def test_a_bar_is_empty_only_for_zero_and_the_largest_is_full(numbers: list[int]):
    bars = as_bars([("", count) for count in numbers])
    assert all((bar.length == 0) == (bar.count == 0) for bar in bars)
    assert all(0 <= bar.length <= 100 for bar in bars)
    assert all(bar.length == 100 for bar in bars if bar.count == max(numbers) > 0)
