"""Redress: for anybody, sealed, numbered and timed; what comes back tells nothing of what is kept."""

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
from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import NotYours
from portal.reporting import redress, redress_mail
from portal.reporting.actions.redress import AnsweredBefore, AnswerRedress
from portal.reporting.enums import RedressKind, RedressState
from portal.reporting.models import Redress, ReportingSettings
from portal.reporting.refusals import ReasonMissing
from portal.vault import records
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.making import make_report

pytestmark = pytest.mark.django_db
WORDS = "A camera at the mall took my picture and I was asked for my name."
GIVEN = {"kind": "correction", "words": WORDS, "name": "", "email": "asks@home.example", "reach": ""}


def received(kind: str = RedressKind.COMPLAINT, **answers: str) -> Redress:
    said = {"words": WORDS, "name": "", "email": "asks@home.example", "reach": "", **answers}
    number = redress.receive(kind, said, once=redress.new_once())
    row: Redress = Redress.objects.get(number=number)
    return row


@pytest.fixture
def officer(db: None) -> Person:
    return staff(StaffRole.PRIVACY_OFFICER)


class TestAsking:
    """On Front, without an account."""

    def send(self, client: Client, **changes: str) -> Any:
        form = client.get("/redress/").context["form"]
        return client.post("/redress/", {**GIVEN, "once": form["once"].value(), **changes})

    def test_anybody_gets_a_number_and_a_clock(self, client: Client) -> None:
        with time_machine.travel("2026-03-02T18:00:00Z", tick=False):
            answer = self.send(client)
            row = Redress.objects.get()
            page = client.get(answer["Location"]).content.decode()
        assert row.number in page
        assert row.due_at == row.received_at + timedelta(days=ReportingSettings.load().redress_days)
        assert row.state == RedressState.RECEIVED
        assert Event.objects.get(verb=Verb.REDRESS).facts == {"kind": "correction"}

    def test_what_was_written_is_sealed_and_front_cannot_open_it(self, client: Client) -> None:
        self.send(client)
        row = Redress.objects.get()
        assert WORDS.encode() not in bytes(row.words)
        assert b"home.example" not in bytes(row.words)
        with pytest.raises(records.KeyNotHeld):
            records.open_sealed(row.record, redress.WORDS, bytes(row.words))

    def test_a_double_click_is_one_request_with_one_number(self, client: Client) -> None:
        once = client.get("/redress/").context["form"]["once"].value()
        first, second = (client.post("/redress/", {**GIVEN, "once": once}) for _ in range(2))
        assert Redress.objects.count() == 1
        numbers = {redress.number_in(answer["Location"].split("/")[3]) for answer in (first, second)}
        assert numbers == {Redress.objects.get().number}

    def test_the_same_form_with_other_words_is_another_request(self, client: Client) -> None:
        once = client.get("/redress/").context["form"]["once"].value()
        for words in (WORDS, f"{WORDS} And my address is wrong.", WORDS):
            assert client.post("/redress/", {**GIVEN, "once": once, "words": words}).status_code == 302
        assert Redress.objects.values("number").distinct().count() == 2

    def test_two_forms_are_two_requests(self, client: Client) -> None:
        self.send(client)
        self.send(client)
        assert Redress.objects.values("number").distinct().count() == 2

    @pytest.mark.parametrize("once", ["", "nonsense", "a:b:c"])
    def test_a_mark_that_is_not_ours_counts_as_none(self, client: Client, once: str) -> None:
        assert self.send(client, once=once).status_code == 302
        assert Redress.objects.count() == 1

    def test_it_can_be_asked_so_often_and_what_was_typed_stays(self, client: Client, settings: Any) -> None:
        settings.PORTAL_REDRESS_PER_HOUR = 2
        statuses = [self.send(client).status_code for _ in range(3)]
        assert statuses == [302, 302, 429]
        answer = self.send(client)
        assert WORDS in answer.content.decode()
        assert Redress.objects.count() == 2

    @pytest.mark.parametrize("missing", ["kind", "words"])
    def test_only_kind_and_words_are_needed(self, client: Client, missing: str) -> None:
        assert self.send(client, email="").status_code == 302
        assert self.send(client, **{missing: ""}).status_code == 422

    def test_the_page_of_a_number_cannot_be_made_up_and_ends_after_an_hour(self, client: Client) -> None:
        address = self.send(client)["Location"]
        assert client.get("/redress/received/RED-0000-0000-0000/").status_code == 404
        assert client.get(address).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            assert client.get(address).status_code == 404

    def test_the_answer_is_the_same_whatever_is_kept(self, client: Client) -> None:
        before = self.send(client)
        make_report(reporter={"email": GIVEN["email"]})
        after = self.send(client)
        assert before.status_code == after.status_code
        assert len(before["Location"]) == len(after["Location"])

    def test_every_page_leads_there(self, client: Client) -> None:
        assert 'href="/redress/"' in client.get("/account/login/").content.decode()


