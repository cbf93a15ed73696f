"""The search of the trail: who may use it, what it finds, what it says, and that it is itself in the trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal import audit
from portal.access.enums import Label, Reach
from portal.audit import Verb
from portal.audit.context import Actor
from portal.audit.models import Event, Reference
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.audit.test_poison import planted
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance, staff
from tests.oversight.happenings import WEDNESDAY, happened, looks, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.both]
SEARCH = "/desk/audit/"


@pytest.fixture
def reader(auditor: Person) -> Person:
    made: Person = PersonFactory(name="Rosa Reader", email="rosa@partner.example")
    return made


def found(browser: Client, address: str = SEARCH, **filters: Any) -> set[int]:
    """The events that a search shows."""
    answer = browser.get(address, filters)
    assert answer.status_code == 200
    return {row.event.pk for row in answer.context["rows"]}


def page(browser: Client, address: str = SEARCH, **filters: Any) -> str:
    return browser.get(address, filters).content.decode()


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in StaffRole if role is not StaffRole.AUDITOR])
def test_no_other_role_has_it(auditor: Person, role: StaffRole) -> None:
    assert session_for(auditor).get(SEARCH).status_code == 200
    assert session_for(staff(role)).get(SEARCH).status_code == 404
    assert len(looks(page="search")) == 1


def test_an_auditor_without_a_second_factor_is_not_let_in(auditor: Person) -> None:
    assert session_for(auditor, with_second_factor=False).get(SEARCH).status_code != 200


# --- what it finds --------------------------------------------------------------------------------


def test_each_filter_finds_its_own_and_leaves_the_rest(browser: Client, reader: Person) -> None:
    other = PersonFactory()
    mine = happened(by=reader, about="bulletins.bulletinpage:7")
    theirs = happened(
        by=other, about="library.portaldocument:7", verb=Verb.DOWNLOAD, refused="REFUSED", address="2001:db8::1"
    )
    old = happened(by=other, about="members.lock:7", at=WEDNESDAY - timedelta(days=30))
    here = {mine.pk, theirs.pk, old.pk}
    cases: list[tuple[dict[str, Any], set[int]]] = [
        ({"person": reader.pk}, {mine.pk}),
        ({"person": other.pk}, {theirs.pk, old.pk}),
        ({"about": "library.portaldocument:7"}, {theirs.pk}),
        ({"kind": "bulletins.bulletinpage"}, {mine.pk}),
        ({"verb": "download"}, {theirs.pk}),
        ({"outcome": "refused"}, {theirs.pk}),
        ({"site": "front"}, set()),
        ({"since": "2026-03-04", "kind": "library.portaldocument"}, {theirs.pk}),
        ({"until": "2026-03-03"}, {old.pk}),
        ({"network": theirs.pk}, {theirs.pk}),
        ({"person": other.pk, "outcome": "done"}, {old.pk}),
    ]
    assert found(browser) >= here
    for filters, expected in cases:
        assert found(browser, **filters) & here == expected, filters


@pytest.mark.parametrize(
    "filters",
    [
        {"verb": "nonsense"},
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"late": "9999-12-31"},
        {"person": "x"},
        {"person": str(2**63)},
        {"about": "../etc"},
    ],
)
def test_a_filter_that_is_none_finds_nothing_rather_than_everything(browser: Client, filters: dict[str, str]) -> None:
    happened()
    answer = browser.get(SEARCH, filters)
    assert answer.status_code == 200
    assert answer.context["listing"].count == 0


def test_at_night_means_by_the_clock_of_the_state(browser: Client, reader: Person) -> None:
    """04:59 and 05:00 in Missouri, before and after the clocks were put forward on 8 March 2026."""
    winter, summer = datetime(2026, 3, 2, 10, 59, tzinfo=UTC), datetime(2026, 3, 9, 9, 59, tzinfo=UTC)
    night = {happened(by=reader, at=at).pk for at in (winter, summer)}
    day = {happened(by=reader, at=at + timedelta(minutes=1)).pk for at in (winter, summer)}
    assert found(browser, person=reader.pk) == night | day
    assert found(browser, person=reader.pk, hours="night") == night


def test_a_night_that_passes_midnight(browser: Client, reader: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_NIGHT = (22, 5)
    late, noon = happened(by=reader, at=datetime(2026, 3, 3, 4, 30, tzinfo=UTC)), happened(by=reader)
    assert found(browser, person=reader.pk, hours="night") == {late.pk}
    assert noon.pk in found(browser, person=reader.pk)


def test_the_days_of_a_range_are_whole_days_of_the_state(browser: Client, reader: Person) -> None:
    first = happened(by=reader, at=datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    last = happened(by=reader, at=datetime(2026, 3, 4, 5, 59, 59, tzinfo=UTC))
    after = happened(by=reader, at=datetime(2026, 3, 4, 6, 0, tzinfo=UTC))
    assert found(browser, person=reader.pk, since="2026-03-03", until="2026-03-03") == {first.pk, last.pk}
    assert after.pk in found(browser, person=reader.pk)


# --- finding whom ---------------------------------------------------------------------------------


def test_an_address_is_sent_as_a_form_and_stands_in_no_address_of_a_page(browser: Client, reader: Person) -> None:
    event = happened(by=reader)
    answer = browser.post(f"{SEARCH}?verb=read", {"person": " Rosa@Partner.example "})
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query) == {"verb": ["read"], "person": [str(reader.pk)]}
    assert found(browser, answer["Location"]) == {event.pk}
    shown = browser.get(answer["Location"]).content.decode()
    assert "Rosa Reader" in shown
    assert "rosa@partner.example" not in shown
    assert not [event for event in Event.objects.all() if "rosa@" in str(event.facts).casefold()]


def test_a_name_that_several_have_asks_which_of_them(browser: Client, reader: Person) -> None:
    PersonFactory(name="Ross Reader")
    shown = browser.post(SEARCH, {"person": "reader"}).content.decode()
    assert f"{SEARCH}?person={reader.pk}" in shown
    assert "Ross Reader" in shown
    assert browser.post(SEARCH, {"person": "rosa"}).status_code == 302


@pytest.mark.parametrize("sent", [{"person": "nobody@partner.example"}, {"person": "ro"}, {"thing": "/nowhere/"}, {}])
def test_what_is_not_found_is_said_in_a_sentence_and_what_was_typed_stays(
    browser: Client, reader: Person, sent: dict[str, str]
) -> None:
    answer = browser.post(SEARCH, sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "error-summary" in shown
    assert all(value in shown for value in sent.values())


def test_a_pasted_address_leads_to_the_thing(browser: Client) -> None:
    marked, plain = bulletin(tlp=Label.RED), guidance()
    named = f"bulletins.bulletinpage:{marked.pk}"
    addresses = [
        (f"https://portal.example/b/{marked.public_id}/", named),
        (f"https://portal.example{marked.url}", named),
        (f"/admin/pages/{marked.pk}/edit/", named),
        (f"/-/page/{marked.pk}/", named),
        (named.upper(), named),
        (plain.url, f"bulletins.guidancepage:{plain.pk}"),
    ]
    for address, name in addresses:
        answer = browser.post(SEARCH, {"thing": address})
        assert answer.status_code == 302, address
        assert parse_qs(urlsplit(answer["Location"]).query) == {"about": [name]}, address


# --- what it says ---------------------------------------------------------------------------------


def test_a_title_shows_to_whoever_may_read_the_thing_and_a_number_to_others(auditor: Person) -> None:
    community = CommunityFactory()
    secret = bulletin(title="Very secret words", tlp=Label.AMBER, audience_communities=[community])
    open_to_all = bulletin(title="Words for members", tlp=Label.GREEN, reach=Reach.MEMBERS)
    happened(about=secret)
    happened(about=open_to_all)
    shown = page(session_for(auditor))
    assert "Words for members" in shown
    assert f"Bulletin {secret.pk}" in shown
    assert "secret" not in shown
    within = staff(StaffRole.AUDITOR, communities=[community])
    assert "Very secret words" in page(session_for(within))


def test_a_row_says_who_in_which_role_from_where_and_why_it_was_refused(browser: Client, reader: Person) -> None:
    event = happened(by=reader, refused="NotTheirRole", verb=Verb.ROLE_GIVE)
    shown = page(browser, person=reader.pk)
    for words in (
        "Rosa Reader",
        "192.0.2.7",
        "gave a staff role",
        "not their role",
        "today 12:00 CST",
        "not sealed yet",
    ):
        assert words in shown, words
    checkpoint = sealed()
    shown = page(browser, person=reader.pk)
    assert "not sealed yet" not in shown
    assert f"sealed in checkpoint {checkpoint.size}" in shown
    assert event.role in shown


def test_what_was_erased_says_so_and_stays_readable(browser: Client, reader: Person) -> None:
    event = happened(by=reader)
    Reference.objects.filter(pk__in=[event.who, event.address]).delete()
    shown = page(browser, about=event.about)
    assert shown.count("erased on schedule") == 2
    assert "Rosa" not in shown
    assert found(browser, person=reader.pk) == set()


def test_things_and_people_that_are_gone_do_not_break_a_page(browser: Client) -> None:
    happened(about="operations.case:5")
    happened(about="no name at all")
    audit.record(Verb.READ, actor=Actor(person=999_999))
    shown = page(browser)
    assert "operations.case 5" in shown
    assert "no name at all" in shown
    assert "Person 999999, who is gone" in shown


def test_it_takes_as_many_queries_for_fifty_events_as_for_one(browser: Client) -> None:
    def events(count: int) -> None:
        for _ in range(count):
            person = PersonFactory()
            happened(by=person, about=person, address=f"192.0.2.{person.pk % 250}")
            happened(by=person, about=bulletin(tlp=Label.GREEN))

    read = {"verb": "read"}
    events(1)
    sealed()
    browser.get(SEARCH, read)
    with CaptureQueriesContext(connection) as one:
        browser.get(SEARCH, read)
    events(24)
    sealed()
    with CaptureQueriesContext(connection) as many:
        answer = browser.get(SEARCH, read)
    assert len(answer.context["rows"]) == 50
    assert len(many) == len(one)


# --- the trail of the trail -----------------------------------------------------------------------


def test_each_look_is_recorded_once_with_what_was_asked_and_how_many_there_were(
    browser: Client, reader: Person
) -> None:
    happened(by=reader)
    happened(by=reader)
    browser.get(f"{SEARCH}?person={reader.pk}&verb=read")
    [look] = looks(page="search")
    assert look.facts == {"page": "search", "filters": ["person", "verb"], "count": 2}
    assert look.role == "Auditor"
    assert page(browser, verb="trail.read").count("read the trail") >= 1


# --- what no portal has written --------------------------------------------------------------------


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's columns take no other text")
@pytest.mark.parametrize("time", ["zzz", "2026-13-45 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", ""])
def test_a_time_that_cannot_be_read_stands_so_and_keeps_no_page_from_the_others(
    browser: Client, reader: Person, time: str
) -> None:
    mine = happened(by=reader)
    number = planted(at=time, about="a.b:1")
    assert {mine.pk, number} <= found(browser)
    assert "a time that cannot be read" in page(browser)
    for address in (f"{SEARCH}events/{number}/", f"{SEARCH}about/a.b:1/"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "a time that cannot be read" in answer.content.decode()


@pytest.mark.parametrize("thing", ["http://[::1/x", "//[", "http://[bad]/desk/people/1/"])
def test_an_address_that_is_none_is_not_found(browser: Client, thing: str) -> None:
    answer = browser.post(SEARCH, {"thing": thing})
    assert answer.status_code == 422
    assert "Nothing here has this address" in answer.content.decode()
