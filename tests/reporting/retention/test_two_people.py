"""A purge takes two people, a hold stops it, and what changed in between is looked at once more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail as sent
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core import outbox
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import contents, disposals, retention
from portal.reporting.actions.holds import LiftCaseHold, NothingHeld, OnHoldAlready, PlaceCaseHold
from portal.reporting.actions.retention import (
    DeclinePurge,
    HeldAlready,
    NotDue,
    NotProposed,
    OneOfTwo,
    OnHold,
    ProposedAlready,
    ProposePurge,
    PurgeCase,
    ValidateCase,
)
from portal.reporting.enums import EntryKind, PurgeBasis, RedressState, ScheduleClass, Stage, Trigger
from portal.reporting.models import Case, Disposal, LegalHold, Redress, ScheduleEntry
from portal.reporting.models.desk import FIVE_YEARS
from portal.reporting.refusals import NotYourRole, OwnReport, ReasonMissing
from tests.conftest import become, session_for
from tests.factories import staff
from tests.reporting.making import make_report, take_in
from tests.reporting.retention.test_ending import closed, custodian, propose, schedule

pytestmark = pytest.mark.django_db
__all__ = ["closed", "custodian"]


@pytest.fixture
def supervisor(db: None) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR)


def approve(case: Case, by: Person) -> Disposal:
    made: Disposal = PurgeCase(case=case, by=by).execute()
    return made


def place(case: Case, by: Person) -> LegalHold:
    made: LegalHold = PlaceCaseHold(case, by, matter="A suit in the county court").execute()
    return made


def lift(case: Case, by: Person) -> None:
    LiftCaseHold(case, by, reasons="The suit has ended.").execute()


class TestTwoPeople:
    @pytest.fixture(autouse=True)
    def with_a_schedule(self, closed: Case) -> None:
        schedule()

    def test_a_proposal_changes_nothing_of_the_report(self, closed: Case, custodian: Person) -> None:
        propose(closed, custodian)
        closed.refresh_from_db()
        assert closed.stage == Stage.CLOSED
        assert contents.sections_of(closed.report)["activity"]
        assert closed.entries.filter(kind=EntryKind.PURGE_ASKED, by=custodian, code="ended").count() == 1

    def test_nobody_approves_what_they_proposed(self, closed: Case, custodian: Person, supervisor: Person) -> None:
        propose(closed, supervisor)
        with pytest.raises(OneOfTwo):
            approve(closed, supervisor)
        with pytest.raises(ProposedAlready):
            propose(closed, custodian)
        assert approve(closed, custodian).approved_by == custodian

    def test_nothing_is_approved_that_nobody_proposed(self, closed: Case, custodian: Person) -> None:
        with pytest.raises(NotProposed):
            approve(closed, custodian)

    def test_nobody_does_either_with_their_own_report(
        self, closed: Case, custodian: Person, supervisor: Person
    ) -> None:
        closed.report.submitter = custodian
        closed.report.save()
        with pytest.raises(OwnReport):
            propose(closed, custodian)
        propose(closed, supervisor)
        with pytest.raises(OwnReport):
            approve(closed, custodian)

    def test_what_changed_meanwhile_is_looked_at_once_more(
        self, closed: Case, custodian: Person, supervisor: Person
    ) -> None:
        propose(closed, supervisor)
        Case.objects.update(retain_until=timezone.localdate() + timedelta(days=9))
        with pytest.raises(NotDue):
            approve(closed, custodian)
        Case.objects.update(retain_until=timezone.localdate())
        schedule("")
        with pytest.raises(HeldAlready):
            approve(closed, custodian)
        assert Disposal.objects.get().approved_at is None

    def test_validating_takes_the_proposal_back(self, closed: Case, custodian: Person, supervisor: Person) -> None:
        propose(closed, supervisor)
        until = timezone.localdate() + timedelta(days=100)
        ValidateCase(case=closed, by=custodian, reason="The works go on", until=until).execute()
        assert not Disposal.objects.exists()
        with pytest.raises(NotProposed):
            approve(closed, custodian)

    def test_it_can_be_taken_back_and_proposed_again(self, closed: Case, custodian: Person, supervisor: Person) -> None:
        propose(closed, supervisor)
        DeclinePurge(case=closed, by=supervisor).execute()
        assert closed.entries.filter(kind=EntryKind.PURGE_DECLINED, by=supervisor).exists()
        with pytest.raises(NotProposed):
            DeclinePurge(case=closed, by=supervisor).execute()
        propose(closed, custodian)
        assert approve(closed, supervisor).proposed_by == custodian

    def test_the_page_offers_to_take_it_back(self, closed: Case, custodian: Person, pages: Any) -> None:
        propose(closed, custodian)
        client, address = session_for(custodian), f"/desk/retention/{closed.report.uuid}/"
        assert "proposed to destroy it" in client.get(address).content.decode()
        assert "Taken back" in client.post(f"{address}decline/", follow=True).content.decode()
        assert "Nobody proposes" in client.post(f"{address}decline/", follow=True).content.decode()

    def test_what_waits_for_the_second_is_no_longer_overdue(self, closed: Case, custodian: Person, pages: Any) -> None:
        client = session_for(custodian)
        assert "due now" in client.get("/desk/retention/").content.decode()
        propose(closed, custodian)
        page = client.get("/desk/retention/").content.decode()
        assert "waits for a second person" in page and "due now</" not in page


class TestHold:
    @pytest.fixture(autouse=True)
    def with_a_schedule(self, closed: Case) -> None:
        schedule()

    def test_it_stops_both_steps_until_it_is_lifted(self, closed: Case, custodian: Person, supervisor: Person) -> None:
        place(closed, custodian)
        with pytest.raises(OnHold):
            propose(closed, supervisor)
        lift(closed, custodian)
        propose(closed, supervisor)
        place(closed, supervisor)
        with pytest.raises(OnHold):
            approve(closed, custodian)
        lift(closed, supervisor)
        assert approve(closed, custodian).approved_by == custodian

    def test_once_and_with_a_matter_that_is_sealed(self, closed: Case, custodian: Person) -> None:
        with pytest.raises(ReasonMissing):
            PlaceCaseHold(closed, custodian, matter=" ").execute()
        row = place(closed, custodian)
        assert b"county court" not in bytes(row.matter)
        with pytest.raises(OnHoldAlready):
            place(closed, custodian)
        lift(closed, custodian)
        with pytest.raises(NothingHeld):
            lift(closed, custodian)

    def test_by_custodian_and_supervisor_alone(self, closed: Case) -> None:
        for role in (StaffRole.MIAC_ANALYST, StaffRole.PRIVACY_OFFICER, StaffRole.DUTY_OFFICER):
            with pytest.raises(NotYourRole):
                place(closed, staff(role))

    def test_who_sent_it_is_told_and_not_what_for(
        self, closed: Case, custodian: Person, settings: Any, pages: Any
    ) -> None:
        submitter, number = closed.report.submitter, closed.report.number
        place(closed, custodian)
        outbox.send_waiting()
        [letter] = [message for message in sent.outbox if message.to == [submitter.email]]
        assert number in letter.body and "county court" not in letter.body
        become(settings, "front")
        page = session_for(submitter).get(reverse("report_one", args=[number])).content.decode()
        assert "Nothing of it is destroyed while it lasts" in page and "county court" not in page
        LegalHold.objects.update(lifted_at=timezone.now())
        assert "while it lasts" not in session_for(submitter).get(reverse("report_one", args=[number])).content.decode()

    def test_it_is_placed_and_seen_on_the_case_and_among_what_ends(
        self, closed: Case, custodian: Person, pages: Any
    ) -> None:
        client, address = session_for(custodian), f"/desk/reports/{closed.report.uuid}/"
        client.post(address, {"purpose": "review"})
        assert "Place a legal hold" in client.get(address).content.decode()
        page = client.post(f"{address}act/hold/", {"matter": "A suit in the county court"}, follow=True)
        assert "A suit in the county court" in page.content.decode()
        assert "legal hold" in client.get("/desk/retention/").content.decode()
        assert "A legal hold is on it" in client.get(f"/desk/retention/{closed.report.uuid}/").content.decode()
        assert Event.objects.filter(verb=Verb.CASE_HOLD, about=f"reporting.report:{closed.pk}").exists()

    def test_its_matter_goes_with_the_report(self, closed: Case, custodian: Person, supervisor: Person) -> None:
        place(closed, custodian)
        lift(closed, custodian)
        propose(closed, supervisor)
        approve(closed, custodian)
        assert bytes(LegalHold.objects.get().matter) == b""


class TestSchedule:
    def test_the_entries_are_there_and_none_has_a_number(self, db: None) -> None:
        rows = ScheduleEntry.objects.order_by("pk").values_list("record_class", "authority", "days", "trigger")
        assert list(rows) == [
            ("report", "", FIVE_YEARS, "taken_in"),
            ("redress", "", FIVE_YEARS, "answered"),
            ("open", "", None, "submitted"),
        ]

    def test_without_its_entry_a_class_is_held(self, closed: Case, custodian: Person) -> None:
        schedule()
        ScheduleEntry.objects.all().delete()
        assert propose(closed, custodian) is None
        closed.refresh_from_db()
        assert closed.is_purge_held

    @pytest.mark.parametrize(
        ("kind", "facts", "wrong"),
        [
            (ScheduleClass.REPORT, {"days": FIVE_YEARS + 1, "trigger": Trigger.TAKEN_IN}, "days"),
            (ScheduleClass.REPORT, {"days": None, "trigger": Trigger.TAKEN_IN}, "days"),
            (ScheduleClass.REDRESS, {"days": 9, "trigger": Trigger.ANSWERED}, "days"),
            (ScheduleClass.REPORT, {"days": 90, "trigger": Trigger.ANSWERED}, "trigger"),
            (ScheduleClass.OPEN, {"days": 90, "trigger": Trigger.TAKEN_IN}, "trigger"),
        ],
    )
    def test_what_the_portal_cannot_count_is_refused(
        self, db: None, kind: ScheduleClass, facts: dict[str, Any], wrong: str
    ) -> None:
        row = ScheduleEntry.objects.get(record_class=kind)
        for name, value in facts.items():
            setattr(row, name, value)
        with pytest.raises(ValidationError) as refused:
            row.full_clean()
        assert set(refused.value.message_dict) == {wrong}

    def test_a_report_can_be_counted_from_its_closing(self, desk: None, custodian: Person) -> None:
        case = take_in(make_report())
        assert retention.kept_after_closing(case) == case.retain_until
        ScheduleEntry.objects.filter(record_class=ScheduleClass.REPORT).update(trigger=Trigger.CLOSED, days=100)
        assert retention.kept_after_closing(case) == timezone.localdate() + timedelta(days=100)

    def test_a_request_can_be_counted_from_when_it_came_in(self, db: None) -> None:
        now = timezone.now()
        facts = {"kind": "complaint", "due_at": now, "words": b"", "state": RedressState.ANSWERED}
        row = Redress.objects.create(number="RED-1", received_at=now - timedelta(days=100), answered_at=now, **facts)
        entries = ScheduleEntry.objects.filter(record_class=ScheduleClass.REDRESS)
        entries.update(days=90)
        assert not retention.redress_ended().exists()
        entries.update(trigger=Trigger.RECEIVED)
        assert list(retention.redress_ended()) == [row]


def test_a_report_of_ones_own_is_no_disposal_of_ones_own_desk(
    closed: Case, custodian: Person, supervisor: Person, pages: Any
) -> None:
    schedule()
    propose(closed, supervisor)
    closed.report.submitter = custodian
    closed.report.save()
    assert closed.report.number not in session_for(custodian).get("/desk/disposals/").content.decode()
    other = staff(StaffRole.RECORDS_CUSTODIAN)
    assert closed.report.number in session_for(other).get("/desk/disposals/").content.decode()


def test_before_two_people_were_asked_for_one_decided_and_nothing_is_signed(
    closed: Case, custodian: Person, pages: Any
) -> None:
    """Rows that were carried over from the purges of before."""
    facts = {"proposed_by": custodian, "approved_by": custodian, "approved_at": timezone.now(), "keys": 1}
    Case.objects.update(stage=Stage.PURGED)
    done = {"done_at": timezone.now(), "backups_gone_on": date(2026, 4, 1)}
    row = Disposal.objects.create(report=closed.report, basis="approved schedule 14", **facts, **done)
    assert disposals.finish_begun() == 0
    client = session_for(custodian)
    assert "approved schedule 14" in client.get(f"/desk/retention/{closed.report.uuid}/certificate/").content.decode()
    assert client.get(f"/desk/disposals/{row.pk}/certificate/").status_code == 404


def test_a_basis_of_not_kept_is_proposed_before_its_time(closed: Case, custodian: Person, supervisor: Person) -> None:
    schedule()
    Case.objects.update(retain_until=timezone.localdate() + timedelta(days=400))
    with pytest.raises(NotDue):
        ProposePurge(case=closed, by=custodian, basis=PurgeBasis.ENDED).execute()
    ProposePurge(case=closed, by=custodian, basis=PurgeBasis.NOT_KEPT).execute()
    assert approve(closed, supervisor).finding == PurgeBasis.NOT_KEPT
