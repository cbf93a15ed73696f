"""Stage, clocks, uses and documents are readable without the code, by those whose submission it is and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from portal.audit import Verb as Recorded
from portal.audit.models import Event
from portal.members.enums import Standing
from portal.members.models import Affiliation, Visit
from portal.reporting import contents
from portal.reporting.models import (
    Attachment,
    Determination,
    Disposal,
    HoldingEntry,
    LegalHold,
    Report,
    ReportPart,
    Use,
)
from portal.reporting.protected import submissions
from portal.reporting.protected.enums import Note, Stage, Verb
from portal.vault import receipts
from tests.conftest import session_for
from tests.factories import PersonFactory
from tests.reporting.front.conftest import ORIGIN
from tests.reporting.front.test_reopening import front_keys_again
from tests.reporting.protected.front.conftest import FakeScanner, Submitter, hold

__all__ = ["front_keys_again"]
pytestmark = pytest.mark.django_db
THURSDAY = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)  # noon in Missouri


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(THURSDAY, tick=False) as frozen:
        yield frozen


@pytest.fixture
def sent(clock: Any, pages: Any, submitter: Submitter) -> tuple[Submitter, Report, str]:
    report, words = submitter.submit()
    return submitter, report, words


Sent = tuple[Submitter, Report, str]


def one(submitter: Submitter, report: Report) -> str:
    return submitter.shown("protected_one", report.number)


def as_alternate(submitter: Submitter) -> Submitter:
    return Submitter(submitter.alternate, session_for(submitter.alternate), submitter.organisation, submitter.person)


def days_left(report: Report) -> dict[date, int]:
    return {clock.day: clock.left for clock in submissions.standing_of([report])[report.pk].clocks}


class TestClocks:
    def test_before_the_desk_has_it_the_clocks_run_already(self, sent: Sent) -> None:
        submitter, report, _words = sent
        assert days_left(report) == {date(2026, 3, 10): 5, date(2026, 6, 3): 90}
        page = one(submitter, report)
        assert "Received: handled as closed, not yet determined" in page
        assert "90 days left" in page and "5 days left" in page

    def test_they_run_down_to_the_day_and_then_stand_as_overdue(self, sent: Sent, clock: Any) -> None:
        submitter, report, _words = sent
        hold(report, Stage.CLOSED)
        for passed, left in ((1, 89), (89, 1), (90, 0), (91, -1)):
            clock.move_to(THURSDAY + timedelta(days=passed))
            assert list(days_left(report).values()) == [left]
        Visit.objects.update(active_at=timezone.now())  # nobody went dormant meanwhile
        assert "overdue" in one(replace(submitter, browser=session_for(submitter.person)), report)

    def test_what_the_submitter_must_do_by_when(self, sent: Sent) -> None:
        submitter, report, _words = sent
        kept = hold(report, Stage.DEFECT, noticed_at=timezone.now())
        assert days_left(report)[date(2026, 4, 4)] == 30
        assert "You can complete it until" in one(submitter, report)
        kept.stage, kept.refused_at = Stage.NOT_CLOSED, timezone.now()
        kept.save()
        assert "You can respond or withdraw until" in one(submitter, report)

    def test_a_retention_names_the_next_day(self, sent: Sent) -> None:
        submitter, report, _words = sent
        hold(report, Stage.RETAINED, again_on=date(2026, 9, 1))
        assert list(days_left(report)) == [date(2026, 9, 1)]
        assert "The state looks at it again by" in one(submitter, report)

    @pytest.mark.parametrize("stage", [Stage.RETURNED, Stage.DESTROYED, Stage.DESTROYING])
    def test_none_runs_when_it_was_decided(self, sent: Sent, stage: Stage) -> None:
        _submitter, report, _words = sent
        hold(report, stage)
        assert days_left(report) == {}


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_words(sent: Sent, stage: Stage) -> None:
    submitter, report, _words = sent
    hold(report, stage)
    page = submitter.get("protected_one", report.number)
    assert page.status_code == 200 and capfirst(str(stage.label)) in page.content.decode()


class TestWhoSees:
    def test_nobody_else_finds_it(self, sent: Sent) -> None:
        submitter, report, _words = sent
        colleague = PersonFactory(organisations=[submitter.organisation])
        for person in (PersonFactory(), colleague):
            browser = session_for(person)
            for name in ("protected_one", "protected_uses", "protected_certificate"):
                assert browser.get(reverse(name, args=[report.number])).status_code == 404
            for name in ("protected_add", "protected_close", "protected_add_file"):
                answer = browser.post(reverse(name, args=[report.number]), headers={"Origin": ORIGIN})
                assert answer.status_code == 404, name
            assert report.number not in browser.get(reverse("protected_status")).content.decode()

    def test_the_alternate_sees_where_it_stands_and_does_nothing(self, sent: Sent, scanner: FakeScanner) -> None:
        submitter, report, _words = sent
        hold(report, Stage.REVIEW)
        alternate = as_alternate(submitter)
        page = one(alternate, report)
        assert "You are the alternate contact" in page and reverse("protected_add", args=[report.number]) not in page
        assert "you are the alternate contact" in alternate.shown("protected_status")
        assert alternate.post("protected_add", report.number, words="x").status_code == 404
        assert alternate.post("protected_act", report.number, "withdraw", wish="keep").status_code == 404
        assert alternate.add_file(report.number, "a.txt", b"text").status_code == 404
        assert not Attachment.objects.exists()

    @pytest.mark.parametrize("how", ["place", "standing"])
    def test_when_the_filer_has_left_the_alternate_takes_over(self, sent: Sent, scanner: FakeScanner, how: str) -> None:
        submitter, report, words = sent
        if how == "place":
            Affiliation.objects.filter(person=submitter.person).update(ended_at=timezone.now())
            assert submitter.get("protected_one", report.number).status_code == 404
            assert report.number not in submitter.shown("protected_status")
        else:
            submitter.person.standing = Standing.SUSPENDED
            submitter.person.save()
        alternate = as_alternate(submitter)
        assert alternate.post("protected_add", report.number, words="I take over.").status_code == 302
        assert alternate.add_file(report.number, "a.txt", b"text").status_code == 200
        assert alternate.post("protected_one", report.number, words=words).status_code == 302
        assert "single-line diagram" in one(alternate, report)

    def test_an_alternate_who_has_left_sees_nothing(self, sent: Sent) -> None:
        submitter, report, _words = sent
        Affiliation.objects.filter(person=submitter.alternate).update(ended_at=timezone.now())
        assert as_alternate(submitter).get("protected_one", report.number).status_code == 404


class TestCode:
    def test_it_opens_what_was_submitted_and_is_put_away_again(self, sent: Sent) -> None:
        submitter, report, words = sent
        assert "single-line diagram" not in one(submitter, report)
        submitter.post("protected_one", report.number, words=words)
        cookie = submitter.browser.cookies["receipt-protected"]
        assert cookie["path"] == "/report/protected/status/" and cookie["httponly"]
        page = one(submitter, report)
        assert "single-line diagram" in page and "North substation" in page and "Energy" in page
        submitter.post("protected_close", report.number)
        assert "single-line diagram" not in one(submitter, report)

    def test_a_wrong_code_opens_nothing(self, sent: Sent) -> None:
        submitter, report, _words = sent
        answer = submitter.post("protected_one", report.number, words=receipts.new_words())
        assert answer.status_code == 422 and "does not open this submission" in answer.content.decode()
        assert Event.objects.filter(verb=Recorded.REPORT_REOPEN, outcome="refused").exists()

    def test_the_desks_messages_and_own_words_are_read_with_it(
        self, sent: Sent, go_to_desk: Any, front_keys_again: Any
    ) -> None:
        submitter, report, words = sent
        submitter.post("protected_one", report.number, words=words)
        submitter.post("protected_add", report.number, words="The gate moved.")
        go_to_desk()
        contents.add_message(report, "Which gate was it?", by=PersonFactory())
        front_keys_again()
        page = one(submitter, report)
        assert "The gate moved." in page and "Which gate was it?" in page


def allowed(submitter: Submitter, report: Report) -> set[str]:
    return set(submitter.get("protected_one", report.number).context["acts"])


class TestActs:
    @pytest.mark.parametrize(
        ("stage", "acts"),
        [
            (Stage.RECEIVED, {"withdraw", "alternate"}),
            (Stage.DEFECT, {"cure", "withdraw", "alternate"}),
            (Stage.REVIEW, {"withdraw", "alternate"}),
            (Stage.NOT_CLOSED, {"respond", "withdraw", "alternate"}),
            (Stage.CLOSED, {"alternate"}),
            (Stage.RETAINED, {"alternate"}),
            (Stage.DESTROYING, set()),
            (Stage.DESTROYED, set()),
        ],
    )
    def test_the_diagram_says_what_is_offered_and_taken(self, sent: Sent, stage: Stage, acts: set[str]) -> None:
        submitter, report, _words = sent
        hold(report, stage)
        assert allowed(submitter, report) == acts
        for act in {"cure", "respond", "withdraw", "alternate"} - acts:
            assert submitter.post("protected_act", report.number, act, words="x").status_code == 404
        assert not ReportPart.objects.filter(name__in=("cure", "respond", "withdraw", "alternate")).exists()

    def test_a_withdrawal_goes_sealed_to_the_desk_once(self, sent: Sent, go_to_desk: Any) -> None:
        submitter, report, _words = sent
        said = {"wish": "destroy", "words": "We sold it.", "sure": "Withdraw", "once": "abc"}
        for _press in range(2):
            submitter.post("protected_act", report.number, "withdraw", **said)
        part = ReportPart.objects.get(name="withdraw")
        assert "withdraw" not in allowed(submitter, report)
        page = one(submitter, report)
        assert "On its way to the desk" in page and "The desk was asked to withdraw it." in page
        assert Event.objects.get(verb=Recorded.REPORT_ADD).facts == {"what": "withdraw"}
        go_to_desk()
        sealed = [(report.record, part.field, bytes(part.envelope))]
        assert contents.open_all(sealed) == [{"wish": "destroy", "words": "We sold it."}]

    def test_once_the_desk_has_taken_it_nothing_waits(self, sent: Sent) -> None:
        submitter, report, _words = sent
        submitter.post("protected_act", report.number, "alternate", alternate=submitter.alternate.email)
        assert "alternate" not in allowed(submitter, report)
        HoldingEntry.objects.create(holding=hold(report, Stage.REVIEW), note="alternate:1")
        assert "alternate" in allowed(submitter, report)

    @pytest.mark.parametrize(
        "typed", [{"wish": "keep", "sure": ""}, {"wish": "keep", "sure": "yes"}, {"sure": "withdraw"}]
    )
    def test_without_the_word_and_a_wish_nothing_is_withdrawn(self, sent: Sent, typed: dict[str, str]) -> None:
        submitter, report, _words = sent
        answer = submitter.post("protected_act", report.number, "withdraw", words="Because.", **typed)
        assert answer.status_code == 422 and "Because." in answer.content.decode()
        assert not ReportPart.objects.filter(name="withdraw").exists()

    def test_what_was_missing_is_read_again_with_the_code(self, sent: Sent) -> None:
        submitter, report, words = sent
        hold(report, Stage.DEFECT, noticed_at=timezone.now())
        submitter.post("protected_one", report.number, words=words)
        submitter.post("protected_act", report.number, "cure", words="The second sheet.")
        assert "The second sheet." in one(submitter, report)

    def test_another_alternate_is_a_colleague_and_nobody_else(self, sent: Sent) -> None:
        submitter, report, _words = sent
        stranger, colleague = PersonFactory(), PersonFactory(organisations=[submitter.organisation])
        answer = submitter.post("protected_act", report.number, "alternate", alternate=stranger.email)
        assert answer.status_code == 422
        submitter.post("protected_act", report.number, "alternate", alternate=colleague.email)
        assert ReportPart.objects.filter(name="alternate").count() == 1

    @pytest.mark.parametrize("stage", [Stage.RETURNING, Stage.COLLECTED, Stage.DESTROYING, Stage.DESTROYED])
    def test_nothing_is_added_to_what_is_about_to_end(self, sent: Sent, scanner: FakeScanner, stage: Stage) -> None:
        submitter, report, _words = sent
        hold(report, stage)
        answer = submitter.post("protected_add", report.number, words="One thing more.")
        assert answer.status_code == 422 and "One thing more." in answer.content.decode()
        assert submitter.add_file(report.number, "a.txt", b"text").status_code == 403
        assert not ReportPart.objects.filter(name="added").exists() and not Attachment.objects.exists()


class TestWhatIsTold:
    def test_the_timeline_has_what_is_told_and_nothing_else(self, sent: Sent) -> None:
        submitter, report, _words = sent
        kept, officer = hold(report, Stage.REVIEW), PersonFactory(name="An officer")
        HoldingEntry.objects.create(holding=kept, verb=Verb.BEGIN_REVIEW, by=officer, is_told=True)
        HoldingEntry.objects.create(holding=kept, note=Note.REQUEST, by=officer, is_told=True)
        HoldingEntry.objects.create(holding=kept, note=Note.OVERDUE, by=officer)
        page = one(submitter, report)
        assert "The desk began its review." in page and "open-records law touches it" in page
        assert str(Note.OVERDUE.label) not in page and "An officer" not in page

    def test_uses_show_role_agency_purpose_and_time_and_no_name(self, sent: Sent) -> None:
        submitter, report, _words = sent
        kept, officer = hold(report, Stage.REVIEW), PersonFactory(name="An officer")
        for count in range(60):
            Use.objects.create(holding=kept, by=officer, role="Analyst", agency=f"Center {count}", purpose="review")
        page = one(submitter, report)
        assert "Analyst" in page and "Center 59" in page and "to review it" in page and "An officer" not in page
        assert "Center 0<" not in page
        assert "Center 59" in submitter.shown("protected_uses", report.number)
        last = submitter.browser.get(reverse("protected_uses", args=[report.number]) + "?page=2").content.decode()
        assert "Center 0<" in last and "An officer" not in last

    def test_a_hold_is_told_until_it_is_lifted(self, sent: Sent) -> None:
        submitter, report, _words = sent
        row = LegalHold.objects.create(report=hold(report, Stage.CLOSED).report, placed_by=PersonFactory())
        assert "A legal hold is on it" in one(submitter, report)
        LegalHold.objects.filter(pk=row.pk).update(lifted_at=timezone.now())
        assert "A legal hold is on it" not in one(submitter, report)

    def test_the_written_findings_are_read_word_for_word(self, sent: Sent) -> None:
        submitter, report, _words = sent
        found = Determination.objects.create(
            holding=hold(report, Stage.CLOSED),
            is_closed=True,
            subdivision="RSMo 610.021(19)",
            impair="Disclosure would impair it.",
            outweigh="The interest outweighs.",
            signatory=PersonFactory(),
            signatory_name="The signatory of the center",
        )
        address = reverse("protected_determination", args=[report.number, found.pk])
        assert address in one(submitter, report)
        page = submitter.browser.get(address).content.decode()
        for words in ("Disclosure would impair it.", "The interest outweighs.", "The signatory of the center"):
            assert words in page
        assert session_for(PersonFactory()).get(address).status_code == 404

    def test_the_reasons_of_a_refusal_open_with_the_code(
        self, sent: Sent, go_to_desk: Any, front_keys_again: Any
    ) -> None:
        submitter, report, words = sent
        kept = hold(report, Stage.NOT_CLOSED, refused_at=timezone.now())
        found = Determination(holding=kept, is_closed=False, signatory=PersonFactory(), signatory_name="A name")
        found.save()
        go_to_desk()
        found.reasons = contents.key_of(report).seal(found.field, b'{"reasons": "It stands in the phone book."}')
        found.save()
        front_keys_again()
        assert "phone book" not in submitter.shown("protected_determination", report.number, found.pk)
        submitter.post("protected_one", report.number, words=words)
        assert "phone book" in submitter.shown("protected_determination", report.number, found.pk)

    def test_the_certificate_is_handed_out_byte_for_byte(self, sent: Sent) -> None:
        submitter, report, _words = sent
        kept = hold(report, Stage.DESTROYED)
        facts = {"how": "destroy", "basis": "x", "proposed_by": PersonFactory()}
        row = Disposal.objects.create(report=kept.report, certificate="Signed — lines.\n\nlast\n", **facts)
        assert submitter.get("protected_certificate", report.number).status_code == 404  # it is not done
        Disposal.objects.filter(pk=row.pk).update(done_at=timezone.now())
        answer = submitter.get("protected_certificate", report.number)
        assert answer.content == "Signed — lines.\n\nlast\n".encode()
        assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
        assert reverse("protected_certificate", args=[report.number]) in one(submitter, report)


def queries_of(submitter: Submitter, name: str, *args: Any) -> int:
    submitter.get(name, *args)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert submitter.get(name, *args).status_code == 200
    return len(asked)


def test_the_list_asks_the_same_for_one_and_for_many(sent: Sent) -> None:
    submitter, report, _words = sent
    hold(report, Stage.REVIEW)
    first = queries_of(submitter, "protected_status")
    for number in range(60):
        row = Report.objects.create(
            number=f"PRO-{number}",
            kind="protected",
            submitter=submitter.person,
            organisation=submitter.organisation,
        )
        hold(row, Stage.DEFECT, noticed_at=timezone.now())
    assert queries_of(submitter, "protected_status") == first
    assert submitter.get("protected_status").context["listing"].pages == 2
