"""Owners are reminded once for each day that is due, when it passed, and while comments wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from portal.core import outbox
from portal.library.models import PlanCell
from portal.library.plan import reminders
from portal.library.plan.actions import AnswerComment
from portal.library.plan.enums import CommentOutcome
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.factories import PersonFactory, staff
from tests.library.plan.making import cell, commented, version

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 18, tzinfo=UTC)
TODAY = date(2026, 3, 4)


@pytest.fixture(autouse=True)
def clock(desk_keys: None) -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def told() -> list[tuple[str, str]]:
    """Run the step twice, since a second run must change nothing; gives subject and address of each mail."""
    mail.outbox.clear()
    reminders.remind(timezone.now())
    reminders.remind(timezone.now())
    outbox.send_waiting(all_sites=True)
    return [(message.to[0], str(message.subject)) for message in mail.outbox]


@pytest.fixture
def owner() -> Person:
    return staff(StaffRole.MIAC_ANALYST)


@pytest.mark.parametrize(("days", "is_told"), [(31, False), (30, True), (0, True), (-1, True)])
def test_an_owner_is_told_thirty_days_before_and_when_it_has_passed(owner: Person, days: int, is_told: bool) -> None:
    cell(owner=owner, due_on=TODAY + timedelta(days=days))
    assert [to for to, _subject in told()] == ([owner.email] if is_told else [])
    assert told() == []


def test_a_new_day_is_told_anew_and_its_passing_as_well(owner: Person, clock: Any) -> None:
    about = cell(owner=owner, due_on=TODAY + timedelta(days=3))
    assert len(told()) == 1
    PlanCell.objects.filter(pk=about.pk).update(due_on=TODAY + timedelta(days=5))
    assert told() == [(owner.email, "Protection plan: a version is due on 9 March 2026")]
    clock.move_to(NOON + timedelta(days=6))
    assert len(told()) == 1
    assert told() == []


def test_mail_names_neither_sector_nor_part_nor_office(owner: Person) -> None:
    about = cell(owner=owner, owner_office="Utility planning", due_on=TODAY, note="Weak points")
    commented(version(about), words="The gate.")
    assert len(told()) == 2
    for message in mail.outbox:
        said = f"{message.subject} {message.body}".casefold()
        assert not [word for word in ("energy", "risk", "utility", "weak", "gate", "version 1") if word in said]


def test_without_an_owner_who_can_open_desk_the_editors_are_told(owner: Person) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    cell(due_on=TODAY)
    cell("dams", owner=PersonFactory(), due_on=TODAY)
    cell("chemical", owner=staff(StaffRole.MIAC_ANALYST, suspended=True), due_on=TODAY)
    assert {to for to, _subject in told()} == {editor.email}


def test_a_mail_that_is_late_tells_nothing_that_is_no_longer_so(owner: Person) -> None:
    about = cell(owner=owner, due_on=TODAY)
    reminders.remind(timezone.now())
    PlanCell.objects.filter(pk=about.pk).update(due_on=None)
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox


def test_comments_are_told_at_once_then_daily_what_is_new_then_weekly_what_waits(owner: Person, clock: Any) -> None:
    about = version(cell(owner=owner), comments_until=TODAY + timedelta(days=60))
    assert told() == []
    first = commented(about)
    assert told() == [(owner.email, "Protection plan: 1 comment waits for your answer")]
    clock.move_to(NOON + timedelta(hours=1))
    second = commented(about, words="Another.")
    assert told() == []
    clock.move_to(NOON + timedelta(days=1))
    assert told() == [(owner.email, "Protection plan: 2 comments wait for your answer")]
    clock.move_to(NOON + timedelta(days=7))
    assert told() == []
    clock.move_to(NOON + timedelta(days=8))
    assert len(told()) == 1
    for comment in (first, second):
        AnswerComment(comment, owner, CommentOutcome.NOT, "Because.").execute()
    outbox.send_waiting(all_sites=True)  # that there are answers
    clock.move_to(NOON + timedelta(days=30))
    assert told() == []


def test_front_reminds_nobody(owner: Person, front_keys: None) -> None:
    cell(owner=owner, due_on=TODAY)
    assert reminders.remind(timezone.now()) == 0
