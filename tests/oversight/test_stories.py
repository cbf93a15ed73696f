"""One event with its place in the trail, and everything about one thing or one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.access.enums import Label
from portal.audit import Verb
from portal.audit.models import Reference, Seal
from portal.members.models import Person
from tests.factories import CommunityFactory, PersonFactory, bulletin
from tests.oversight.happenings import WEDNESDAY, happened, looks, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(auditor: Person) -> Person:
    made: Person = PersonFactory(name="Rosa Reader")
    return made


def days_ago(count: int) -> Any:
    return WEDNESDAY - timedelta(days=count)


def test_an_events_page_has_every_field_and_its_place_in_the_trail(browser: Client, reader: Person) -> None:
    event = happened(by=reader, verb=Verb.ROLE_GIVE, about=reader, refused="NotTheirRole")
    shown = browser.get(f"/desk/audit/events/{event.pk}/").content.decode()
    assert "Events are sealed within seconds" in shown
    assert "Download the proof" not in shown
    checkpoint = sealed()
    shown = browser.get(f"/desk/audit/events/{event.pk}/").content.decode()
    seal = Seal.objects.get(event_id=event.pk)
    expected = (
        "2026-03-04T18:00:00.000000Z", "Rosa Reader", "gave a staff role", "role.give", "not their role", "192.0.2.7",
        str(seal.sequence), bytes(seal.leaf).hex(), bytes(seal.link).hex(), f"checkpoint {checkpoint.size}",
        "Download the proof",
    )  # fmt: skip
    for words in expected:
        assert words in shown, words


def test_the_facts_of_an_event_are_said_in_words(browser: Client) -> None:
    browser.get("/desk/audit/?verb=read&outcome=done")
    [look] = looks(page="search")
    shown = browser.get(f"/desk/audit/events/{look.pk}/").content.decode()
    assert "outcome, verb" in shown
    assert "Filters" in shown


def test_a_story_is_in_order_and_says_how_often_when_and_whose_doing(browser: Client, reader: Person) -> None:
    page, other = bulletin(tlp=Label.CLEAR), PersonFactory(name="Otto Other")
    happened(about="bulletins.bulletinpage:999")
    last = happened(by=other, about=page, refused="REFUSED")
    first = happened(by=reader, about=page, at=days_ago(9))
    middle = happened(by=reader, about=f"wagtailcore.page:{page.pk}", at=days_ago(2))
    answer = browser.get(f"/desk/audit/about/bulletins.bulletinpage:{page.pk}/")
    told = [row.event.pk for row in answer.context["rows"] if row.event.verb == "read"]
    assert told == [first.pk, middle.pk, last.pk]
    story = answer.context["story"]
    assert story.first == first.at
    [read] = [row for row in story.verbs if row.verb == "read"]
    assert (read.done, read.refused) == (2, 1)
    doing = {share.whom.words: share.count for share in story.people}
    assert doing["Rosa Reader"] == 2
    assert doing["Otto Other"] == 1
    assert page.title in answer.content.decode()


def test_a_story_names_what_one_may_not_read_by_its_number(browser: Client, reader: Person) -> None:
    page = bulletin(title="Very secret words", tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    happened(by=reader, about=page)
    shown = browser.get(f"/desk/audit/about/bulletins.bulletinpage:{page.pk}/").content.decode()
    assert f"Bulletin {page.pk}" in shown
    assert "secret" not in shown


def test_a_persons_page_has_what_they_did_and_what_was_done_to_them(browser: Client, reader: Person) -> None:
    own = happened(by=reader)
    theirs = happened(by=PersonFactory(), verb=Verb.ROLE_GIVE, about=reader)
    neither = happened(by=PersonFactory())
    answer = browser.get(f"/desk/audit/people/{reader.pk}/")
    shown = {row.event.pk for row in answer.context["rows"]}
    assert {own.pk, theirs.pk} <= shown
    assert neither.pk not in shown


def test_whose_references_were_erased_is_one_line_of_a_story(browser: Client) -> None:
    for _ in range(3):
        event = happened(by=PersonFactory(), about="members.lock:5")
        Reference.objects.filter(pk=event.who).delete()
    story = browser.get("/desk/audit/about/members.lock:5/").context["story"]
    assert [(share.whom.words, share.count) for share in story.people] == [("erased on schedule", 3)]


@pytest.mark.parametrize(
    "address",
    [
        "about/members.lock:5/",
        "about/nonsense/",
        "people/999999/",
        f"people/{2**64}/",
        "events/999999/",
        f"events/{2**64}/",
    ],
)
def test_what_the_trail_never_had_is_not_there(browser: Client, address: str) -> None:
    assert browser.get(f"/desk/audit/{address}").status_code == 404


@pytest.mark.parametrize("page", ["about", "person"])
def test_a_story_takes_as_many_queries_for_fifty_events_as_for_one(browser: Client, reader: Person, page: str) -> None:
    def events(count: int) -> None:
        for _ in range(count):
            happened(by=reader if page == "person" else PersonFactory(), about="members.lock:5")

    address = f"/desk/audit/people/{reader.pk}/" if page == "person" else "/desk/audit/about/members.lock:5/"
    events(1)
    sealed()
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    events(55)
    sealed()
    with CaptureQueriesContext(connection) as many:
        assert len(browser.get(address).context["rows"]) == 50
    assert len(many) == len(one)


def test_each_of_these_pages_is_recorded_with_what_it_was_about(browser: Client, reader: Person) -> None:
    event = happened(by=reader, about="members.lock:5")
    for address in (f"events/{event.pk}/", "about/members.lock:5/", f"people/{reader.pk}/"):
        browser.get(f"/desk/audit/{address}")
    told = [(look.facts["page"], look.about) for look in looks()]
    assert told == [
        ("event", f"audit.event:{event.pk}"),
        ("about", "members.lock:5"),
        ("person", f"members.person:{reader.pk}"),
    ]
