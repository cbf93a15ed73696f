"""Members answer an invitation: coming, remotely, not. The last answer counts, until the meeting begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.meetings.actions import CancelMeeting
from portal.meetings.enums import Coming
from portal.meetings.models import Answer, Meeting
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.factories import PersonFactory, staff
from tests.meetings.making import draft, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def meeting(editor: Any) -> Meeting:
    return post(by=editor)[0]


def send(client: Client, meeting: Meeting, coming: str = "yes") -> Any:
    return client.post(f"{meeting.get_absolute_url()}answer/", {"coming": coming}, follow=True)


@pytest.mark.parametrize("coming", Coming.values)
def test_a_member_answers_and_sees_their_answer(meeting: Meeting, sign_in: Any, coming: str) -> None:
    person = PersonFactory()
    client = sign_in(person)
    page = send(client, meeting, coming).content.decode()
    assert "Your answer is with the organiser" in page
    assert Answer.objects.get().coming == coming
    assert f'value="{coming}" checked' in " ".join(page.split()) or f'value="{coming}"' in page
    assert Event.objects.filter(verb=Verb.MEETING_ANSWER).count() == 1


def test_the_last_answer_counts(meeting: Meeting, sign_in: Any) -> None:
    client = sign_in(PersonFactory())
    for coming in ("yes", "no", "remote"):
        send(client, meeting, coming)
    assert [row.coming for row in Answer.objects.all()] == [Coming.REMOTE]


@pytest.mark.parametrize("coming", ["", "maybe", "yes\0", "x" * 500])
def test_rubbish_is_said_beside_the_question_and_kept_is_nothing(meeting: Meeting, sign_in: Any, coming: str) -> None:
    response = send(sign_in(PersonFactory()), meeting, coming)
    assert response.status_code == 422
    assert not Answer.objects.exists()


def test_who_is_not_signed_in_is_led_to_sign_in_and_back_to_the_meeting(meeting: Meeting) -> None:
    response = Client().post(f"{meeting.get_absolute_url()}answer/", {"coming": "yes"})
    assert response["Location"] == f"/account/login/?next={meeting.get_absolute_url()}"


def test_the_public_is_not_asked(meeting: Meeting) -> None:
    assert "Will you come?" not in Client().get(meeting.get_absolute_url()).content.decode()


@pytest.mark.parametrize("change", [{"standing": "suspended"}, {"standing": "closed"}, {"validated_until": None}])
def test_who_is_no_active_member_cannot_answer(meeting: Meeting, sign_in: Any, change: dict[str, Any]) -> None:
    person = PersonFactory()
    client = sign_in(person)
    Person.objects.filter(pk=person.pk).update(**change)
    send(client, meeting)
    assert not Answer.objects.exists()


def test_once_it_has_begun_nothing_is_kept_and_that_is_said(meeting: Meeting, sign_in: Any) -> None:
    person = PersonFactory()
    with time_machine.travel(meeting.starts_at + timedelta(seconds=1), tick=False):
        page = send(sign_in(person), meeting).content.decode()
    assert "Your answer was not kept" in page
    assert not Answer.objects.exists()


def test_what_was_called_off_takes_no_answer(meeting: Meeting, editor: Any, sign_in: Any) -> None:
    CancelMeeting(meeting, editor).execute()
    page = send(sign_in(PersonFactory()), meeting).content.decode()
    assert "Your answer was not kept" in page and "Will you come?" not in page


def test_a_draft_takes_none_and_is_not_there(editor: Any, sign_in: Any) -> None:
    assert send(sign_in(PersonFactory()), draft(by=editor)).status_code == 404


def test_another_site_cannot_answer_for_a_member(meeting: Meeting, sign_in: Any) -> None:
    client = sign_in(PersonFactory())
    client.handler.enforce_csrf_checks = True
    assert client.post(f"{meeting.get_absolute_url()}answer/", {"coming": "yes"}).status_code == 403
    assert not Answer.objects.exists()


def test_names_of_those_who_come_stand_nowhere_on_front(meeting: Meeting, sign_in: Any) -> None:
    comes = PersonFactory(name="Quiet Participant")
    Answer.objects.create(meeting=meeting, person=comes, coming=Coming.YES, at=timezone.now())
    for client in (Client(), sign_in(PersonFactory())):
        for more in ("", "notices/1/", "meeting.ics"):
            assert "Quiet Participant" not in client.get(f"{meeting.get_absolute_url()}{more}").content.decode()
