"""Posting, amending and calling off: what is lawful, and what nobody can change silently."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.meetings import notices, wording
from portal.meetings.actions import (
    AmendNotice,
    CancelMeeting,
    DiscardDraft,
    Item,
    PostNotice,
    PrepareMeeting,
    RecordSheet,
)
from portal.meetings.enums import MeetingKind, NoticeKind, Openness, State
from portal.meetings.models import ClosureException, Meeting, Notice
from portal.meetings.notices import Standing
from portal.members.enums import StaffRole
from portal.vocabulary import calendar
from portal.vocabulary.models import Holiday
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.meetings.making import draft, post, prepared

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 5, 22, 15, tzinfo=ZoneInfo("America/Chicago"))  # Memorial Day is the Monday after


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@time_machine.travel(FRIDAY, tick=False)
def test_a_late_notice_is_refused_with_the_earliest_lawful_start(editor: Any) -> None:
    meeting = draft(by=editor, starts_at=FRIDAY + timedelta(days=3))
    with pytest.raises(ActionRefused, match="Tuesday 26 May 2026, 15:00 CDT"):
        PostNotice(meeting, editor).execute()
    assert not Notice.objects.exists()
    assert Meeting.objects.get().state == State.DRAFT


@time_machine.travel(FRIDAY, tick=False)
def test_at_the_earliest_start_it_is_posted(editor: Any) -> None:
    _meeting, notice = post(by=editor, starts_at=FRIDAY + timedelta(days=4))
    assert notice.earliest == FRIDAY + timedelta(days=4)
    assert not notice.is_short


@time_machine.travel(FRIDAY, tick=False)
def test_short_notice_needs_good_cause_which_stands_in_the_notice(editor: Any) -> None:
    _meeting, notice = post(
        by=editor, starts_at=FRIDAY + timedelta(hours=3), grounds="The levee at mile 12 is failing."
    )
    assert notice.is_short
    assert notice.grounds == "The levee at mile 12 is failing."


@time_machine.travel(FRIDAY, tick=False)
def test_good_cause_does_not_post_what_has_begun(editor: Any) -> None:
    with pytest.raises(ActionRefused, match="begun already"):
        post(by=editor, starts_at=FRIDAY - timedelta(minutes=1), grounds="An emergency.")


def test_without_an_agenda_nothing_is_posted(editor: Any) -> None:
    with pytest.raises(ActionRefused, match="no agenda"):
        post(by=editor, agenda=[])


@pytest.mark.parametrize(
    ("openness", "agenda", "is_cited", "said"),
    [
        (Openness.CLOSED, [Item("Plans", is_closed=True)], False, "cites no exception"),
        (Openness.PART, [Item("Plans", is_closed=True)], True, "leave some open"),
        (Openness.PART, [Item("Minutes")], True, "mark which items"),
        (Openness.OPEN, [Item("Minutes")], True, "It is open"),
    ],
)
def test_a_closed_part_cites_its_exception(editor: Any, openness: str, agenda: Any, is_cited: bool, said: str) -> None:
    exceptions = [ClosureException.objects.first()] if is_cited else []
    with pytest.raises(ActionRefused, match=said):
        post(by=editor, openness=openness, agenda=agenda, exceptions=exceptions)


def test_a_posted_notice_counts_once_it_was_put_up(editor: Any) -> None:
    _meeting, notice = post(by=editor)
    assert notices.standing(notice, calendar.load()).standing is Standing.NO_SHEET
    RecordSheet(notice, editor, "Board at the entrance", timezone.now()).execute()
    fresh = Notice.objects.get()
    assert notices.standing(fresh, calendar.load()).standing is Standing.LAWFUL


@time_machine.travel(FRIDAY, tick=False)
def test_a_sheet_that_went_up_too_late_does_not_make_it_lawful(editor: Any) -> None:
    _meeting, notice = post(by=editor, starts_at=FRIDAY + timedelta(days=4))
    with time_machine.travel(FRIDAY + timedelta(hours=1), tick=False):
        RecordSheet(notice, editor, "Board at the entrance", timezone.now()).execute()
        assert notices.standing(Notice.objects.get(), calendar.load()).standing is Standing.LATE


@time_machine.travel(FRIDAY, tick=False)
def test_a_holiday_added_after_posting_shows_on_desk(editor: Any) -> None:
    _meeting, notice = post(by=editor, starts_at=FRIDAY + timedelta(days=4))
    RecordSheet(notice, editor, "Board", timezone.now()).execute()
    Holiday.objects.create(day=(FRIDAY + timedelta(days=4)).date(), name="A day of mourning")
    assert notices.standing(Notice.objects.get(), calendar.load()).standing is Standing.LATE


@time_machine.travel(FRIDAY, tick=False)
def test_a_changed_place_computes_the_start_anew_and_other_words_do_not(editor: Any) -> None:
    starts = FRIDAY + timedelta(days=4)
    meeting, first = post(by=editor, starts_at=starts)
    with time_machine.travel(FRIDAY + timedelta(hours=5), tick=False):
        words = prepared(starts_at=starts, agenda=[Item("Report of the co-chairs"), Item("Flood season")])
        second = AmendNotice(meeting, editor, prepared=words, seen=1).execute()
        assert second.time_from == first
        elsewhere = prepared(starts_at=starts, place="City hall", agenda=[Item("Flood season")])
        with pytest.raises(ActionRefused, match="less than 24 hours"):
            AmendNotice(meeting, editor, prepared=elsewhere, seen=2).execute()
    assert Meeting.objects.get().place != "City hall"
    assert Notice.objects.count() == 2


def test_an_amendment_shows_old_and_new_and_the_old_words_stay(editor: Any) -> None:
    meeting, first = post(by=editor)
    AmendNotice(meeting, editor, prepared=prepared(starts_at=meeting.starts_at, place="City hall"), seen=1).execute()
    page = Client().get(meeting.get_absolute_url()).content.decode()
    assert "<del>State office building, room 310, Jefferson City</del>" in page
    assert "<ins>City hall</ins>" in page
    old = Client().get(f"{meeting.get_absolute_url()}notices/1/").content.decode()
    assert "State office building, room 310, Jefferson City" in old
    assert first.digest in old
    assert wording.digest(Notice.objects.get(number=1).facts) == first.digest


def test_of_two_who_amend_at_once_one_wins(editor: Any) -> None:
    meeting, _first = post(by=editor)
    AmendNotice(
        meeting, editor, prepared=prepared(title="Spring meeting", starts_at=meeting.starts_at), seen=1
    ).execute()
    with pytest.raises(ActionRefused, match="Somebody else amended it"):
        AmendNotice(
            meeting, editor, prepared=prepared(title="Autumn meeting", starts_at=meeting.starts_at), seen=1
        ).execute()
    assert Meeting.objects.get().title == "Spring meeting"


def test_an_amendment_that_changes_nothing_is_refused(editor: Any) -> None:
    meeting, _first = post(by=editor)
    with pytest.raises(ActionRefused, match="Nothing is different"):
        AmendNotice(meeting, editor, prepared=prepared(starts_at=meeting.starts_at), seen=1).execute()


def test_what_was_called_off_stays_with_its_notices(editor: Any) -> None:
    meeting, _first = post(by=editor)
    last = CancelMeeting(meeting, editor).execute()
    assert last.kind == NoticeKind.CANCELLATION
    assert "called off" in Client().get(meeting.get_absolute_url()).content.decode()
    with pytest.raises(ActionRefused):
        CancelMeeting(meeting, editor).execute()


def test_only_editors_post() -> None:
    meeting = draft()
    with pytest.raises(ActionRefused):
        PostNotice(meeting, staff(StaffRole.MIAC_ANALYST)).execute()


@time_machine.travel(FRIDAY, tick=False)
def test_a_sheet_of_an_amendment_that_changed_other_words_counts_for_the_time_that_it_repeats(editor: Any) -> None:
    meeting, first = post(by=editor, starts_at=FRIDAY + timedelta(days=6))
    words = prepared(starts_at=FRIDAY + timedelta(days=6), title="Spring meeting")
    second = AmendNotice(meeting, editor, prepared=words, seen=1).execute()
    assert notices.standing(second, calendar.load()).standing is Standing.NO_SHEET
    RecordSheet(second, editor, "Board", timezone.now()).execute()
    assert notices.standing(Notice.objects.get(number=2), calendar.load()).standing is Standing.LAWFUL
    assert notices.standing(Notice.objects.get(pk=first.pk), calendar.load()).standing is Standing.NO_SHEET


@time_machine.travel(FRIDAY, tick=False)
def test_a_holiday_added_after_posting_says_what_to_do_and_both_ways_out_work(editor: Any) -> None:
    starts = FRIDAY + timedelta(days=4)
    meeting, notice = post(by=editor, starts_at=starts)
    RecordSheet(notice, editor, "Board", timezone.now()).execute()
    assert notices.trouble(Notice.objects.get(), calendar.load()) == ""
    Holiday.objects.create(day=starts.date(), name="A day of mourning")
    said = notices.trouble(Notice.objects.get(), calendar.load())
    assert "was added after this notice was posted" in said
    assert "Wednesday 27 May 2026, 15:00 CDT" in said
    same = prepared(starts_at=starts)
    with pytest.raises(ActionRefused, match="Nothing is different"):
        AmendNotice(meeting, editor, prepared=same, seen=1).execute()
    short = AmendNotice(meeting, editor, "The day of mourning was declared after.", prepared=same, seen=1).execute()
    assert short.is_short
    RecordSheet(short, editor, "Board", timezone.now()).execute()
    assert notices.standing(Notice.objects.get(number=2), calendar.load()).standing is Standing.SHORT
    later = prepared(starts_at=starts + timedelta(days=2))
    third = AmendNotice(meeting, editor, prepared=later, seen=2).execute()
    assert not third.is_short
    assert notices.trouble(Notice.objects.get(number=3), calendar.load()) == ""


@time_machine.travel(FRIDAY, tick=False)
def test_grounds_do_not_stand_in_a_notice_that_is_early_enough(editor: Any) -> None:
    _meeting, notice = post(by=editor, starts_at=FRIDAY + timedelta(days=9), grounds="Just in case.")
    assert (notice.is_short, notice.grounds) == (False, "")


def test_a_meeting_cannot_become_a_training_once_it_is_posted(editor: Any) -> None:
    """A training asks for no notice: so the law would be stepped around."""
    meeting, _first = post(by=editor)
    words = prepared(starts_at=timezone.now() + timedelta(hours=1), kind=MeetingKind.TRAINING)
    with pytest.raises(ActionRefused, match="stays once it is posted"):
        AmendNotice(meeting, editor, prepared=words, seen=1).execute()
    assert Meeting.objects.get().kind == MeetingKind.MEETING


def test_what_was_posted_cannot_be_taken_out_of_sight(editor: Any) -> None:
    meeting, _first = post(by=editor, kind=MeetingKind.EXERCISE)
    hidden = prepared(starts_at=meeting.starts_at, kind=MeetingKind.EXERCISE, safe_title="An event", hidden=True)
    with pytest.raises(ActionRefused, match="stays once it is posted"):
        AmendNotice(meeting, editor, prepared=hidden, seen=1).execute()


def test_the_notice_of_a_meeting_is_for_everybody(editor: Any) -> None:
    with pytest.raises(ActionRefused, match="is for everybody"):
        draft(by=editor, hidden=True, safe_title="An event")
    with pytest.raises(ActionRefused, match="safe title"):
        draft(by=editor, kind=MeetingKind.EXERCISE, hidden=True)


def test_an_exercise_of_a_committee_is_known_to_its_members_alone(editor: Any) -> None:
    meeting, _notice = post(by=editor, kind=MeetingKind.EXERCISE, hidden=True, safe_title="An event", title="Dam break")
    assert Client().get(meeting.get_absolute_url()).status_code == 404
    assert session_for(PersonFactory()).get(meeting.get_absolute_url()).status_code == 404
    member = PersonFactory(communities=[meeting.committee])
    assert "Dam break" in session_for(member).get(meeting.get_absolute_url()).content.decode()


def test_of_two_who_change_a_draft_at_once_one_wins_and_nobody_posts_words_unread(editor: Any) -> None:
    meeting = draft(by=editor)
    seen = Meeting.objects.get().revision
    PrepareMeeting(editor, prepared(title="Spring meeting"), meeting, seen=seen).execute()
    with pytest.raises(ActionRefused, match="Somebody else changed this draft"):
        PrepareMeeting(editor, prepared(title="Autumn meeting"), meeting, seen=seen).execute()
    with pytest.raises(ActionRefused, match="Read it again"):
        PostNotice(meeting, editor, seen=seen).execute()
    PostNotice(meeting, editor, seen=seen + 1).execute()
    assert Meeting.objects.get().title == "Spring meeting"


def test_a_draft_is_discarded_and_what_was_posted_is_not(editor: Any) -> None:
    meeting = draft(by=editor)
    DiscardDraft(meeting, editor).execute()
    assert not Meeting.objects.exists()
    posted, _notice = post(by=editor)
    with pytest.raises(ActionRefused, match="Call it off instead"):
        DiscardDraft(posted, editor).execute()
    assert Meeting.objects.count() == 1


def test_the_trail_says_who_posted_what_and_who_discarded(editor: Any) -> None:
    meeting, notice = post(by=editor)
    event = Event.objects.get(verb=Verb.MEETING_POST)
    assert event.facts["digest"] == notice.digest
    gone = draft(by=editor)
    DiscardDraft(gone, editor).execute()
    assert Event.objects.get(verb=Verb.MEETING_DISCARD).about == f"meetings.meeting:{gone.pk}"
    assert meeting.pk != gone.pk
