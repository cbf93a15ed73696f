"""An answered request for redress is kept as long as a report, then destroyed under an approved schedule, or held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
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
from portal.reporting import disposals, orphans, redress, retention
from portal.reporting.actions.redress import AnswerRedress
from portal.reporting.actions.retention import NotProposed, OneOfTwo, ProposedAlready
from portal.reporting.actions.retention_redress import (
    DeclineRedressPurge,
    NotAnswered,
    ProposeRedressPurge,
    PurgeRedress,
    RedressGone,
    RedressHeld,
    RedressNotDue,
)
from portal.reporting.desk.retention_redress import waiting
from portal.reporting.enums import RedressState
from portal.reporting.models import Disposal, Redress
from portal.reporting.models.desk import FIVE_YEARS
from portal.reporting.protected import certificates
from portal.vault import records
from portal.vault.models import DeskCopy
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.retention.test_ending import SCHEDULE, schedule
from tests.reporting.test_redress import received

pytestmark = pytest.mark.django_db
NOON = "2026-03-02T18:00:00Z"
ADDRESS = "/desk/retention/redress/"
BASIS = f"approved schedule {SCHEDULE}"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


@pytest.fixture
def custodian(clock: Any) -> Person:
    return staff(StaffRole.RECORDS_CUSTODIAN)


def answered() -> Redress:
    row = received()
    given: dict[str, Any] = {"outcome": RedressState.ANSWERED, "reasons": "Looked into", "letter": "Dear sir"}
    AnswerRedress(redress=row, by=staff(StaffRole.PRIVACY_OFFICER), **given).execute()
    row.refresh_from_db()
    return row


@pytest.fixture
def ended(clock: Any, desk: None) -> Redress:
    """Answered, and kept as long as the settings say."""
    row = answered()
    clock.shift(timedelta(days=FIVE_YEARS))
    return row


def propose(row: Redress, by: Person | None = None) -> Disposal:
    made: Disposal = ProposeRedressPurge(redress=row, by=by or staff(StaffRole.MIAC_SUPERVISOR)).execute()
    return made


def destroy(row: Redress, by: Person) -> Disposal:
    """Proposed by a supervisor, approved by `by`."""
    propose(row)
    made: Disposal = PurgeRedress(redress=row, by=by).execute()
    return made


def test_it_is_due_on_the_day_on_which_a_report_from_then_would_be(clock: Any, desk: None) -> None:
    row = answered()
    schedule()
    clock.shift(timedelta(days=FIVE_YEARS - 1))
    custodian = staff(StaffRole.RECORDS_CUSTODIAN)
    assert not retention.redress_ended().exists()
    with pytest.raises(RedressNotDue):
        destroy(row, custodian)
    clock.shift(timedelta(days=1))
    assert list(retention.redress_ended()) == [row]
    assert destroy(row, custodian).basis == BASIS


def test_one_that_waits_for_its_answer_is_never_due(clock: Any, desk: None) -> None:
    schedule()
    row = received()
    clock.shift(timedelta(days=9999))
    custodian = staff(StaffRole.RECORDS_CUSTODIAN)
    assert not retention.redress_ended().exists()
    with pytest.raises(NotAnswered):
        destroy(row, custodian)


def test_words_answer_and_key_go_and_the_certificate_stays(
    ended: Redress, custodian: Person, django_capture_on_commit_callbacks: Any
) -> None:
    schedule()
    words, answer = bytes(ended.words), bytes(ended.answer)
    neighbour = received()
    with django_capture_on_commit_callbacks(execute=True):
        destroy(ended, custodian)
    row = Redress.objects.get(pk=ended.pk)
    assert (bytes(row.words), bytes(row.answer)) == (b"", b"")
    assert (row.number, row.kind, row.state, row.answered_by) == (
        ended.number, ended.kind, ended.state, ended.answered_by,
    )  # fmt: skip
    for field, envelope in ((redress.WORDS, words), (redress.ANSWER, answer)):
        with pytest.raises(records.KeyDestroyed):
            records.open_sealed(ended.record, field, envelope)
    certificate = Disposal.objects.get()
    assert (certificate.approved_by, certificate.basis, certificate.keys) == (custodian, BASIS, 1)
    assert certificate.done_at is not None
    assert certificate.backups_gone_on == timezone.localdate() + timedelta(days=30)
    assert redress.asked_in(neighbour).is_open
    with pytest.raises(RedressGone):
        destroy(ended, custodian)
    said = dict(certificates.check(certificate.certificate).lines)
    assert (said["number"], said["record"], said["files"]) == (ended.number, "request for redress", "0")


def test_without_an_approved_schedule_it_is_held_and_that_is_on_record(ended: Redress, custodian: Person) -> None:
    with pytest.raises(RedressHeld):
        destroy(ended, custodian)
    assert redress.asked_in(ended).is_open
    event = Event.objects.get(verb=Verb.REDRESS_PURGE_ASK)
    assert (event.about, event.outcome, event.why) == (f"reporting.redress:{ended.pk}", "refused", "RedressHeld")
    schedule()
    assert destroy(ended, custodian).basis == BASIS


def test_by_two_of_custodian_and_supervisor_alone(ended: Redress, custodian: Person) -> None:
    schedule()
    for role in (StaffRole.PRIVACY_OFFICER, StaffRole.ADMINISTRATOR):
        with pytest.raises(NotYours):
            propose(ended, staff(role))
    with pytest.raises(NotProposed):
        PurgeRedress(redress=ended, by=custodian).execute()
    propose(ended, custodian)
    with pytest.raises(OneOfTwo):
        PurgeRedress(redress=ended, by=custodian).execute()
    with pytest.raises(ProposedAlready):
        propose(ended)
    DeclineRedressPurge(redress=ended, by=custodian).execute()
    assert not Disposal.objects.exists()
    assert destroy(ended, custodian).basis == BASIS


def test_a_crash_after_the_decision_is_finished_by_the_next_tick(ended: Redress, custodian: Person) -> None:
    """The callback never ran, as if the process had been killed right after the commit."""
    schedule()
    destroy(ended, custodian)
    assert DeskCopy.objects.filter(record=ended.record).exists()
    assert [disposals.finish_begun(timezone.now()) for _ in range(2)] == [1, 0]
    assert not DeskCopy.objects.filter(record=ended.record).exists()
    assert Disposal.objects.get().keys == 1


def test_the_number_is_typed_another_approves_and_the_certificate_is_shown(
    ended: Redress, custodian: Person, pages: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = session_for(custodian)
    page = client.get(ADDRESS).content.decode()
    assert ended.number in page and "held" in page
    held = client.post(ADDRESS, {"number": ended.number})
    assert held.status_code == 422 and "no approved number" in held.content.decode()
    schedule()
    assert client.post(ADDRESS, {"number": "RED-0000-0000-0000"}).status_code == 422
    proposed = client.post(ADDRESS, {"number": f" {ended.number.lower()} "})
    assert ended.number in client.get(proposed["Location"]).content.decode()
    second = staff(StaffRole.MIAC_SUPERVISOR)
    with django_capture_on_commit_callbacks(execute=True):
        chosen = {"disposal": [Disposal.objects.get().pk], "word": "Destroy"}
        session_for(second).post("/desk/disposals/", chosen)
    shown = client.get(f"{ADDRESS}?show=destroyed").content.decode()
    for word in (ended.number, SCHEDULE, custodian.name, second.name):
        assert word in shown
    assert ended.number not in client.get(ADDRESS).content.decode()


def test_to_the_privacy_officer_it_is_there_and_opens_nothing(ended: Redress, custodian: Person, pages: Any) -> None:
    schedule()
    destroy(ended, custodian)
    disposals.finish_begun(timezone.now())
    page = session_for(staff(StaffRole.PRIVACY_OFFICER)).get(f"/desk/redress/{ended.uuid}/")
    assert page.status_code == 200 and "key destroyed" in page.content.decode()


def test_what_is_held_is_not_late(ended: Redress, custodian: Person) -> None:
    [tile] = waiting(custodian)
    assert (tile.count, tile.overdue) == (1, 0)
    schedule()
    [tile] = waiting(custodian)
    assert (tile.count, tile.overdue) == (1, 1)
    assert not waiting(staff(StaffRole.PRIVACY_OFFICER))


def test_it_costs_the_same_for_one_as_for_many(ended: Redress, custodian: Person, pages: Any) -> None:
    client, queries = session_for(custodian), []
    for number in (0, 4):
        for _ in range(number):
            row = answered()
            Redress.objects.filter(pk=row.pk).update(answered_at=ended.answered_at)
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as found:
            assert client.get(ADDRESS).status_code == 200
        queries.append(len(found))
    assert queries[0] == queries[1]


def test_the_key_of_what_is_proposed_is_no_orphan(ended: Redress, custodian: Person) -> None:
    schedule()
    propose(ended)
    assert orphans.sweep(timezone.now() + timedelta(days=9)).records == 0
    assert redress.asked_in(ended).is_open
    PurgeRedress(redress=ended, by=custodian).execute()
    assert orphans.sweep(timezone.now() + timedelta(days=9)).records == 1  # what a crash left goes by this way, too


def test_what_the_schedule_keeps_longer_since_is_not_destroyed(ended: Redress, custodian: Person) -> None:
    schedule()
    propose(ended)
    Redress.objects.update(answered_at=timezone.now())
    with pytest.raises(RedressNotDue):
        PurgeRedress(redress=ended, by=custodian).execute()
