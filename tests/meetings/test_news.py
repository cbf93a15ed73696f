"""Notices are news: members of the committee hear of each when the public does, and of nothing that is struck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access.enums import Label
from portal.core import outbox
from portal.delivery.enums import Mode, Rhythm
from portal.delivery.models import News
from portal.delivery.sources import source_named
from portal.meetings import mail as notices_mail
from portal.meetings.actions import AmendNotice, CancelMeeting
from portal.meetings.enums import Coming, MeetingKind
from portal.meetings.models import Answer, Meeting, Subscriber
from portal.members.enums import CommunityKind, StaffRole, Standing
from portal.members.models import Community, Person
from tests.delivery.making import begin, choose, energy, mailed, turn
from tests.factories import PersonFactory, staff
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # ten in the morning in Missouri


@pytest.fixture
def clock(pages: Any, settings: Any, desk_keys: None) -> Iterator[time_machine.Traveller]:
    """Desk at a fixed time. News counts from here on."""
    settings.PORTAL_NEWS_CONNECTIONS = 1
    with time_machine.travel(MONDAY, tick=False) as moment:
        begin()
        moment.shift(timedelta(minutes=1))
        yield moment


@pytest.fixture
def committee() -> Community:
    return Community.objects.get(slug="standing-committee")


@pytest.fixture
def editor(clock: Any) -> Any:
    person = staff(StaffRole.MOP3_EDITOR)
    choose(person, Mode.NOTHING)
    return person


@pytest.fixture
def inside(clock: Any, committee: Community) -> Person:
    made: Person = PersonFactory(communities=[committee])
    return made


def test_who_is_in_the_committee_hears_of_it_at_once_and_who_is_not_does_not(editor: Any, inside: Person) -> None:
    PersonFactory()
    meeting, _notice = post(by=editor)
    assert turn() == 1
    assert mailed() == [(inside.email, "TLP:CLEAR Quarterly meeting")]
    (message,) = mail.outbox
    for words in ("Standing Committee", "Monday 16 March 2026, 11:01 CDT", "room 310", meeting.get_absolute_url()):
        assert words in message.body, words
    assert turn() == 0


def test_members_hear_of_it_in_the_same_turn_as_subscribers(editor: Any, inside: Person) -> None:
    Subscriber.objects.create(email="desk@paper.example", confirmed_at=timezone.now())
    post(by=editor)
    notices_mail.tell_subscribers(timezone.now())
    outbox.send_waiting(all_sites=True)
    turn()
    assert {to for to, _subject in mailed()} == {"desk@paper.example", inside.email}


def test_amendments_and_the_cancellation_are_news_of_their_own(editor: Any, inside: Person, clock: Any) -> None:
    meeting, _notice = post(by=editor)
    turn()
    clock.shift(timedelta(minutes=5))
    AmendNotice(meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1).execute()
    turn()
    clock.shift(timedelta(minutes=5))
    CancelMeeting(meeting, editor).execute()
    turn()
    assert [subject for _to, subject in mailed()] == [
        "TLP:CLEAR Quarterly meeting",
        "TLP:CLEAR Amended: Quarterly meeting",
        "TLP:CLEAR Called off: Quarterly meeting",
    ]
    assert "City hall" in mail.outbox[1].body


@pytest.mark.parametrize("change", ["another day", "called off", "another word"])
def test_who_said_that_they_come_gets_one_mail_of_a_change(
    editor: Any, inside: Person, committee: Community, clock: Any, change: str
) -> None:
    """By name where time or place changed or it was called off; as everybody does where another word did."""
    undecided = PersonFactory(communities=[committee])
    meeting, _notice = post(by=editor)
    Answer.objects.create(meeting=meeting, person=inside, coming=Coming.YES)
    Answer.objects.create(meeting=meeting, person=undecided, coming=Coming.NO)
    turn()
    mail.outbox.clear()
    clock.shift(timedelta(minutes=5))
    match change:
        case "another day":
            later = prepared(starts_at=meeting.starts_at + timedelta(days=1))
            AmendNotice(meeting, editor, prepared=later, seen=1).execute()
        case "called off":
            CancelMeeting(meeting, editor).execute()
        case "another word":
            renamed = prepared(starts_at=meeting.starts_at, title="Spring meeting")
            AmendNotice(meeting, editor, prepared=renamed, seen=1).execute()
    outbox.send_waiting(all_sites=True)
    turn()
    assert sorted(to for to, _subject in mailed()) == sorted([inside.email, undecided.email])
    (own,) = [message for message in mail.outbox if message.to == [inside.email]]
    assert ("List-Unsubscribe" in own.extra_headers) is (change == "another word")


def test_of_two_notices_in_a_moment_the_last_is_told(editor: Any, inside: Person, clock: Any) -> None:
    meeting, _notice = post(by=editor)
    turn(send=False)
    clock.shift(timedelta(seconds=30))
    AmendNotice(meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1).execute()
    turn()
    assert [subject for _to, subject in mailed()] == ["TLP:CLEAR Amended: Quarterly meeting"]


def test_a_draft_is_no_news(editor: Any, inside: Person) -> None:
    draft(by=editor)
    assert turn() == 0 and not News.objects.exists()


def test_a_sectors_community_hears_of_its_meetings_at_once_as_well(editor: Any) -> None:
    sector, community = energy()
    person = PersonFactory(communities=[community])
    assert community.kind == CommunityKind.SECTOR and community.sector == sector
    post(by=editor, committee=community)
    assert turn() == 1 and mailed()[0][0] == person.email


def test_one_may_choose_that_trainings_come_weekly_and_meetings_at_once(
    editor: Any, inside: Person, committee: Community
) -> None:
    wishes = {f"committee:{committee.pk}": Rhythm.AT_ONCE, "kind:meeting.training": Rhythm.WEEKLY}
    choose(inside, wishes=wishes)
    post(by=editor, title="Drill", kind=MeetingKind.TRAINING)
    assert turn() == 0
    post(by=editor, title="Quarterly meeting")
    assert turn() == 1


def test_who_is_suspended_between_queueing_and_sending_gets_nothing(editor: Any, inside: Person) -> None:
    post(by=editor)
    turn(send=False)
    Person.objects.filter(pk=inside.pk).update(standing=Standing.SUSPENDED)
    assert turn() == 0 and mail.outbox == []


def test_above_green_it_is_a_safe_title_and_a_link_to_those_who_may_read_it(
    editor: Any, inside: Person, committee: Community
) -> None:
    PersonFactory(communities=[Community.objects.get(slug="advisory-committee")])
    meeting, _notice = post(
        by=editor, kind=MeetingKind.TRAINING, title="Zqx drill", safe_title="A training of partners", place="Zqx hall"
    )
    meeting.tlp = Label.AMBER
    meeting.save()
    meeting.audience_communities.set([committee])
    assert turn() == 1
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([inside.email], "TLP:AMBER A training of partners")
    raw = message.message().as_string()
    assert "Zqx" not in raw and "March" not in raw and meeting.get_absolute_url() in raw


def test_without_a_safe_title_it_is_called_a_meeting(editor: Any) -> None:
    source = source_named("meeting")
    assert source is not None
    assert source.safe_title(Meeting(title="Zqx")) == "A meeting"


def test_what_it_takes_to_tell_of_many_does_not_depend_on_how_many(editor: Any) -> None:
    source = source_named("meeting")
    assert source is not None
    counts = []
    for _turn in range(2):
        for _each in range(4):
            post(by=editor)
        keys = list(Meeting.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            for meeting in source.rows(keys).values():
                source.topics(meeting), source.title(meeting), source.summary(meeting), source.version(meeting)
        counts.append(len(queries))
    assert counts[0] == counts[1]
