"""The same report in two windows: what was typed in the one that is behind is never lost, and overwrites nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.reporting.models import Draft, Report
from tests.reporting.front.conftest import Reporter
from tests.reporting.front.test_writing import hand_over

pytestmark = pytest.mark.django_db
PERSON = {"did": "Climbed the fence", "who": "X"}


def listed(reporter: Reporter) -> list[str]:
    return [name for _number, name in reporter.get("report_seen").context["things"]]


def see(reporter: Reporter, *plates: str) -> None:
    for plate in plates:
        version = str(reporter.get("report_seen").context["version"])
        assert reporter.post("report_seen_add", "vehicle", seen=version, plate=plate).status_code == 302


def version_in(answer: Any) -> str:
    [found] = re.findall(r'name="seen" value="(\d+)"', answer.content.decode())
    return str(found)


@pytest.fixture
def two(reporter: Reporter) -> Reporter:
    """A person and then a vehicle are in the list, at version 2."""
    reporter.begin()
    reporter.post("report_seen_add", "person", seen="0", **PERSON)
    see(reporter, "KEEP99")
    return reporter


def test_a_second_press_takes_out_nothing_else(reporter: Reporter) -> None:
    reporter.begin()
    see(reporter, "AAA111", "BBB222", "CCC333")
    for _press in range(2):
        reporter.post("report_seen_remove", 1, seen="3")
    assert listed(reporter) == ["A vehicle: BBB222", "A vehicle: CCC333"]


def test_what_a_window_did_not_know_of_is_not_taken_out(two: Reporter) -> None:
    two.post("report_seen_change", 1, seen="2", **PERSON, went="North")
    answer = two.browser.post(reverse("report_seen_remove", args=[1]), {"seen": "2"}, follow=True)
    assert "Nothing was taken out" in answer.content.decode()
    assert len(listed(two)) == 2


def test_a_number_is_not_given_again(two: Reporter) -> None:
    two.post("report_seen_remove", 2, seen="2")
    see(two, "NEW111")
    two.post("report_seen_remove", 2, seen="4")  # the page of before
    assert listed(two)[1] == "A vehicle: NEW111"


def test_a_change_of_what_was_taken_out_is_offered_as_a_new_thing(two: Reporter) -> None:
    two.post("report_seen_remove", 1, seen="2")
    answer = two.post("report_seen_change", 1, seen="2", kind="person", did="Climbed it twice", who="X")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Climbed it twice" in page and "was taken out of the list in another window" in page
    assert f'action="{reverse("report_seen_add", args=["person"])}"' in page
    two.post("report_seen_add", "person", seen=version_in(answer), kind="person", did="Climbed it twice", who="X")
    assert listed(two) == ["A vehicle: KEEP99", "A person: X, Climbed it twice"]


def test_a_change_in_a_window_that_is_behind_shows_both_and_is_saved_on_the_second_try(two: Reporter) -> None:
    two.post("report_seen_change", 1, seen="2", did="Cut the fence", who="X")
    typed = {"did": "Climbed the fence twice", "who": "X"}
    answer = two.post("report_seen_change", 1, seen="2", kind="person", **typed)
    page = answer.content.decode()
    assert "Cut the fence" in page and "Climbed the fence twice" in page
    assert listed(two)[0] == "A person: X, Cut the fence"
    assert two.post("report_seen_change", 1, seen=version_in(answer), **typed).status_code == 302
    assert listed(two) == ["A person: X, Climbed the fence twice", "A vehicle: KEEP99"]


def test_a_thing_that_is_gone_leads_back_to_the_list(two: Reporter) -> None:
    answer = two.browser.get(reverse("report_seen_change", args=[7]), follow=True)
    assert answer.redirect_chain == [(reverse("report_seen"), 302)]
    assert "not in the list any more" in answer.content.decode()


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_change_after_the_session_has_ended_writes_over_nothing(two: Reporter, is_gone: bool) -> None:
    if is_gone:
        two.post("report_seen_remove", 1, seen="2")
    else:
        two.post("report_seen_change", 1, seen="2", did="Cut the fence", who="X")
    alone = Client()
    hand_over(two, alone)
    typed = {"seen": "2", "kind": "person", "did": "Climbed it twice", "who": "X"}
    for _press in range(2):
        alone.post(reverse("report_seen_change", args=[1]), typed)
    before = [] if is_gone else ["A person: X, Cut the fence"]
    assert listed(two) == [*before, "A vehicle: KEEP99", "A person: X, Climbed it twice"]


def test_a_change_after_the_session_has_ended_is_kept_in_its_place(two: Reporter) -> None:
    alone = Client()
    hand_over(two, alone)
    alone.post(reverse("report_seen_change", args=[1]), {"seen": "2", "did": "Climbed it twice", "who": "X"})
    assert listed(two) == ["A person: X, Climbed it twice", "A vehicle: KEEP99"]


LATE = [
    ("report_page", ["activity"], {"what": "Typed in the second window."}),
    ("report_seen_add", ["person"], {"did": "Typed in the second window."}),
    ("report_seen_change", [1], {"did": "Typed in the second window.", "kind": "person"}),
]


@pytest.mark.parametrize(("name", "arguments", "typed"), LATE)
def test_words_saved_after_the_report_was_sent_are_shown_and_can_be_added(
    reporter: Reporter, name: str, arguments: list[Any], typed: dict[str, str]
) -> None:
    reporter.fill()
    reporter.send()
    report = Report.objects.get()
    answer = reporter.post(name, *arguments, seen="1", **typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "is not in it. Add it here." in page and "Typed in the second window." in page
    assert f'action="{reverse("report_add", args=[report.number])}"' in page
    words = answer.context["add"]["words"].value()
    reporter.post("report_add", report.number, words=words, once=answer.context["add"]["once"].value())
    assert report.parts.filter(name="added").count() == 1


@pytest.mark.parametrize(("name", "arguments", "typed"), LATE)
def test_words_saved_where_no_report_is_under_way_are_shown_again(
    reporter: Reporter, name: str, arguments: list[Any], typed: dict[str, str]
) -> None:
    reporter.begin()
    reporter.post("report_discard")  # in the other window
    answer = reporter.post(name, *arguments, seen="1", **typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What you typed here was not kept" in page and "Typed in the second window." in page
    assert not Draft.objects.exists()


def test_a_page_that_saves_itself_after_the_report_was_sent_says_so(reporter: Reporter) -> None:
    reporter.fill()
    reporter.send()
    answer = reporter.post("report_page", "activity", seen="1", what="More.", autosave="1")
    assert answer.status_code == 409
    assert answer.json()["version"] == 0
    assert "the report was sent from another window" in answer.json()["words"]


def test_what_is_taken_out_after_the_report_was_sent_went_with_it_and_that_is_said(two: Reporter) -> None:
    for page in ("activity", "place", "contact"):
        two.write(page)
    two.send()
    answer = two.browser.post(reverse("report_seen_remove", args=[1]), {"seen": "2"}, follow=True)
    assert "The report was sent already" in answer.content.decode()
