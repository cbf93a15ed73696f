"""What is refused, and to whom: signatories, two people, bars, one's own organisation, and who decides first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.utils import timezone

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.core.models import OutgoingMail
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.enums import ScheduleClass
from portal.reporting.models import Determination, Holding, HoldingEntry, ScheduleEntry
from portal.reporting.protected import findings
from portal.reporting.protected.actions import determining, duties, working
from portal.reporting.protected.actions.base import MovedOn, OnePerson, OwnSubmission, Stopped, WordsMissing
from portal.reporting.protected.actions.determining import FindingsMissing, NotSigned
from portal.reporting.protected.actions.duties import HeldAlready, NoSuchRequest
from portal.reporting.protected.actions.reviewing import NoSchedule, NoSuchDay
from portal.reporting.protected.enums import Bar, Note, Stage
from portal.reporting.refusals import ChangedMeanwhile, NotYourRole
from tests.factories import PersonFactory, staff
from tests.reporting.protected.desk.working import (
    add_part,
    anew,
    answer,
    ask,
    begin,
    close,
    collect,
    destroy_it,
    disposal_of,
    dispose,
    enter_request,
    hold,
    keep_unprotected,
    lift,
    make_submission,
    notify,
    refuse,
    retain,
    return_it,
    take_in,
)

pytestmark = pytest.mark.django_db


class TestDetermining:
    def test_both_findings_stand_word_for_word_in_one_writing(self, kept: Holding, signatory: Person) -> None:
        close(kept, signatory)
        row = Determination.objects.get(holding=kept)
        assert row.impair == (
            "Disclosure would impair the public governmental body's ability to protect the security or safety of "
            "persons or real property."
        )
        assert row.outweigh == (
            "The public interest in nondisclosure outweighs the public interest in disclosure of the records."
        )
        assert (row.subdivision, row.signatory_name, row.signed_at) == (
            findings.SUBDIVISION,
            signatory.name,
            timezone.now(),
        )

    @pytest.mark.parametrize("missing", ["impairs", "outweighs"])
    def test_not_with_one_finding_alone(self, kept: Holding, signatory: Person, missing: str) -> None:
        with pytest.raises(FindingsMissing):
            close(kept, signatory, **{missing: False})
        assert anew(kept).stage == Stage.RECEIVED

    @pytest.mark.parametrize("role", [StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR, StaffRole.RECORDS_CUSTODIAN])
    def test_by_nobody_but_a_signatory(self, kept: Holding, role: StaffRole) -> None:
        with pytest.raises(NotYourRole):
            close(kept, staff(role))

    def test_not_by_a_signatory_who_is_no_longer_one(self, kept: Holding, signatory: Person) -> None:
        assert signatory.has_role(StaffRole.CLOSURE_SIGNATORY)  # as the page asked a moment ago
        signatory.groups.remove(Group.objects.get(name=StaffRole.CLOSURE_SIGNATORY.value))
        with pytest.raises(NotYourRole):
            close(kept, signatory)
        assert anew(kept).stage == Stage.RECEIVED

    def test_not_under_another_name(self, kept: Holding, signatory: Person) -> None:
        with pytest.raises(NotSigned):
            close(kept, signatory, signed="The governor")

    def test_not_over_what_came_in_since(self, kept: Holding, signatory: Person) -> None:
        seen = kept.report.parts.count()
        add_part(kept.report, "added", {"words": "More"})
        with pytest.raises(ChangedMeanwhile):
            close(kept, signatory, seen=seen)

    def test_the_reasons_of_a_refusal_are_sealed(self, kept: Holding, signatory: Person) -> None:
        refuse(kept, signatory)
        row = Determination.objects.get(holding=kept)
        assert b"website" not in bytes(row.reasons)
        said = contents.open_or_wait([(kept.report.record, row.field, bytes(row.reasons))])[0]
        assert said == {"reasons": "It stands on your website."}

    def test_of_two_who_determine_at_once_the_second_gets_a_sentence(self, kept: Holding, signatory: Person) -> None:
        other = staff(StaffRole.CLOSURE_SIGNATORY, name="Another signatory")
        first, second = anew(kept), anew(kept)  # both pages were opened before
        close(first, signatory)
        with pytest.raises(MovedOn, match="Nothing was changed"):
            refuse(second, other)
        assert Determination.objects.get().is_closed

    def test_a_defect_notice_reaches_the_submitter_and_stops_no_clock(
        self, kept: Holding, analyst: Person, signatory: Person
    ) -> None:
        due = kept.determination_due_at
        notify(kept, analyst)
        assert [words for _row, words in contents.messages_of(kept.report)] == ["The diagram has no date."]
        assert anew(kept).determination_due_at == due
        close(anew(kept), signatory)


class TestOwnOrganisation:
    def test_nobody_works_on_what_their_own_organisation_submitted(self, kept: Holding, signatory: Person) -> None:
        signatory.affiliations.create(organisation=kept.report.organisation)
        with pytest.raises(OwnSubmission):
            close(kept, signatory)

    def test_nor_on_what_they_submitted_themselves(self, desk: None, clock: Any) -> None:
        signatory = staff(StaffRole.CLOSURE_SIGNATORY)
        own = take_in(make_submission(signatory))
        with pytest.raises(OwnSubmission):
            close(own, signatory)

    def test_whoever_left_the_organisation_is_a_stranger_again(self, kept: Holding, signatory: Person) -> None:
        signatory.affiliations.create(
            organisation=kept.report.organisation, ended_at=timezone.now() - timedelta(days=1)
        )
        close(kept, signatory)


class TestReview:
    def test_to_retain_it_needs_reasons_and_a_day_within_a_year(
        self, kept: Holding, signatory: Person, analyst: Person
    ) -> None:
        close(kept, signatory)
        with pytest.raises(WordsMissing):
            retain(anew(kept), analyst, reasons="  ")
        for day in (timezone.localdate(), timezone.localdate() + timedelta(days=366)):
            with pytest.raises(NoSuchDay):
                retain(anew(kept), analyst, again_on=day)
        retain(anew(kept), analyst, again_on=date(2027, 3, 1))
        assert (anew(kept).stage, anew(kept).again_on) == (Stage.RETAINED, date(2027, 3, 1))

    def test_an_open_record_is_destroyed_under_an_approved_schedule_alone(
        self, kept: Holding, signatory: Person, analyst: Person, clock: Any
    ) -> None:
        refuse(kept, signatory)
        Holding.objects.update(stage=Stage.OPEN)
        with pytest.raises(NoSchedule):
            destroy_it(anew(kept), analyst)
        ScheduleEntry.objects.filter(record_class=ScheduleClass.OPEN).update(authority="GS-14")
        destroy_it(anew(kept), analyst)
        assert disposal_of(kept).basis == "approved schedule GS-14"

    def test_what_was_withdrawn_is_reviewed_the_same_day(self, kept: Holding, analyst: Person) -> None:
        found = ask(kept, "withdraw", wish="keep")
        assert (found.stage, found.withdrawal_wish, found.again_on) == (Stage.WITHDRAWN, "keep", date(2026, 3, 5))
        keep_unprotected(found, analyst)
        assert anew(kept).stage == Stage.UNPROTECTED


class TestTwoPeople:
    @pytest.fixture
    def decided(self, kept: Holding, signatory: Person, supervisor: Person) -> Holding:
        close(kept, signatory)
        destroy_it(anew(kept), supervisor)
        return anew(kept)

    def test_who_decided_does_not_approve(self, decided: Holding, supervisor: Person, custodian: Person) -> None:
        with pytest.raises(OnePerson):
            dispose(decided, supervisor)
        dispose(decided, custodian)

    def test_who_decided_on_a_return_does_not_confirm_the_receipt(
        self, kept: Holding, signatory: Person, supervisor: Person, analyst: Person
    ) -> None:
        close(kept, signatory)
        return_it(anew(kept), supervisor)
        with pytest.raises(OnePerson):
            collect(anew(kept), supervisor)
        collect(anew(kept), analyst)
        with pytest.raises(OnePerson):
            dispose(anew(kept), supervisor)

    def test_a_hold_that_was_placed_meanwhile_stops_it(
        self, decided: Holding, custodian: Person, supervisor: Person
    ) -> None:
        page_opened_before = anew(decided)
        hold(anew(decided), custodian)
        with pytest.raises(Stopped, match="A legal hold is on it"):
            dispose(page_opened_before, custodian)
        assert anew(decided).stage == Stage.DESTROYING
        lift(anew(decided), custodian)
        dispose(anew(decided), custodian)

    def test_so_does_a_records_request_until_it_is_answered(self, decided: Holding, custodian: Person) -> None:
        asked = enter_request(decided, custodian)
        with pytest.raises(Stopped, match="records request"):
            dispose(anew(decided), custodian)
        answer(asked, custodian)
        dispose(anew(decided), custodian)

    def test_without_the_desks_keys_nothing_is_destroyed(
        self, decided: Holding, custodian: Person, settings: Any
    ) -> None:
        from portal.vault.models import DeskCopy
        from tests.conftest import desk_keyring

        settings.PORTAL_KEYRING = desk_keyring().parent / "front"
        with pytest.raises(ActionRefused):
            dispose(decided, custodian)
        assert anew(decided).stage == Stage.DESTROYING
        assert DeskCopy.objects.filter(record=decided.report.record).exists()

    def test_who_linked_a_product_does_not_check_it(self, kept: Holding, analyst: Person, second: Person) -> None:
        made = working.LinkProduct(kept, analyst, title="Bulletin 26-4").execute()
        with pytest.raises(OnePerson):
            working.CheckProduct(kept, analyst, product=made, names_no_source=True).execute()
        with pytest.raises(working.NotChecked):
            working.CheckProduct(kept, second, product=made, names_no_source=False).execute()
        working.CheckProduct(kept, second, product=made, names_no_source=True).execute()
        made.refresh_from_db()
        assert made.checked_by == second


class TestHoldsAndRequests:
    def test_a_hold_is_told_without_its_matter(self, kept: Holding, custodian: Person) -> None:
        hold(kept, custodian)
        entry = HoldingEntry.objects.get(note=Note.HOLD)
        assert entry.is_told
        assert b"county court" not in bytes(kept.holds.get().matter)
        assert anew(kept).bars() == {Bar.HOLD}
        with pytest.raises(HeldAlready):
            hold(anew(kept), custodian)

    def test_a_request_presses_for_the_determination_and_tells_who_makes_it(
        self, kept: Holding, custodian: Person, signatory: Person, clock: Any
    ) -> None:
        Holding.objects.update(determination_due_at=timezone.now() + timedelta(days=30))
        asked = enter_request(anew(kept), custodian)
        assert anew(kept).determination_due_at == asked.due_at
        told = OutgoingMail.objects.filter(kind="protected_requested").values_list("about", flat=True)
        assert f"{kept.pk}:{asked.pk}:{signatory.pk}" in told

    def test_while_it_is_pending_nobody_withdraws_and_the_submitter_is_told_why(
        self, kept: Holding, custodian: Person
    ) -> None:
        asked = enter_request(kept, custodian)
        assert ask(kept, "withdraw", wish="destroy").stage == Stage.RECEIVED
        assert HoldingEntry.objects.filter(note=Note.STEP_BARRED, is_told=True).count() == 1
        answer(asked, custodian)
        assert ask(kept, "withdraw", wish="destroy").stage == Stage.WITHDRAWN

    def test_a_number_counts_once_and_no_request_comes_from_the_future(self, kept: Holding, custodian: Person) -> None:
        enter_request(kept, custodian)
        with pytest.raises(NoSuchRequest):
            enter_request(kept, custodian)
        later = timezone.now() + timedelta(minutes=1)
        with pytest.raises(NoSuchRequest):
            duties.EnterRequest(number="R-2", received_at=later, holdings=(kept,), by=custodian).execute()
        with pytest.raises(NoSuchRequest):
            duties.EnterRequest(number="R-2", received_at=timezone.now(), holdings=(), by=custodian).execute()


class TestTelling:
    def sent(self) -> list[Any]:
        mail.outbox.clear()
        outbox.send_waiting(all_sites=True)
        return mail.outbox

    def test_everybody_who_had_access_is_told_of_each_change_and_nobody_else(
        self, kept: Holding, analyst: Person, second: Person, signatory: Person
    ) -> None:
        kept.uses.create(by=second, role="MIAC analyst", agency="MIAC", purpose="review")
        self.sent()
        close(kept, signatory)
        found = self.sent()
        assert {one.to[0] for one in found} == {kept.report.submitter.email, second.email}
        for one in found:
            assert kept.report.number in one.subject
            assert "closed" not in one.body.lower()
            assert "substation" not in one.body

    def test_members_are_sent_to_front_and_staff_to_the_desk(
        self, kept: Holding, second: Person, signatory: Person, settings: Any
    ) -> None:
        kept.uses.create(by=second, role="MIAC analyst", agency="MIAC", purpose="review")
        self.sent()
        close(kept, signatory)
        link = {one.to[0]: one.body for one in self.sent()}
        assert f"{settings.PORTAL_FRONT_URL}/report/protected/status/" in link[kept.report.submitter.email]
        assert f"{settings.PORTAL_DESK_URL}/desk/protected/" in link[second.email]

    def test_whoever_left_the_organisation_hears_nothing_more(self, kept: Holding, signatory: Person) -> None:
        kept.report.submitter.affiliations.update(ended_at=timezone.now())
        close(kept, signatory)
        assert kept.report.submitter.email not in {one.to[0] for one in self.sent()}


def test_a_new_alternate_is_a_member_of_the_organisation_or_nobody(kept: Holding) -> None:
    colleague = PersonFactory(organisations=[kept.report.organisation])
    stranger = PersonFactory()
    ask(kept, "alternate", alternate=stranger.email)
    assert anew(kept).report.alternate is None
    ask(kept, "alternate", alternate=colleague.email.upper())
    assert anew(kept).report.alternate == colleague


def test_each_step_of_a_submitter_is_taken_once(kept: Holding, analyst: Person, signatory: Person) -> None:
    notify(kept, analyst)
    assert ask(kept, "cure").stage == Stage.REVIEW
    refuse(anew(kept), signatory)
    assert ask(kept, "respond").stage == Stage.REVIEW
    verbs = list(HoldingEntry.objects.exclude(verb="").values_list("verb", flat=True))
    assert verbs == ["defect", "cure", "refuse", "respond"]


def test_a_response_sets_the_clock_of_the_determination_anew(kept: Holding, signatory: Person, clock: Any) -> None:
    refuse(kept, signatory)
    clock.shift(timedelta(days=5))
    found = ask(kept, "respond")
    assert found.determination_due_at == datetime(2026, 3, 14, 5, tzinfo=UTC)  # the end of Friday


def test_a_step_that_comes_too_late_moves_nothing_and_the_submitter_reads_why(kept: Holding, signatory: Person) -> None:
    close(kept, signatory)
    assert ask(kept, "withdraw", wish="destroy").stage == Stage.CLOSED
    assert HoldingEntry.objects.filter(note=Note.STEP_LATE, is_told=True).count() == 1


def test_a_part_that_does_not_open_moves_nothing_and_is_looked_at_once(kept: Holding) -> None:
    part = add_part(kept.report, "withdraw", {"wish": "destroy"})
    type(part).objects.filter(pk=part.pk).update(envelope=b"rubbish")
    from portal.reporting.protected import later

    assert later.take_in() == 1
    assert later.take_in() == 0
    assert anew(kept).stage == Stage.RECEIVED


def test_what_the_analyst_begins_is_under_review(kept: Holding, analyst: Person) -> None:
    begin(kept, analyst)
    assert anew(kept).stage == Stage.REVIEW
    with pytest.raises(MovedOn):
        determining.BeginReview(anew(kept), analyst).execute()
