"""An original, or a held file, leaves only when two people agree, once, and with a sheet that says what left."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import custody, evidence
from portal.reporting.actions.cases import KeyLost
from portal.reporting.actions.evidence import (
    AskedAlready,
    AskOriginal,
    DecidedAlready,
    DecideOriginal,
    NotAllowed,
    NotReady,
    NotYourRequest,
    RecipientMissing,
    SamePerson,
    TakeOriginal,
)
from portal.reporting.desk import originals
from portal.reporting.enums import FileState, Stage, TwoPeople
from portal.reporting.models import Case, Evidence, TwoPeopleRequest
from portal.reporting.refusals import OwnReport
from portal.vault import records
from portal.vault.storage import sealed_files
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.evidence.conftest import INFECTED, AnsweringScanner
from tests.reporting.making import Sent, make_report, take_in

pytestmark = pytest.mark.django_db
CONTENT = b"\xff\xd8\xff\xe0" + b"a picture of the fence " * 9000
SENT = Sent(name="fence.jpg", content=CONTENT)
TO, WHY = "County sheriff, case 26-114", "The plate is not readable in the copy"


@pytest.fixture
def row(desk: None, scanner: AnsweringScanner) -> Evidence:
    case = take_in(make_report(files=[SENT]))
    Evidence.objects.update(state=FileState.CLEAN, kind="jpeg")
    found: Evidence = case.evidence.get()
    return found


@pytest.fixture
def analyst(db: None) -> Person:
    return staff(StaffRole.MIAC_ANALYST)


@pytest.fixture
def second(db: None) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR)


def ask(row: Evidence, by: Person, **words: str) -> TwoPeopleRequest:
    made: TwoPeopleRequest = AskOriginal(evidence=row, by=by, **{"to": TO, "why": WHY, **words}).execute()
    return made


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


class TestRules:
    """Each refusal beside the same thing allowed."""

    def test_it_takes_a_second_person(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = ask(row, analyst)
        with pytest.raises(SamePerson):
            DecideOriginal(request=request, by=analyst, is_allowed=True).execute()
        DecideOriginal(request=request, by=second, is_allowed=True).execute()
        request.refresh_from_db()
        assert request.allowed_by == second

    def test_nobody_decides_twice(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = ask(row, analyst)
        DecideOriginal(request=request, by=second, is_allowed=False).execute()
        with pytest.raises(DecidedAlready):
            DecideOriginal(request=request, by=second, is_allowed=True).execute()
        with pytest.raises(NotAllowed):
            TakeOriginal(request=request, by=analyst).execute()

    def test_only_whoever_asked_takes_it_and_only_once(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = ask(row, analyst)
        with pytest.raises(NotAllowed):
            TakeOriginal(request=request, by=analyst).execute()
        DecideOriginal(request=request, by=second, is_allowed=True).execute()
        with pytest.raises(NotYourRequest):
            TakeOriginal(request=request, by=second).execute()
        TakeOriginal(request=request, by=analyst).execute()
        with pytest.raises(NotAllowed):
            TakeOriginal(request=request, by=analyst).execute()

    def test_what_was_allowed_lapses_after_a_day(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = ask(row, analyst)
        DecideOriginal(request=request, by=second, is_allowed=True).execute()
        with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(NotAllowed):
            TakeOriginal(request=request, by=analyst).execute()
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert ask(row, analyst).pk != request.pk
        TakeOriginal(request=request, by=analyst).execute()

    def test_a_file_is_asked_for_once_at_a_time(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = ask(row, analyst)
        with pytest.raises(AskedAlready):
            ask(row, second)
        DecideOriginal(request=request, by=second, is_allowed=False).execute()
        ask(row, second)

    @pytest.mark.parametrize("state", [FileState.WAITING, FileState.REFUSED])
    def test_what_was_not_found_clean_or_held_cannot_be_had(self, row: Evidence, analyst: Person, state: str) -> None:
        Evidence.objects.update(state=state)
        with pytest.raises(NotReady):
            ask(Evidence.objects.get(), analyst)

    def test_a_file_that_is_held_after_it_was_allowed_needs_two_people_anew(
        self, row: Evidence, analyst: Person, second: Person
    ) -> None:
        request = ask(row, analyst)
        assert request.kind == TwoPeople.ORIGINAL
        DecideOriginal(request=request, by=second, is_allowed=True).execute()
        Evidence.objects.update(state=FileState.HELD)
        with pytest.raises(NotAllowed):
            TakeOriginal(request=TwoPeopleRequest.objects.get(), by=analyst).execute()

    def test_it_needs_to_whom_and_why(self, row: Evidence, analyst: Person) -> None:
        with pytest.raises(RecipientMissing):
            ask(row, analyst, why=" ")

    def test_without_the_reports_key_nothing_is_asked_for(self, row: Evidence, analyst: Person) -> None:
        records.destroy(row.attachment.record)
        with pytest.raises(KeyLost):
            ask(row, analyst)
        assert not TwoPeopleRequest.objects.exists()

    @pytest.mark.parametrize(
        "role", [StaffRole.DUTY_OFFICER, StaffRole.RECORDS_CUSTODIAN, StaffRole.AUDITOR, StaffRole.ADMINISTRATOR]
    )
    def test_other_roles_neither_ask_nor_decide(self, row: Evidence, analyst: Person, role: StaffRole) -> None:
        other = staff(role)
        with pytest.raises(ActionRefused):
            ask(row, other)
        request = ask(row, analyst)
        with pytest.raises(ActionRefused):
            DecideOriginal(request=request, by=other, is_allowed=True).execute()

    def test_who_sent_the_report_takes_no_part(self, desk: None, scanner: AnsweringScanner, second: Person) -> None:
        analyst = staff(StaffRole.MIAC_ANALYST)
        row = take_in(make_report(submitter=analyst, files=[SENT])).evidence.get()
        Evidence.objects.update(state=FileState.CLEAN)
        row.refresh_from_db()
        with pytest.raises(OwnReport):
            ask(row, analyst)
        request = ask(row, second)
        with pytest.raises(OwnReport):
            DecideOriginal(request=request, by=analyst, is_allowed=True).execute()


class TestTaking:
    """Over the pages, as the browser does it."""

    def allowed(self, row: Evidence, analyst: Person, second: Person) -> TwoPeopleRequest:
        request = ask(row, analyst)
        DecideOriginal(request=request, by=second, is_allowed=True).execute()
        return request

    def test_the_file_leaves_whole_with_harmless_headers_and_is_recorded(
        self, row: Evidence, analyst: Person, second: Person
    ) -> None:
        request = self.allowed(row, analyst, second)
        response = session_for(analyst).post(f"/desk/originals/{request.uuid}/take/")
        assert body(response) == CONTENT
        assert response["Content-Disposition"] == 'attachment; filename="fence.jpg"'
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
        assert "sandbox" in response["Content-Security-Policy"]
        event = Event.objects.get(verb=Verb.ORIGINAL_TAKE)
        assert (event.about, event.outcome) == (f"reporting.report:{row.case_id}", Outcome.DONE)

    def test_the_sheet_says_who_when_why_and_what_left(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = self.allowed(row, analyst, second)
        Case.objects.update(assigned_to=analyst)
        client = session_for(analyst)
        body(client.post(f"/desk/originals/{request.uuid}/take/"))
        sheet = custody.sheet_of(TwoPeopleRequest.objects.get())
        assert (sheet.to, sheet.why, sheet.is_same) == (TO, WHY, True)
        page = client.get(f"/desk/originals/{request.uuid}/sheet/").content.decode().replace("<wbr>", "")
        digest = hashlib.sha256(CONTENT).hexdigest()
        assert page.count(digest) == 2
        for word in (TO, analyst.name, second.name, "fence.jpg", "both hashes are equal", str(len(CONTENT))):
            assert word in page
        assert Event.objects.filter(verb=Verb.PRINT).exists()

    def test_a_transfer_that_breaks_off_is_told_on_the_sheet(
        self, row: Evidence, analyst: Person, second: Person
    ) -> None:
        request = self.allowed(row, analyst, second)
        leaving: Any = custody.leaving(request, evidence.plaintext_of(row.attachment), by=analyst)
        next(leaving)
        leaving.close()  # as the server does when the browser has gone
        sheet = custody.sheet_of(TwoPeopleRequest.objects.get())
        assert sheet.taking is not None
        assert not sheet.taking.is_whole
        assert not sheet.is_same

    def test_of_a_taking_that_left_no_trace_the_sheet_says_that_it_is_not_known(
        self, row: Evidence, analyst: Person, second: Person
    ) -> None:
        """The process died while the file went out."""
        request = self.allowed(row, analyst, second)
        TakeOriginal(request=request, by=analyst).execute()
        Case.objects.update(assigned_to=analyst)
        page = session_for(analyst).get(f"/desk/originals/{request.uuid}/sheet/").content.decode()
        assert "How much of it left is not known. This copy must not be used." in page
        assert "not yet" not in page

    def test_a_file_that_does_not_open_is_not_taken(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = self.allowed(row, analyst, second)
        sealed_files().delete(row.attachment.place)
        response = session_for(analyst).post(f"/desk/originals/{request.uuid}/take/")
        assert response.status_code == 302
        request.refresh_from_db()
        assert request.taken_at is None

    def test_a_refused_taking_is_recorded(self, row: Evidence, analyst: Person, second: Person) -> None:
        request = self.allowed(row, analyst, second)
        assert session_for(second).post(f"/desk/originals/{request.uuid}/take/").status_code == 302
        event = Event.objects.get(verb=Verb.ORIGINAL_TAKE)
        assert (event.outcome, event.why) == (Outcome.REFUSED, "NotYourRequest")

    def test_to_whom_and_why_are_stored_sealed(self, row: Evidence, analyst: Person) -> None:
        request = ask(row, analyst)
        assert TO.encode() not in bytes(request.details)
        assert custody.details_of([request]) == [{"to": TO, "why": WHY}]

    def test_a_held_file_goes_the_same_way(self, desk: None, scanner: AnsweringScanner, analyst: Person) -> None:
        scanner.verdict = INFECTED
        second = staff(StaffRole.MIAC_ANALYST)
        row = take_in(make_report(files=[SENT])).evidence.get()
        evidence.look_at_waiting(timezone.now())
        row.refresh_from_db()
        assert row.state == FileState.HELD
        request = self.allowed(row, analyst, second)
        assert request.kind == TwoPeople.HELD
        assert body(session_for(analyst).post(f"/desk/originals/{request.uuid}/take/")) == CONTENT


def test_asking_over_the_page_needs_the_purpose_first(row: Evidence, analyst: Person) -> None:
    client = session_for(analyst)
    address = f"/desk/files/{row.pk}/ask/"
    assert client.get(address)["Location"] == f"/desk/reports/{row.case.report.uuid}/"
    Case.objects.update(assigned_to=analyst)
    assert client.get(address).status_code == 200
    assert client.post(address, {"to": "", "why": WHY}).status_code == 422
    made = client.post(address, {"to": TO, "why": WHY})
    assert made["Location"] == f"/desk/originals/{TwoPeopleRequest.objects.get().uuid}/"


def test_a_request_and_its_sheet_need_the_purpose_first(row: Evidence, analyst: Person, second: Person) -> None:
    request, client = ask(row, analyst), session_for(second)
    for page in ("", "sheet/"):
        answer = client.get(f"/desk/originals/{request.uuid}/{page}")
        assert answer["Location"] == f"/desk/reports/{row.case.report.uuid}/"
    assert not Event.objects.filter(verb=Verb.PRINT).exists()
    client.post(f"/desk/reports/{row.case.report.uuid}/", {"purpose": "second"})
    for page in ("", "sheet/"):
        assert TO in client.get(f"/desk/originals/{request.uuid}/{page}").content.decode()


def test_to_who_sent_the_report_its_originals_are_not_there(
    desk: None, scanner: AnsweringScanner, analyst: Person, second: Person
) -> None:
    row = take_in(make_report(submitter=second, files=[SENT])).evidence.get()
    Evidence.objects.update(state=FileState.CLEAN)
    request, client = ask(Evidence.objects.get(), analyst), session_for(second)
    assert originals.waiting(second)[0].count == 0
    number = row.case.report.number
    assert number not in client.get("/desk/originals/").content.decode()
    assert client.get(f"/desk/files/{row.pk}/ask/").status_code == 404
    for page in ("", "sheet/"):
        assert client.get(f"/desk/originals/{request.uuid}/{page}").status_code == 404
    for page in ("decide/", "take/"):
        assert client.post(f"/desk/originals/{request.uuid}/{page}", {"decision": "allow"}).status_code == 404
    third = staff(StaffRole.MIAC_ANALYST)
    assert originals.waiting(third)[0].count == 1
    assert number in session_for(third).get("/desk/originals/").content.decode()


def test_what_was_purged_waits_for_nobody(row: Evidence, analyst: Person, second: Person) -> None:
    ask(row, analyst)
    assert originals.waiting(second)[0].count == 1
    Case.objects.update(stage=Stage.PURGED)
    assert originals.waiting(second)[0].count == 0


def test_the_list_costs_the_same_for_one_request_as_for_many(
    row: Evidence, analyst: Person, second: Person, django_assert_num_queries: Any
) -> None:
    client = session_for(analyst)
    ask(row, analyst)
    client.get("/desk/originals/")
    with CountedQueries() as one:
        assert client.get("/desk/originals/").status_code == 200
    for _ in range(10):
        TwoPeopleRequest.objects.create(evidence=row, kind=TwoPeople.ORIGINAL, asked_by=staff(StaffRole.MIAC_ANALYST))
    with django_assert_num_queries(one.number):
        client.get("/desk/originals/")


class CountedQueries:
    """How many queries run inside, in the content's database."""

    number = 0

    def __enter__(self) -> CountedQueries:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self._capture = CaptureQueriesContext(connection)
        self._capture.__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        self._capture.__exit__(*args)
        self.number = len(self._capture)
