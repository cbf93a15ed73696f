"""The pages, their charts and their CSV."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies as st

from portal.audit.models import Event
from portal.figures import charts, measures
from portal.figures.charts import chart_of, ticks_of
from portal.figures.csv_file import RISKY, answer, harmless
from portal.figures.enums import Counts, RowKind, Shape
from portal.figures.models import Edition
from portal.figures.own import ACTIVE
from portal.figures.tables import DESK_FLOOR, Row, Table, for_desk
from portal.members.enums import StaffRole
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import staff
from tests.figures.making import PEOPLE, compute, of_sector, put

pytestmark = pytest.mark.django_db
DESK = "/desk/figures/"
LONG = "Government facilities and everything that belongs to them, of whatever kind"


@pytest.fixture
def editor(clock: Any, desk: None) -> Client:
    return session_for(staff(StaffRole.MOP3_EDITOR))


def table(rows: dict[str, int], *, shape: Shape = Shape.BARS, kind: RowKind = RowKind.ROW) -> Table:
    words: Any = {name: name for name in ("title", "definition", "unit", "source", "heading")}
    found = tuple(Row(kind, label, Decimal(number)) for label, number in rows.items())
    return Table("a-measure", measures.TIME, Counts.THINGS, shape, **words, rows=found)


class TestDesk:
    def test_it_shows_every_measure_of_a_year(self, editor: Client) -> None:
        compute()
        page = editor.get(DESK).content.decode()
        for row in measures.registered():
            assert str(row.title) in page.replace("&#x27;", "'"), row.name

    def test_another_year_is_chosen_and_one_of_which_there_is_nothing_is_not_there(self, editor: Client) -> None:
        put(ACTIVE, 2025, PEOPLE[ACTIVE])
        assert "Partnership figures 2025" in editor.get(f"{DESK}?year=2025").content.decode()
        for year in ("1999", "x", "\uff12025", "-1", "9" * 30):
            assert editor.get(DESK, {"year": year}).status_code == 404, year

    def test_before_anything_was_computed_it_says_so(self, editor: Client) -> None:
        page = editor.get(DESK)
        assert page.status_code == 200
        assert "Not computed yet" in page.content.decode()

    def test_no_small_number_of_what_is_sensitive_shows_to_staff(self, editor: Client) -> None:
        """A row of one would tell who of a small sector reported."""
        put(ACTIVE, 2026, {"energy": 9, "dams": 2})
        for name in ("partners-reporting", "partners-reading", "useful"):
            put(name, 2026, {"energy": 4, "dams": 1})
            shown = next(row for row in for_desk(2026) if row.name == name)
            assert [row.label for row in shown.rows if row.is_hidden] == ["Dams"]
            assert all(row.number >= DESK_FLOOR for row in shown.rows if row.number is not None)
            assert shown.total is None
        assert editor.get(DESK).status_code == 200

    def test_the_page_takes_as_many_queries_for_many_sectors_as_for_few(self, editor: Client) -> None:
        compute()
        editor.get(DESK)
        with CaptureQueriesContext(connection) as few:
            editor.get(DESK)
        for number in range(6):
            Sector.objects.create(name=f"Sector {number}", slug=f"sector-{number}")
            of_sector(f"sector-{number}")
        put(ACTIVE, 2026, {f"sector-{number}": number for number in range(40)})
        with CaptureQueriesContext(connection) as many:
            editor.get(DESK)
        assert len(few) == len(many)

    def test_staff_see_what_would_be_public_and_release_it(self, editor: Client) -> None:
        put(ACTIVE, 2025, PEOPLE[ACTIVE])
        preview = editor.get(f"{DESK}release/?year=2025").content.decode()
        assert "below 10" in preview
        assert "Dams" in preview
        done = editor.post(f"{DESK}release/", {"year": "2025"}, follow=True).content.decode()
        assert "Everybody can see the figures of 2025 now." in done
        assert Edition.objects.get().released_by is not None

    def test_this_year_is_refused_in_a_sentence(self, editor: Client) -> None:
        put(ACTIVE, 2026, PEOPLE[ACTIVE])
        refused = editor.post(f"{DESK}release/", {"year": "2026"})
        assert refused.status_code == 422
        assert "The year has not ended" in refused.content.decode()

    def test_withdrawing_asks_why(self, editor: Client) -> None:
        put(ACTIVE, 2025, PEOPLE[ACTIVE])
        editor.post(f"{DESK}release/", {"year": "2025"})
        assert editor.post(f"{DESK}withdraw/", {"year": "2025", "why": ""}).status_code == 422
        done = editor.post(f"{DESK}withdraw/", {"year": "2025", "why": "Wrong."}, follow=True).content.decode()
        assert "Withdrawn." in done
        assert editor.get("/partnership/figures/2025/").status_code == 404
        again = editor.post(f"{DESK}withdraw/", {"year": "2025", "why": "Wrong."}, follow=True).content.decode()
        assert "Nothing of that year is released." in again

    def test_an_administrator_reads_and_is_offered_no_release(self, clock: Any, desk: None) -> None:
        put(ACTIVE, 2025, PEOPLE[ACTIVE])
        client = session_for(staff(StaffRole.ADMINISTRATOR))
        assert "Prepare release" not in client.get(f"{DESK}?year=2025").content.decode()
        assert client.get(f"{DESK}release/?year=2025").status_code == 404


class TestCsv:
    def test_desk_takes_the_numbers_out_and_the_trail_says_so(self, editor: Client) -> None:
        put(ACTIVE, 2025, PEOPLE[ACTIVE])
        given = editor.get(f"{DESK}csv/?year=2025")
        rows = list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"))))
        found = {row["Breakdown"]: row["Number"] for row in rows}
        assert found == {"Energy": "40", "Water": "25", "Dams": "3", "Total": "68"}
        assert "no-store" in given.headers["Cache-Control"]
        assert Event.objects.filter(verb="figures.export").exists()

    def test_what_is_left_out_has_an_empty_cell(self, clock: Any, desk: None) -> None:
        put(ACTIVE, 2025, PEOPLE[ACTIVE])
        client = session_for(staff(StaffRole.MIAC_SUPERVISOR))
        client.post(f"{DESK}release/", {"year": "2025"})
        given = client.get("/partnership/figures/2025/figures.csv")
        rows = list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"))))
        assert {row["Breakdown"]: (row["Row"], row["Number"]) for row in rows} == {
            "Energy": ("number", "40"),
            "Water": ("number", "25"),
            "Dams": ("left out", ""),
        }

    @given(st.text(max_size=30))
    def test_no_cell_begins_a_formula(self, words: str) -> None:
        found = harmless(words)
        assert not found.startswith(RISKY)
        assert not found.lstrip().startswith(("=", "+", "-", "@"))
        assert found.endswith(words)

    @pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@A1", "\t=1", " =1", "\n=1", "\uff1d1"])
    def test_a_sector_that_the_state_named_like_a_formula_stays_a_word(self, name: str) -> None:
        given = answer([table({name: 4})], year=2025, name="figures.csv").content.decode("utf-8-sig")
        [row] = list(csv.DictReader(io.StringIO(given, newline="")))
        assert row["Breakdown"] == f"'{name}"


class TestCharts:
    def test_a_chart_says_what_it_shows_and_carries_no_style(self, editor: Client) -> None:
        put(ACTIVE, 2026, PEOPLE[ACTIVE])
        put("useful", 2026, {"yes": 80, "no": 12})
        put("event-to-bulletin", 2026, {"median": 2, "ninetieth": 9}, total=30)
        page = editor.get(DESK).content.decode()
        drawn = re.findall(r'<svg class="chart.*?</svg>', page, re.DOTALL)
        assert len(drawn) == 3
        for text in drawn:
            picture = Xml.fromstring(text)  # noqa: S314  (our own page)
            assert picture.get("role") == "img"
            for name in (picture.get("aria-labelledby") or "").split():
                assert any(part.get("id") == name and part.text for part in picture), name
            assert "style" not in text
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))

    def test_every_number_of_a_chart_stands_in_the_table(self, editor: Client) -> None:
        put(ACTIVE, 2026, {"energy": 1204, "water": 25})
        page = editor.get(DESK).content.decode()
        cells = re.findall(r'<td class="number">([^<]+)</td>', page)
        for words in re.findall(r'class="chart__value"[^>]*>([^<]+)<', page):
            assert words in cells

    def test_words_of_a_row_are_escaped(self, editor: Client) -> None:
        put(ACTIVE, 2026, {"<script>x": 12})
        assert "<script>x" not in editor.get(DESK).content.decode().lower()

    @given(st.decimals(min_value=0, max_value=10**9, places=1))
    def test_an_axis_has_round_numbers_and_reaches_the_largest(self, largest: Decimal) -> None:
        found = ticks_of(largest)
        assert found[0] == 0
        assert found[-1] >= largest
        assert len(found) <= charts.MOST_TICKS + 1
        assert len({after - before for before, after in pairwise(found)}) <= 1

    @given(st.lists(st.integers(0, 10**6), max_size=30), st.sampled_from([Shape.BARS, Shape.SPAN]))
    def test_no_bar_is_longer_than_the_room_for_it(self, numbers: list[int], shape: Shape) -> None:
        found = chart_of(table({f"{LONG} {place}": number for place, number in enumerate(numbers)}, shape=shape))
        if not any(numbers):
            assert found is None
            return
        assert found is not None
        assert all(0 <= float(mark.width) <= charts.WIDEST for mark in found.marks)
        assert all(mark.y + 16 < found.height for mark in found.marks)

    def test_shares_without_a_whole_are_drawn_as_bars(self) -> None:
        found = chart_of(table({"Useful": 80}, shape=Shape.SHARES))
        assert found is not None
        assert found.shape == "bars"
