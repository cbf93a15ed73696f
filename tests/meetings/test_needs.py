"""What somebody needs to take part: told without an account, sealed as it comes in, destroyed a week after."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.meetings import attending, keys
from portal.meetings.actions import CancelMeeting
from portal.meetings.models import AccessNeed, Meeting, Minutes
from portal.meetings.views import NEEDS_PER_HOUR
from portal.members.enums import StaffRole
from portal.vault import naming, records
from portal.vault.models import DeskCopy
from tests.factories import PersonFactory, staff
from tests.meetings.making import post

pytestmark = pytest.mark.django_db
WORDS = "I am deaf and need an interpreter, 573-555-0133"


@pytest.fixture
def meeting() -> Meeting:
    return post(by=staff(StaffRole.MOP3_EDITOR))[0]


def send(meeting: Meeting, words: str = WORDS, client: Client | None = None) -> Any:
    return (client or Client()).post(f"{meeting.get_absolute_url()}need/", {"words": words}, follow=True)


def test_anybody_says_it_without_an_account_and_it_is_stored_sealed(
    meeting: Meeting, request: pytest.FixtureRequest
) -> None:
    assert "Sealed and sent to the organiser" in send(meeting).content.decode()
    row = AccessNeed.objects.get()
    assert WORDS.encode() not in bytes(row.words)
    request.getfixturevalue("desk_keys")
    assert attending.opened(row) == WORDS


def test_front_cannot_open_it_again(meeting: Meeting) -> None:
    send(meeting)
    with pytest.raises((records.VaultProblem, records.KeyNotHeld)):
        row = AccessNeed.objects.get()
        records.open_sealed(row.record, attending.WORDS, bytes(row.words))


def test_the_trail_knows_that_it_was_said_and_not_what(meeting: Meeting) -> None:
    send(meeting)
    event = Event.objects.get(verb=Verb.MEETING_NEED)
    assert "deaf" not in str(event.facts) and "interpreter" not in str(event.about)


def test_the_page_of_the_meeting_shows_it_to_nobody(meeting: Meeting, sign_in: Any) -> None:
    send(meeting)
    for client in (Client(), sign_in(PersonFactory()), sign_in(meeting.organiser)):
        assert "interpreter" not in client.get(meeting.get_absolute_url()).content.decode()


@pytest.mark.parametrize("words", ["", "   ", "x" * 1001, "a\0b"])
def test_rubbish_is_refused_beside_the_field_and_what_was_typed_stays(meeting: Meeting, words: str) -> None:
    response = send(meeting, words)
    assert response.status_code == 422
    assert not AccessNeed.objects.exists()
    if len(words) > 1000:
        assert words in response.content.decode()


def test_one_network_sends_a_few_an_hour(meeting: Meeting) -> None:
    for _each in range(NEEDS_PER_HOUR):
        send(meeting)
    response = send(meeting)
    assert response.status_code == 422 and WORDS in response.content.decode()
    assert AccessNeed.objects.count() == NEEDS_PER_HOUR


def test_once_it_has_begun_or_was_called_off_it_is_said_whom_to_call(meeting: Meeting) -> None:
    with time_machine.travel(meeting.starts_at, tick=False):
        assert "What you wrote was not kept" in send(meeting).content.decode()
    CancelMeeting(meeting, meeting.organiser).execute()
    assert "What you wrote was not kept" in send(meeting).content.decode()
    assert not AccessNeed.objects.exists()


class TestEnd:
    @pytest.fixture
    def row(self, meeting: Meeting, desk_keys: Any) -> AccessNeed:
        return attending.receive(meeting, WORDS)

    @pytest.mark.parametrize("ends", [None, timedelta(hours=3)])
    def test_seven_days_after_the_meeting_key_and_words_are_gone(
        self, meeting: Meeting, row: AccessNeed, ends: timedelta | None
    ) -> None:
        if ends:
            Meeting.objects.filter(pk=meeting.pk).update(ends_at=meeting.starts_at + ends)
        due = meeting.starts_at + (ends or timedelta(0)) + timedelta(days=7)
        assert attending.destroy_old_needs(due - timedelta(seconds=1)) == 0
        assert attending.opened(row) == WORDS
        assert attending.destroy_old_needs(due) == 1
        assert not AccessNeed.objects.exists()
        assert not DeskCopy.objects.filter(record=row.record).exists()
        assert attending.opened(row) is None, "a copy of the row opens no longer"
        assert attending.destroy_old_needs(due) == 0

    def test_of_a_meeting_that_was_put_off_they_stay(self, meeting: Meeting, row: AccessNeed) -> None:
        due = meeting.starts_at + timedelta(days=7)
        Meeting.objects.filter(pk=meeting.pk).update(starts_at=meeting.starts_at + timedelta(days=30))
        assert attending.destroy_old_needs(due) == 0

    def test_of_a_meeting_that_was_called_off_they_go_as_well(self, meeting: Meeting, row: AccessNeed) -> None:
        CancelMeeting(meeting, meeting.organiser).execute()
        assert attending.destroy_old_needs(meeting.starts_at + timedelta(days=7)) == 1

    def test_front_destroys_nothing(self, meeting: Meeting, row: AccessNeed, front_keys: Any) -> None:
        assert attending.destroy_old_needs(timezone.now() + timedelta(days=90)) == 0


class TestSweep:
    def test_a_need_keeps_its_key_and_a_key_that_nothing_names_is_swept(self, meeting: Meeting) -> None:
        kept, lost = attending.receive(meeting, WORDS), f"{keys.NEED}{uuid.uuid4()}"
        records.new_key(lost)
        assert naming.unnamed([kept.record, lost]) == [lost]
        assert set(DeskCopy.objects.filter(naming.of_all_rooms()).values_list("record", flat=True)) >= {lost}

    def test_minutes_keep_the_key_of_their_closed_part(self, meeting: Meeting) -> None:
        minutes = Minutes.objects.create(meeting=meeting)
        assert naming.unnamed([minutes.record]) == [minutes.record], "nothing is sealed yet"
        minutes.closed_words = b"sealed"
        minutes.save()
        assert naming.unnamed([minutes.record]) == []

    def test_the_names_are_those_under_which_they_are_sealed(self, meeting: Meeting) -> None:
        assert AccessNeed(meeting=meeting).record.startswith(keys.NEED)
        assert Minutes(meeting=meeting).record.startswith(keys.MINUTES)
