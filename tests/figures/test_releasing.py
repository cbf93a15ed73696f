"""Computing by the clock, and what is released of it to everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.figures import computing, measures, tables
from portal.figures.actions import ReleaseYear, WithdrawYear, floor_of
from portal.figures.enums import Counts, RowKind
from portal.figures.measures import Counted
from portal.figures.models import Edition, Figure, ReleasedFigure
from portal.figures.own import ACTIVE
from portal.figures.ticks import compute as tick_of_desk
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, NotYours
from tests.conftest import rolled_back
from tests.factories import staff
from tests.figures.making import PEOPLE, compute, measure, of_sector, put

pytestmark = pytest.mark.django_db
PAGE = "/partnership/figures/2025/"
CSV = f"{PAGE}figures.csv"
READERS = "partners-reading"


@pytest.fixture
def editor(clock: Any) -> Person:
    return staff(StaffRole.MOP3_EDITOR)


def put_people(year: int = 2025) -> None:
    for name, numbers in PEOPLE.items():
        put(name, year, numbers)


def released_rows(edition: Edition) -> dict[str, list[tuple[str, str, Any]]]:
    return {table.name: [(row.kind, row.label, row.number) for row in table.rows] for table in tables.released(edition)}


class TestComputing:
    def test_a_day_has_one_computation(self, clock: Any, settings: Any) -> None:
        settings.PORTAL_SITE_KIND = "desk"
        assert tick_of_desk(timezone.now()) > 0
        assert tick_of_desk(timezone.now() + timedelta(hours=2)) == 0
        clock.shift(timedelta(days=1))
        assert compute() > 0

    def test_front_computes_nothing(self, clock: Any) -> None:
        assert tick_of_desk(timezone.now()) == 0

    def test_who_is_active_is_asked_of_this_year_alone(self, clock: Any) -> None:
        of_sector("energy")
        compute()
        assert set(Figure.objects.filter(measure=ACTIVE).values_list("year", flat=True)) == {2026}

    def test_of_a_year_that_ended_what_was_measured_last_stays(self, clock: Any) -> None:
        of_sector("energy")
        compute()
        clock.move_to(datetime(2027, 1, 5, tzinfo=UTC))
        Person.objects.update(validated_until=timezone.now())
        compute()
        energy = Figure.objects.filter(measure=ACTIVE, breakdown="sector:energy")
        assert dict(energy.values_list("year", "number")) == {2026: 1, 2027: 0}

    def test_a_measure_that_fails_keeps_its_numbers_and_the_others_their_turn(
        self, clock: Any, monkeypatch: Any
    ) -> None:
        compute()
        before = Figure.objects.filter(measure="useful").count()
        failing = measure("useful")

        def fail(_year: int) -> Counted:
            raise RuntimeError

        monkeypatch.setitem(measures._measures, "useful", type(failing)(**{**vars(failing), "compute": fail}))
        clock.shift(timedelta(days=1))
        assert compute() > 0
        assert Figure.objects.filter(measure="useful").count() == before


class TestWhatIsPublic:
    def test_a_year_that_was_not_released_answers_as_one_that_never_was(self, editor: Person) -> None:
        put_people()
        for address in (PAGE, CSV, "/partnership/figures/1999/", "/partnership/figures/99999999999999999999/"):
            assert Client().get(address).status_code == 404, address

    def test_a_released_year_shows_what_is_large_enough(self, editor: Person) -> None:
        put_people()
        ReleaseYear(by=editor, year=2025).execute()
        page = Client().get(PAGE).content.decode()
        assert "Active partners, by sector" in page
        assert "Energy" in page
        rows = released_rows(Edition.objects.get())[ACTIVE]
        assert (RowKind.HIDDEN, "Dams", None) in rows
        assert not [kind for kind, _label, _number in rows if kind in {RowKind.TOTAL, RowKind.OTHER}]
        assert Event.objects.filter(verb="figures.release").count() == 1

    def test_no_small_number_is_stored_where_front_reads(self, editor: Person) -> None:
        put_people()
        put(READERS, 2025, {"energy": 31, "water": 5, "dams": 1})
        ReleaseYear(by=editor, year=2025).execute()
        rows = ReleasedFigure.objects.filter(measure__counts=Counts.PEOPLE.value)
        assert rows.exists()
        assert not rows.filter(number__lt=10).exists()
        assert [label for kind, label, _n in released_rows(Edition.objects.get())[READERS] if kind == RowKind.ROW] == []

    def test_times_of_few_are_left_out(self, editor: Person) -> None:
        put("event-to-bulletin", 2025, {"median": 3, "ninetieth": 8}, total=9)
        put("bulletin-to-reader", 2025, {"median": 3, "ninetieth": 8}, total=10)
        ReleaseYear(by=editor, year=2025).execute()
        rows = released_rows(Edition.objects.get())
        assert {kind for kind, _l, _n in rows["event-to-bulletin"]} == {RowKind.HIDDEN}
        assert [number for _k, _l, number in rows["bulletin-to-reader"]] == [3, 8, 10]

    def test_withdrawn_is_gone_with_every_edition(self, editor: Person) -> None:
        put_people()
        for _ in range(2):
            ReleaseYear(by=editor, year=2025).execute()
        edition = Edition.objects.current().get()
        assert edition.number == 2
        WithdrawYear(edition=edition, by=editor, why="A mistake in the hazards.").execute()
        assert Client().get(PAGE).status_code == 404
        assert "2025" not in Client().get("/partnership/figures/").content.decode()

    def test_the_list_names_the_years(self, editor: Person) -> None:
        put_people()
        assert "No year is released yet" in Client().get("/partnership/figures/").content.decode()
        ReleaseYear(by=editor, year=2025).execute()
        assert PAGE in Client().get("/partnership/figures/").content.decode()
        assert "/partnership/figures/" in Client().get("/partnership/").content.decode()

    def test_the_page_takes_the_same_queries_whatever_there_is(
        self, editor: Person, django_assert_num_queries: Any
    ) -> None:
        put_people()
        ReleaseYear(by=editor, year=2025).execute()
        with django_assert_num_queries(3):
            tables.released(Edition.objects.on_front().get())


class TestRefusals:
    def test_a_year_that_has_not_ended_is_not_released(self, editor: Person) -> None:
        put_people(2026)
        with pytest.raises(NotNow, match="has not ended"):
            ReleaseYear(by=editor, year=2026).execute()

    def test_nothing_measured_or_nought_alone_is_not_released(self, editor: Person) -> None:
        put("exercises-by-hazard", 2025, {"flood": 0})
        with pytest.raises(Incomplete):
            ReleaseYear(by=editor, year=2025).execute()

    @pytest.mark.parametrize("role", [StaffRole.ADMINISTRATOR, StaffRole.MIAC_AUTHOR])
    def test_others_do_not_release(self, clock: Any, role: StaffRole) -> None:
        put_people()
        with pytest.raises(NotYours):
            ReleaseYear(by=staff(role), year=2025).execute()

    def test_it_is_withdrawn_once_and_with_a_reason(self, editor: Person) -> None:
        put_people()
        edition = ReleaseYear(by=editor, year=2025).execute()
        with pytest.raises(Incomplete):
            WithdrawYear(edition=edition, by=editor, why=" ").execute()
        WithdrawYear(edition=edition, by=editor, why="Wrong.").execute()
        with pytest.raises(ActionRefused, match="withdrawn before"):
            WithdrawYear(edition=edition, by=editor, why="Wrong.").execute()


NUMBERS = st.dictionaries(st.sampled_from(["energy", "water", "dams", "health"]), st.integers(0, 60), min_size=1)


class TestEditions:
    @given(first=NUMBERS, second=NUMBERS, is_withdrawn=st.booleans(), floor=st.integers(3, 30))
    @hypothesis_settings(max_examples=25)
    def test_no_two_editions_differ_in_a_number_of_people(
        self, editor: Person, settings: Any, first: Any, second: Any, is_withdrawn: bool, floor: int
    ) -> None:
        settings.PORTAL_FIGURES_FLOOR = 10
        with rolled_back():
            put(ACTIVE, 2025, first)
            put("exercises-by-hazard", 2025, {"flood": 1})
            edition = ReleaseYear(by=editor, year=2025).execute()
            if is_withdrawn:
                WithdrawYear(edition=edition, by=editor, why="Wrong.").execute()
            put(ACTIVE, 2025, second)
            put("exercises-by-hazard", 2025, {"flood": 2})
            settings.PORTAL_FIGURES_FLOOR = floor
            later = ReleaseYear(by=editor, year=2025).execute()
            before, after = released_rows(edition), released_rows(later)
            assert before[ACTIVE] == after[ACTIVE]
            assert before["exercises-by-hazard"] != after["exercises-by-hazard"]

    def test_a_lower_floor_holds_for_no_year_that_was_released(self, editor: Person, settings: Any) -> None:
        put_people()
        ReleaseYear(by=editor, year=2025).execute()
        settings.PORTAL_FIGURES_FLOOR = 3
        put(READERS, 2025, {"energy": 30, "water": 8, "dams": 3})
        rows = released_rows(ReleaseYear(by=editor, year=2025).execute())
        assert (RowKind.HIDDEN, "Water", None) in rows[READERS]
        assert (floor_of(2025), floor_of(2024)) == (10, 3)


def test_what_is_computed_stays_apart_from_what_is_due(clock: Any) -> None:
    compute()
    assert not list(computing.due(timezone.now()))
