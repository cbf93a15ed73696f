"""Whoever works at the desk and sent a report themselves does not meet it on the desk's side, under no heading."""

from __future__ import annotations

from typing import Any

import pytest

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.members.models import Person
from portal.reporting.models import Case
from tests.conftest import session_for
from tests.reporting.desk.working import address, opened
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(analyst: Person) -> Case:
    return take_in(make_report(analyst))


def page_of(case: Case, person: Person) -> Any:
    return opened(case, person).get(address(case))


def test_it_is_not_suggested_as_a_duplicate(own: Case, case: Case, analyst: Person, second: Person) -> None:
    assert page_of(case, analyst).context["duplicates"] == []
    assert page_of(case, second).context["duplicates"] == [own]


def test_no_row_of_the_queue_is_marked_because_of_it(own: Case, case: Case, analyst: Person, second: Person) -> None:
    for person, is_marked in ((analyst, False), (second, True)):
        rows = session_for(person).get("/desk/reports/").context["rows"]
        assert [row.has_twins for row in rows if row.case == case] == [is_marked]


def test_it_is_not_counted_or_named_among_those_with_the_same_plate(
    own: Case, case: Case, analyst: Person, second: Person
) -> None:
    page = page_of(case, analyst)
    assert (page.context["seen_before"], page.context["seen_in"]) == ([], [])
    third = take_in(make_report())
    page = page_of(case, analyst)
    assert (page.context["seen_before"], page.context["seen_in"]) == ([("licence plate", 1)], [third])
    assert own.report.number not in page.content.decode()
    page = page_of(case, second)
    assert page.context["seen_before"] == [("licence plate", 2)]
    assert set(page.context["seen_in"]) == {own, third}


def test_it_is_not_found_by_looking_up(own: Case, case: Case, analyst: Person, second: Person) -> None:
    asked = {"kind": "plate", "value": "ABC 123", "purpose": "Case 26-114"}
    assert session_for(analyst).post("/desk/seen-before/", asked).context["cases"] == [case]
    assert set(session_for(second).post("/desk/seen-before/", asked).context["cases"]) == {own, case}
    events = Event.objects.filter(verb=Verb.DIGEST_LOOK_UP).order_by("pk")
    assert [event.facts["found"] for event in events] == [1, 2]
