"""What goes wrong around concerns, visits and messages: rubbish, two at the same moment, and people who leave."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.meetings.concerns import actions, reading, stages
from portal.meetings.concerns.actions.visits import DeclineVisit, PlanVisit
from portal.meetings.models import Concern, Merge, VisitRequest
from portal.members import office_messages
from portal.members.enums import StaffRole
from portal.members.models import Community, Office, OfficeMessage, Person, Term
from portal.members.refusals import NotNow, NotYours
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.meetings.concerns.making import (
    WORDS,
    co_chair,
    concern,
    initiative,
    message,
    recommended,
    term,
    today,
    visit,
)

pytestmark = pytest.mark.django_db
BAD: tuple[str | bytes, ...] = ("", b"a\x00b\xff\xfe", "x" * 20_000, "9" * 40, "2026-13-45")
RUBBISH = (*BAD, " ", "-1", "\u202eabc", "½", "' OR 1=1 --", "<script>alert(1)</script>", "None")
FRONT = {
    "/concerns/new/": ("sector", "kind", "title", "words", "agencies", "region", "details", "once"),
    "/visits/new/": ("kind", "sector", "county", "wished", "words", "once"),
}
STORED = (Concern, VisitRequest, OfficeMessage)
REFUSED = {200, 302, 400, 404, 422}


def is_refused(answer: Any) -> bool:
    """Refused in words, or taken because what was sent is allowed there; never an error of the portal."""
    assert answer.status_code in REFUSED, answer.status_code
    return answer.status_code != 302


@pytest.fixture
def member(pages: Any) -> Person:
    person: Person = PersonFactory(name="The Raiser")
    return person


def whole(address: str) -> dict[str, str]:
    energy = str(Sector.objects.get(slug="energy").pk)
    if address == "/visits/new/":
        return {"kind": "briefing", "sector": "", "county": "", "wished": "", "words": WORDS, "once": "a"}
    facts = {"sector": energy, "kind": "rule", "title": "One rule", "words": WORDS}
    return {**facts, "agencies": "", "region": "", "details": "", "once": "a"}


@pytest.mark.parametrize("address", FRONT)
def test_rubbish_in_any_field_of_a_members_form_is_never_an_error(member: Person, address: str) -> None:
    browser, asked = session_for(member), whole(address)
    for name in FRONT[address]:
        for number, rubbish in enumerate(RUBBISH):
            before = [model.objects.count() for model in STORED]
            answer = browser.post(address, {**asked, "once": f"{name} {number}", name: rubbish})
            if is_refused(answer):
                assert [model.objects.count() for model in STORED] == before, (name, rubbish)
            Concern.objects.all().delete()
            VisitRequest.objects.all().delete()
    assert is_refused(browser.post(address, {}))


def test_rubbish_in_the_form_to_an_office_holder_is_never_an_error(pages: Any, settings: Any) -> None:
    settings.PORTAL_OFFICE_MESSAGES_PER_HOUR = settings.PORTAL_OFFICE_MESSAGES_TO_ONE_PER_HOUR = 10_000
    address = f"/partnership/write/{term(person=PersonFactory()).pk}/"
    asked = {"name": "Somebody", "email": "somebody@public.example", "words": "A question.", "once": "a"}
    for name in asked:
        for rubbish in RUBBISH:
            before = OfficeMessage.objects.count()
            answer = Client().post(address, {**asked, name: rubbish})
            assert OfficeMessage.objects.count() == before or not is_refused(answer), (name, rubbish)


@pytest.mark.parametrize(
    "address",
    [
        *("/concerns/?page=x", "/concerns/?page=%00", "/visits/?page=9999999999999999999999", "/partnership/%00/"),
        *("/partnership/?page=-1", "/partnership/energy/?page=%C2%BD", "/initiatives/?page=1e3"),
        *("/concerns/not-a-uuid/", "/partnership/write/99999999999999999999999999/"),
    ],
)
def test_rubbish_in_an_address_is_not_found(member: Person, address: str) -> None:
    assert session_for(member).get(address).status_code in {200, 404}


def test_rubbish_on_the_desk_is_never_an_error(desk: None, pages: Any) -> None:
    """Each field in its turn, the others as they should be."""
    browser, held = session_for(staff(StaffRole.MOP3_EDITOR)), term(told_at=None)
    about, other, asked, made = concern(), concern(), visit(), initiative()
    committee = Community.objects.get(slug="standing-committee")
    sent = recommended(other, by=about.person)
    day, of = today().isoformat(), str(committee.pk)
    forms: dict[str, dict[str, str]] = {
        f"/desk/concerns/{about.pk}/recommend/": {"committee": of, "words": "W", "sent_on": day, "due_on": day},
        f"/desk/concerns/{other.pk}/merge/": {"into": "", "number": "0"},
        f"/desk/recommendations/{sent.pk}/": {"outcome": "accepted", "replied_on": "x", "reply": "Yes."},
        "/desk/concerns/rankings/state/": {"committee": of, "decided_on": day, f"place_{about.pk}": "1"},
        "/desk/initiatives/new/": {
            **{"title": "One", "year": day[:4], "committee": "", "owner_office": "Chairman", "measure": "forms"},
            **{"email": "", "target": "", "done_on": "", "dropped_on": "", "outcome": ""},
        },
        f"/desk/initiatives/{made.pk}/figures/": {"year": day[:4], "figure": "1", "note": ""},
        f"/desk/visits/{asked.pk}/plan/": {"planned_for": "x", "answer": ""},
        f"/desk/offices/{held.office_id}/terms/": {
            "name": "A",
            "employer": "B",
            "email": "",
            "since": "x",
            "until": "",
        },
        f"/desk/terms/{held.pk}/told/": {"on": "x", "how": "By telephone"},
        f"/desk/terms/{held.pk}/edit/": {"name": "A", "employer": "B", "email": "", "since": day, "until": ""},
        "/desk/offices/new/": {"community": "", "title": "x", "seats": "0", "order": "1"},
    }
    for address, whole_form in forms.items():
        for name in whole_form:
            for bad in BAD:
                is_refused(browser.post(address, {**whole_form, name: bad}))
    for address in (
        "/desk/concerns/?shown=%00&sector=x&region=Z&page=x",
        "/desk/visits/?page=-1",
        "/desk/offices/?page=x",
    ):
        assert browser.get(address).status_code in {200, 404}
    assert Term.objects.count() == 1 and not Merge.objects.exists()


# --- mail -------------------------------------------------------------------------------------------


def test_no_name_of_a_stranger_or_of_an_office_reaches_a_header(member: Person, desk_keys: None, settings: Any) -> None:
    """The forms refuse lines; here such rows are there all the same."""
    office = Office.objects.create(title="Clerk\r\nBcc: victim@partner.example")
    row = term(office, person=member, name="In\r\nOffice", told_at=None, notified_at=timezone.now())
    outbox.put("office_candidate", str(row.pk))
    outbox.send_waiting(all_sites=True)
    Term.objects.update(told_at=timezone.now())
    message(row, name="A\r\nBcc: victim@partner.example", email="somebody@public.example\r\nBcc: b@c.example")
    office_messages.move_on(timezone.now())
    outbox.send_waiting(all_sites=True)
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        assert letter.to == [member.email] and not letter.cc and not letter.bcc
        assert "\n" not in letter.subject and "\r" not in letter.subject
        parsed = letter.message()
        assert parsed["Bcc"] is None and parsed["To"] == member.email


# --- two at the same moment ---------------------------------------------------------------------------


def test_a_merge_that_is_sent_twice_is_one_and_the_second_is_told_so(member: Person) -> None:
    leader, kept, gone = co_chair(), concern(), concern(by=member)
    for status in (302, 422):
        answer = session_for(leader).post(f"/concerns/{gone.uuid}/merge/", {"into": kept.pk})
        assert answer.status_code == status
    assert "closed or merged by now" in answer.text
    outbox.send_waiting()
    assert [letter.to for letter in mail.outbox if "further" in letter.subject] == [[member.email]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory has one writer (make services)")
def test_two_co_chairs_who_merge_into_one_another_at_the_same_moment_leave_one_that_is_kept() -> None:
    Group.objects.get_or_create(name=StaffRole.MOP3_EDITOR.value)
    if not Sector.objects.filter(slug="energy").exists():
        Sector.objects.create(name="Energy", slug="energy")
    leaders, (one, two) = (co_chair(), co_chair()), (concern(), concern())
    tries = [(one, two, leaders[0]), (two, one, leaders[1])]
    start, refused = threading.Barrier(2, timeout=20), []

    def merge(about: Concern, into: Concern, by: Person) -> None:
        try:
            start.wait()
            actions.MergeAsCoChair(about, into, by).execute()
        except ActionRefused as refusal:
            refused.append(str(refusal))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(merge, *each) for each in tries]:
            done.result()
    assert Merge.objects.count() == 1 and len(refused) == 1
    assert "by now" in refused[0]
    assert Concern.objects.open().count() == 1


def test_what_was_fetched_before_another_acted_is_read_anew(member: Person) -> None:
    """Each holds the page from before: the second hears what has happened, and nothing is stored twice."""
    editor, other = staff(StaffRole.MOP3_EDITOR), staff(StaffRole.MOP3_EDITOR)
    about, kept, asked = concern(by=member), concern(), visit(by=member)
    stale, stale_visit = Concern.objects.get(pk=about.pk), VisitRequest.objects.get(pk=asked.pk)
    actions.CloseConcern(about, editor, "One form since May.").execute()
    DeclineVisit(asked, editor, "Nobody is free.").execute()
    for action in (
        actions.CloseConcern(stale, other, "Other words."),
        actions.MergeConcern(stale, kept, other),
        PlanVisit(stale_visit, other, planned_for=timezone.now() + timedelta(days=1)),
    ):
        with pytest.raises(NotNow):
            action.execute()
    about.refresh_from_db()
    assert (about.closing_words, about.closed_by) == ("One form since May.", editor)


# --- somebody leaves ----------------------------------------------------------------------------------


def leave(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(standing="closed")


def test_a_raiser_who_left_reads_and_hears_nothing_and_their_concern_goes_on(member: Person) -> None:
    editor, leader, about = staff(StaffRole.MOP3_EDITOR), co_chair(), concern(by=member)
    browser = session_for(member)
    leave(member)
    actions.CloseConcern(about, editor, "One form since May.").execute()
    outbox.send_waiting(all_sites=True)
    assert member.email not in {address for letter in mail.outbox for address in letter.to}
    assert browser.get(f"/concerns/{about.uuid}/").status_code in {302, 404}
    assert "One form since May." in session_for(leader).get(f"/concerns/{about.uuid}/").text


def test_a_co_chair_who_left_merges_reads_and_hears_nothing_and_cannot_be_written_to(member: Person) -> None:
    leader, one, two = co_chair(), concern(), concern()
    held, browser = Term.objects.get(person=leader), session_for(leader)
    concern(by=member)  # its mail waits
    leave(leader)
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox
    assert browser.get(f"/concerns/{one.uuid}/").status_code in {302, 404}
    with pytest.raises(NotYours):
        actions.MergeAsCoChair(one, two, Person.objects.get(pk=leader.pk)).execute()
    assert not reading.co_chairs_of(one).exists()
    assert Client().get(f"/partnership/write/{held.pk}/").status_code == 404
    assert "/partnership/write/" not in Client().get("/partnership/energy/").text


def test_who_asked_for_a_visit_and_left_is_told_nothing(member: Person, desk: None) -> None:
    asked = visit(by=member)
    leave(member)
    PlanVisit(asked, staff(StaffRole.MOP3_EDITOR), planned_for=timezone.now() + timedelta(days=1)).execute()
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox


def test_two_that_were_merged_into_one_another_all_the_same_do_not_hang(member: Person) -> None:
    """As before there was a line in which merges wait, or by a hand in the database."""
    one, two = concern(by=member), concern()
    Merge.objects.bulk_create([Merge(concern=one, into=two, by=member), Merge(concern=two, into=one, by=member)])
    assert {story.concern.pk for story in stages.stories_of([one, two])} == {one.pk, two.pk}
    assert session_for(member).get(f"/concerns/{one.uuid}/").status_code == 200