class TestAnswering:
    """On Desk, by the privacy officer."""

    @pytest.fixture(autouse=True)
    def on_desk(self, desk: None) -> None:
        self.row = received()

    def answer(self, by: Person, **fields: Any) -> None:
        given = {"outcome": RedressState.ANSWERED, "reasons": "Looked into", "letter": "Dear sir", **fields}
        AnswerRedress(redress=self.row, by=by, **given).execute()

    def test_the_officer_reads_it_and_answers_once(self, officer: Person) -> None:
        assert redress.asked_in(self.row).words == WORDS
        self.answer(officer)
        row = Redress.objects.get()
        assert (row.state, row.answered_by) == (RedressState.ANSWERED, officer)
        assert redress.answer_of(row)["reasons"] == "Looked into"
        assert b"Looked into" not in bytes(row.answer)
        with pytest.raises(AnsweredBefore):
            self.answer(officer)

    def test_not_without_reasons_and_by_nobody_else(self, officer: Person) -> None:
        with pytest.raises(ReasonMissing):
            self.answer(officer, reasons=" ")
        for role in (StaffRole.MIAC_SUPERVISOR, StaffRole.RECORDS_CUSTODIAN, StaffRole.ADMINISTRATOR):
            with pytest.raises(NotYours):
                self.answer(staff(role))
        self.answer(officer)

    def test_the_letter_goes_to_the_address_that_was_given(self, officer: Person) -> None:
        self.answer(officer, letter="We looked into it.")
        outbox.send_waiting(all_sites=True)
        (sent,) = [one for one in mail.outbox if one.to == ["asks@home.example"]]
        assert "We looked into it." in sent.body
        assert self.row.number in sent.subject
        assert WORDS not in sent.body

    def test_a_row_that_front_slipped_in_sends_no_answer(self, officer: Person) -> None:
        self.answer(officer)
        OutgoingMail.objects.update(site="front")
        assert OutgoingMail.objects.filter(kind="redress_answered").exists()
        outbox.send_waiting(all_sites=True)
        assert [one for one in mail.outbox if one.to == ["asks@home.example"]] == []

    def test_officers_are_told_once_with_number_and_link_alone(self, officer: Person) -> None:
        assert redress_mail.tell_officers(timezone.now()) == 1
        assert redress_mail.tell_officers(timezone.now()) == 0
        outbox.send_waiting(all_sites=True)
        (sent,) = [one for one in mail.outbox if one.to == [officer.email]]
        assert self.row.number in sent.subject
        assert f"/desk/redress/{self.row.uuid}/" in sent.body
        assert WORDS not in sent.body

    def test_what_is_overdue_is_marked_and_counted(self, officer: Person) -> None:
        client = session_for(officer)
        assert "overdue" not in client.get("/desk/redress/").content.decode()
        with time_machine.travel(self.row.due_at + timedelta(minutes=1)):
            client = session_for(officer)
            assert "overdue" in client.get("/desk/redress/").content.decode()
            assert "1 overdue" in client.get("/desk/").content.decode()

    def test_the_queue_costs_the_same_for_one_as_for_many(
        self, officer: Person, django_assert_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client = session_for(officer)
        client.get("/desk/redress/")
        with CaptureQueriesContext(connection) as one:
            client.get("/desk/redress/")
        for _ in range(5):
            received()
        with django_assert_num_queries(len(one)):
            client.get("/desk/redress/")

    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            ({"email": "asks@home.example"}, "letter"),
            ({"email": "", "reach": "573-555-0142"}, "told"),
        ],
    )
    def test_whoever_gave_a_way_is_told(self, officer: Person, given: dict[str, str], missing: str) -> None:
        row, client = received(**given), session_for(officer)
        address = f"/desk/redress/{row.uuid}/"
        filled = {"outcome": "refused", "reasons": "Nothing to find", "letter": "A letter", "told": "By telephone"}
        assert client.post(address, {**filled, missing: ""}).status_code == 422
        assert client.post(address, filled).status_code == 302

    def test_a_request_that_does_not_open_says_so(self, officer: Person) -> None:
        Redress.objects.update(words=b"nonsense")
        page = session_for(officer).get(f"/desk/redress/{self.row.uuid}/").content.decode()
        assert "cannot be opened" in page
