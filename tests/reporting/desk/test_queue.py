"""The queue: urgent ones first, codes alone, and as many queries for one report as for fifty."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.core import queues
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import duplicates, measures
from portal.reporting.actions.handing_over import ProposeWarning
from portal.reporting.actions.triage import Assign, TakeUp, WriteMessage
from portal.reporting.desk import queue
from portal.reporting.models import Case
from portal.reporting.templatetags.waiting import duration
from tests.conftest import desk_keyring, session_for
from tests.factories import staff
from tests.reporting.desk.working import anew, hand_to_police
from tests.reporting.making import VAN, add_words, make_report, take_in

pytestmark = pytest.mark.django_db


def listed(person: Person, query: str = "") -> list[str]:
    """The numbers in the list, in their order."""
    answer = session_for(person).get(f"/desk/reports/{query}")
    assert answer.status_code == 200
    return [row.case.report.number for row in answer.context["rows"]]


def text_of(person: Person, query: str = "") -> str:
    return " ".join(session_for(person).get(f"/desk/reports/{query}").content.decode().split())


def test_urgent_ones_stand_first_and_then_what_is_due_next(clock: Any, analyst: Person) -> None:
    now = timezone.now()
    calm = take_in(make_report(submitted_at=now - timedelta(hours=3)))
    oldest = take_in(make_report(submitted_at=now - timedelta(hours=9)))
    answered = take_in(make_report(submitted_at=now - timedelta(hours=20)))
    hot = take_in(make_report(is_urgent=True))
    WriteMessage(answered, analyst, words="We read it.").execute()
    assert listed(analyst) == [case.report.number for case in (hot, oldest, calm, answered)]


def test_who_sent_a_report_does_not_see_it_in_the_queue(analyst: Person, second: Person) -> None:
    report = take_in(make_report(submitter=analyst, is_urgent=True)).report
    assert report.number not in session_for(analyst).get("/desk/reports/").content.decode()
    assert report.number in session_for(second).get("/desk/reports/").content.decode()
    assert [found.count for found in queue.waiting(analyst)] == [0]
    assert [found.count for found in queue.waiting(second)] == [1, 1]


def test_opening_the_queue_takes_new_reports_in(analyst: Person) -> None:
    report = make_report()
    assert listed(analyst) == [report.number]


def test_without_its_keys_the_desk_says_so_and_shows_what_it_has(case: Case, analyst: Person, settings: Any) -> None:
    make_report()
    settings.PORTAL_KEYRING = desk_keyring().parent / "front"
    page = text_of(analyst)
    assert "New reports cannot be taken in" in page
    assert case.report.number in page


def test_the_list_holds_codes_and_nothing_of_what_was_written_or_who_wrote(analyst: Person) -> None:
    person = staff(StaffRole.MOP3_EDITOR, name="Nobody To Be Named")
    take_in(make_report(person, things=[{**VAN, "plate": "XYZ 987"}]))
    page = text_of(analyst)
    for word in ("A van stopped", "north gate", "XYZ 987", "pumping", "573-555-0142", "Nobody To Be Named"):
        assert word not in page
    assert "Cole County" in page
    assert "Someone photographed or filmed unusual things" in page


def test_what_is_overdue_says_so_in_words(clock: Any, case: Case, urgent: Case, analyst: Person) -> None:
    assert "overdue" not in text_of(analyst)
    assert "urgent, not taken up" in text_of(analyst)
    TakeUp(urgent, analyst).execute()
    hand_to_police(anew(urgent), analyst)
    assert "hand-off to review" in text_of(analyst)
    clock.shift(timedelta(hours=49))
    page = text_of(analyst)
    assert "hand-off review overdue" in page
    assert page.count("> overdue<") + page.count("overdue</span>") >= 2


def test_filters_go_by_codes(analyst: Person, second: Person) -> None:
    intruder = take_in(make_report(activity={"behaviour": "INTRSN"}, target={"sector": "energy"}))
    water = take_in(make_report(place={"county": "29510"}))
    Assign(water, analyst, to=analyst).execute()
    both = {intruder.report.number, water.report.number}
    expected = {
        "": both,
        "?behaviour=INTRSN": {intruder.report.number},
        "?sector=energy": {intruder.report.number},
        "?county=29510": {water.report.number},
        "?whose=mine": {water.report.number},
        "?whose=nobody": {intruder.report.number},
        "?urgent=yes": set(),
        "?stage=new": both,
        "?stage=closed": set(),
        "?stage=all": both,
        "?behaviour=INTRSN&county=29510": set(),
    }
    assert {query: set(listed(analyst, query)) for query in expected} == expected


@pytest.mark.parametrize("query", ["?behaviour=LOOKS", "?county=1", "?stage=anything", "?whose=everybody's"])
def test_a_value_that_is_none_finds_nothing(case: Case, analyst: Person, query: str) -> None:
    assert listed(analyst, query) == []


@pytest.mark.parametrize("query", ["?page=0", "?page=2", "?page=x"])
def test_a_page_that_is_not_there_is_not_found(case: Case, analyst: Person, query: str) -> None:
    assert session_for(analyst).get(f"/desk/reports/{query}").status_code == 404


def test_closed_ones_leave_the_queue(case: Case, analyst: Person) -> None:
    Case.objects.filter(pk=case.pk).update(stage="closed")
    assert listed(analyst) == []
    assert listed(analyst, "?stage=all") == [case.report.number]


def test_one_report_costs_as_many_queries_as_thirty(clock: Any, analyst: Person) -> None:
    client = session_for(analyst)

    def cost() -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            assert client.get("/desk/reports/").status_code == 200
        return len(queries)

    take_in(make_report(is_urgent=True))
    client.get("/desk/reports/")  # what a browser's first page asks for once
    one = cost()
    for number in range(29):
        made = take_in(make_report(is_urgent=number % 2 == 0))
        Assign(made, analyst, to=staff(StaffRole.MIAC_ANALYST)).execute()
        add_words(made.report, "More.")
    assert cost() == one


def test_words_that_came_since_are_marked_until_somebody_acts(clock: Any, case: Case, analyst: Person) -> None:
    assert "new words" not in text_of(analyst)
    clock.shift(timedelta(minutes=1))
    add_words(case.report, "It came back.")
    assert "new words" in text_of(analyst)
    clock.shift(timedelta(minutes=1))
    WriteMessage(case, analyst, words="Thank you.").execute()
    assert "new words" not in text_of(analyst)


# --- duplicates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sections", "is_alike"),
    [
        ({}, True),
        ({"place": {"begun": "2026-03-04T21:00:00-06:00", "ended": ""}}, True),
        ({"place": {"begun": "2026-02-20T21:00:00-06:00", "ended": ""}}, False),
        ({"place": {"begun": "2026-02-20T21:00:00-06:00", "ended": "2026-03-02T08:00:00-06:00"}}, True),
        ({"place": {"county": "29510", "latitude": "", "longitude": ""}}, False),
        ({"activity": {"behaviour": "CYBER"}, "target": {"sector": "energy", "target": "ENRG"}}, False),
        ({"activity": {"behaviour": "CYBER"}, "target": {"target": "ENRG"}}, True),
        ({"place": {"begun": ""}}, False),
    ],
)
def test_the_same_place_and_days_suggest_a_duplicate(case: Case, sections: Any, is_alike: bool) -> None:
    other = take_in(make_report(**sections))
    assert duplicates.suggested_for(case) == ([other] if is_alike else [])
    assert duplicates.with_twins([case.pk, other.pk]) == ({case.pk, other.pk} if is_alike else set())


def test_what_was_purged_is_no_duplicate(case: Case) -> None:
    other = take_in(make_report())
    Case.objects.filter(pk=other.pk).update(stage="purged")
    assert duplicates.suggested_for(case) == []
    assert duplicates.with_twins([case.pk]) == set()


# --- what waits ----------------------------------------------------------------------------------


def waiting(person: Person) -> dict[str, tuple[int, int]]:
    return {str(queue.label): (queue.count, queue.overdue) for queue in queues.of(person) if "reports/" in queue.url}


def test_the_front_page_of_the_desk_counts_what_waits(
    clock: Any, case: Case, urgent: Case, analyst: Person, second: Person, supervisor: Person
) -> None:
    assert waiting(analyst) == {
        "Urgent reports nobody has taken up": (1, 1),
        "Reports of suspicious activity": (2, 0),
    }
    hand_to_police(urgent, analyst)
    ProposeWarning(case, analyst, recipient="The company", danger="A breach", words="Look.", is_imminent=True).execute()
    clock.shift(timedelta(hours=49))
    assert waiting(second) == {
        "Reports of suspicious activity": (2, 2),
        "Hand-offs to the police to review": (1, 1),
    }
    assert waiting(supervisor)["Warnings to release"] == (1, 0)
    assert listed(supervisor, "?stage=all&waits=warning") == [case.report.number]
    assert listed(second, "?waits=review") == [urgent.report.number]
    assert waiting(staff(StaffRole.AUDITOR)) == {}


# --- what the desk is measured on ----------------------------------------------------------------


@given(st.lists(st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes)), min_size=1, max_size=60))
def test_a_percentile_is_a_value_that_so_many_do_not_pass(waited: list[timedelta]) -> None:
    ordered = sorted(waited)
    for part in (50, 90):
        found = measures.percentile(ordered, part)
        assert found in ordered
        assert sum(value <= found for value in ordered) * 100 >= part * len(ordered)
        assert sum(value < found for value in ordered) * 100 < part * len(ordered)


def test_the_desk_is_measured_on_its_first_answers(clock: Any, analyst: Person) -> None:
    assert not measures.first_answers().is_measured
    for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 50):
        answered = take_in(make_report(submitted_at=timezone.now() - timedelta(hours=hours)))
        WriteMessage(answered, analyst, words="We read it.").execute()
    found = measures.first_answers()
    assert (found.count, found.median, found.ninetieth) == (10, timedelta(hours=5), timedelta(hours=9))
    page = text_of(analyst)
    assert "5 hours" in page
    assert "9 hours" in page
    clock.shift(timedelta(days=91))
    assert not measures.first_answers().is_measured


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (timedelta(seconds=30), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(minutes=61), "2 hours"),
        (timedelta(hours=71), "71 hours"),
        (timedelta(hours=73), "4 days"),
        (None, ""),
    ],
)
def test_a_wait_in_words(value: timedelta | None, words: str) -> None:
    assert duration(value) == words
