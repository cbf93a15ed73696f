"""A disposal batch of all kinds: each row for itself, stopped and resumed, and a hold that is placed while it runs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import batches, disposals, redress, retention_ticks
from portal.reporting.actions.batches import ApproveBatch, NotRunning, NotYourBatch, ResumeBatch, StopBatch
from portal.reporting.actions.holds import PlaceCaseHold
from portal.reporting.actions.redress import AnswerRedress
from portal.reporting.actions.retention import ProposePurge
from portal.reporting.actions.retention_redress import ProposeRedressPurge
from portal.reporting.enums import (
    BatchState,
    PurgeBasis,
    RedressKind,
    RedressState,
    ScheduleClass,
    Stage as CaseStage,
    Trigger,
)
from portal.reporting.models import (
    Case,
    Disposal,
    DisposalBatch,
    DisposalItem,
    Holding,
    LegalHold,
    Redress,
    ScheduleEntry,
)
from portal.reporting.protected import certificates
from portal.reporting.protected.actions.reviewing import TooEarly
from portal.reporting.protected.enums import Stage
from portal.vault.models import DeskCopy
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.making import make_report, take_in as take_in_report
from tests.reporting.protected.desk.working import (
    anew,
    close,
    destroy_it,
    hold,
    make_submission,
    take_in,
)

pytestmark = pytest.mark.django_db


def submission(signatory: Person, analyst: Person) -> Disposal:
    """A submission that an analyst decided to destroy."""
    kept = take_in(make_submission())
    close(kept, signatory)
    destroy_it(anew(kept), analyst)
    found: Disposal = Disposal.objects.get(report=kept.report)
    return found


def report(by: Person) -> Disposal:
    """A report whose time has ended, and that somebody proposed to destroy."""
    case = take_in_report(make_report())
    facts = {"stage": CaseStage.CLOSED, "closed_at": timezone.now(), "retain_until": timezone.localdate()}
    Case.objects.filter(pk=case.pk).update(**facts)
    ScheduleEntry.objects.update(authority="GS-14")
    made: Disposal = ProposePurge(case=Case.objects.get(pk=case.pk), by=by, basis=PurgeBasis.ENDED).execute()
    return made


def request_for_redress(by: Person) -> Disposal:
    """An answered request whose time has ended."""
    redress.receive(RedressKind.COMPLAINT, {"words": "I was not there."}, once="")
    row = Redress.objects.latest("pk")
    given: dict[str, Any] = {"outcome": RedressState.ANSWERED, "reasons": "Looked into", "letter": "Dear sir"}
    AnswerRedress(redress=row, by=staff(StaffRole.PRIVACY_OFFICER), **given).execute()
    Redress.objects.filter(pk=row.pk).update(answered_at=timezone.now() - timedelta(days=9999))
    ScheduleEntry.objects.update(authority="GS-14")
    row.refresh_from_db()
    made: Disposal = ProposeRedressPurge(redress=row, by=by).execute()
    return made


@pytest.fixture
def three(
    clock: Any, desk: None, sealed: Any, signatory: Person, analyst: Person, supervisor: Person
) -> list[Disposal]:
    """One of each kind, all of which the custodian may approve."""
    return [submission(signatory, analyst), report(supervisor), request_for_redress(supervisor)]


def approve(rows: list[Disposal], by: Person) -> DisposalBatch:
    made: DisposalBatch = ApproveBatch(rows=tuple(rows), by=by).execute()
    return made


def states(batch: DisposalBatch) -> list[str]:
    return list(batch.items.order_by("pk").values_list("state", flat=True))


def post(client: Client, rows: list[Disposal], **given: Any) -> Any:
    chosen = {"disposal": [row.pk for row in rows], "word": "destroy", **given}
    return client.post(reverse("desk_disposals"), chosen, follow=True)


class TestPage:
    def test_all_kinds_stand_on_one_page_and_go_together(
        self, three: list[Disposal], custodian: Person, pages: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        client = session_for(custodian)
        page = client.get(reverse("desk_disposals")).content.decode()
        assert all(row.number in page for row in three)
        with django_capture_on_commit_callbacks(execute=True):
            answer = post(client, three).content.decode()
        assert "3 of 3 decided: 3 destroyed, 0 not destroyed, 0 wait." in answer
        for row in Disposal.objects.all():
            assert row.done_at is not None
            assert not DeskCopy.objects.filter(record=row.thing.record).exists()
            said = dict(certificates.check(row.certificate).lines)
            assert said["number"] == row.number
            assert said["approved"].endswith(StaffRole.RECORDS_CUSTODIAN.value)
        batch = DisposalBatch.objects.get()
        page = client.get(reverse("desk_disposal_batch", args=[batch.pk])).content.decode()
        assert page.count("Download") == 3
        assert "Nothing waits for a second person" in client.get(reverse("desk_disposals")).content.decode()

    def test_what_a_certificate_calls_each_and_whose_hashes_it_names(
        self, three: list[Disposal], custodian: Person
    ) -> None:
        approve(three, custodian)
        batches.work()
        disposals.finish_begun()
        said = [certificates.check(row.certificate).lines for row in Disposal.objects.order_by("pk")]
        assert [dict(lines)["record"] for lines in said] == [
            "protected submission",
            "report of suspicious activity",
            "request for redress",
        ]
        assert [sum(name == "sha256" for name, _value in lines) for lines in said] == [1, 0, 0]

    def test_without_the_word_or_a_choice_nothing_is_destroyed(
        self, three: list[Disposal], custodian: Person, pages: Any
    ) -> None:
        client = session_for(custodian)
        assert "type the word" in post(client, three, word="").content.decode()
        assert "Choose what is to be destroyed" in post(client, []).content.decode()
        assert "Choose what is to be destroyed" in post(client, [], disposal=["x", "9" * 30]).content.decode()
        assert not DisposalBatch.objects.exists()

    def test_what_one_proposed_oneself_is_shown_and_not_offered(
        self, three: list[Disposal], supervisor: Person, pages: Any
    ) -> None:
        client = session_for(supervisor)
        page = client.get(reverse("desk_disposals")).content.decode()
        assert "somebody else approves it" in page
        assert page.count('name="disposal"') == 1
        assert "Nothing was destroyed" in post(client, three).content.decode()
        assert not DisposalBatch.objects.exists()

    def test_in_a_fixed_number_of_queries(
        self, three: list[Disposal], supervisor: Person, custodian: Person, pages: Any
    ) -> None:
        client, counted = session_for(custodian), []
        for more in (0, 3):
            for _ in range(more):
                report(supervisor)
            client.get(reverse("desk_disposals"))
            with CaptureQueriesContext(connection) as found:
                assert client.get(reverse("desk_disposals")).status_code == 200
            counted.append(len(found))
        assert counted[0] == counted[1]


def test_a_record_that_is_not_closed_stays_as_long_as_the_schedule_says(
    clock: Any, desk: None, sealed: Any, analyst: Person
) -> None:
    kept = take_in(make_submission())
    Holding.objects.update(stage=Stage.OPEN, determined_at=timezone.now() - timedelta(days=10))
    entry = ScheduleEntry.objects.filter(record_class=ScheduleClass.OPEN)
    entry.update(authority="GS-14", days=30, trigger=Trigger.DETERMINED)
    clock.shift(timedelta(days=19))
    with pytest.raises(TooEarly):
        destroy_it(anew(kept), analyst)
    entry.update(trigger=Trigger.SUBMITTED)
    clock.shift(timedelta(days=1))
    with pytest.raises(TooEarly):
        destroy_it(anew(kept), analyst)
    entry.update(trigger=Trigger.DETERMINED)
    destroy_it(anew(kept), analyst)
    assert Disposal.objects.get().basis == "approved schedule GS-14"


class TestRows:
    def test_a_hold_placed_after_the_approval_stops_its_row_and_no_other(
        self, three: list[Disposal], custodian: Person, supervisor: Person
    ) -> None:
        batch = approve(three, custodian)
        hold(three[0].holding, supervisor)
        PlaceCaseHold(three[1].report.case, supervisor, matter="A suit").execute()
        assert batches.work() == 3
        assert states(batch) == [BatchState.REFUSED, BatchState.REFUSED, BatchState.DONE]
        whys = list(batch.items.order_by("pk").values_list("why", flat=True))
        assert "A legal hold is on it." in whys[0] and "A legal hold is on this report." in whys[1]
        assert Holding.objects.get().stage == Stage.DESTROYING
        assert Case.objects.get().stage == CaseStage.CLOSED
        batch.refresh_from_db()
        assert batch.done_at is not None

    def test_who_lost_the_role_meanwhile_destroys_nothing(self, three: list[Disposal], custodian: Person) -> None:
        batch = approve(three, custodian)
        custodian.groups.clear()
        batches.work()
        assert set(states(batch)) == {BatchState.REFUSED}
        assert not Disposal.objects.exclude(approved_at=None).exists()

    def test_one_that_fails_stops_no_other_and_destroys_nothing(
        self, three: list[Disposal], custodian: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = batches.approval_of

        def broken(row: Disposal, by: Person) -> Any:
            if row.pk == three[1].pk:
                raise OSError("the disk is full")
            return whole(row, by)

        batch = approve(three, custodian)
        with monkeypatch.context() as patch:
            patch.setattr(batches, "approval_of", broken)
            batches.work()
        assert states(batch) == [BatchState.DONE, BatchState.REFUSED, BatchState.DONE]
        assert Case.objects.get().stage == CaseStage.CLOSED

    def test_in_the_trail_it_is_who_approved_it(self, three: list[Disposal], custodian: Person) -> None:
        approve(three, custodian)
        batches.work()
        for verb in (Verb.DISPOSAL_BATCH, Verb.PROTECTED_DISPOSE, Verb.CASE_PURGE, Verb.REDRESS_PURGE):
            assert Event.objects.filter(verb=verb, outcome="done").count() == 1


class TestLongWork:
    def test_it_is_stopped_between_two_rows_and_goes_on_where_it_was(
        self, three: list[Disposal], custodian: Person, supervisor: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole, batch = batches._decide, approve(three, custodian)

        def stop_after_the_first(item: DisposalItem) -> None:
            whole(item)
            StopBatch(batch=DisposalBatch.objects.get(pk=batch.pk), by=supervisor).execute()

        with monkeypatch.context() as patch:
            patch.setattr(batches, "_decide", stop_after_the_first)
            assert batches.work() == 1
        assert states(batch) == [BatchState.DONE, BatchState.WAITING, BatchState.WAITING]
        assert (batches.work(), retention_ticks.go_on_with_batches(timezone.now())) == (0, 0)
        with pytest.raises(NotYourBatch):
            ResumeBatch(batch=batch, by=supervisor).execute()
        ResumeBatch(batch=batch, by=custodian).execute()
        assert batches.work() == 2
        assert set(states(batch)) == {BatchState.DONE}
        with pytest.raises(NotRunning):
            StopBatch(batch=batch, by=custodian).execute()

    def test_what_a_dead_worker_left_the_tick_goes_on_with(
        self, three: list[Disposal], custodian: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(item: DisposalItem) -> None:
            raise SystemExit

        batch = approve(three, custodian)
        with monkeypatch.context() as patch, pytest.raises(SystemExit):
            patch.setattr(batches, "_decide", killed)
            batches.work()
        assert set(states(batch)) == {BatchState.WAITING}
        assert retention_ticks.go_on_with_batches(timezone.now()) == 1
        assert set(states(batch)) == {BatchState.DONE}
        assert retention_ticks.go_on_with_batches(timezone.now()) == 0

    def test_what_was_stopped_can_be_approved_anew_and_is_destroyed_once(
        self, three: list[Disposal], custodian: Person
    ) -> None:
        first = approve(three, custodian)
        StopBatch(batch=first, by=custodian).execute()
        other = staff(StaffRole.RECORDS_CUSTODIAN)
        assert disposals.waiting_for_second(other).count() == 3
        approve(three, other)
        batches.work()
        ResumeBatch(batch=first, by=custodian).execute()
        batches.work()
        assert set(states(first)) == {BatchState.REFUSED}
        assert set(Disposal.objects.values_list("approved_by", flat=True)) == {other.pk}

    def test_the_page_says_how_far_it_is_and_stops_it(
        self, three: list[Disposal], custodian: Person, supervisor: Person, pages: Any
    ) -> None:
        batch = approve(three, custodian)
        client, address = session_for(custodian), reverse("desk_disposal_batch", args=[batch.pk])
        assert "0 of 3 decided" in client.get(address).content.decode()
        listed = client.get(reverse("desk_disposals")).content.decode()
        assert "3 of 3 wait" in listed and 'name="disposal"' not in listed
        stop, resume = (reverse("desk_disposal_act", args=[batch.pk, verb]) for verb in ("stop", "resume"))
        assert "what waits is untouched" in session_for(supervisor).post(stop, follow=True).content.decode()
        assert "Only who approved it" in session_for(supervisor).get(address).content.decode()
        assert "Stopped." in client.get(address).content.decode()
        assert "3 of 3 decided: 3 destroyed" in client.post(resume, follow=True).content.decode()
        assert client.post(reverse("desk_disposal_act", args=[batch.pk, "burn"])).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite in memory has one writer (make services)")
def test_of_a_hold_and_a_batch_at_the_same_moment_one_wins_and_the_other_gets_a_sentence(
    desk: None, sealed: Any
) -> None:
    """Each holds the record while it decides: nothing is held that is gone, and nothing goes that is held."""
    _as_after_migrating()
    analyst, signatory = staff(StaffRole.MIAC_ANALYST), staff(StaffRole.CLOSURE_SIGNATORY)
    supervisor, custodian = staff(StaffRole.MIAC_SUPERVISOR), staff(StaffRole.RECORDS_CUSTODIAN)
    rows = [made for _ in range(4) for made in (submission(signatory, analyst), report(supervisor))]
    batch = approve(rows, custodian)
    start, refused = threading.Barrier(2, timeout=20), []

    def place_all() -> None:
        for row in reversed(Disposal.objects.order_by("pk").select_related("report__holding", "report__case")):
            try:
                _place(row, supervisor)
            except ActionRefused as refusal:
                refused.append(str(refusal))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_in_another_connection, start, act) for act in (batches.work, place_all)]:
            done.result()
    disposals.finish_begun()
    held = set(LegalHold.objects.values_list("report", flat=True))
    gone = set(Disposal.objects.exclude(approved_at=None).values_list("report", flat=True))
    assert not held & gone
    assert held | gone == {row.report_id for row in rows}
    assert len(refused) == len(gone)
    assert sorted(states(batch)) == sorted([BatchState.DONE] * len(gone) + [BatchState.REFUSED] * len(held))
    assert all("hold" in item.why for item in DisposalItem.objects.filter(state=BatchState.REFUSED))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite in memory has one writer (make services)")
def test_two_workers_over_one_batch_decide_each_row_once(desk: None, sealed: Any) -> None:
    _as_after_migrating()
    supervisor, custodian = staff(StaffRole.MIAC_SUPERVISOR), staff(StaffRole.RECORDS_CUSTODIAN)
    batch = approve([report(supervisor) for _ in range(6)], custodian)
    start = threading.Barrier(2, timeout=20)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_in_another_connection, start, batches.work) for _ in range(2)]:
            done.result()
    batches.work()
    assert states(batch) == [BatchState.DONE] * 6
    assert Event.objects.filter(verb=Verb.CASE_PURGE, outcome="done").count() == 6


def _place(row: Disposal, by: Person) -> None:
    if hasattr(row.report, "holding"):
        hold(row.holding, by)
    else:
        PlaceCaseHold(row.report.case, by, matter="A suit").execute()


def _in_another_connection(start: threading.Barrier, act: Any) -> None:
    try:
        start.wait()
        act()
    finally:
        connections.close_all()


def _as_after_migrating() -> None:
    """Between tests with real transactions every table is emptied, what migrations put in included."""
    for role in StaffRole:
        Group.objects.get_or_create(name=role.value)
    for kind in ScheduleClass:
        ScheduleEntry.objects.get_or_create(record_class=kind)
