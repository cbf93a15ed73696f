"""Visits and briefings from the form to the answer, and initiatives with their figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox, queues
from portal.meetings import visits
from portal.meetings.concerns import sealed
from portal.meetings.concerns.actions.visits import DeclineVisit, NoteDone, PlanVisit
from portal.meetings.models import Initiative, VisitRequest
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from portal.members.refusals import NotNow, NotYours
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.meetings.concerns.making import DETAILS, initiative, today, visit

pytestmark = pytest.mark.django_db
ASKED = {"kind": "site_visit", "sector": "", "county": "", "wished": "in May", "words": DETAILS, "once": "a"}


@pytest.fixture
def member(pages: Any) -> Person:
    person: Person = PersonFactory()
    return person


@pytest.fixture
def browser(desk: None, pages: Any) -> Client:
    return session_for(staff(StaffRole.MOP3_EDITOR))


def test_a_member_asks_once_sealed_and_sees_the_state_and_nobody_elses(member: Person) -> None:
    client = session_for(member)
    assert [client.post("/visits/new/", ASKED).status_code for _double in range(2)] == [302, 302]
    row = VisitRequest.objects.get()
    assert b"transformer" not in bytes(row.words) and sealed.opened(row, bytes(row.words)) is None
    text = client.get("/visits/").text
    assert "a visit to our site" in text and "transformer" not in text
    assert "a visit to our site" not in session_for(PersonFactory()).get("/visits/").text
    assert Client().get("/visits/").status_code == 302
    assert Event.objects.filter(verb=Verb.VISIT_ASK, about=f"meetings.visitrequest:{row.pk}").count() == 1


def test_what_is_wrong_or_too_much_keeps_what_was_typed(member: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client = session_for(member)
    wrong = client.post("/visits/new/", {**ASKED, "kind": "x"})
    assert wrong.status_code == 422 and DETAILS in wrong.text
    monkeypatch.setattr(visits, "MOST_AHEAD", 1)
    assert client.post("/visits/new/", ASKED).status_code == 302
    refused = client.post("/visits/new/", {**ASKED, "once": "b"})
    assert refused.status_code == 422 and DETAILS in refused.text


def test_staff_open_plan_and_end_a_request_and_whoever_asked_is_told_without_words(browser: Client) -> None:
    asker = PersonFactory()
    row = visit(by=asker)
    address = f"/desk/visits/{row.pk}/"
    assert DETAILS in browser.get(address).text
    assert DETAILS not in browser.get("/desk/visits/").text
    moment = timezone.localtime() + timedelta(days=9)
    planned = {"planned_for": moment.strftime("%Y-%m-%dT%H:%M"), "answer": "Gate 3."}
    assert browser.post(f"{address}plan/", {**planned, "planned_for": "2020-01-01T10:00"}).status_code == 422
    assert browser.post(f"{address}plan/", planned).status_code == 302
    assert browser.post(f"{address}done/", {"answer": ""}).status_code == 302
    assert browser.post(f"{address}plan/", planned).status_code == 422
    row.refresh_from_db()
    assert (row.state, row.answer) == ("done", "Gate 3.")
    outbox.send_waiting(all_sites=True)
    assert [letter.to for letter in mail.outbox] == [[asker.email]]  # the one that is true by now
    assert not any("Gate" in letter.body for letter in mail.outbox)
    assert "Gate 3." not in browser.get("/desk/visits/").text
    assert "done" in browser.get("/desk/visits/?all").text


def test_declining_takes_words_which_whoever_asked_reads(member: Person, request: Any) -> None:
    editor, row = staff(StaffRole.MOP3_EDITOR), visit(by=member)
    with pytest.raises(Exception, match="Say why"):
        DeclineVisit(row, editor, " ").execute()
    DeclineVisit(row, editor, "No inspector is free this year.").execute()
    assert "No inspector is free" in session_for(member).get("/visits/").text
    for action in (NoteDone(row, editor), PlanVisit(row, editor, planned_for=timezone.now() + timedelta(days=1))):
        with pytest.raises(NotNow):
            action.execute()
    with pytest.raises(NotYours):
        NoteDone(visit(), staff(StaffRole.MIAC_ANALYST)).execute()


def test_the_queue_counts_what_is_new_and_what_took_place_unnoted(desk: None, pages: Any) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    visit()
    NoteDone(visit(), editor).execute()
    planned = visit()
    PlanVisit(planned, editor, planned_for=timezone.now() + timedelta(days=1)).execute()

    def waiting() -> tuple[int, int]:
        found = {str(queue.label): (queue.count, queue.overdue) for queue in queues.of(editor)}
        return found["Visits and briefings asked for"]

    assert waiting() == (1, 0)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert waiting() == (2, 1)
    assert "Visits and briefings asked for" not in {str(queue.label) for queue in queues.of(PersonFactory())}


def test_the_public_sees_public_initiatives_and_members_all_but_none_of_a_confidential_committee(
    member: Person,
) -> None:
    initiative(title="For members")
    initiative(title="For all", is_public=True)
    hidden = Community.objects.get(slug="advisory-committee")
    initiative(title="Zebra", committee=hidden, is_public=True)
    Community.objects.filter(pk=hidden.pk).update(is_confidential=True)
    public, inside = Client().get("/initiatives/").text, session_for(member).get("/initiatives/").text
    assert "For all" in public and "For members" not in public
    assert "For all" in inside and "For members" in inside
    assert "Zebra" not in public + inside


@pytest.mark.parametrize("year", ["1999", "x", "9" * 30, "%00", "²⁰²⁶"])
def test_a_year_without_initiatives_says_so_and_nonsense_is_no_year(member: Person, year: str) -> None:
    initiative(is_public=True)
    assert Client().get(f"/initiatives/?year={year}").status_code == 200


def entered(**changes: str) -> dict[str, str]:
    facts = {"title": "One form", "year": str(today().year), "committee": "", "owner_office": "Chairman"}
    ends = {"email": "", "target": "10", "done_on": "", "dropped_on": "", "outcome": ""}
    return {**facts, **ends, "measure": "forms taken over", **changes}


def test_staff_keep_initiatives_with_owner_measure_and_figures_by_year(browser: Client) -> None:
    owner = PersonFactory()
    assert browser.post("/desk/initiatives/new/", entered(email=owner.email)).status_code == 302
    row = Initiative.objects.get()
    assert (row.owner, row.measure) == (owner, "forms taken over")
    address = f"/desk/initiatives/{row.pk}/"
    for year, figure in ((today().year - 1, "2"), (today().year, "5"), (today().year, "6.5")):
        assert browser.post(f"{address}figures/", {"year": year, "figure": figure, "note": ""}).status_code == 302
    late = {"year": today().year + 1, "figure": "9", "note": ""}
    assert browser.post(f"{address}figures/", late).status_code == 422
    assert [str(figure) for figure in row.figures.values_list("figure", flat=True)] == ["2.00", "6.50"]
    assert browser.post(address, entered(dropped_on=today().isoformat())).status_code == 422  # without a word
    ended = entered(dropped_on=today().isoformat(), outcome="No agency took part.", is_public="on")
    assert browser.post(address, ended).status_code == 302
    text = browser.get("/initiatives/").text
    assert "given up" in text and "No agency took part." in text and "6.5" in text and "target 10" in text
    assert owner.email not in text and owner.name not in text
    assert "One form" in browser.get("/desk/initiatives/").text


def test_lists_take_the_same_queries_for_one_and_for_many(
    browser: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    initiative(is_public=True)
    visit()
    for address in ("/initiatives/", "/desk/initiatives/", "/desk/visits/"):
        browser.get(address)
        with django_assert_max_num_queries(40) as few:
            browser.get(address)
        for number in range(3):
            initiative(title=f"{address} {number}", committee=Community.objects.first())
            visit()
        with django_assert_num_queries(len(few)):
            browser.get(address)
