"""What is left out cannot be worked out, even by who knows the rules: every table that there could be is tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings, strategies as st

from portal.figures.suppressing import Shown, protect, protect_within

Table = dict[str, int]
MOST_CELLS = 5
MOST_WITHIN = 3


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, int]:
    floor = draw(st.integers(3, 4))
    numbers = draw(st.lists(st.integers(0, 2 * floor + 2), min_size=1, max_size=MOST_CELLS))
    return {f"row {place}": number for place, number in enumerate(numbers)}, floor


@st.composite
def nested(draw: st.DrawFn) -> tuple[Table, Table, int]:
    floor = 3
    whole = draw(st.lists(st.integers(0, 3 * floor), min_size=1, max_size=MOST_WITHIN))
    parts = [draw(st.integers(0, number)) for number in whole]
    names = [f"row {place}" for place in range(len(whole))]
    return dict(zip(names, parts, strict=True)), dict(zip(names, whole, strict=True)), floor


def tables_that_could_be(shown: Shown, floor: int) -> Iterator[Table]:
    """Every table of which exactly this would be shown. What is left out is below the floor: that is the rule."""
    for numbers in product(range(floor), repeat=len(shown.left_out)):
        table = {**shown.rows, **dict(zip(shown.left_out, numbers, strict=True))}
        again = protect(table, floor=floor)
        if (again.rows, set(again.left_out), again.other, again.total) == (
            shown.rows,
            set(shown.left_out),
            shown.other,
            shown.total,
        ):
            yield table


@given(tables())
@settings(max_examples=300)
def test_a_number_that_is_left_out_could_be_any_below_the_floor(case: tuple[Table, int]) -> None:
    cells, floor = case
    shown = protect(cells, floor=floor)
    assert all(number >= floor for number in shown.rows.values())
    assert set(shown.rows) | set(shown.left_out) == set(cells)
    could_be = list(tables_that_could_be(shown, floor))
    assert cells in could_be
    for name in shown.left_out:
        assert {table[name] for table in could_be} == set(range(floor))


@given(tables())
def test_sums_are_true_where_they_are_shown(case: tuple[Table, int]) -> None:
    cells, floor = case
    shown = protect(cells, floor=floor)
    assert shown.total in {None, sum(cells.values())}
    assert shown.other in {None, sum(cells[name] for name in shown.left_out)}
    assert shown.other is None or shown.other >= floor
    if not shown.left_out:
        assert shown.total == sum(cells.values())


@given(nested())
@settings(max_examples=150)
def test_neither_who_did_nor_who_did_not_can_be_worked_out(case: tuple[Table, Table, int]) -> None:
    """With both tables in sight: the whole as it is shown, and those within it."""
    cells, whole, floor = case
    shown_whole, shown = protect(whole, floor=floor), protect_within(cells, whole, floor=floor)
    names = list(cells)
    could_be: list[tuple[Table, Table]] = []
    for other_whole in tables_that_could_be(shown_whole, floor):
        for numbers in product(*(range(other_whole[name] + 1) for name in names)):
            table = dict(zip(names, numbers, strict=True))
            if protect_within(table, other_whole, floor=floor) == shown:
                could_be.append((table, other_whole))
    assert (cells, {name: whole[name] for name in whole}) in could_be
    for name in shown.left_out:
        did = {table[name] for table, _whole in could_be}
        did_not = {other[name] - table[name] for table, other in could_be}
        assert did >= set(range(floor))
        assert did_not >= set(range(floor))
    for name, number in shown.rows.items():
        assert number >= floor
        assert whole[name] - number >= floor


def test_one_that_is_left_out_takes_the_total_with_it() -> None:
    assert protect({"energy": 40, "water": 3}, floor=10) == Shown({"energy": 40}, ("water",))


def test_two_that_can_only_be_nine_each_are_not_summed() -> None:
    """18 of two that are below 10 is nine and nine."""
    assert protect({"a": 9, "b": 9, "c": 50}, floor=10).other is None


def test_enough_that_are_left_out_are_summed() -> None:
    shown = protect({"a": 4, "b": 5, "c": 6, "d": 50}, floor=10)
    assert (shown.other, shown.total) == (15, 65)


def test_nobody_is_left_out_as_well() -> None:
    """That none of a sector did something is said of each of its members."""
    assert protect({"energy": 40, "water": 0}, floor=10).left_out == ("water",)
    assert protect({}, floor=10) == Shown({}, total=0)


def test_all_of_a_sector_are_left_out_as_none_are() -> None:
    whole = {"energy": 40, "water": 20}
    assert protect_within({"energy": 20, "water": 20}, whole, floor=10) == Shown({"energy": 20}, ("water",))
