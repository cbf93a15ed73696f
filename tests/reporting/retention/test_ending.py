"""When a report's time ends it is validated with a reason, or purged under an approved schedule, whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import NotYours
from portal.reporting import contents, disposals, evidence, mail_to_members, reopening, retention
from portal.reporting.actions.retention import (
    HandedOver,
    HeldAlready,
    NotDue,
    NotLonger,
    NotYet,
    ProposePurge,
    PurgeCase,
    StillOpen,
    TooLong,
    ValidateCase,
)
from portal.reporting.enums import Disposition, EntryKind, PurgeBasis, ScheduleClass, Stage
from portal.reporting.models import (
    Attachment,
    Case,
    CaseEntry,
    DeskMessage,
    Disposal,
    Evidence,
    ReportPart,
    SafeCopyPart,
    ScheduleEntry,
    SeenDigest,
)
from portal.reporting.models.desk import FIVE_YEARS
from portal.reporting.refusals import Gone, ReasonMissing
from portal.reporting.retention import Window
from portal.vault import records
from portal.vault.models import CodeCopy, DeskCopy
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.making import Sent, make_report, take_in

pytestmark = pytest.mark.django_db
NOON = "2026-03-02T18:00:00Z"
SCHEDULE = "GS-2026-14"


@pytest.fixture
def custodian(db: None) -> Person:
    return staff(StaffRole.RECORDS_CUSTODIAN)


@pytest.fixture
def closed(desk: None) -> Case:
    """A closed case with a file, a note and a message, whose time has ended."""
    case = take_in(make_report(files=[Sent()]))
    analyst = staff(StaffRole.MIAC_ANALYST)
    contents.add_entry(case, EntryKind.NOTE, by=analyst, details={"words": "A note"})
    contents.add_message(case.report, "A message", by=analyst)
    case.stage, case.closed_at, case.retain_until = Stage.CLOSED, timezone.now(), timezone.localdate()
    case.disposition, case.closing_words = Disposition.KEPT, "Thank you for the words about Jo"
    case.save()
    return case


def schedule(number: str = SCHEDULE) -> None:
    """The approved number for reports and for requests for redress."""
    kinds = (ScheduleClass.REPORT, ScheduleClass.REDRESS)
    ScheduleEntry.objects.filter(record_class__in=kinds).update(authority=number)


def propose(case: Case, by: Person, basis: PurgeBasis = PurgeBasis.ENDED) -> Disposal | None:
    made: Disposal | None = ProposePurge(case=case, by=by, basis=basis).execute()
    return made


def purge(case: Case, by: Person, basis: PurgeBasis = PurgeBasis.ENDED) -> Disposal:
    """Proposed by a supervisor, approved by `by`."""
    propose(case, staff(StaffRole.MIAC_SUPERVISOR), basis)
    made: Disposal = PurgeCase(case=case, by=by).execute()
    return made


class TestValidating:
    @pytest.fixture(autouse=True)
    def at_noon(self, desk: None) -> Any:
        with time_machine.travel(NOON, tick=False):
            self.case = take_in(make_report())
            Case.objects.update(retain_until=timezone.localdate() + timedelta(days=30))
            self.case.refresh_from_db()
            yield

    def validate(self, by: Person, **fields: Any) -> None:
        given = {"reason": "The works go on", "until": date(2028, 3, 2), **fields}
        ValidateCase(case=self.case, by=by, **given).execute()

    def test_it_is_kept_until_the_new_date_with_reviewer_and_reason(self, custodian: Person) -> None:
        self.validate(custodian)
        self.case.refresh_from_db()
        assert self.case.retain_until == date(2028, 3, 2)
        entry = self.case.entries.get(kind=EntryKind.VALIDATED)
        assert entry.by == custodian
        assert contents.details_of([entry])[0]["reason"] == "The works go on"
        assert b"works" not in bytes(entry.details)

    def test_never_longer_than_five_years_from_that_day(self, custodian: Person) -> None:
        last = timezone.localdate() + timedelta(days=FIVE_YEARS)
        with pytest.raises(TooLong):
            self.validate(custodian, until=last + timedelta(days=1))
        self.validate(custodian, until=last)

    def test_not_before_it_is_near_its_end(self, custodian: Person) -> None:
        Case.objects.update(retain_until=timezone.localdate() + timedelta(days=91))
        with pytest.raises(NotYet):
            self.validate(custodian)
        Case.objects.update(retain_until=timezone.localdate() + timedelta(days=90))
        self.validate(custodian)

    def test_not_to_a_date_that_is_no_later(self, custodian: Person) -> None:
        with pytest.raises(NotLonger):
            self.validate(custodian, until=self.case.retain_until)

    def test_not_without_a_reason(self, custodian: Person) -> None:
        with pytest.raises(ReasonMissing):
            self.validate(custodian, reason="  ")

    def test_not_what_was_handed_over_to_the_intelligence_system(self, custodian: Person) -> None:
        Case.objects.update(disposition=Disposition.INTELLIGENCE)
        with pytest.raises(HandedOver):
            self.validate(custodian)

    def test_by_supervisors_and_custodians_alone(self) -> None:
        with pytest.raises(NotYours):
            self.validate(staff(StaffRole.MIAC_ANALYST))
        self.validate(staff(StaffRole.MIAC_SUPERVISOR))


class TestPurging:
    def test_only_number_dates_disposition_and_who_decided_are_left(
        self, closed: Case, custodian: Person, django_capture_on_commit_callbacks: Any, sealed: Path
    ) -> None:
        schedule()
        report, record = closed.report, closed.report.record
        assert any(path.is_file() for path in sealed.rglob("*"))
        with django_capture_on_commit_callbacks(execute=True):
            purge(closed, custodian)
        closed.refresh_from_db()
        assert (closed.stage, closed.disposition) == (Stage.PURGED, Disposition.KEPT)
        assert (closed.behaviour, closed.target, closed.sector, closed.county, closed.happened_from) == (
            "", "", None, None, None,
        )  # fmt: skip
        assert closed.closing_words == ""
        for gone in (ReportPart, DeskMessage, SeenDigest, SafeCopyPart):
            assert not gone.objects.exists(), gone
        emptied: list[tuple[Any, str]] = [(CaseEntry, "details"), (Attachment, "facts"), (Evidence, "metadata")]
        for model, field in emptied:
            assert {bytes(value) for value in model.objects.values_list(field, flat=True)} == {b""}, model
        assert not DeskCopy.objects.filter(record=record).exists()
        assert not CodeCopy.objects.filter(record=record).exists()
        assert not any(path.is_file() for path in sealed.rglob("*"))
        row = Disposal.objects.get()
        assert (row.approved_by, row.basis, row.files, row.keys) == (custodian, f"approved schedule {SCHEDULE}", 1, 1)
        assert row.done_at is not None
        assert (row.hashes, report.number in str(row)) == ([], True)

    def test_who_sent_it_is_told_nowhere_any_more(
        self, closed: Case, custodian: Person, django_capture_on_commit_callbacks: Any
    ) -> None:
        schedule()
        report, submitter = closed.report, closed.report.submitter
        assert set(Attachment.objects.values_list("owner", flat=True)) == {submitter.pk}
        other = make_report(submitter, files=[Sent()])
        with django_capture_on_commit_callbacks(execute=True):
            purge(closed, custodian)
        report.refresh_from_db()
        assert (report.submitter, report.copy_to) == (None, None)
        assert set(Attachment.objects.filter(report_uuid=report.uuid).values_list("owner", flat=True)) == {None}
        assert set(Attachment.objects.filter(report_uuid=other.uuid).values_list("owner", flat=True)) == {submitter.pk}
        assert list(reopening.own_reports(submitter)) == [other]

    def test_the_desk_still_shows_what_is_left_and_mails_nobody(
        self, closed: Case, custodian: Person, pages: Any
    ) -> None:
        schedule()
        purge(closed, custodian)
        number, identifier = closed.report.number, closed.report.uuid
        assert [mail_to_members.report_sent(number), mail_to_members.report_answered(number)] == [None, None]
        client = session_for(custodian)
        assert client.get(f"/desk/retention/{identifier}/certificate/").status_code == 200
        client.post(f"/desk/reports/{identifier}/", {"purpose": "review"})
        assert client.get(f"/desk/reports/{identifier}/").status_code == 200
        assert client.get("/desk/reports/?state=all").status_code == 200

    def test_nothing_of_it_opens_again(
        self, closed: Case, custodian: Person, django_capture_on_commit_callbacks: Any
    ) -> None:
        part = closed.report.parts.all()[0]
        attachment = Attachment.objects.get()
        place = attachment.place
        schedule()
        with django_capture_on_commit_callbacks(execute=True):
            purge(closed, custodian)
        with pytest.raises(records.KeyDestroyed):
            records.open_sealed(closed.report.record, part.field, bytes(part.envelope))
        assert attachment.place == place
        with pytest.raises(evidence.NotThere):
            next(evidence.plaintext_of(attachment))

    def test_without_an_approved_schedule_it_is_held(
        self, closed: Case, custodian: Person, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert propose(closed, custodian) is None
        closed.refresh_from_db()
        assert closed.is_purge_held
        assert closed.stage == Stage.CLOSED
        assert DeskCopy.objects.filter(record=closed.report.record).exists()
        assert closed.entries.filter(kind=EntryKind.PURGE_HELD, by=custodian).count() == 1
        with pytest.raises(HeldAlready):
            propose(closed, custodian)
        schedule()
        assert propose(closed, custodian) is not None

    def test_not_while_the_desk_works_on_it(self, closed: Case, custodian: Person) -> None:
        schedule()
        Case.objects.update(stage=Stage.DETERMINED)
        with pytest.raises(StillOpen):
            purge(closed, custodian)
        Case.objects.update(stage=Stage.CLOSED)
        assert purge(closed, custodian).approved_by == custodian

    def test_before_its_time_only_where_it_should_not_be_kept(self, closed: Case, custodian: Person) -> None:
        schedule()
        Case.objects.update(retain_until=timezone.localdate() + timedelta(days=1))
        with pytest.raises(NotDue):
            purge(closed, custodian)
        assert purge(closed, custodian, PurgeBasis.NOT_KEPT).finding == PurgeBasis.NOT_KEPT

    def test_by_custodian_and_supervisor_alone_and_once(self, closed: Case, custodian: Person) -> None:
        schedule()
        for role in (StaffRole.MIAC_ANALYST, StaffRole.PRIVACY_OFFICER, StaffRole.ADMINISTRATOR):
            with pytest.raises(NotYours):
                propose(closed, staff(role))
        propose(closed, custodian)
        for role in (StaffRole.MIAC_ANALYST, StaffRole.PRIVACY_OFFICER):
            with pytest.raises(NotYours):
                PurgeCase(case=closed, by=staff(role)).execute()
        PurgeCase(case=closed, by=staff(StaffRole.MIAC_SUPERVISOR)).execute()
        with pytest.raises(Gone):
            PurgeCase(case=closed, by=staff(StaffRole.MIAC_SUPERVISOR)).execute()

    def test_a_crash_after_the_decision_is_finished_by_the_next_tick(self, closed: Case, custodian: Person) -> None:
        """The callback never ran, as if the process had been killed right after the commit."""
        schedule()
        purge(closed, custodian)
        assert Disposal.objects.get().done_at is None
        assert DeskCopy.objects.filter(record=closed.report.record).exists()
        assert disposals.finish_begun(timezone.now()) == 1
        assert disposals.finish_begun(timezone.now()) == 0
        assert not DeskCopy.objects.filter(record=closed.report.record).exists()
        assert Disposal.objects.get().keys == 1

    def test_one_purge_that_fails_does_not_keep_the_others_waiting(
        self, closed: Case, custodian: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        schedule()
        other = take_in(make_report())
        Case.objects.filter(pk=other.pk).update(stage=Stage.CLOSED, retain_until=timezone.localdate())
        other.refresh_from_db()
        for case in (closed, other):
            purge(case, custodian)
        whole = records.destroy

        def destroy(record: str, *, by: str = "") -> Any:
            if record == closed.report.record:
                raise OSError("the journal is full")
            return whole(record, by=by)

        with monkeypatch.context() as broken:
            broken.setattr(records, "destroy", destroy)
            assert disposals.finish_begun(timezone.now()) == 1
        assert Disposal.objects.get(done_at=None).report == closed.report
        assert disposals.finish_begun(timezone.now()) == 1

    def test_no_code_of_what_the_desk_thought_is_left(self, closed: Case, custodian: Person) -> None:
        schedule()
        kinds = (EntryKind.MINOR, EntryKind.INITIAL_REVIEW, EntryKind.DETERMINATION)
        for kind in kinds:
            contents.add_entry(closed, kind, by=custodian, code="yes")
        kept = contents.add_entry(closed, EntryKind.DISPOSITION, by=custodian, code=Disposition.KEPT)
        closed.closure_basis = "It names the informant's street"
        closed.save()
        purge(closed, custodian)
        closed.refresh_from_db()
        kept.refresh_from_db()
        assert closed.closure_basis == ""
        assert set(closed.entries.filter(kind__in=kinds).values_list("code", flat=True)) == {""}
        assert kept.code == Disposition.KEPT

    def test_to_who_sent_the_report_its_retention_is_not_there(self, closed: Case, custodian: Person) -> None:
        schedule()
        closed.report.submitter = custodian
        closed.report.save()
        client, number = session_for(custodian), closed.report.number
        assert number not in client.get("/desk/retention/").content.decode()
        address = f"/desk/retention/{closed.report.uuid}/"
        assert client.get(address).status_code == 404
        other = session_for(staff(StaffRole.RECORDS_CUSTODIAN))
        assert number in other.get("/desk/retention/").content.decode()
        assert other.get(address).status_code == 200

    def test_a_neighbour_stays_whole(
        self, closed: Case, custodian: Person, django_capture_on_commit_callbacks: Any
    ) -> None:
        schedule()
        other = take_in(make_report(files=[Sent()]))
        with django_capture_on_commit_callbacks(execute=True):
            purge(closed, custodian)
        assert contents.sections_of(other.report)["activity"]
        assert b"".join(evidence.plaintext_of(other.evidence.get().attachment)) == Sent().content
        assert SeenDigest.objects.filter(case=other).exists()


class TestQueue:
    def test_each_window_shows_what_ends_in_it(self, desk: None) -> None:
        today = timezone.localdate()
        for days in (-1, 0, 29, 31, 89, 91):
            case = take_in(make_report())
            Case.objects.filter(pk=case.pk).update(retain_until=today + timedelta(days=days))
        counts = {window: retention.ending_within(window).count() for window in Window}
        assert counts == {Window.DUE: 2, Window.MONTH: 3, Window.QUARTER: 5}

    def test_it_costs_the_same_for_one_report_as_for_many(self, desk: None, custodian: Person) -> None:
        client = session_for(custodian)
        queries = []
        for number in (1, 5):
            for _ in range(number):
                take_in(make_report())
            Case.objects.update(retain_until=timezone.localdate())
            client.get("/desk/retention/")
            with CaptureQueriesContext(connection) as found:
                assert client.get("/desk/retention/").status_code == 200
            queries.append(len(found))
        assert queries[0] == queries[1]


class TestPages:
    def test_the_number_is_typed_before_anything_is_proposed(self, closed: Case, custodian: Person) -> None:
        schedule()
        client, address = session_for(custodian), f"/desk/retention/{closed.report.uuid}/"
        wrong = client.post(f"{address}purge/", {"basis": "ended", "number": "SAR-0"})
        assert wrong.status_code == 422
        assert not Disposal.objects.exists()
        done = client.post(f"{address}purge/", {"basis": "ended", "number": closed.report.number.lower()}, follow=True)
        assert "A second person approves it" in done.content.decode()
        assert Disposal.objects.get().approved_at is None
        assert DeskCopy.objects.filter(record=closed.report.record).exists()

    def test_the_certificate_is_shown_as_it_was_signed(
        self, closed: Case, custodian: Person, django_capture_on_commit_callbacks: Any
    ) -> None:
        schedule()
        with django_capture_on_commit_callbacks(execute=True):
            purge(closed, custodian)
        client, address = session_for(custodian), f"/desk/retention/{closed.report.uuid}/"
        assert client.get(address)["Location"] == f"{address}certificate/"
        page = client.get(f"{address}certificate/").content.decode()
        for word in (closed.report.number, SCHEDULE, custodian.name, "kept as a tip", "its time has ended"):
            assert word.lower() in page.lower()
        row = Disposal.objects.get()
        file = client.get(f"/desk/disposals/{row.pk}/certificate/")
        assert file.content.decode() == row.certificate
        assert Event.objects.filter(verb=Verb.CASE_PURGE, about=f"reporting.report:{closed.pk}").exists()

    def test_a_refusal_keeps_what_was_typed(self, closed: Case, custodian: Person) -> None:
        client, address = session_for(custodian), f"/desk/retention/{closed.report.uuid}/validate/"
        answer = client.post(address, {"reason": "The works go on", "until": "2099-01-01"})
        assert answer.status_code == 422
        assert b"The works go on" in answer.content
        assert b"at most five years" in answer.content

    def test_the_case_says_how_long_it_is_kept(self, closed: Case, custodian: Person) -> None:
        Case.objects.update(assigned_to=custodian)
        page = session_for(custodian).get(f"/desk/reports/{closed.report.uuid}/").content.decode()
        assert "Kept until" in page
        assert "due now" in page
