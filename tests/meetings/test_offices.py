"""Offices on Desk and the relay: who is told before anything shows, and that neither side sees the other's address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox
from portal.members import office_messages
from portal.members.actions.offices import AddTerm, EditTerm, NoteTold, NotifyTerm, SayKnown
from portal.members.enums import StaffRole
from portal.members.models import Office, OfficeMessage, Person, Term
from portal.members.refusals import NotNow, NotYours
from portal.vault import records
from portal.vault.models import Destruction
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.meetings.concerns.making import co_chair_office, message, term, today

pytestmark = pytest.mark.django_db
WORDS = "See https://evil.example/login or www.evil.example now."
WRITTEN = {"name": "Somebody", "email": "somebody@public.example", "words": WORDS, "once": "a"}


@pytest.fixture
def editor(desk: None, pages: Any) -> Person:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def holder(pages: Any) -> Person:
    person: Person = PersonFactory(email="holder@partner.example", name="Account Of Holder")
    return person


def entered(**changes: str) -> dict[str, str]:
    facts = {"name": "New Holder", "employer": "Their Company", "email": "", "since": today().isoformat(), "until": ""}
    return {**facts, **changes}


def test_staff_enter_a_term_and_nothing_shows_until_they_note_how_they_told_somebody(editor: Person) -> None:
    browser, office = session_for(editor), co_chair_office()
    answer = browser.post(f"/desk/offices/{office.pk}/terms/", entered())
    row = Term.objects.get()
    assert answer["Location"] == f"/desk/terms/{row.pk}/"
    assert not Term.objects.public().exists()
    for address in ("/desk/offices/to-tell/", "/desk/offices/", f"/desk/offices/{office.pk}/", "/desk/offices/vacant/"):
        assert "New Holder" in browser.get(address).text, address
    page = browser.get(f"/desk/terms/{row.pk}/").text
    assert "Never shown: e-mail address" in page and "Mail them the notice" not in page
    browser.post(f"/desk/terms/{row.pk}/told/", {"on": today().isoformat(), "how": "By telephone, the office"})
    row.refresh_from_db()
    assert row.told_by == editor and row.told_how == "By telephone, the office"
    assert Term.objects.public().current().get() == row
    assert "New Holder" not in browser.get("/desk/offices/to-tell/").text
    assert set(Event.objects.filter(verb__in=[Verb.TERM_ADD, Verb.TERM_TOLD]).values_list("verb", flat=True)) == {
        Verb.TERM_ADD,
        Verb.TERM_TOLD,
    }


@pytest.mark.parametrize(
    "data", [{"on": "", "how": "x"}, {"on": "2999-01-01", "how": "x"}, {"on": "2026-01-05", "how": " "}]
)
def test_a_note_without_day_or_way_keeps_the_term_hidden(editor: Person, data: dict[str, str]) -> None:
    row = term(told_at=None)
    assert session_for(editor).post(f"/desk/terms/{row.pk}/told/", data).status_code == 422
    assert not Term.objects.public().exists()


def test_a_candidate_with_an_account_is_mailed_a_notice_and_says_that_they_know(
    editor: Person, settings: Any, request: Any
) -> None:
    candidate = PersonFactory()
    row = term(told_at=None, person=candidate)
    session_for(editor).post(f"/desk/terms/{row.pk}/notify/")
    outbox.send_waiting()
    [letter] = mail.outbox
    assert letter.to == [candidate.email]
    assert f"/account/offices/{row.pk}/" in letter.body and "Minutes of meetings are public" in letter.body
    assert not Term.objects.public().exists()


def test_only_the_candidate_who_got_the_notice_can_say_so(holder: Person) -> None:
    row = term(told_at=None, person=holder)
    address = f"/account/offices/{row.pk}/"
    assert session_for(holder).get(address).status_code == 404  # no notice was mailed
    Term.objects.update(notified_at=timezone.now())
    assert session_for(PersonFactory()).post(address).status_code == 404
    assert Client().post(address).status_code == 302
    assert session_for(holder).get(address).status_code == 200
    assert Term.objects.get().told_at is None  # looking at it says nothing
    session_for(holder).post(address)
    first = Term.objects.get().told_at
    assert first is not None
    session_for(holder).post(address)
    assert Term.objects.get().told_at == first
    assert Event.objects.filter(verb=Verb.TERM_KNOWN, about=f"members.term:{row.pk}").count() == 1
    with pytest.raises(NotYours):
        SayKnown(term=row, by=PersonFactory()).execute()


def test_another_persons_account_takes_the_notice_back_and_none_follows_once_they_were_told(editor: Person) -> None:
    row = term(told_at=None, person=PersonFactory(), notified_at=timezone.now())
    facts = {"name": row.name, "employer": row.employer, "since": row.since, "until": None, "person": PersonFactory()}
    EditTerm(term=row, by=editor, facts=facts).execute()
    assert Term.objects.get().notified_at is None
    Term.objects.update(told_at=timezone.now())
    with pytest.raises(NotNow):
        EditTerm(term=row, by=editor, facts={**facts, "person": None}).execute()
    with pytest.raises(NotNow):
        NotifyTerm(term=row, by=editor).execute()
    with pytest.raises(NotNow):
        NoteTold(term=row, by=editor, how="again").execute()


def test_no_notice_goes_to_somebody_without_an_active_account(editor: Person) -> None:
    for person in (None, PersonFactory(suspended=True)):
        with pytest.raises(NotNow):
            NotifyTerm(term=term(told_at=None, person=person), by=editor).execute()


DAYS = st.integers(min_value=-30, max_value=30)
TERMS = st.lists(st.tuples(DAYS, st.none() | st.integers(min_value=0, max_value=20)), max_size=12)


@given(TERMS, st.integers(min_value=1, max_value=3))
def test_never_more_people_hold_an_office_than_it_has_seats(terms: list[tuple[int, int | None]], seats: int) -> None:
    office = Office.objects.create(title="Clerk", seats=seats)
    editor = staff(StaffRole.MOP3_EDITOR)
    for begins, length in terms:
        since = today() + timedelta(days=begins)
        until = None if length is None else since + timedelta(days=length)
        facts = {"name": "A", "employer": "B", "person": None, "since": since, "until": until}
        on = [since] + [
            row.since for row in office.terms.all() if row.since > since and (not until or row.since <= until)
        ]
        most = max(sum(row.is_current(on=day) for row in office.terms.all()) for day in on)
        action = AddTerm(office=office, by=editor, facts=facts)
        if most < seats:
            action.execute()
        else:
            with pytest.raises(NotNow):
                action.execute()
    for offset in range(-31, 52):
        assert office.terms.current(on=today() + timedelta(days=offset)).count() <= seats


def test_an_office_is_made_changed_ended_and_abolished_only_when_nobody_holds_it(editor: Person) -> None:
    browser = session_for(editor)
    made = {"community": "", "title": "Treasurer", "seats": "1", "order": "9"}
    assert browser.post("/desk/offices/new/", made).status_code == 302
    assert browser.post("/desk/offices/new/", {**made, "title": "treasurer"}).status_code == 422
    office = Office.objects.get(title="Treasurer")
    row = term(office)
    changed = {**made, "is_abolished": "on"}
    assert "Somebody holds it" in browser.post(f"/desk/offices/{office.pk}/", changed).text
    yesterday = (today() - timedelta(days=1)).isoformat()
    assert browser.post(f"/desk/terms/{row.pk}/end/", {"until": yesterday}).status_code == 302
    assert browser.post(f"/desk/terms/{row.pk}/end/", {"until": yesterday}).status_code == 422
    assert browser.post(f"/desk/offices/{office.pk}/", changed).status_code == 302
    assert Office.objects.get(title="Treasurer").closed_at is not None
    assert "Treasurer" in browser.get("/desk/offices/?abolished").text
    assert "Treasurer" not in browser.get("/desk/offices/").text


# --- the relay -----------------------------------------------------------------------------------


def moved(at: Any = None) -> None:
    office_messages.move_on(at or timezone.now())
    outbox.send_waiting(all_sites=True)


def test_anybody_writes_without_an_account_and_what_they_write_is_sealed(holder: Person) -> None:
    row = term(person=holder)
    address = f"/partnership/write/{row.pk}/"
    page = Client().get(address)
    assert page.status_code == 200 and holder.email not in page.text
    for _double in range(2):
        assert Client().post(address, WRITTEN)["Location"] == "/partnership/message/sent/"
    kept = OfficeMessage.objects.get()
    stored = bytes(kept.words) + bytes(kept.sender)
    assert b"evil" not in stored and b"somebody" not in stored
    with pytest.raises(records.KeyNotHeld):
        records.open_sealed(kept.record, "words", bytes(kept.words))
    assert Event.objects.filter(verb=Verb.OFFICE_WRITE, about=f"members.term:{row.pk}").count() == 1


def test_only_holders_who_show_and_have_an_active_account_can_be_written_to(pages: Any) -> None:
    active = {"person": PersonFactory()}
    reached = term(**active)
    hidden = [
        term(person=None),
        term(person=PersonFactory(suspended=True)),
        term(told_at=None, **active),
        term(since=today() + timedelta(days=1), **active),
        term(since=today() - timedelta(days=9), until=today() - timedelta(days=1), **active),
    ]
    assert Client().get(f"/partnership/write/{reached.pk}/").status_code == 200
    for row in hidden:
        assert Client().get(f"/partnership/write/{row.pk}/").status_code == 404
        assert Client().post(f"/partnership/write/{row.pk}/", WRITTEN).status_code == 404
    assert Client().get(f"/partnership/write/{'9' * 30}/").status_code == 404
    text = Client().get("/partnership/energy/").text
    assert text.count("/partnership/write/") == 1


@pytest.mark.parametrize(
    "bad", [{"email": "nobody"}, {"words": ""}, {"words": "x" * 3001}, {"name": "a\nBcc: b@c.example"}, {"name": ""}]
)
def test_what_is_filled_in_wrongly_is_kept_on_the_page(holder: Person, bad: dict[str, str]) -> None:
    answer = Client().post(f"/partnership/write/{term(person=holder).pk}/", {**WRITTEN, **bad})
    assert answer.status_code == 422
    assert bad.get("email", "somebody@public.example") in answer.text
    assert not OfficeMessage.objects.exists()


def test_one_network_and_one_holder_get_a_few_messages_an_hour_and_no_words_are_lost(
    holder: Person, settings: Any
) -> None:
    settings.PORTAL_OFFICE_MESSAGES_PER_HOUR, settings.PORTAL_OFFICE_MESSAGES_TO_ONE_PER_HOUR = 2, 3
    address = f"/partnership/write/{term(person=holder).pk}/"

    def status(number: int, network: str) -> int:
        answer = Client(REMOTE_ADDR=network).post(address, {**WRITTEN, "once": str(number)})
        assert answer.status_code == 302 or "evil.example" in answer.text
        return int(answer.status_code)

    assert [status(number, "192.0.2.1") for number in range(3)] == [302, 302, 429]
    assert [status(number, "198.51.100.7") for number in range(3, 5)] == [302, 429]
    assert OfficeMessage.objects.count() == 3


def test_the_holder_gets_the_words_without_links_and_neither_address_stands_in_the_mail(
    holder: Person, desk_keys: None
) -> None:
    message(term(person=holder), words=WORDS, name="Some\u00a0body")
    moved()
    [letter] = mail.outbox
    assert letter.to == [holder.email]
    assert "hxxps://evil[.]example/login" in letter.body and "www[.]evil[.]example" in letter.body
    assert "https://evil" not in letter.body and "somebody@public" not in letter.body
    assert "reply-to" not in {name.lower() for name in letter.extra_headers}
    assert "Somebody wrote to you as Co-chair" in letter.subject


def test_the_words_are_destroyed_once_the_mail_is_out_and_the_address_stays_sealed(
    holder: Person, desk_keys: None
) -> None:
    row = message(term(person=holder), words=WORDS)
    office_messages.move_on(timezone.now())
    row.refresh_from_db()
    assert bytes(row.words)  # the mail waits
    outbox.send_waiting(all_sites=True)
    moved()
    moved()
    row.refresh_from_db()
    assert bytes(row.words) == b"" and bytes(row.sender) and row.emptied_at is None
    assert Destruction.objects.filter(record=row.record).count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("shares", [True, False])
def test_an_answer_goes_to_who_wrote_and_only_then_each_learns_an_address(
    holder: Person, desk_keys: None, settings: Any, request: Any, shares: bool
) -> None:
    row = message(term(person=holder))
    moved()
    link = f"/account/office-messages/{row.uuid}/"
    assert link in mail.outbox[0].body
    request.getfixturevalue("front_keys")
    page = session_for(holder).get(link).text
    assert "somebody@public" not in page and "May I ask" not in page
    given = {"answer": "Yes, at the next meeting.", **({"shares_address": "on"} if shares else {})}
    assert session_for(PersonFactory()).post(link, given).status_code == 404
    assert session_for(holder).post(link, given).status_code == 302
    assert session_for(holder).post(link, given).status_code == 422
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"
    request.getfixturevalue("desk_keys")
    from tests.conftest import desk_keyring

    settings.PORTAL_KEYRING = desk_keyring()
    mail.outbox.clear()
    moved()
    by_address = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(by_address) == {"somebody@public.example", holder.email}
    assert "Yes, at the next meeting." in by_address["somebody@public.example"]
    assert (holder.email in by_address["somebody@public.example"]) is shares
    assert "somebody@public.example" in by_address[holder.email]
    moved()
    row.refresh_from_db()
    assert (bytes(row.words), bytes(row.sender), bytes(row.answer)) == (b"", b"", b"")
    assert row.emptied_at is not None and len(mail.outbox) == 2


def test_without_an_answer_the_address_goes_after_thirty_days_and_an_answer_comes_too_late(
    holder: Person, desk_keys: None, settings: Any
) -> None:
    row, begin = message(term(person=holder)), timezone.now()
    moved()
    with time_machine.travel(begin + timedelta(days=30, minutes=1), tick=False):
        row.refresh_from_db()
        assert not office_messages.takes_answer(row)
        moved()
        row.refresh_from_db()
        assert bytes(row.sender)  # a day of slack for what was answered in the last moment
    with time_machine.travel(begin + timedelta(days=31, minutes=1), tick=False):
        moved()
        row.refresh_from_db()
        assert bytes(row.sender) == b"" and row.emptied_at is not None


def test_a_holder_who_is_gone_when_it_is_relayed_gets_nothing_and_who_wrote_is_told(
    holder: Person, desk_keys: None
) -> None:
    row = message(term(person=holder), words=WORDS)
    Term.objects.update(until=today() - timedelta(days=1), since=today() - timedelta(days=2))
    moved()
    moved()
    [letter] = mail.outbox
    assert letter.to == ["somebody@public.example"] and "evil" not in letter.body
    row.refresh_from_db()
    assert (bytes(row.words), bytes(row.sender)) == (b"", b"")


def test_a_holder_suspended_between_relay_and_sending_gets_nothing(holder: Person, desk_keys: None) -> None:
    message(term(person=holder))
    office_messages.move_on(timezone.now())
    Person.objects.filter(pk=holder.pk).update(standing="suspended")
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox


def test_front_relays_nothing(holder: Person) -> None:
    row = message(term(person=holder))
    assert office_messages.move_on(timezone.now()) == 0
    row.refresh_from_db()
    assert row.relayed_at is None


@given(st.text(alphabet="htps:/.w wevil@exampl[]HTP-", max_size=60))
def test_no_address_of_the_web_survives(text: str) -> None:
    found = office_messages.harmless(text).lower()
    assert "http://" not in found and "https://" not in found and "www.evil" not in found
    assert not any(
        part.count(".")
        and part.split(".")[-1].isalpha()
        and len(part.split(".")[-1]) > 1
        and part[0].isalnum()
        and part.replace(".", "").isalpha()
        for part in found.split()
    )
