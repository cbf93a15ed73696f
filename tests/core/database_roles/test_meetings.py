"""Meetings under Front's account on PostgreSQL: what pages and calendars offer works, and the rest is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from portal.meetings import subscribing
from portal.meetings.enums import MinutesState
from portal.meetings.models import AccessNeed, ActionItem, Answer, CalendarFeed, Meeting, Minutes, Subscriber
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from tests.conftest import session_for
from tests.core.database_roles.conftest import AsFront, World, on_postgresql
from tests.factories import staff
from tests.meetings.making import draft, post

REFUSED = [
    "SELECT words FROM meetings_accessneed",
    "SELECT closed_words FROM meetings_minutes",
    "SELECT words FROM meetings_objective",
    "UPDATE meetings_meeting SET state = 'posted'",
    "UPDATE meetings_notice SET facts = '{}'",
    "DELETE FROM meetings_notice",
    "DELETE FROM meetings_answer",
    "DELETE FROM meetings_accessneed",
    "DELETE FROM meetings_subscriber",
    "UPDATE meetings_subscriber SET email = 'thief@evil.example'",
    "UPDATE meetings_answer SET person_id = 1",
    "UPDATE meetings_sheet SET place = 'x'",
    "UPDATE meetings_calendarfeed SET token_id = 1",
    "UPDATE meetings_actionitem SET owner_id = 1",
    "UPDATE meetings_actionitem SET words = 'x'",
    "DELETE FROM meetings_actionitem",
]
# By their guards: answers and needs for what is posted and to come, addresses that nobody confirmed, and all of it now.
NOT_NOW = [
    "INSERT INTO meetings_answer (meeting_id, person_id, coming, at) VALUES ({draft}, {person}, 'yes', now())",
    "INSERT INTO meetings_answer (meeting_id, person_id, coming, at) VALUES ({over}, {person}, 'yes', now())",
    "INSERT INTO meetings_answer (meeting_id, person_id, coming, at)"
    " VALUES ({open}, {person}, 'yes', now() - interval '1 day')",
    "INSERT INTO meetings_accessneed (uuid, meeting_id, words, at) VALUES (gen_random_uuid(), {draft}, 'x', now())",
    "INSERT INTO meetings_accessneed (uuid, meeting_id, words, at) VALUES (gen_random_uuid(), {open}, '', now())",
    "INSERT INTO meetings_subscriber (uuid, email, is_media, asked_at, confirmed_at)"
    " VALUES (gen_random_uuid(), 'a@b.example', false, now(), now())",
    "UPDATE meetings_subscriber SET confirmed_at = now() - interval '1 year'",
    "UPDATE meetings_subscriber SET ended_at = now() + interval '1 day'",
    "UPDATE meetings_actionitem SET done_at = now(), outcome = '' WHERE words = 'One''s own'",
    "UPDATE meetings_actionitem SET done_at = now() - interval '1 day', outcome = 'x' WHERE words = 'One''s own'",
    "UPDATE meetings_actionitem SET done_at = now(), outcome = 'x' WHERE words = 'Of an office'",
    "UPDATE meetings_actionitem SET done_at = now(), outcome = 'x' WHERE words = 'Done'",
    "UPDATE meetings_actionitem SET done_at = NULL, outcome = 'x' WHERE words = 'Done'",
]


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@on_postgresql
def test_members_and_the_public_do_what_the_pages_offer(as_front: AsFront, world: World, editor: Any) -> None:
    own = Community.objects.get(slug="standing-committee")
    world.member.community_memberships.create(community=own)
    meeting, _notice = post(by=editor)
    facts = {"words": "Heard.", "began_at": timezone.now(), "approved_at": timezone.now()}
    Minutes.objects.create(meeting=meeting, state=MinutesState.PUBLISHED, **facts)
    item = put_down(meeting, world.member)
    address, browser = meeting.get_absolute_url(), session_for(world.member)
    with as_front():
        assert Client().get("/").status_code == browser.get("/").status_code == 200
        for path in ("/meetings/", "/meetings/?when=past", "/meetings/calendar.ics", address):
            assert Client().get(path).status_code == browser.get(path).status_code == 200
        for more in ("meeting.ics", "notices/1/"):
            assert Client().get(f"{address}{more}").status_code == 200
        for coming in ("yes", "no"):
            assert browser.post(f"{address}answer/", {"coming": coming}).status_code == 302
        assert Client().post(f"{address}need/", {"words": "A ramp."}).status_code == 302
        assert browser.post("/meetings/calendar/").status_code == 302
        assert Client().get(urlsplit(own_address()).path).status_code == 200
        assert browser.post(f"/meetings/calendar/{CalendarFeed.objects.get().pk}/end/").status_code == 302
        for path in ("/meetings/actions/", f"/meetings/actions/{item.pk}/"):
            assert browser.get(path).status_code == 200
        assert browser.post(f"/meetings/actions/{item.pk}/", {"outcome": "Bought"}).status_code == 302
        for _turn in range(2):
            assert Client().post("/meetings/subscribe/", {"email": "desk@paper.example"}).status_code == 302
        row = Subscriber.objects.get()
        for act in ("confirm", "end"):
            assert Client().post(urlsplit(subscribing.link(row, act)).path).status_code == 200
    assert Answer.objects.get().coming == "no" and AccessNeed.objects.count() == 1


def own_address() -> str:
    from portal.meetings import calendars

    return calendars.address_of(CalendarFeed.objects.get())


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_desks_is_refused(as_front: AsFront, world: World, editor: Any, statement: str) -> None:
    post(by=editor)
    Subscriber.objects.create(email="desk@paper.example")
    with as_front(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run(statement)


@on_postgresql
@pytest.mark.parametrize("statement", NOT_NOW)
def test_what_is_not_of_now_is_refused(as_front: AsFront, world: World, editor: Any, statement: str) -> None:
    meeting, over, kept = post(by=editor)[0], post(by=editor)[0], draft(by=editor)
    Meeting.objects.filter(pk=over.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    Subscriber.objects.create(email="desk@paper.example")
    put_down(meeting, world.member)
    keys = {"open": meeting.pk, "over": over.pk, "draft": kept.pk, "person": world.member.pk}
    with as_front(), pytest.raises(DatabaseError, match="for this row"), transaction.atomic():
        run(statement.format(**keys))


def put_down(meeting: Meeting, owner: Person) -> ActionItem:
    """An open item of a member, and beside it one of an office and one that is done."""
    items = [
        ActionItem(meeting=meeting, words="One's own", owner=owner),
        ActionItem(meeting=meeting, words="Of an office", owner_words="The operator"),
        ActionItem(meeting=meeting, words="Done", owner=owner, done_at=timezone.now(), outcome="Bought"),
    ]
    return ActionItem.objects.bulk_create(items)[0]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
