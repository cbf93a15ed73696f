"""What changed between two texts: true to both sides, whatever they are, and in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from portal.library import differences
from portal.library.differences import Change, Differences, Kind, between, marked, stretches
from tests.effort import MUCH, plain, times_as_much

WORDS = st.sampled_from(["pump", "valve", "relay", "dam", "levee"])
LISTS = st.lists(WORDS, max_size=60)
PAGES = st.lists(st.tuples(st.integers(1, 9), st.text(max_size=200)), max_size=6)


def one(text: str) -> list[tuple[int, str]]:
    return [(1, text)]


def sides(found: Differences) -> list[tuple[Kind, str, str]]:
    return [(change.kind, change.old, change.new) for change in found.changes]


@given(old=LISTS, new=LISTS)
def test_outside_of_the_stretches_both_sides_are_the_same(old: list[str], new: list[str]) -> None:
    """Whoever replaces the stretches of the old by those of the new has the new."""
    made: list[str] = []
    last_old = last_new = 0
    for a, b, c, d in stretches(old, new):
        assert (a, c) >= (last_old, last_new)
        assert old[last_old:a] == new[last_new:c]
        assert (a, c) != (b, d)
        made += [*old[last_old:a], *new[c:d]]
        last_old, last_new = b, d
    assert [*made, *old[last_old:]] == new


@given(old=LISTS, new=LISTS)
def test_seen_from_the_other_side_both_texts_are_still_accounted_for(old: list[str], new: list[str]) -> None:
    there, back = stretches(old, new), stretches(new, old)
    assert bool(there) == bool(back) == (old != new)


@given(pages=PAGES)
def test_a_text_does_not_differ_from_itself(pages: list[tuple[int, str]]) -> None:
    assert between(pages, pages).changes == []


@given(old=PAGES, new=PAGES)
def test_each_change_has_what_its_kind_says_and_a_page_for_it(
    old: list[tuple[int, str]], new: list[tuple[int, str]]
) -> None:
    for change in between(old, new).changes:
        assert bool(change.old) == (change.kind is not Kind.ADDED) == (change.old_page is not None)
        assert bool(change.new) == (change.kind is not Kind.REMOVED) == (change.new_page is not None)


def test_a_changed_sentence_is_shown_alone_with_its_pages() -> None:
    old = [(1, "Test the pump yearly. Keep a log."), (2, "Call the county. Then call the state.")]
    new = [(1, "Test the pump yearly. Keep a log."), (3, "Call the county. Then call the region.")]
    found = between(old, new)
    assert sides(found) == [(Kind.CHANGED, "Then call the state.", "Then call the region.")]
    assert (found.changes[0].old_page, found.changes[0].new_page) == (2, 3)
    assert not found.is_cut_short


def test_what_was_added_and_what_was_taken_out_is_told_apart() -> None:
    assert sides(between(one("First. Last."), one("First. Middle. Last."))) == [(Kind.ADDED, "", "Middle.")]
    assert sides(between(one("First. Middle. Last."), one("First. Last."))) == [(Kind.REMOVED, "Middle.", "")]


@pytest.mark.parametrize(
    "other",
    [
        "Test the\npump   yearly. Keep a log.",
        "TEST the pump yearly! Keep a log.",
        "Test the pump yearly.\n\nKeep a log.",
    ],
)
def test_layout_capitals_and_signs_are_no_change(other: str) -> None:
    assert between(one("Test the pump yearly. Keep a log."), one(other)).changes == []


def test_a_sentence_that_now_runs_over_two_pages_is_no_change() -> None:
    old = [(1, "Test the pump before each season. Keep a log.")]
    new = [(1, "Test the pump before"), (2, "each season. Keep a log.")]
    assert between(old, new).changes == []


def test_running_heads_and_page_numbers_are_no_change() -> None:
    text = "\n".join(f"The {{0}} thing {word} stands here." for word in ("old", "good", "dry", "wet"))
    old = [(n, f"Plan of 2013\n{text.format('x' * n)}\nPage {n} of 6") for n in range(1, 7)]
    new = [(n, f"Plan of 2024\n{text.format('x' * n)}\n{n}") for n in range(1, 7)]
    assert between(old, new).changes == []


def test_more_than_can_be_shown_is_cut_short_and_says_so() -> None:
    old = [(n, f"Alpha{n} stays. Beta{n} goes.") for n in range(400)]
    new = [(n, f"Alpha{n} stays. Gamma{n} comes.") for n in range(400)]
    found = between(old, new)
    assert len(found.changes) == differences.MOST_CHANGES
    assert found.is_cut_short
    long = between(one("a"), one("b " * 5_000))
    assert len(long.changes[0].new) == differences.LONGEST_SHOWN
    assert long.is_cut_short


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Same. " * 200_000, "Same. Other. " * 100_000),
        ("a. B. " * 200_000, "b. A. " * 200_000),
        ("x" * 5_000_000, "y" * 5_000_000),
        ("\n" * 1_000_000, "- \n" * 400_000),
        (" " * 2_000_000, ". " * 1_000_000),
        ("\n \n\t" * 400_000, "(1) " * 400_000),
    ],
)
def test_hostile_texts_take_no_more_than_others(old: str, new: str) -> None:
    before, after = plain(len(old)), plain(len(new)).replace("gate", "door")
    assert times_as_much(lambda: between(one(old), one(new)), lambda: between(one(before), one(after))) < MUCH


def test_rows_of_a_table_are_compared_one_by_one() -> None:
    old = one("Date | Version | Author\n2014 | 2.1 | Board\n2016 | 3.0 | Board\nEnd of it.")
    new = one("Date | Version | Author\n2014 | 2.1 | Board\n2016 | 3.0 | State\nEnd of it.")
    assert sides(between(old, new)) == [(Kind.CHANGED, "2016 | 3.0 | Board", "2016 | 3.0 | State")]


@given(old=st.text(max_size=80), new=st.text(max_size=80))
def test_marking_the_words_that_differ_changes_nothing_of_either_side(old: str, new: str) -> None:
    change = Change(Kind.CHANGED, 1, 1, old.strip(), new.strip())
    marked_old, marked_new = marked(change)
    assert "".join(text for text, _differs in marked_old) == change.old
    assert "".join(text for text, _differs in marked_new) == change.new
    if change.old == change.new:
        assert not any(differs for _text, differs in marked_old)


def test_only_the_words_that_differ_are_marked() -> None:
    old, new = marked(Change(Kind.CHANGED, 1, 1, "Call the state first.", "Call the region first."))
    assert old == [("Call the ", False), ("state ", True), ("first.", False)]
    assert new == [("Call the ", False), ("region ", True), ("first.", False)]
