"""The page of results: what it shows, to whom, and what it makes of bad input."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from portal.access.enums import Label, Reach
from portal.access.models import Token
from portal.audit import Verb
from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.vocabulary.models import Sector
from search import completion, listing, registry
from search.models import EntryPage
from search.questions import MARK, UNMARK, Found, Hit, PageHit, SearchUnavailable
from search.registry import Source
from search.templatetags.search import marked
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance, staff

pytestmark = pytest.mark.django_db
SEARCH = "/search/"


def body(text: str) -> str:
    return json.dumps([{"type": "text", "value": f"<p>{text}</p>"}])


def ask(client: Client | None = None, **query: Any) -> Any:
    return (client or Client()).get(SEARCH, query)


def text_of(response: Any) -> str:
    return response.content.decode()


def heading(response: Any) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text_of(response), re.DOTALL)
    assert found
    return unescape(found.group(1)).strip()


def hrefs(response: Any) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="([^"]*)"', text_of(response))]


@pytest.fixture
def sectors(db: None) -> list[Sector]:
    return list(Sector.objects.order_by("name")[:2])


def test_a_hit_shows_kind_label_date_publisher_and_what_was_found(pages: Any) -> None:
    page = bulletin(title="Pumps & <valves>", originator="CISA", body=body("Inspect the <b>pump</b> & its valve."))
    answer = ask(q="pump")
    shown = text_of(answer)
    assert answer.status_code == 200
    assert heading(answer) == "1 result for “pump”"
    assert "<mark>Pumps</mark> &amp; &lt;valves&gt;" in shown
    assert "Inspect the <mark>pump</mark> &amp; its valve." in shown
    assert "TLP:CLEAR" in shown and "Bulletin" in shown and "CISA" in shown and page.url in hrefs(answer)
    assert MARK not in shown and UNMARK not in shown


def test_every_kind_is_called_as_a_tab_is() -> None:
    for kind, words in registry.kinds().items():
        assert str(words)[0].isupper(), kind


def test_the_title_of_the_page_is_escaped_as_well(pages: Any) -> None:
    answer = ask(q="<script>alert(1)</script>")
    assert "<script>alert" not in text_of(answer)
    assert "&lt;script&gt;alert" in text_of(answer)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"a {MARK}b{UNMARK} c", "a <mark>b</mark> c"),
        (f"{MARK}<i>{UNMARK}", "<mark>&lt;i&gt;</mark>"),
        (f"a{UNMARK}{MARK}b", "ab"),
        (f"{MARK}{MARK}b{UNMARK}{UNMARK}", "<mark>b</mark>"),
        ("", ""),
    ],
)
def test_marks_become_elements_and_nothing_is_left_over(text: str, shown: str) -> None:
    assert marked(text) == shown


def test_only_readers_see_it_and_are_counted(pages: Any) -> None:
    circle = CommunityFactory()
    inside, member = PersonFactory(communities=[circle]), PersonFactory()
    bulletin(tlp=Label.AMBER, audience_communities=[circle], title="Quiet zebra")
    bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS, title="Zebra for members")
    bulletin(title="Zebra for all")
    assert heading(ask(q="zebra")) == "1 result for “zebra”"
    assert heading(ask(session_for(member), q="zebra")) == "2 results for “zebra”"
    assert heading(ask(session_for(inside), q="zebra")) == "3 results for “zebra”"
    assert "label=amber" not in text_of(ask(q="zebra")), "no facet tells of what is not counted"


def test_what_the_rule_refuses_is_dropped_and_logged_without_words(
    pages: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, drifted = bulletin(title="Zebra kept"), bulletin(title="Zebra drifted")
    Token.objects.filter(object_id=drifted.pk).delete()
    with caplog.at_level(logging.ERROR, "portal.search"):
        answer = ask(q="zebra")
    assert heading(answer) == "1 result for “zebra”"
    assert "drifted" not in text_of(answer) and kept.url in hrefs(answer)
    lines = [record for record in caplog.records if record.name == "portal.search"]
    assert [(line.message, line.key) for line in lines] == [("search drift", drifted.pk)]
    assert "Zebra" not in str(lines[0].__dict__)


def test_facets_are_links_with_counts_and_several_values_of_one_are_alternatives(
    pages: Any, sectors: list[Sector]
) -> None:
    one, two = sectors
    bulletin(title="Zebra one", sectors=[one], originator="CISA")
    bulletin(title="Zebra two", sectors=[two], originator="MIAC")
    bulletin(title="Zebra none", originator="MIAC")
    answer = ask(q="zebra")
    assert f"?q=zebra&sector={one.slug}" in hrefs(answer)
    assert "?q=zebra&publisher=MIAC" in hrefs(answer)
    assert heading(ask(q="zebra", sector=one.slug)).startswith("1 result")
    both = ask(q="zebra", sector=[one.slug, two.slug])
    assert heading(both).startswith("2 results")
    assert f"?q=zebra&sector={two.slug}" in hrefs(both), "each can be taken away again"
    assert heading(ask(q="zebra", sector=one.slug, publisher="MIAC")).startswith("0 results")


def test_a_bulletin_for_several_sectors_is_found_under_each_as_in_the_lists(pages: Any) -> None:
    bulletin(title="Zebra", is_cross_sector=True)
    for slug in Sector.objects.values_list("slug", flat=True)[:3]:
        assert heading(ask(q="zebra", sector=slug)).startswith("1 result"), slug


def test_an_address_may_spell_a_label_as_people_do(pages: Any) -> None:
    bulletin(title="Zebra")
    for spelling in ("clear", "TLP:CLEAR", "tlp:clear", "CLEAR"):
        assert heading(ask(q="zebra", label=spelling)).startswith("1 result"), spelling
    assert heading(ask(q="zebra", label="amber strict")).startswith("0 results")


def test_kinds_are_tabs_with_counts(pages: Any) -> None:
    bulletin(title="Zebra bulletin")
    guidance(title="Zebra guidance")
    shown = text_of(ask(q="zebra", kind="guidance"))
    tabs = re.findall(r'search-tabs__link" href="([^"]*)"( aria-current="true")?>(\w+) <span[^>]*>(\d+)', shown)
    assert [(name, count, bool(current)) for _url, current, name, count in tabs] == [
        ("All", "2", False),
        ("Bulletin", "1", False),
        ("Guidance", "1", True),
    ]


def test_pages_are_of_twenty_and_stable_and_one_that_is_not_there_is_404(pages: Any) -> None:
    for number in range(25):
        bulletin(title=f"Zebra {number:02}")
    first, second = ask(q="zebra"), ask(q="zebra", page="2")
    assert "1–20 of 25" in text_of(first) and "21–25 of 25" in text_of(second)
    titles = [re.findall(r"</mark> (\d\d)</a>", text_of(answer)) for answer in (first, second)]
    assert [len(found) for found in titles] == [20, 5]
    assert len({*titles[0], *titles[1]}) == 25
    for page in ("3", "501", "1000000000", "0", "-1", "x", "²", "1" * 5_000):
        assert ask(q="zebra", page=page).status_code == 404, page


def test_the_number_of_queries_does_not_grow(pages: Any, sectors: list[Sector]) -> None:
    person = PersonFactory()
    client = session_for(person)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, q="zebra").status_code == 200
        return len(queries)

    bulletin(title="Zebra", sectors=sectors, tlp=Label.GREEN, reach=Reach.MEMBERS)
    guidance(title="Zebra too", sectors=sectors)
    count()
    few = count()
    for number in range(15):
        bulletin(title=f"Zebra {number}", sectors=sectors)
        guidance(title=f"Zebra guide {number}")
    assert count() == few


def test_pages_of_a_document_are_links_that_open_there(pages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = bulletin(title="Plan")
    entry = EntryPage.objects.get(entry__object_id=page.pk).entry
    source: Source = listing._source(entry.content_type_id)  # type: ignore[assignment]
    paged = Source(**{**source.__dict__, "page_address": lambda row, number: f"/plan/{number}/"})
    monkeypatch.setattr(listing, "_source", lambda model: paged)
    hit = Hit(
        entry=entry.pk,
        model=entry.content_type_id,
        key=page.pk,
        score=1,
        title="Plan",
        fragment=f"the {MARK}levee{UNMARK}",
        pages=[PageHit(12, f"{MARK}levee{UNMARK} <b>"), PageHit(47, "more")],
    )
    answering(monkeypatch, Found(hits=[hit], total=1, whole=1))
    shown = text_of(ask(q="levee"))
    assert 'href="/plan/12/?q=levee"' in shown and 'href="/plan/47/?q=levee"' in shown
    assert "<mark>levee</mark> &lt;b&gt;" in shown


class Answering:
    name = "made up"

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def find(self, ask: Any) -> Found:
        if isinstance(self.answer, Exception):
            raise self.answer
        found: Found = self.answer
        return found

    def begin(self, ask: Any) -> Callable[[], Found]:
        return lambda: self.find(ask)

    def complete(self, *args: Any, **kwargs: Any) -> list[str]:
        self.find(None)
        return []


def answering(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    for module in (listing, completion):
        monkeypatch.setattr(module, "engine", lambda: Answering(answer))


def test_an_engine_that_is_away_shows_nothing_and_leads_to_the_lists(
    pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin(title="Zebra")
    answering(monkeypatch, SearchUnavailable("no index"))
    answer = ask(q="zebra")
    assert answer.status_code == 503
    assert heading(answer) == "Search is not available right now"
    assert "/bulletins/" in hrefs(answer) and "/guidance/" in hrefs(answer)
    assert "Zebra" not in text_of(answer)
    assert Client().get("/search/complete/", {"q": "zeb"}).json() == {"offers": []}


def test_a_line_with_nothing_in_it_to_look_for_says_so_and_shows_nothing(pages: Any) -> None:
    bulletin(title="The zebra of the house")
    for typed in ("the of and", "!!! ???", "-", '"'):
        answer = ask(q=typed)
        assert heading(answer) == "Nothing to look for", typed
        assert "zebra" not in text_of(answer)


def test_an_empty_page_says_how_to_search_and_offers_the_sectors(pages: Any, sectors: list[Sector]) -> None:
    answer = ask()
    assert heading(answer) == "Search"
    assert "How to search" in text_of(answer)
    assert f"?sector={sectors[0].slug}" in hrefs(answer)


def test_nothing_found_repeats_what_was_looked_for_and_leads_on(pages: Any, sectors: list[Sector]) -> None:
    bulletin(title="Zebra")
    nothing = ask(q="giraffe")
    assert "has “giraffe” in it" in text_of(nothing) and f"?sector={sectors[0].slug}" in hrefs(nothing)
    filtered = ask(q="zebra", year="1999")
    assert "Nothing fits all of these filters" in text_of(filtered) and "?q=zebra" in hrefs(filtered)


def test_did_you_mean_is_a_link_and_draws_only_from_what_one_may_read(pages: Any) -> None:
    circle = CommunityFactory()
    inside = PersonFactory(communities=[circle])
    bulletin(tlp=Label.AMBER, audience_communities=[circle], title="Transformer theft")
    assert "?q=transformer" in hrefs(ask(session_for(inside), q="transfromer"))
    assert "ransformer" not in text_of(ask(q="transfromer"))


def test_results_that_lack_words_say_so(pages: Any) -> None:
    bulletin(title="Zebra")
    answer = ask(q="zebra giraffe")
    assert heading(answer) == "Nothing has all the words of “zebra giraffe”"
    assert "1 result has some of them" in text_of(answer)


def test_a_long_line_is_cut_and_that_is_said(pages: Any) -> None:
    bulletin(title="Zebra")
    answer = ask(q="zebra " * 2_000)
    assert answer.status_code == 200
    assert "Only its first 300 signs" in text_of(answer)


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "a" * 10_000,
        "q=%00",
        "q=a%00b",
        "q=%ED%A0%80",
        "q=%E2%80%AEabc",
        "q=%D7%A9%D7%9C%D7%95%D7%9D",
        "q=the+of",
        "q=%22%22%22",
        "q=NEAR(a+b)+OR+title:*",
        "q=x&sector=%00&kind=%ED%A0%80&year=%27",
        "q=x&q=y&label=",
        "sector=nowhere",
    ],
)
def test_rubbish_is_answered_in_words(pages: Any, query: str) -> None:
    assert Client().get(f"{SEARCH}?{query}").status_code == 200
    assert Client().get(f"/search/complete/?{query}").status_code == 200


def test_five_hundred_filters_are_cut_to_twenty(pages: Any) -> None:
    bulletin(title="Zebra")
    answer = ask(q="zebra", sector=[f"s{number}" for number in range(500)])
    assert answer.status_code == 200
    assert "At most 20 filters" in text_of(answer)
    assert text_of(answer).count("remove this filter") == 20


def test_nobody_else_may_be_asked_by_a_form(pages: Any) -> None:
    assert Client().post(SEARCH, {"q": "zebra"}).status_code == 405


def test_answers_are_kept_nowhere(pages: Any) -> None:
    for address in (f"{SEARCH}?q=zebra", "/search/complete/?q=zeb"):
        control = Client().get(address)["Cache-Control"]
        assert "no-store" in control and "private" in control


def test_every_page_has_the_box_and_the_page_of_results_keeps_the_question(pages: Any) -> None:
    for address in ("/", "/bulletins/", "/sectors/", "/account/login/"):
        assert f'action="{SEARCH}"' in Client().get(address).content.decode(), address
    shown = text_of(ask(q='water "levee & <dam>"'))
    assert shown.count('role="search"') == 1
    assert f'value="{escape("water " + chr(34) + "levee & <dam>" + chr(34))}"' in shown


def events() -> Iterator[dict[str, Any]]:
    yield from Event.objects.filter(verb=Verb.SEARCH).order_by("pk").values_list("facts", flat=True)


def test_the_trail_keeps_counts_of_visitors_and_filters_of_members_but_no_words(pages: Any) -> None:
    bulletin(title="Zebra")
    ask(q="zebra")
    ask(session_for(PersonFactory()), q="zebra", kind="bulletin", publisher="zebra words")
    assert list(events()) == [
        {"found": 1, "page": 1},
        {"found": 0, "page": 1, "kind": ["bulletin"], "publisher": [""]},
    ]


def test_the_trail_keeps_a_visitors_searches_up_to_a_number(pages: Any) -> None:
    for _ in range(70):
        ask(q="zebra")
    assert len(list(events())) == 60


@pytest.mark.usefixtures("desk")
def test_the_trail_keeps_what_staff_looked_for_on_desk(pages: Any) -> None:
    client = session_for(staff(StaffRole.MIAC_ANALYST))
    assert ask(client, q="zebra").status_code == 200
    assert client.get("/search/complete/", {"q": "zeb"}).status_code == 200
    assert list(events()) == [{"found": 0, "page": 1, "words": "zebra"}]


def test_staff_on_front_are_readers_like_everybody(pages: Any) -> None:
    ask(session_for(staff(StaffRole.MIAC_ANALYST)), q="zebra")
    assert list(events()) == [{"found": 0, "page": 1}]


def test_the_heading_counts_what_has_all_the_words_and_says_how_many_more_there_are(pages: Any) -> None:
    bulletin(title="Valve and turbine")
    bulletin(title="Turbine")
    bulletin(title="Another turbine")
    answer = ask(q="valve turbine")
    assert heading(answer) == "1 result for “valve turbine”"
    assert "Then 2 more that have some of the words" in text_of(answer)
    assert "1–3 of 3" in text_of(answer)
    assert "some of the words" not in text_of(ask(q="turbine"))


def test_a_long_value_of_a_filter_is_shortened_for_the_eye_and_read_out_whole(pages: Any) -> None:
    long = "The Office of Very Long Names of Offices, its Regions and Territories"
    bulletin(title="Zebra", originator=long)
    shown = text_of(ask(q="zebra"))
    assert f'<span aria-hidden="true">{long[:47].rstrip()}…</span><span class="visually-hidden">{long}</span>' in shown
