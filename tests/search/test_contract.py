"""What every engine does alike, asked of each of them; Elasticsearch of the real server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from portal.access import tokens
from portal.access.enums import Caveat, Label, Reach
from portal.access.rule import Audience, Marking
from portal.access.viewer import ANONYMOUS, Viewer
from search import indexing
from search.engines import engine
from search.models import Change, Entry
from search.queries import understand
from search.questions import DEEPEST, MARK, UNMARK, Ask
from tests.search.asking import CLEAR, LONG_AGO, SOURCE, find, put, titles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_engine")]
Settle = Callable[[], None]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
IN_SEVEN = Viewer(tokens=frozenset({tokens.EVERYONE, tokens.MEMBERS, tokens.community(7)}), person=1)
OF_SEVEN = Marking(Label.AMBER, audience=Audience(communities=frozenset({7})))
MEMBERS = Marking(Label.GREEN, reach=Reach.MEMBERS)


def test_an_answer_that_is_begun_is_the_same_answer(settle: Settle) -> None:
    put(1, "Zebra crossing")
    put(2, "Another zebra", marking=OF_SEVEN)
    settle()
    for viewer, count in ((ANONYMOUS, 1), (IN_SEVEN, 2)):
        ask = Ask(viewer=viewer, query=understand("zebra"), at=timezone.now())
        found = engine().begin(ask)()
        assert found == engine().find(ask)
        assert found.total == count


# --- words ---------------------------------------------------------------------------------------


def test_words_are_found_by_their_stem_in_every_field(settle: Settle) -> None:
    put(1, "Inspecting pumps")
    put(2, summary="The pump was inspected.")
    put(3, text="inspection of a pump's seal")
    put(4, text="inspect nothing")
    settle()
    assert set(titles(find("inspected pump", is_strict=True))) == {"Inspecting pumps", "Thing 2", "Thing 3"}


def test_accents_and_case_make_no_difference(settle: Settle) -> None:
    put(1, text="The CAFÉ in Doniphan")
    settle()
    assert find("cafe doniphan", is_strict=True).total == 1
    assert find("CAFÉ", is_strict=True).total == 1


def test_a_phrase_stands_together(settle: Settle) -> None:
    put(1, text="the water plant by the river")
    put(2, text="the plant takes water")
    settle()
    assert titles(find('"water plant"', is_strict=True)) == ["Thing 1"]
    assert find('"plan for the power"', is_strict=True).total == 0


def test_a_phrase_does_not_run_over_from_one_page_to_the_next(settle: Settle) -> None:
    put(1, pages=["it ends with water", "plant begins the next"])
    settle()
    assert find('"water plant"', is_strict=True).total == 0


def test_a_phrase_keeps_its_small_words(settle: Settle) -> None:
    put(1, text="continuity of operations")
    put(2, text="continuity and operations")
    settle()
    assert titles(find('"continuity of operations"', is_strict=True)) == ["Thing 1"]


def test_an_exclusion_keeps_out_of_hits_and_counts(settle: Settle) -> None:
    put(1, text="water by the river", sectors=["water"])
    put(2, text="water in a tank", sectors=["energy"])
    settle()
    found = find("water -river")
    assert titles(found) == ["Thing 2"]
    assert dict(found.facets["sector"]) == {"energy": 1}
    assert titles(find("-river")) == ["Thing 2"]


def test_an_excluded_phrase_keeps_out_only_the_phrase(settle: Settle) -> None:
    put(1, text="a dam failure upstream")
    put(2, text="failure of the dam")
    settle()
    assert titles(find('dam -"dam failure"', is_strict=True)) == ["Thing 2"]


def test_synonyms_find_one_another(settle: Settle) -> None:
    put(1, text="the emergency operations center opens")
    put(2, text="the EOC is open")
    put(3, text="an emergency, and operations at the center")
    settle()
    groups = [(("eoc",), ("emergency", "operations", "center"))]
    for typed in ("EOC", "emergency operations center", '"emergency operations center"'):
        assert set(titles(find(typed, synonyms=groups, is_strict=True))) == {"Thing 1", "Thing 2"}, typed


def test_nothing_typed_is_an_operator(settle: Settle) -> None:
    put(1, text="water OR power")
    put(2, text="steam")
    settle()
    for typed in ("title:steam OR *", "s*", "st?am", "/st.am/", "{st}*", "water OR valve", "NEAR(water power)"):
        assert "Thing 2" not in titles(find(typed, is_strict=True)), typed


# --- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["ICSA-23-010-01", "icsa 23-010-01", "advisory ICSA-23-010-01", "ICSA-23-010-01 pumps"]
)
def test_a_number_that_was_typed_comes_first(settle: Settle, typed: str) -> None:
    put(1, "Speaks of ICSA-23-010-01 and pumps", text="ICSA-23-010-01 " * 20, dated=timezone.now())
    put(2, "Valves", identifiers=["ICSA-23-010-01"])
    settle()
    assert titles(find(typed))[0] == "Valves"


def test_a_section_of_a_statute_is_a_number(settle: Settle) -> None:
    put(1, "Speaks of it", text="44.045 and again 44.045")
    put(2, "Volunteers", identifiers=["RSMo 44.045"])
    settle()
    assert titles(find("44.045"))[0] == titles(find("RSMo 44.045"))[0] == "Volunteers"


def test_the_title_counts_for_more_than_the_text(settle: Settle) -> None:
    put(1, text="a flood")
    put(2, "Flood")
    put(3, text="a flood")
    settle()
    assert titles(find("flood"))[0] == "Flood"


def test_the_newer_comes_before_the_older(settle: Settle) -> None:
    for key, days in ((1, 2_000), (2, 1), (3, 400)):
        put(key, text="a flood", dated=timezone.now() - timedelta(days=days))
    settle()
    assert titles(find("flood")) == ["Thing 2", "Thing 3", "Thing 1"]


def test_what_has_all_the_words_comes_before_what_has_some(settle: Settle) -> None:
    put(1, "Turbine turbine turbine", text="turbine " * 50, dated=timezone.now())
    put(2, text=f"valve {'and more ' * 200} turbine")
    settle()
    found = find("valve turbine")
    assert titles(found) == ["Thing 2", "Turbine turbine turbine"]
    assert not found.is_loose


def test_the_newer_version_comes_before_the_older_whatever_words_stand_where(settle: Settle) -> None:
    words = f"{'a lot about other things ' * 40} flood"
    put(1, "Flood plan for floods", text="flood " * 30, dated=timezone.now(), is_superseded=True)
    put(2, "Plan", text=words, dated=LONG_AGO)
    put(3, "Flood plan, before that", summary="flood", text="flood " * 30, dated=timezone.now(), is_superseded=True)
    settle()
    for typed in ("flood", "flood plan"):
        assert titles(find(typed))[0] == "Plan"
    assert find("flood").total == 3


def test_an_older_version_is_found_where_the_newer_has_not_the_words(settle: Settle) -> None:
    put(1, "Flood plan", text="sandbags", is_superseded=True)
    put(2, "Flood plan", text="pumps")
    settle()
    assert titles(find("flood sandbags"))[0] == "Flood plan"
    assert find("sandbags", is_strict=True).total == 1


def test_a_question_in_whole_words_is_answered_by_what_has_most_of_them(settle: Settle) -> None:
    put(1, text="Volunteers who lend generators are covered by the act.")
    put(2, text="Generators hum.")
    settle()
    found = find("are our volunteers covered when they lend emergency generators?")
    assert titles(found)[0] == "Thing 1"
    assert found.is_loose


def test_a_strict_question_is_not_loosened(settle: Settle) -> None:
    put(1, text="valve")
    settle()
    assert find("valve turbine").is_loose
    assert find("valve turbine", is_strict=True).total == 0


def test_without_words_the_newest_comes_first_and_what_has_no_date_last(settle: Settle) -> None:
    put(1, dated=None)
    put(2, dated=NOON)
    put(3, dated=NOON + timedelta(days=1))
    settle()
    assert titles(find("")) == ["Thing 3", "Thing 2", "Thing 1"]


# --- paging --------------------------------------------------------------------------------------


def test_pages_hold_every_hit_once_in_a_stable_order(settle: Settle) -> None:
    for key in range(1, 48):
        put(key, text="flood")
    settle()
    at = timezone.now()
    whole = [hit.entry for hit in find("flood", at=at, size=100).hits]
    paged = [hit.entry for first in range(0, 60, 20) for hit in find("flood", at=at, first=first).hits]
    assert paged == whole == sorted(whole, reverse=True)
    assert len(whole) == find("flood", first=40).total == 47


def test_beyond_the_deepest_page_there_are_no_hits_and_the_count_stays(settle: Settle) -> None:
    put(1, text="flood")
    settle()
    for first in (20, DEEPEST - 10, DEEPEST, DEEPEST + 10, 10**12):
        found = find("flood", first=first)
        assert (list(found.hits), found.total) == ([], 1)


# --- facets --------------------------------------------------------------------------------------


def test_each_facet_is_counted_with_the_others_as_they_are_chosen(settle: Settle) -> None:
    put(1, text="flood", kind="bulletin", sectors=["water", "energy"], publisher="A", dated=NOON)
    put(2, text="flood", kind="guidance", sectors=["water"], hazards=["flood"], publisher="A", dated=NOON)
    put(3, text="flood", kind="guidance", sectors=["health"], publisher="B", dated=None)
    settle()
    found = find("flood", kind=["guidance"], sector=["water"])
    assert titles(found) == ["Thing 2"]
    assert found.total == 1
    assert list(found.facets["kind"]) == [("bulletin", 1), ("guidance", 1)]
    assert list(found.facets["sector"]) == [("health", 1), ("water", 1)]
    assert list(found.facets["publisher"]) == [("A", 1)]
    assert list(found.facets["year"]) == [("2026", 1)]
    assert list(found.facets["label"]) == [("TLP:CLEAR", 1)]


def test_several_values_of_one_facet_are_alternatives(settle: Settle) -> None:
    for key, kind in enumerate(("bulletin", "guidance", "template"), 1):
        put(key, text="flood", kind=kind)
    settle()
    assert find("flood", kind=["guidance", "template"]).total == 2
    assert find("flood", kind=["none such"]).total == 0
    assert list(find("flood", kind=["none such"]).facets["kind"]) == [("bulletin", 1), ("guidance", 1), ("template", 1)]


def test_the_year_is_the_portals_own(settle: Settle) -> None:
    put(1, text="flood", dated=datetime(2026, 1, 1, 3, tzinfo=UTC))
    settle()
    assert list(find("flood").facets["year"]) == [("2025", 1)]


# --- fragments -----------------------------------------------------------------------------------


def test_what_was_found_is_marked_in_title_and_fragment(settle: Settle) -> None:
    put(1, "Floods & dams <b>", text="Much was written before. The floods came in May, and went.")
    settle()
    hit = find("flood").hits[0]
    assert hit.title == f"{MARK}Floods{UNMARK} & dams <b>"
    assert f"The {MARK}floods{UNMARK} came" in hit.fragment


def test_the_best_pages_are_given_each_once_with_a_fragment(settle: Settle) -> None:
    pages = [
        "An introduction.",
        "Generators once.",
        "Generators and volunteers, volunteers and generators.",
        "Nothing.",
    ]
    put(1, "A plan", pages=pages)
    settle()
    hit = find("volunteers generators").hits[0]
    assert hit.pages[0].number == 3
    assert f"{MARK}volunteers{UNMARK}" in hit.pages[0].fragment
    assert len({page.number for page in hit.pages}) == len(hit.pages) <= 3


def test_a_text_without_pages_names_none(settle: Settle) -> None:
    put(1, text="a flood")
    settle()
    assert not find("flood").hits[0].pages


# --- who may read --------------------------------------------------------------------------------


def test_only_readers_find_it_in_hits_counts_facets_and_fragments(settle: Settle) -> None:
    put(1, "Quiet", text="zebra crossing", marking=OF_SEVEN, sectors=["water"])
    put(2, "Members", text="zebra house", marking=MEMBERS)
    put(3, "All", text="horse")
    settle()
    assert (find("zebra").total, find("zebra").facets["sector"], find("zebra").did_you_mean) == (0, [], "")
    member = Viewer(tokens=frozenset({tokens.EVERYONE, tokens.MEMBERS}), person=2)
    assert titles(find("zebra", member)) == ["Members"]
    found = find("zebra", IN_SEVEN)
    assert set(titles(found)) == {"Quiet", "Members"}
    assert dict(found.facets["label"]) == {"TLP:AMBER": 1, "TLP:GREEN": 1}


def test_the_enforced_caveat_needs_the_clearance(settle: Settle) -> None:
    put(1, text="zebra", marking=Marking(OF_SEVEN.label, audience=OF_SEVEN.audience, caveats=frozenset(Caveat)))
    settle()
    assert find("zebra", IN_SEVEN).total == 0
    enforced = frozenset(caveat for caveat in Caveat if caveat.is_enforced)
    assert find("zebra", Viewer(tokens=IN_SEVEN.tokens, clearances=enforced)).total == 1


def test_the_window_opens_and_closes_on_the_microsecond(settle: Settle) -> None:
    instant = timedelta(microseconds=1)
    put(1, text="zebra", marking=Marking(Label.CLEAR, visible_from=NOON, expires_at=NOON + timedelta(days=1)))
    put(2, text="zebra", marking=Marking(Label.CLEAR, recalled_at=NOON))
    settle()
    asked = {moment: titles(find("zebra", at=moment)) for moment in (NOON - instant, NOON)}
    assert asked == {NOON - instant: ["Thing 2"], NOON: ["Thing 1"]}
    assert titles(find("zebra", at=NOON + timedelta(days=1) - instant)) == ["Thing 1"]
    assert titles(find("zebra", at=NOON + timedelta(days=1))) == []


def test_a_revocation_holds_at_once_before_any_index_knows(settle: Settle) -> None:
    put(1, "Zebra", text="zebra", sectors=["water"])
    put(2, "Zebras", text="zebra", sectors=["energy"])
    settle()
    assert find("zebra").total == 2
    put(1, "Zebra", text="zebra", marking=OF_SEVEN, sectors=["water"])
    indexing.take_out(SOURCE.model, 2)
    found = find("zebra")
    assert (list(found.hits), found.total, found.did_you_mean) == ([], 0, "")
    assert not any(found.facets.values())
    assert engine().complete(ANONYMOUS, "zeb", at=timezone.now()) == []
    settle()
    assert find("zebra").total == 0
    assert titles(find("zebra", IN_SEVEN)) == ["Zebra"]


def test_what_was_taken_out_comes_back(settle: Settle) -> None:
    put(1, text="zebra")
    settle()
    indexing.take_out(SOURCE.model, 1)
    settle()
    put(1, text="zebra")
    settle()
    assert find("zebra").total == 1
    assert Entry.objects.get().version == Change.objects.get().pk


def test_what_was_entered_since(settle: Settle) -> None:
    put(1, text="zebra")
    entered = Entry.objects.get().entered_at
    settle()
    assert find("zebra", entered_after=entered).total == 0
    assert find("zebra", entered_after=entered - timedelta(microseconds=1)).total == 1
    assert find("", entered_after=entered).total == 0


# --- words that are offered ----------------------------------------------------------------------


def test_a_mistyped_word_is_put_right_from_what_one_may_read(settle: Settle) -> None:
    put(1, "Generators for hospitals")
    put(2, "Geronimo", marking=OF_SEVEN)
    settle()
    assert find("genertors hospitals").did_you_mean == "generators hospitals"
    assert find("geronimmo").did_you_mean == ""
    assert find("geronimmo", IN_SEVEN).did_you_mean == "geronimo"
    assert find("generators").did_you_mean == ""


def test_completion_offers_what_one_may_read_the_most_frequent_first(settle: Settle) -> None:
    put(1, "Generator")
    put(2, "Generators and generals")
    put(3, "General")
    put(4, "Generals")
    put(5, "Genesis", marking=OF_SEVEN)
    settle()
    at = timezone.now()
    offered = engine().complete(ANONYMOUS, "gene", at=at)
    assert offered[0] == "generals"
    assert set(offered) == {"generals", "generator", "generators", "general"}
    assert "genesis" in engine().complete(IN_SEVEN, "gene", at=at)
    assert len(engine().complete(ANONYMOUS, "gene", at=at, most=2)) == 2


@pytest.mark.parametrize(
    "beginning", [".*", "g.*", "[a-z]", "gen|x", "gen.", "~", "@", "#", "<1-9>", '"', "\\", "g\\w", "%", "_"]
)
def test_what_is_begun_is_no_pattern(settle: Settle, beginning: str) -> None:
    put(1, "Generator")
    settle()
    assert engine().complete(ANONYMOUS, beginning, at=timezone.now()) == []


# --- whatever is typed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "the and of",
        "!!! ???",
        "\0\ud800",
        '"',
        "-",
        "-" * 10_000,
        "\u0627\u202eb",
        "x " * 9_000,
        "x" * 10_000,
        "1" * 300,
        "-a",
    ],
)
def test_rubbish_is_answered(settle: Settle, typed: str) -> None:
    put(1, text="water", marking=CLEAR, dated=LONG_AGO)
    settle()
    assert find(typed).total >= 0


def test_facets_may_be_anything(settle: Settle) -> None:
    put(1, text="water")
    settle()
    for value in ("\0", "\ud800", "x" * 40_000, "*", ""):
        assert find("water", kind=[value]).total == 0
    assert find("water", publisher=[str(number) for number in range(500)]).total == 0
