"""Rubbish in every form of Desk, header injection in titles, and keys that no database holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import icalendar
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.core import outbox
from portal.meetings import mail as notice_mail
from portal.meetings.actions import one_line
from portal.meetings.desk.item_actions import AssignAction
from portal.meetings.minutes.actions import BeginMinutes
from portal.meetings.models import Meeting, Minutes, Notice, Subscriber
from portal.members.enums import StaffRole
from tests.conftest import session_for
from tests.factories import staff
from tests.meetings.making import draft, post
from tests.meetings.test_desk import typed

RUBBISH: tuple[tuple[str, Any], ...] = (
    ("title", "a\0b"),
    ("title", "x" * 161),
    ("title", " "),
    ("title", ""),
    ("kind", "party"),
    ("committee", "99999999999999999999"),
    ("committee", "-1"),
    ("committee", "zqx"),
    ("series", "99999999999999999999"),
    ("starts_at", ""),
    ("starts_at", "soon"),
    ("starts_at", "9999-12-31T23:59"),
    ("starts_at", "0001-01-01T00:00"),
    ("starts_at", "2026-03-08T02:30"),  # an hour that the clocks leave out
    ("ends_at", "2026-13-01T00:00"),
    ("mode", "by telepathy"),
    ("place", "x" * 301),
    ("openness", "ajar"),
    ("exceptions", ["99999999999999999999"]),
    ("exceptions", ["zqx"]),
    ("quorum", "99999999999"),
    ("quorum", "-1"),
    ("quorum", "many"),
    ("seen", "99999999999999999999"),
    ("revision", "-5"),
    ("agenda-TOTAL_FORMS", "1000000"),
    ("agenda-TOTAL_FORMS", "zqx"),
    ("agenda-TOTAL_FORMS", ""),
    ("agenda-0-words", "x" * 301),
    ("agenda-0-documents", "/library/00000000-0000-0000-0000-000000000000/"),
    ("agenda-0-documents", "y" * 3000),
)
PARTS = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.fixture
def editor(db: None) -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def client(desk: None, editor: Any) -> Client:
    return session_for(editor)


@pytest.mark.parametrize(
    ("field", "value"), RUBBISH, ids=[f"{name}-{number}" for number, (name, _v) in enumerate(RUBBISH)]
)
def test_rubbish_in_the_form_of_a_meeting_is_refused_and_the_rest_is_kept(
    client: Client, field: str, value: Any
) -> None:
    sent = typed(accommodation="The office that was typed")
    answer = client.post("/desk/meetings/add/", {**sent, field: value})
    assert answer.status_code == 422
    assert "The office that was typed" in answer.content.decode()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("edit", {}),
        ("edit", {"seen": "zqx", "title": "\0"}),
        ("post", {"grounds": "x" * 601}),
        ("post", {"seen": "zqx"}),
        ("repeat", {}),
        ("repeat", {"rhythm": "hourly", "count": "3"}),
        ("repeat", {"rhythm": "weekly", "count": "1000000000000"}),
    ],
)
def test_rubbish_in_the_steps_of_a_draft_is_refused(
    client: Client, editor: Any, step: str, sent: dict[str, Any]
) -> None:
    meeting = draft(by=editor)
    assert client.post(f"/desk/meetings/{meeting.pk}/{step}/", sent).status_code == 422
    assert Meeting.objects.count() == 1
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("put-up", {}),
        ("put-up", {"place": "x" * 201, "at": "2026-01-01T00:00"}),
        ("put-up", {"place": "Board", "at": "9999-12-31T23:59"}),
        ("put-up", {"place": "Board", "at": "2031-01-01T00:00"}),
        ("cancel", {"word": "x" * 50}),
        ("cancel", {}),
        ("edit", {"seen": "-1"}),
    ],
)
def test_rubbish_in_the_steps_of_what_is_posted_is_refused(
    client: Client, editor: Any, step: str, sent: dict[str, Any]
) -> None:
    meeting, _notice = post(by=editor)
    assert client.post(f"/desk/meetings/{meeting.pk}/{step}/", sent).status_code == 422
    assert Notice.objects.count() == 1


MINUTES: tuple[tuple[str, dict[str, str]], ...] = (
    ("write", {"words": "\0"}),
    ("write", {"began_at": "0001-01-01T00:00"}),
    ("write", {"closed_until": "9999-12-31"}),
    ("write", {"began_at": "2026-01-02T00:00", "ended_at": "2026-01-01T00:00"}),
    ("write", {"closed_words": "There was none"}),
    ("attendance", {"name": "x" * 161}),
    ("attendance", {"name": "Somebody", "presence": "in spirit"}),
    ("vote", {}),
    ("vote", {"motion": "A motion", "kind": "by shouting"}),
    ("vote", {"motion": "A motion", "kind": "voice", "closes_for": "99999999999999999999"}),
    ("vote", {"motion": "A motion", "kind": "roll_call"}),
    ("approve", {"at_meeting": "99999999999999999999"}),
    ("approve", {}),
    ("task", {"words": "x"}),
    ("task", {"words": "x", "owner": "a\r\nBcc: b@example"}),
    ("task", {"words": "x", "owner_words": "y", "due_on": "9999-99-99"}),
    ("task", {"words": "", "owner_words": "The office that was typed"}),
)


@pytest.mark.parametrize(("step", "sent"), MINUTES)
def test_rubbish_in_the_forms_of_minutes_is_refused(
    client: Client, editor: Any, step: str, sent: dict[str, str]
) -> None:
    minutes = held(editor)
    answer = client.post(f"/desk/meetings/{minutes.meeting.pk}/minutes/{step}/", sent)
    assert answer.status_code == 422
    for typed_words in ("The office that was typed", "There was none"):
        assert typed_words not in sent.values() or typed_words in answer.content.decode()
    assert not minutes.meeting.action_items.exists()
    assert not minutes.meeting.votes.exists()


def held(editor: Any) -> Minutes:
    with time_machine.travel(timezone.now() - timedelta(days=14), tick=False):
        meeting, _notice = post(by=editor, starts_at=timezone.now() + timedelta(days=13))
    made: Minutes = BeginMinutes(Meeting.objects.get(pk=meeting.pk), editor).execute()
    return made


def addresses(editor: Any) -> Iterator[str]:
    big = 10**30
    for tail in ("", "minutes/", "sheet/", "needs/", "exercise/"):
        yield f"/desk/meetings/{big}/{tail}"
        yield f"/desk/meetings/999999/{tail}"
    yield f"/desk/meetings/actions/{big}/"
    yield "/desk/meetings/actions/999999/"
    yield "/desk/meetings/?page=zqx"
    yield "/desk/meetings/actions/?page=99999"


def test_what_is_not_there_answers_404(client: Client, editor: Any) -> None:
    for address in addresses(editor):
        assert client.get(address).status_code == 404, address
    meeting, _notice = post(by=editor)
    item = AssignAction(meeting, editor, "Do it", editor).execute()
    for address in (f"{meeting.pk}/burn/", f"{meeting.pk}/minutes/burn/", f"actions/{item.pk}/burn/"):
        assert client.post(f"/desk/meetings/{address}").status_code == 404, address
    assert client.post(f"/desk/meetings/{meeting.pk}/minutes/write/", {"words": "x"}).status_code == 404


INJECTED = "Quarterly\r\nBcc: everybody@evil.example\r\n\r\nmeeting"


def test_a_title_begins_no_header_in_mail_and_no_line_in_a_calendar(client: Client) -> None:
    sent = typed(
        title=INJECTED, place="Hall\r\nSUMMARY:Evil", starts_at="2031-05-27T14:00", accommodation="Office\u2028x"
    )
    client.post("/desk/meetings/add/", sent)
    meeting = Meeting.objects.get()
    assert meeting.title == "Quarterly Bcc: everybody@evil.example meeting"
    assert meeting.place == "Hall SUMMARY:Evil"
    assert client.post(f"/desk/meetings/{meeting.pk}/post/", {}).status_code == 302
    Subscriber.objects.create(email="press@news.example", confirmed_at=timezone.now())
    notice_mail.tell_subscribers(timezone.now())
    mail.outbox.clear()
    outbox.send_waiting(all_sites=True)
    (message,) = mail.outbox
    parsed = message_from_bytes(message.message().as_bytes())
    assert parsed["Bcc"] is None
    assert parsed.get_all("To") == ["press@news.example"]
    found = icalendar.Calendar.from_ical(client.get(f"{meeting.get_absolute_url()}meeting.ics").content)
    (event,) = found.walk("VEVENT")
    assert str(event["SUMMARY"]) == meeting.title
    assert str(event["LOCATION"]) == "Hall SUMMARY:Evil"


@given(words=PARTS)
def test_one_line_is_one_line_whatever_is_in_it(words: str) -> None:
    found = one_line(words)
    assert len(found.splitlines()) <= 1
    assert found == one_line(found)
    assert not any(ord(sign) < 32 for sign in found)
