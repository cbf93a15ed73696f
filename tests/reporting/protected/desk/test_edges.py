"""Edges: days that are none, moments between a page and a press, words where none belong, two officers at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.core.models import OutgoingMail
from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Person
from portal.reporting.models import Holding, HoldingEntry, NamedPlanner, RecordsRequest, Use
from portal.reporting.protected import clocks, deadlines, later, planners
from portal.reporting.protected.enums import Note, Stage
from portal.reporting.protected.states import BOTH, DECIDED, ENDED, STEPS, UNDETERMINED
from portal.vocabulary.models import Holiday
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory, staff
from tests.reporting.protected.desk.working import (
    add_part,
    admit,
    anew,
    answer,
    ask,
    close,
    destroy_it,
    enter_request,
    make_submission,
    name_planner,
    pass_days,
    refuse,
    retain,
    take_in,
)

pytestmark = pytest.mark.django_db


class TestDays:
    @pytest.mark.parametrize(
        ("sent", "submitted", "determined", "reviewed"),
        [
            # A minute before midnight in Missouri, which is the next day in UTC.
            (datetime(2026, 3, 6, 5, 59, tzinfo=UTC), date(2026, 3, 5), date(2026, 3, 10), date(2026, 6, 3)),
            (datetime(2026, 3, 6, 6, 0, tzinfo=UTC), date(2026, 3, 6), date(2026, 3, 11), date(2026, 6, 4)),
            # Over the night on which clocks go forward, and over the one on which they go back.
            (datetime(2026, 3, 8, 7, 30, tzinfo=UTC), date(2026, 3, 8), date(2026, 3, 11), date(2026, 6, 6)),
            (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), date(2026, 11, 1), date(2026, 11, 4), date(2027, 1, 30)),
            # Over a leap day, and on one.
            (datetime(2027, 12, 1, 18, 0, tzinfo=UTC), date(2027, 12, 1), date(2027, 12, 6), date(2028, 2, 29)),
            (datetime(2028, 2, 29, 18, 0, tzinfo=UTC), date(2028, 2, 29), date(2028, 3, 3), date(2028, 5, 29)),
        ],
    )
    def test_they_are_those_of_missouri(
        self, desk: None, sealed: Any, sent: datetime, submitted: date, determined: date, reviewed: date
    ) -> None:
        Holiday.objects.all().delete()
        with time_machine.travel(sent, tick=False):
            kept = take_in(make_submission())
        assert kept.submitted_on == submitted
        assert timezone.localdate(kept.determination_due_at - timedelta(seconds=1)) == determined
        assert timezone.localtime(kept.determination_due_at).strftime("%H:%M") == "00:00"
        assert clocks.review_due(kept.dates) == reviewed

    def test_a_holiday_puts_the_determination_off_and_never_day_90(self, desk: None, sealed: Any) -> None:
        Holiday.objects.all().delete()
        Holiday.objects.create(day=date(2026, 3, 9), name="A holiday", is_closed=True)
        Holiday.objects.create(day=date(2026, 6, 3), name="Another", is_closed=True)
        with time_machine.travel(datetime(2026, 3, 5, 18, tzinfo=UTC), tick=False):
            kept = take_in(make_submission())
        assert timezone.localdate(kept.determination_due_at - timedelta(seconds=1)) == date(2026, 3, 11)
        assert clocks.review_due(kept.dates) == date(2026, 6, 3)

    def test_day_90_begins_at_midnight_of_missouri_weekend_or_not(self, desk: None, sealed: Any) -> None:
        with time_machine.travel(datetime(2026, 3, 8, 18, tzinfo=UTC), tick=False):
            kept = take_in(make_submission())
        assert clocks.review_due(kept.dates).strftime("%A") == "Saturday"
        for moment, is_past in ((datetime(2026, 6, 6, 4, 59, tzinfo=UTC), 0), (datetime(2026, 6, 6, 5, tzinfo=UTC), 1)):
            assert deadlines.past_last_day(moment).count() == is_past

    @pytest.mark.parametrize("stage", list(Stage))
    def test_on_day_90_it_is_escalated_at_every_stage_at_which_nobody_has_decided(
        self, kept: Holding, supervisor: Person, clock: Any, stage: Stage
    ) -> None:
        Holding.objects.filter(pk=kept.pk).update(stage=stage)
        pass_days(clock, 90)
        is_waiting = stage not in DECIDED | ENDED
        assert deadlines.past_last_day(timezone.now()).exists() is is_waiting
        assert deadlines.escalate(timezone.now()) == is_waiting
        assert deadlines.undecided(timezone.now()) == is_waiting

    def test_a_calendar_that_never_opens_keeps_no_step_out(
        self, kept: Holding, signatory: Person, custodian: Person, clock: Any
    ) -> None:
        refuse(kept, signatory)
        first = timezone.localdate()
        days = [Holiday(day=first + timedelta(days=at), name=f"Closed {at}", is_closed=True) for at in range(500)]
        Holiday.objects.all().delete()
        Holiday.objects.bulk_create(days)
        assert ask(kept, "respond").determination_due_at == timezone.now()
        assert enter_request(anew(kept), custodian).due_at == timezone.now()


class TestRequests:
    @pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in ENDED])
    def test_one_that_is_entered_at_any_stage_presses_and_bars(
        self, kept: Holding, custodian: Person, stage: Stage
    ) -> None:
        late = timezone.now() + timedelta(days=40)
        Holding.objects.filter(pk=kept.pk).update(stage=stage, determination_due_at=late)
        asked = enter_request(anew(kept), custodian)
        assert anew(kept).determination_due_at == (asked.due_at if stage in UNDETERMINED else late)
        barred = {one.verb for one in STEPS if stage in one.sources and one.barred_by}
        from portal.reporting.protected import states

        assert not barred & set(states.verbs(stage, bars=anew(kept).bars()))
        answer(asked, custodian)
        assert barred <= set(states.verbs(stage, bars=anew(kept).bars() & BOTH))

    def test_a_response_while_one_is_pending_buys_no_time(
        self, kept: Holding, signatory: Person, custodian: Person, clock: Any
    ) -> None:
        refuse(kept, signatory)
        asked = enter_request(anew(kept), custodian)
        clock.shift(timedelta(days=4))
        found = ask(kept, "respond")
        assert (found.stage, found.determination_due_at) == (Stage.REVIEW, asked.due_at)


class TestRubbish:
    @pytest.mark.parametrize("address", ["a\x00b@grid.example", "\ud800@grid.example", "\n", "x" * 5_000, ""])
    def test_an_address_that_is_none_stops_neither_what_comes_after_nor_a_clock(
        self, kept: Holding, signatory: Person, clock: Any, address: str
    ) -> None:
        refuse(kept, signatory)
        add_part(kept.report, "alternate", {"alternate": address})
        add_part(kept.report, "respond", {"words": "We do."})
        assert later.take_in() == 2
        assert anew(kept).stage == Stage.REVIEW
        assert not later.waits_for(anew(kept))


class TestNobodyThere:
    def test_warnings_and_the_escalation_wait_for_somebody_to_be_told(self, kept: Holding, clock: Any) -> None:
        OutgoingMail.objects.all().delete()
        pass_days(clock, 61)
        for step in (deadlines.warn, deadlines.tell_of_overdue):
            assert step(timezone.now()) == 0
        pass_days(clock, 30)
        assert deadlines.escalate(timezone.now()) == 0
        assert deadlines.undecided(timezone.now()) == 1
        boss = staff(StaffRole.MIAC_SUPERVISOR)
        assert deadlines.escalate(timezone.now()) == deadlines.tell_of_overdue(timezone.now()) == 1
        assert OutgoingMail.objects.filter(kind="protected_due", about__endswith=f":{boss.pk}").count() == 2

    def test_after_a_retention_it_is_warned_and_escalated_anew(
        self, kept: Holding, signatory: Person, analyst: Person, supervisor: Person, clock: Any
    ) -> None:
        close(kept, signatory)
        pass_days(clock, 95)
        deadlines.warn(timezone.now())
        deadlines.escalate(timezone.now())
        retain(anew(kept), analyst, again_on=timezone.localdate() + timedelta(days=2))
        assert (anew(kept).warned, anew(kept).escalated_at) == (0, None)
        pass_days(clock, 2)
        assert deadlines.escalate(timezone.now()) == 1


class TestTelling:
    def sent(self) -> set[str]:
        mail.outbox.clear()
        outbox.send_waiting(all_sites=True)
        return {one.to[0] for one in mail.outbox}

    def test_who_left_between_the_step_and_the_mail_hears_nothing(self, kept: Holding, signatory: Person) -> None:
        self.sent()
        close(kept, signatory)
        kept.report.submitter.affiliations.update(ended_at=timezone.now())
        assert kept.report.submitter.email not in self.sent()

    def test_nor_does_an_alternate_who_was_replaced_meanwhile(self, kept: Holding, signatory: Person) -> None:
        first, other = (PersonFactory(organisations=[kept.report.organisation]) for _ in range(2))
        ask(kept, "alternate", alternate=first.email)
        self.sent()
        close(anew(kept), signatory)
        ask(kept, "alternate", alternate=other.email)
        assert first.email not in self.sent()


class TestPages:
    def test_a_file_is_a_use_though_the_page_was_skipped_and_again_a_while_later(
        self, kept: Holding, analyst: Person, clock: Any
    ) -> None:
        client = session_for(analyst)
        address = reverse("desk_protected_file", args=[kept.evidence.get().pk])
        assert client.get(address).status_code == 302
        client.post(reverse("desk_protected_one", args=[kept.report.uuid]), {"purpose": "review"})
        assert Use.objects.count() == 0
        assert client.get(address).status_code == 200
        assert Use.objects.count() == 1
        clock.shift(timedelta(minutes=11))
        client.get(address)
        client.get(address)
        assert Use.objects.count() == 2

    def test_a_signatory_who_lost_the_role_between_page_and_press_determines_nothing(
        self, kept: Holding, signatory: Person
    ) -> None:
        client = session_for(signatory)
        signatory.groups.clear()
        data = {"seen": kept.report.parts.count(), "impairs": "on", "outweighs": "on", "signed": signatory.name}
        answer_of = client.post(reverse("desk_protected_act", args=[kept.report.uuid, "close"]), data)
        assert answer_of.status_code == 404
        assert anew(kept).stage == Stage.RECEIVED

    def test_a_press_on_a_page_that_is_old_gets_a_sentence_and_keeps_the_words(
        self, kept: Holding, signatory: Person, analyst: Person
    ) -> None:
        client = session_for(analyst)
        client.post(reverse("desk_protected_one", args=[kept.report.uuid]), {"purpose": "review"})
        close(kept, signatory)
        data = {"words": "The scale is missing."}
        found = client.post(reverse("desk_protected_act", args=[kept.report.uuid, "defect"]), data)
        assert found.status_code == 422
        text = " ".join(found.content.decode().split())
        assert "does not stand where this can be done" in text
        assert "The scale is missing." in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory has one writer (make services)")
class TestAtOnce:
    """Each in a connection of its own; one wins, and the other gets a sentence."""

    @pytest.fixture(autouse=True)
    def _roles(self, desk: None, sealed: Any) -> None:
        """Between tests with real transactions every table is emptied, what migrations put in included."""
        for role in StaffRole:
            Group.objects.get_or_create(name=role.value)

    def both(self, *acts: Any) -> list[str]:
        start, refused = threading.Barrier(2, timeout=20), []

        def run(act: Any) -> None:
            try:
                start.wait()
                act()
            except ActionRefused as refusal:
                refused.append(str(refusal))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(run, act) for act in acts]:
                done.result()
        return refused

    def test_two_signatories(self) -> None:
        kept = take_in(make_submission())
        first, second = staff(StaffRole.CLOSURE_SIGNATORY), staff(StaffRole.CLOSURE_SIGNATORY)
        refused = self.both(lambda: close(anew(kept), first), lambda: refuse(anew(kept), second))
        assert len(refused) == 1 and "Nothing was changed" in refused[0]
        assert kept.determinations.count() == 1

    def test_two_custodians_with_one_number(self) -> None:
        kept = take_in(make_submission())
        first, second = staff(StaffRole.RECORDS_CUSTODIAN), staff(StaffRole.RECORDS_CUSTODIAN)
        refused = self.both(lambda: enter_request(kept, first), lambda: enter_request(kept, second))
        assert len(refused) == 1
        assert RecordsRequest.objects.count() == 1

    def test_an_approval_of_a_planner_and_the_withdrawal(self) -> None:
        kept, row = self.proposed()
        part = {"words": "We take it back.", "wish": "keep"}
        add_part(kept.report, "withdraw", part)
        self.both(lambda: admit(row, staff(StaffRole.MIAC_SUPERVISOR)), later.take_in)
        later.take_in()
        assert anew(kept).stage == Stage.WITHDRAWN
        assert not planners.named_now().exists()
        assert not NamedPlanner.objects.filter(ended_at=None).exists()

    def test_two_who_approve_one_planner(self) -> None:
        _kept, row = self.proposed()
        bosses = [staff(StaffRole.MIAC_SUPERVISOR) for _ in range(2)]
        again = [NamedPlanner.objects.select_related("holding__report").get(pk=row.pk) for _ in range(2)]
        refused = self.both(lambda: admit(again[0], bosses[0]), lambda: admit(again[1], bosses[1]))
        assert len(refused) == 1
        assert HoldingEntry.objects.filter(note=Note.PLANNER).count() == 1

    def test_a_destruction_and_a_request_that_comes_in(self) -> None:
        kept = take_in(make_submission())
        close(kept, staff(StaffRole.CLOSURE_SIGNATORY))
        first, second = staff(StaffRole.MIAC_ANALYST), staff(StaffRole.RECORDS_CUSTODIAN)
        refused = self.both(lambda: destroy_it(anew(kept), first), lambda: enter_request(kept, second))
        assert RecordsRequest.objects.count() == 1
        assert (anew(kept).stage == Stage.CLOSED) is bool(refused)

    def proposed(self) -> tuple[Holding, NamedPlanner]:
        kept = take_in(make_submission(readers={"readers": "planners", "planners": "The county."}))
        agency = OrganisationFactory(kind=OrganisationKind.PUBLIC_AGENCY)
        planner = staff(StaffRole.PLANNER, organisations=[agency])
        return kept, name_planner(kept, staff(StaffRole.MIAC_ANALYST), planner)
