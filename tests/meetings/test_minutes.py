"""Minutes: who was there, votes, approval at the next meeting, and what stays closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.meetings.actions import AmendNotice, Item
from portal.meetings.enums import Ballot, MinutesState, Openness, Presence, VoteKind
from portal.meetings.minutes import rules
from portal.meetings.minutes.actions import (
    ApproveMinutes,
    BeginMinutes,
    NoteAttendance,
    NoteVote,
    PublishMinutes,
    WriteMinutes,
    open_closed,
)
from portal.meetings.models import Attendance, ClosureException, Meeting, Minutes, Vote
from portal.members.enums import StaffRole
from portal.members.models import Community, Office, Term
from portal.vault.errors import KeyNotHeld
from tests.conftest import session_for
from tests.factories import staff
from tests.meetings.making import post, prepared

pytestmark = pytest.mark.django_db
SECRET = "The spare transformer is at the north depot"


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


def held(editor: Any, **fields: Any) -> Minutes:
    """The minutes of a meeting that was posted two weeks ago and has begun."""
    with time_machine.travel(timezone.now() - timedelta(days=14), tick=False):
        meeting, _notice = post(by=editor, starts_at=timezone.now() + timedelta(days=13), **fields)
    made: Minutes = BeginMinutes(Meeting.objects.get(pk=meeting.pk), editor).execute()
    return made


def part_closed() -> dict[str, Any]:
    agenda = [Item("Report"), Item("Protection of one site", is_closed=True)]
    return {
        "openness": Openness.PART,
        "agenda": agenda,
        "exceptions": [ClosureException.objects.get(citation__endswith="(18)")],
    }


def write(minutes: Minutes, editor: Any, **words: str) -> None:
    facts: dict[str, Any] = {"words": "The report was heard.", **words}
    WriteMinutes(minutes, editor, began_at=minutes.meeting.starts_at, **facts).execute()


def attend(minutes: Minutes, editor: Any, *names: str) -> None:
    for name in names:
        NoteAttendance(minutes, editor, name, "A company", Presence.PRESENT, is_entitled=True).execute()


def as_now(minutes: Minutes) -> Minutes:
    return Minutes.objects.get(pk=minutes.pk)


def roll_call(minutes: Minutes, editor: Any, *ballots: tuple[str, Ballot], carried: bool = True) -> Vote:
    """A roll call that closes a part."""
    exception = ClosureException.objects.get(citation__endswith="(18)")
    facts: dict[str, Any] = {"is_carried": carried, "closes_for": exception, "ballots": ballots}
    made: Vote = NoteVote(minutes, editor, "To close", VoteKind.ROLL_CALL, **facts).execute()
    return made


def approved(editor: Any, **fields: Any) -> Minutes:
    """Minutes of a meeting of three months ago, approved at one of yesterday."""
    first = held(editor, **fields)
    attend(first, editor, "Member One")
    if fields:
        write(first, editor, closed_words=SECRET)
        roll_call(first, editor, ("Member One", Ballot.YES))
    else:
        write(first, editor)
    Meeting.objects.filter(pk=first.meeting.pk).update(starts_at=first.meeting.starts_at - timedelta(days=90))
    ApproveMinutes(as_now(first), editor, held(editor).meeting).execute()
    return as_now(first)


def test_minutes_begin_once_the_meeting_has_begun(editor: Any) -> None:
    meeting, _notice = post(by=editor)
    with pytest.raises(ActionRefused, match="once the meeting has begun"):
        BeginMinutes(meeting, editor).execute()


def test_they_begin_with_those_who_held_an_office_that_day_as_absent(editor: Any) -> None:
    body = Community.objects.get(slug="standing-committee")
    office = Office.objects.filter(community=body).first() or Office.objects.create(community=body, title="Member")
    today = timezone.localdate()
    facts: dict[str, Any] = {"office": office, "employer": "A company", "told_at": timezone.now()}
    Term.objects.create(name="Member Now", since=today - timedelta(days=400), **facts)
    Term.objects.create(
        name="Member Before", since=today - timedelta(days=400), until=today - timedelta(days=300), **facts
    )
    rows = Attendance.objects.filter(meeting=held(editor).meeting)
    assert [(row.name, row.presence, row.is_entitled) for row in rows] == [("Member Now", Presence.ABSENT, True)]


def test_nobody_shows_in_minutes_before_they_were_told_that_attendance_is_public(editor: Any) -> None:
    body = Community.objects.get(slug="standing-committee")
    office = Office.objects.create(community=body, title="Guest seat")
    term = Term.objects.create(office=office, name="Not Told", employer="A company", since=timezone.localdate())
    Term.objects.filter(pk=term.pk).update(since=timezone.localdate() - timedelta(days=30))
    minutes = held(editor)
    write(minutes, editor)
    assert any("Not Told" in sentence for sentence in rules.what_is_missing(minutes))
    Term.objects.filter(pk=term.pk).update(told_at=timezone.now())
    assert not any("Not Told" in sentence for sentence in rules.what_is_missing(minutes))


def test_each_thing_that_the_law_asks_for_is_missed_by_name(editor: Any) -> None:
    minutes = held(editor)
    Minutes.objects.filter(pk=minutes.pk).update(began_at=None)
    said = " ".join(rules.what_is_missing(as_now(minutes)))
    for words in ("when it began", "who was present", "discussed and decided"):
        assert words in said
    with pytest.raises(ActionRefused, match="Nothing was approved"):
        ApproveMinutes(as_now(minutes), editor, minutes.meeting).execute()


def test_what_a_closed_part_needs_is_asked_before_approval(editor: Any) -> None:
    minutes = held(editor, **part_closed())
    attend(minutes, editor, "Member One", "Member Two")
    write(minutes, editor, closed_words=SECRET)
    assert any("roll-call vote" in sentence for sentence in rules.what_is_missing(minutes))
    with pytest.raises(ActionRefused, match="by roll call"):
        NoteVote(minutes, editor, "To close", VoteKind.VOICE, closes_for=ClosureException.objects.first()).execute()
    roll_call(minutes, editor, ("Member One", Ballot.YES), ("Member Two", Ballot.YES))
    assert not rules.what_is_missing(minutes)


@pytest.mark.parametrize(
    ("ballots", "quorum", "closes"),
    [
        ([Ballot.YES, Ballot.YES, Ballot.ABSTAINED], 3, True),
        ([Ballot.YES, Ballot.ABSTAINED, Ballot.ABSTAINED], 3, False),  # carried, but by no majority of a quorum
        ([Ballot.YES, Ballot.YES, Ballot.NO], 4, False),  # there was no quorum
        ([Ballot.YES, Ballot.YES, Ballot.NO], None, True),
    ],
)
def test_a_majority_of_a_quorum_closes_a_part(
    editor: Any, ballots: list[Ballot], quorum: int | None, closes: bool
) -> None:
    minutes = held(editor, quorum=quorum, **part_closed())
    names = ["Member One", "Member Two", "Member Three"]
    attend(minutes, editor, *names)
    vote = roll_call(minutes, editor, *zip(names, ballots, strict=True))
    assert rules.closes_lawfully(vote) is closes


def test_a_roll_call_names_those_who_were_there_and_its_count_is_its_result(editor: Any) -> None:
    minutes = held(editor)
    attend(minutes, editor, "Member One")
    with pytest.raises(ActionRefused, match="names voters who were present"):
        NoteVote(minutes, editor, "A motion", VoteKind.ROLL_CALL, ballots=[("Somebody", Ballot.YES)]).execute()
    with pytest.raises(ActionRefused, match="do not give that result"):
        NoteVote(minutes, editor, "A motion", VoteKind.ROLL_CALL, ballots=[("Member One", Ballot.NO)]).execute()
    twice = [("Member One", Ballot.YES), ("Member One", Ballot.YES)]
    with pytest.raises(ActionRefused, match="each once"):
        NoteVote(minutes, editor, "A motion", VoteKind.ROLL_CALL, ballots=twice).execute()


def test_guests_stand_in_the_minutes_and_neither_vote_nor_count(editor: Any) -> None:
    minutes = held(editor, quorum=2)
    attend(minutes, editor, "Member One")
    NoteAttendance(minutes, editor, "A guest", "A newspaper", Presence.PRESENT).execute()
    counted = rules.quorum(Meeting.objects.get(pk=minutes.meeting.pk))
    assert (counted.present, counted.entitled, counted.is_reached) == (1, 1, False)
    with pytest.raises(ActionRefused, match="names voters"):
        NoteVote(minutes, editor, "A motion", VoteKind.ROLL_CALL, ballots=[("A guest", Ballot.YES)]).execute()
    NoteAttendance(minutes, editor, "A guest", "", Presence.REMOTE, is_entitled=True).execute()
    assert rules.quorum(Meeting.objects.get(pk=minutes.meeting.pk)).is_reached


def test_approved_at_a_later_meeting_of_the_same_committee_that_was_held(editor: Any) -> None:
    first = held(editor)
    attend(first, editor, "Member One")
    write(first, editor)
    other = held(editor, committee=Community.objects.get(slug="advisory-committee"))
    for wrong in (first.meeting, other.meeting, post(by=editor)[0]):
        with pytest.raises(ActionRefused, match="later meeting of the committee"):
            ApproveMinutes(first, editor, wrong).execute()
    Meeting.objects.filter(pk=first.meeting.pk).update(starts_at=first.meeting.starts_at - timedelta(days=90))
    later = held(editor).meeting
    ApproveMinutes(as_now(first), editor, later).execute()
    assert (as_now(first).state, as_now(first).approved_at_meeting) == (MinutesState.APPROVED, later)


def test_published_minutes_say_who_was_there_how_many_it_took_and_each_vote(editor: Any) -> None:
    minutes = approved(editor, quorum=1, **part_closed())
    Minutes.objects.filter(pk=minutes.pk).update(state=MinutesState.DRAFT)
    NoteAttendance(as_now(minutes), editor, "Member Two", "A town", Presence.ABSENT, is_entitled=True).execute()
    Minutes.objects.filter(pk=minutes.pk).update(state=MinutesState.APPROVED)
    assert "The report was heard." not in Client().get(minutes.meeting.get_absolute_url()).content.decode()
    PublishMinutes(as_now(minutes), editor).execute()
    page = " ".join(Client().get(minutes.meeting.get_absolute_url()).content.decode().split())
    for words in (
        "The report was heard.",
        "Member One (A company)",
        "Member Two",
        "1 of 2 who vote were present; it takes 1: there was a quorum",
        "To close – carried, by roll call (RSMo 610.021(18)",
        "Member One: yes",
    ):
        assert words in page, words


def test_the_closed_part_is_sealed_and_shows_to_nobody_outside_desk(editor: Any) -> None:
    minutes = approved(editor, **part_closed())
    PublishMinutes(minutes, editor).execute()
    address = minutes.meeting.get_absolute_url()
    page = Client().get(address).content.decode()
    assert "The closed part is held back." in page
    assert SECRET not in page
    assert SECRET not in session_for(editor).get(address).content.decode()
    kept = as_now(minutes)
    assert kept.has_closed_part
    assert SECRET.encode() not in bytes(kept.closed_words)
    with pytest.raises(KeyNotHeld):
        open_closed(kept)


def test_on_desk_the_closed_part_opens_when_asked_and_the_trail_says_so(editor: Any, desk: None) -> None:
    minutes = held(editor, **part_closed())
    attend(minutes, editor, "Member One")
    write(minutes, editor, closed_words=SECRET)
    client, address = session_for(editor), f"/desk/meetings/{minutes.meeting.pk}/minutes/"
    opened = Event.objects.filter(verb=Verb.UNSEAL)
    before = opened.count()
    assert SECRET not in client.get(address).content.decode()
    assert opened.count() == before
    assert SECRET in client.get(f"{address}?closed").content.decode()
    assert opened.count() == before + 1


def test_writing_again_keeps_the_closed_part_unless_it_is_written_anew(editor: Any, desk_keys: None) -> None:
    minutes = held(editor, **part_closed())
    write(minutes, editor, closed_words=SECRET)
    write(as_now(minutes), editor, words="Other words.")
    assert open_closed(as_now(minutes)) == SECRET
    write(as_now(minutes), editor, closed_words="Nothing was decided.")
    assert open_closed(as_now(minutes)) == "Nothing was decided."


def test_an_open_meeting_has_no_closed_part(editor: Any) -> None:
    minutes = held(editor)
    with pytest.raises(ActionRefused, match="has no closed part"):
        write(minutes, editor, closed_words=SECRET)
    assert not as_now(minutes).words


def test_approved_minutes_are_changed_by_nobody(editor: Any) -> None:
    minutes = approved(editor)
    for action in (
        WriteMinutes(minutes, editor, words="Other words."),
        NoteAttendance(minutes, editor, "Member Two"),
        NoteVote(minutes, editor, "A motion"),
    ):
        with pytest.raises(ActionRefused, match="were approved"):
            action.execute()


def test_minutes_are_published_once_they_are_approved(editor: Any) -> None:
    minutes = held(editor)
    with pytest.raises(ActionRefused, match="once they are approved"):
        PublishMinutes(minutes, editor).execute()


def test_the_grounds_of_short_notice_stand_in_the_minutes_whatever_staff_write(editor: Any) -> None:
    before = timezone.now() - timedelta(days=1)
    with time_machine.travel(before, tick=False):
        meeting, _notice = post(by=editor, starts_at=before + timedelta(hours=1), grounds="A levee is failing.")
    minutes = BeginMinutes(Meeting.objects.get(pk=meeting.pk), editor).execute()
    write(minutes, editor)
    Minutes.objects.filter(pk=minutes.pk).update(state=MinutesState.PUBLISHED, approved_at=timezone.now())
    page = Client().get(meeting.get_absolute_url()).content.decode()
    section = page[page.index('id="minutes"') :]
    assert "A levee is failing." in section


def test_grounds_leave_the_minutes_when_an_amendment_gave_time_enough(editor: Any) -> None:
    meeting, notice = post(by=editor, starts_at=timezone.now() + timedelta(hours=1), grounds="A levee is failing.")
    assert Meeting.objects.get(pk=meeting.pk).grounds == "A levee is failing."
    words = prepared(starts_at=timezone.now() + timedelta(days=14))
    AmendNotice(meeting, editor, prepared=words, seen=notice.number).execute()
    assert Meeting.objects.get(pk=meeting.pk).grounds == ""


def test_only_editors_write_minutes(editor: Any) -> None:
    minutes, analyst = held(editor), staff(StaffRole.MIAC_ANALYST)
    for action in (WriteMinutes(minutes, analyst, words="x"), NoteAttendance(minutes, analyst, "x")):
        with pytest.raises(ActionRefused, match="Your role"):
            action.execute()
