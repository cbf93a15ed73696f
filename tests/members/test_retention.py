"""What is left of an application that has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.members import applying, case_file, retention
from portal.members.enums import ApplicationState, StaffRole, VettingKind
from portal.members.models import Application, ApplicationPart
from portal.vault import records
from tests.factories import staff
from tests.members.test_vetting import application, find

pytestmark = pytest.mark.django_db


def test_what_was_taken_back_can_never_be_opened_again(desk: None) -> None:
    row = application(state=ApplicationState.WITHDRAWN, submitted_at=None)
    part = row.parts.get(page="work")
    field, sealed = applying.part_field("work", part.version), bytes(part.envelope)
    assert records.open_sealed(row.record, field, sealed)
    assert retention.destroy_ended(timezone.now()) == 1
    with pytest.raises(records.KeyDestroyed):
        records.open_sealed(row.record, field, sealed)
    assert not ApplicationPart.objects.exists() and not row.links.exists()
    assert case_file.answers_of(row) == {page: {} for page in applying.PAGES}
    assert retention.destroy_ended(timezone.now()) == 0


@pytest.mark.parametrize(("days", "is_left"), [(29, True), (30, False)])
def test_what_was_never_sent_goes_when_nobody_touches_it(desk: None, days: int, is_left: bool, settings: Any) -> None:
    row = application(state=ApplicationState.STARTED, submitted_at=None)
    long_ago = timezone.now() - timedelta(days=days)
    row.parts.update(saved_at=long_ago)
    row.links.update(sent_at=long_ago)
    Application.objects.update(created_at=long_ago)
    retention.destroy_ended(timezone.now())
    assert Application.objects.exists() is is_left


@pytest.mark.parametrize(("days", "parts"), [(364, 3), (365, 0)])
def test_a_refusal_keeps_what_was_written_for_a_year_and_the_outcome_after_it(
    desk: None, days: int, parts: int
) -> None:
    application(state=ApplicationState.REFUSED, decided_at=timezone.now() - timedelta(days=days))
    retention.destroy_ended(timezone.now())
    assert (ApplicationPart.objects.count(), Application.objects.count()) == (parts, 1)


@pytest.mark.parametrize("state", [s for s in ApplicationState if s not in {"withdrawn", "refused", "started"}])
def test_what_is_under_way_or_approved_stays(desk: None, state: ApplicationState) -> None:
    application(state=state, submitted_at=timezone.now() - timedelta(days=900))
    retention.destroy_ended(timezone.now())
    assert ApplicationPart.objects.count() == 3


@pytest.mark.parametrize(("days", "parts"), [(364, 3), (365, 0)])
def test_what_reached_the_desk_is_a_record_although_it_was_taken_back(desk: None, days: int, parts: int) -> None:
    application(state=ApplicationState.WITHDRAWN, withdrawal_seen_at=timezone.now() - timedelta(days=days))
    retention.destroy_ended(timezone.now())
    assert ApplicationPart.objects.count() == parts


def test_a_link_that_was_mailed_today_keeps_an_old_page(desk: None) -> None:
    row = application(state=ApplicationState.STARTED, submitted_at=None)
    row.parts.update(saved_at=timezone.now() - timedelta(days=40))
    row.entries.create(kind=VettingKind.ANSWERED)
    retention.destroy_ended(timezone.now())
    assert Application.objects.exists()
    row.links.update(sent_at=timezone.now() - timedelta(days=40))
    Application.objects.update(created_at=timezone.now() - timedelta(days=40))
    retention.destroy_ended(timezone.now())
    assert not Application.objects.exists()


# --- what Front writes has Desk destroy nothing -------------------------------------------------------------------


def is_open(row: Application) -> bool:
    """Whether Desk can still open what was written."""
    return all(case_file.answers_of(row).values())


def test_what_desk_has_seen_is_a_record_whatever_front_writes_afterwards(desk: None) -> None:
    row = application()
    retention.destroy_ended(timezone.now())
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.WITHDRAWN, submitted_at=None)
    retention.destroy_ended(timezone.now())
    assert is_open(row)


def test_whoever_works_on_a_case_has_seen_it(desk: None) -> None:
    row = application()
    find(row, VettingKind.WORD, by=staff(StaffRole.VETTING_OFFICER))
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.WITHDRAWN, submitted_at=None)
    retention.destroy_ended(timezone.now())
    assert is_open(row)


def test_a_withdrawal_that_is_dated_back_counts_from_the_day_desk_found_it(desk: None) -> None:
    row, now = application(), timezone.now()
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.WITHDRAWN)
    row.entries.create(kind=VettingKind.WITHDRAWAL, at=now - timedelta(days=9999))
    retention.destroy_ended(now)
    assert is_open(row)
    retention.destroy_ended(now + timedelta(days=364))
    assert is_open(row)
    retention.destroy_ended(now + timedelta(days=365))
    assert not ApplicationPart.objects.exists()


def test_what_is_sent_while_it_is_forgotten_is_refused_and_not_lost(
    desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys are destroyed after nobody can send it any more, never of something that was sent."""
    row = application(state=ApplicationState.STARTED, submitted_at=None)
    long_ago, states = timezone.now() - timedelta(days=99), []
    Application.objects.update(created_at=long_ago)
    row.parts.update(saved_at=long_ago)
    row.links.update(sent_at=long_ago)
    destroy = records.destroy

    def while_it_is_sent(record: str, *, by: str) -> int:
        applying.submit(applying.Applicant(row, ""))
        states.append(Application.objects.get(pk=row.pk).state)
        return destroy(record, by=by)

    monkeypatch.setattr(records, "destroy", while_it_is_sent)
    retention.destroy_ended(timezone.now())
    assert states == [ApplicationState.WITHDRAWN]
    assert not Application.objects.exists()
