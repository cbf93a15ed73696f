"""Reminders: those who come, once, at the same hour on the day before, also where the clocks change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from hypothesis import given, strategies as st

from portal.access.enums import Label
from portal.core import outbox
from portal.meetings import attending
from portal.meetings.actions import AmendNotice, CancelMeeting
from portal.meetings.enums import Coming
from portal.meetings.models import Answer, Meeting
from portal.members.enums import StaffRole, Standing
from portal.members.models import Community, Person
from tests.factories import PersonFactory, staff
from tests.meetings.making import post, prepared

pytestmark = pytest.mark.django_db
CENTRAL = ZoneInfo("America/Chicago")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CENTRAL)


@pytest.fixture(autouse=True)
def on_desk(settings: Any) -> None:
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


def meeting_at(moment: datetime, editor: Any, **fields: Any) -> Meeting:
    with time_machine.travel(moment - timedelta(days=20), tick=False):
        return post(by=editor, starts_at=moment, **fields)[0]


def comes(meeting: Meeting, coming: str = Coming.YES, **fields: Any) -> Person:
    person: Person = PersonFactory(validated_until=meeting.starts_at + timedelta(days=300), **fields)
    person.visit.__class__.objects.filter(person=person).update(active_at=meeting.starts_at - timedelta(days=2))
    Answer.objects.create(meeting=meeting, person=person, coming=coming)
    return person


def clock(moment: datetime) -> list[tuple[str, str]]:
    """What the clock and the worker do at a moment; gives to whom which reminder went."""
    mail.outbox.clear()
    with time_machine.travel(moment, tick=False):
        attending.remind(moment)
        outbox.send_waiting(all_sites=True)
    told = [(message.to[0], str(message.subject)) for message in mail.outbox]
    return [(to, subject) for to, subject in told if "Tomorrow: " in subject or "Today: " in subject]


def test_those_who_come_are_reminded_once_and_those_who_do_not_are_not(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    here, remote = comes(meeting), comes(meeting, Coming.REMOTE)
    comes(meeting, Coming.NO)
    PersonFactory()
    assert clock(at(2026, 5, 19, 9, 59)) == []
    told = clock(at(2026, 5, 19, 10))
    assert sorted(told) == sorted((person.email, "Tomorrow: Quarterly meeting") for person in (here, remote))
    assert clock(at(2026, 5, 19, 10, 1)) == []


@pytest.mark.parametrize(
    ("starts", "due"),
    [
        (at(2026, 3, 8, 10), at(2026, 3, 7, 10)),  # the night of 23 hours
        (at(2026, 3, 8, 1, 30), at(2026, 3, 7, 1, 30)),
        (at(2026, 3, 9, 2, 30), at(2026, 3, 8, 3, 30)),  # half past two is not there on the day before
        (at(2026, 11, 1, 10), at(2026, 10, 31, 10)),  # the night of 25 hours
        (at(2026, 11, 1, 23, 30), at(2026, 10, 31, 23, 30)),
        (at(2026, 11, 2, 0, 30), at(2026, 11, 1, 0, 30)),
    ],
)
def test_it_comes_at_the_same_hour_on_the_day_before_when_the_clocks_change(
    editor: Any, starts: datetime, due: datetime
) -> None:
    meeting = meeting_at(starts, editor)
    comes(meeting)
    assert clock(due - timedelta(minutes=1)) == []
    ((_to, subject),) = clock(due)
    assert subject.startswith("Tomorrow")


@given(minutes=st.integers(0, 366 * 24 * 60))
def test_the_day_before_by_the_clock_on_the_wall_is_never_the_same_day_and_never_two_before(minutes: int) -> None:
    starts = (datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=minutes)).astimezone(CENTRAL)
    due = attending.reminded_from(starts).astimezone(CENTRAL)
    assert (starts.date() - due.date()).days == 1
    assert (
        timedelta(hours=22)
        < starts.astimezone(ZoneInfo("UTC")) - due.astimezone(ZoneInfo("UTC"))
        <= attending.LOOKED_AHEAD
    )


def test_a_clock_that_stood_still_catches_up_and_says_today(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    comes(meeting)
    ((_to, subject),) = clock(at(2026, 5, 20, 8))
    assert subject == "Today: Quarterly meeting"


def test_after_its_beginning_nobody_is_reminded(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    comes(meeting)
    assert clock(at(2026, 5, 20, 10)) == []


def test_one_that_was_put_off_is_reminded_of_again(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    comes(meeting)
    assert len(clock(at(2026, 5, 19, 12))) == 1
    with time_machine.travel(at(2026, 5, 19, 15), tick=False):
        words = prepared(starts_at=at(2026, 5, 27, 10))
        AmendNotice(meeting, editor, prepared=words, seen=1).execute()
    assert clock(at(2026, 5, 19, 16)) == []
    assert len(clock(at(2026, 5, 26, 10))) == 1
    assert clock(at(2026, 5, 26, 11)) == []


def test_what_was_called_off_is_reminded_of_to_nobody(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    comes(meeting)
    with time_machine.travel(at(2026, 5, 18, 9), tick=False):
        CancelMeeting(meeting, editor).execute()
    assert clock(at(2026, 5, 19, 12)) == []


def test_who_is_suspended_between_asking_and_sending_gets_nothing(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    left, stays = comes(meeting), comes(meeting)
    with time_machine.travel(at(2026, 5, 19, 10), tick=False):
        attending.remind(at(2026, 5, 19, 10))
    Person.objects.filter(pk=left.pk).update(standing=Standing.SUSPENDED)
    assert [to for to, _subject in clock(at(2026, 5, 19, 10, 5))] == [stays.email]


def test_who_changed_their_mind_before_it_was_sent_gets_nothing(editor: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    comes(meeting)
    with time_machine.travel(at(2026, 5, 19, 10), tick=False):
        attending.remind(at(2026, 5, 19, 10))
    Answer.objects.update(coming=Coming.NO)
    assert clock(at(2026, 5, 19, 10, 5)) == []


def test_above_green_it_says_a_safe_title_and_the_time_to_those_who_may_still_read_it(editor: Any) -> None:
    committee = Community.objects.get(slug="advisory-committee")
    meeting = meeting_at(at(2026, 5, 20, 10), editor, title="Zqx drill", safe_title="A training", place="Zqx hall")
    meeting.tlp = Label.AMBER
    meeting.save()
    meeting.audience_communities.set([committee])
    inside = comes(meeting, communities=[committee])
    comes(meeting)
    assert clock(at(2026, 5, 19, 10)) == [(inside.email, "TLP:AMBER Tomorrow: A training")]
    (message,) = mail.outbox
    assert "Zqx" not in message.body and message.body.startswith("TLP:AMBER")


def test_front_reminds_nobody(editor: Any, settings: Any) -> None:
    meeting = meeting_at(at(2026, 5, 20, 10), editor)
    person = comes(meeting)
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
    outbox.put("meeting_reminder", f"{meeting.pk}:{person.pk}")
    assert clock(at(2026, 5, 19, 10)) == []
