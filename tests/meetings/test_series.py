"""The next meetings of a series: drafts at the same time of the clock on the wall, each with a notice of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, strategies as st

from portal.core.actions import ActionRefused
from portal.meetings.actions import Item, PostNotice
from portal.meetings.desk.repeating import MOST, RepeatMeeting, Rhythm, same_weekday, starts_after
from portal.meetings.enums import MeetingKind, Openness, State
from portal.meetings.models import ClosureException, Meeting, Notice, Series
from portal.members.enums import StaffRole
from tests.factories import staff
from tests.meetings.making import draft, post

CENTRAL = ZoneInfo("America/Chicago")
TUESDAY = datetime(2026, 9, 8, 9, 30, tzinfo=CENTRAL)  # the second one of its month; clocks change in November
NOW = datetime(2026, 9, 1, 12, tzinfo=CENTRAL)


@pytest.fixture
def editor(db: None) -> Any:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        (Rhythm.WEEKLY, [date(2026, 9, 15), date(2026, 9, 22)]),
        (Rhythm.FORTNIGHTLY, [date(2026, 9, 22), date(2026, 10, 6)]),
        (Rhythm.MONTHLY, [date(2026, 10, 13), date(2026, 11, 10)]),
        (Rhythm.QUARTERLY, [date(2026, 12, 8), date(2027, 3, 9)]),
        (Rhythm.YEARLY, [date(2027, 9, 14), date(2028, 9, 12)]),
    ],
)
def test_a_rhythm_keeps_the_weekday_and_the_time_on_the_wall(rhythm: Rhythm, days: list[date]) -> None:
    found = [moment.astimezone(CENTRAL) for moment in starts_after(TUESDAY, rhythm, 2)]
    assert [moment.date() for moment in found] == days
    assert {(moment.hour, moment.minute) for moment in found} == {(9, 30)}


def test_a_fifth_weekday_is_the_last_one_where_there_is_none() -> None:
    assert same_weekday(date(2026, 9, 30), months_later=1) == date(2026, 10, 28)  # the fifth Wednesday, then the fourth
    assert same_weekday(date(2026, 9, 30), months_later=3) == date(2026, 12, 30)


@given(day=st.dates(date(2026, 1, 1), date(2040, 12, 31)), later=st.integers(1, 60))
def test_a_later_month_has_the_same_weekday_in_the_same_place_or_the_last(day: date, later: int) -> None:
    found = same_weekday(day, months_later=later)
    assert found.weekday() == day.weekday()
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == later
    place, before = (found.day - 1) // 7, (day.day - 1) // 7
    assert place == before or (before == 4 and place == 3 and (found + timedelta(days=7)).month != found.month)


@time_machine.travel(NOW, tick=False)
def test_the_next_ones_are_drafts_that_nobody_sees_until_each_is_posted(editor: Any) -> None:
    meeting, _notice = post(
        by=editor,
        starts_at=TUESDAY,
        ends_at=TUESDAY + timedelta(hours=2),
        openness=Openness.PART,
        agenda=[Item("Report"), Item("Protection of a site", is_closed=True)],
        exceptions=[ClosureException.objects.first()],
    )
    made = RepeatMeeting(meeting, editor, Rhythm.MONTHLY, 3).execute()
    assert [row.state for row in made] == [State.DRAFT] * 3
    assert Notice.objects.count() == 1
    last = Meeting.objects.get(pk=made[-1].pk)
    assert [item.words for item in last.agenda.all()] == ["Report", "Protection of a site"]
    assert list(last.exceptions.all()) == [ClosureException.objects.first()]
    assert last.ends_at is not None
    assert last.ends_at - last.starts_at == timedelta(hours=2)
    assert last.series == Meeting.objects.get(pk=meeting.pk).series == Series.objects.get()
    PostNotice(last, editor).execute()
    assert Notice.objects.filter(meeting=last).count() == 1


@time_machine.travel(NOW, tick=False)
def test_asking_twice_makes_nothing_twice(editor: Any) -> None:
    meeting = draft(by=editor, starts_at=TUESDAY)
    assert len(RepeatMeeting(meeting, editor, Rhythm.WEEKLY, 3).execute()) == 3
    assert len(RepeatMeeting(Meeting.objects.get(pk=meeting.pk), editor, Rhythm.WEEKLY, 4).execute()) == 1
    assert Series.objects.count() == 1


@time_machine.travel(NOW, tick=False)
def test_what_lies_in_the_past_is_left_out(editor: Any) -> None:
    meeting = draft(by=editor, starts_at=NOW - timedelta(days=15))
    assert len(RepeatMeeting(meeting, editor, Rhythm.WEEKLY, 3).execute()) == 1
    old = draft(by=editor, starts_at=NOW - timedelta(days=400))
    with pytest.raises(ActionRefused, match="over already"):
        RepeatMeeting(old, editor, Rhythm.WEEKLY, 3).execute()


@time_machine.travel(NOW, tick=False)
def test_a_series_for_a_committee_alone_stays_so(editor: Any) -> None:
    drill = draft(by=editor, starts_at=TUESDAY, kind=MeetingKind.EXERCISE, hidden=True, safe_title="An event")
    made = RepeatMeeting(drill, editor, Rhythm.YEARLY, 1).execute()
    assert not Meeting.objects.get(pk=made[0].pk).is_public


@pytest.mark.parametrize("count", [0, -1, MOST + 1])
def test_too_many_or_none_are_refused(editor: Any, count: int) -> None:
    with pytest.raises(ActionRefused, match="can be made at once"):
        RepeatMeeting(draft(by=editor), editor, Rhythm.WEEKLY, count).execute()


def test_only_editors_repeat(editor: Any) -> None:
    with pytest.raises(ActionRefused, match="Your role"):
        RepeatMeeting(draft(by=editor), staff(StaffRole.MIAC_ANALYST), Rhythm.WEEKLY, 1).execute()
