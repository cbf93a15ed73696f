"""The earliest lawful start of a meeting (RSMo 610.020.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from portal.meetings import law
from portal.meetings.law import Timing
from portal.vocabulary import calendar
from portal.vocabulary.calendar import Calendar, NeverOpen

CENTRAL = ZoneInfo("America/Chicago")
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CLOSED = st.frozensets(DAYS, max_size=40)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 11, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


CAIRO = ZoneInfo("Africa/Cairo")  # changes its clocks on a Friday, at midnight
BUSY = [date(2026, 3, 6), date(2026, 10, 30), date(2026, 11, 25), date(2026, 12, 23), date(2028, 2, 28)]
# Moments near which something happens: clocks change, holidays lie side by side, a leap day, the end of a year.
NEAR = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(BUSY),
    st.integers(-2880, 5760),
)


def slow_reference(posted_at: datetime, closed: frozenset[date], zone: ZoneInfo = CENTRAL) -> datetime:
    """Counts minute by minute of time as it passes, and knows nothing of spans, of UTC days, or of our calendar."""
    moment, minutes = posted_at.astimezone(UTC), 24 * 60
    while minutes:
        local = moment.astimezone(zone)
        minutes -= local.isoweekday() not in {6, 7} and (local.year, local.month, local.day) not in {
            (day.year, day.month, day.day) for day in closed
        }
        moment += timedelta(minutes=1)
    return moment


def slow_count(posted_at: datetime, starts_at: datetime, closed: frozenset[date]) -> timedelta:
    """The minutes between two moments that count, each looked at by itself."""
    moment, minutes = posted_at, 0
    while moment < starts_at:
        local = moment.astimezone(CENTRAL)
        minutes += local.isoweekday() < 6 and local.date() not in closed
        moment += timedelta(minutes=1)
    return timedelta(minutes=minutes)


@settings(max_examples=60)
@given(posted_at=MOMENTS | NEAR, closed=CLOSED)
def test_the_earliest_start_is_that_of_a_count_minute_by_minute(posted_at: datetime, closed: frozenset[date]) -> None:
    assert law.earliest_start(posted_at, Calendar(closed)) == slow_reference(posted_at, closed)


@settings(max_examples=40)
@given(posted_at=NEAR, closed=st.frozensets(st.sampled_from(BUSY), max_size=3), seconds=st.integers(0, 59))
def test_seconds_count_as_well_and_the_zone_of_the_posting_does_not(
    posted_at: datetime, closed: frozenset[date], seconds: int
) -> None:
    """Weekends and holidays begin and end at full minutes: odd seconds are carried over to the next day that counts."""

    def counts(moment: datetime) -> bool:
        local = moment.astimezone(CENTRAL)
        return local.isoweekday() < 6 and local.date() not in closed

    moment = posted_at + timedelta(seconds=seconds)
    expected = slow_reference(posted_at, closed)
    if counts(moment) and seconds:
        while not counts(expected):
            expected += timedelta(hours=1)
        expected += timedelta(seconds=seconds)
    assert law.earliest_start(moment, Calendar(closed)) == expected
    assert law.earliest_start(moment.astimezone(ZoneInfo("Asia/Tokyo")), Calendar(closed)) == expected


@settings(max_examples=40)
@given(
    posted_at=st.builds(
        lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
        st.sampled_from([date(2026, 4, 24), date(2026, 10, 30), date(2027, 4, 30), date(2027, 10, 29)]),
        st.integers(-2880, 1440),
    ),
    closed=st.frozensets(st.sampled_from([date(2026, 4, 23), date(2026, 11, 2)])),
)
def test_where_clocks_change_on_a_business_day_an_hour_is_an_hour(posted_at: datetime, closed: frozenset[date]) -> None:
    """In Missouri they change on Sundays, which never count; the rule must not lean on that."""
    with timezone.override(CAIRO):
        assert law.earliest_start(posted_at, Calendar(closed)) == slow_reference(posted_at, closed, CAIRO)


@settings(max_examples=40)
@given(posted_at=MOMENTS | NEAR, closed=CLOSED, minutes=st.integers(-600, 7200))
def test_what_was_counted_is_that_of_a_count_minute_by_minute(
    posted_at: datetime, closed: frozenset[date], minutes: int
) -> None:
    starts_at = posted_at + timedelta(minutes=minutes)
    expected = min(slow_count(posted_at, starts_at, closed), law.NOTICE)
    assert law.counted_between(posted_at, starts_at, Calendar(closed)) == expected


@given(posted_at=MOMENTS | NEAR, closed=CLOSED)
def test_not_a_moment_before_the_earliest_start_is_lawful(posted_at: datetime, closed: frozenset[date]) -> None:
    days = Calendar(closed)
    earliest = law.earliest_start(posted_at, days)
    assert law.judge(posted_at=posted_at, starts_at=earliest, calendar=days).is_lawful
    before = earliest - timedelta(microseconds=1)
    assert not law.judge(posted_at=posted_at, starts_at=before, calendar=days).is_lawful


def test_a_meeting_that_somebody_types_for_the_last_year_there_is_costs_no_time() -> None:
    last = datetime(9999, 12, 31, tzinfo=UTC)
    with time_machine.travel(at(19, 9), tick=False):
        assert law.judge(posted_at=at(19, 9), starts_at=last, calendar=Calendar()).counted == law.NOTICE


@pytest.mark.django_db
@settings(max_examples=30)
@given(data=st.data())
def test_with_the_states_own_holidays_too(data: st.DataObject) -> None:
    """2026 to 2028, as they are in the database from the start."""
    days = calendar.load()
    holiday = data.draw(st.sampled_from(sorted(day for day in days.closed if day.year < 2029)))
    midnight = datetime(holiday.year, holiday.month, holiday.day, tzinfo=UTC)
    posted_at = midnight + timedelta(minutes=data.draw(st.integers(-4320, 2880)))
    assert law.earliest_start(posted_at, days) == slow_reference(posted_at, days.closed)


@given(posted_at=MOMENTS, closed=CLOSED, minutes=st.integers(-3000, 20000))
def test_what_is_lawful_has_twenty_four_hours_that_count(
    posted_at: datetime, closed: frozenset[date], minutes: int
) -> None:
    judged = law.judge(posted_at=posted_at, starts_at=posted_at + timedelta(minutes=minutes), calendar=Calendar(closed))
    assert judged.is_lawful == (judged.counted >= law.NOTICE)
    assert (judged.timing is Timing.PAST) == (minutes <= 0)


@given(posted_at=MOMENTS, closed=CLOSED, later=st.integers(0, 10000), added=DAYS)
def test_posting_later_or_closing_one_day_more_never_allows_an_earlier_start(
    posted_at: datetime, closed: frozenset[date], later: int, added: date
) -> None:
    earliest = law.earliest_start(posted_at, Calendar(closed))
    assert law.earliest_start(posted_at + timedelta(minutes=later), Calendar(closed)) >= earliest
    assert law.earliest_start(posted_at, Calendar(closed | {added})) >= earliest


def at(day: int, hour: int, *, month: int = 5, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CENTRAL)


@pytest.mark.parametrize(
    ("posted", "earliest"),
    [
        (at(19, 9), at(20, 9)),  # Tuesday to Wednesday
        (at(22, 15), at(26, 15)),  # Friday; Memorial Day on Monday
        (at(23, 11), at(27, 0)),  # Saturday: counts from Tuesday's first minute
        (at(30, 15, month=10), at(2, 15, month=11)),  # clocks change on the Sunday between, which does not count
        (at(22, 0), at(23, 0)),  # all of Friday: a meeting on Saturday is lawful
    ],
)
def test_weekends_and_holidays_do_not_count(posted: datetime, earliest: datetime) -> None:
    assert law.earliest_start(posted, Calendar(frozenset({date(2026, 5, 25)}))) == earliest


def test_a_holiday_that_is_added_after_posting_moves_the_earliest_start() -> None:
    posted, starts = at(20, 9), at(21, 10)
    assert law.judge(posted_at=posted, starts_at=starts, calendar=Calendar()).is_lawful
    closed = Calendar(frozenset({date(2026, 5, 20)}))
    assert law.judge(posted_at=posted, starts_at=starts, calendar=closed).timing is Timing.SHORT


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    """No state holiday makes a Sunday count; a calendar without weekends would, and then an hour is an hour."""
    posted = at(7, 12, month=3)  # Saturday; on Sunday the clocks go forward
    assert law.counted_between(posted, at(9, 12, month=3), Calendar()) == timedelta(hours=12)


def test_a_calendar_that_is_never_open_says_so() -> None:
    shut = frozenset(date(2026, 1, 1) + timedelta(days=count) for count in range(800))
    with pytest.raises(NeverOpen):
        law.earliest_start(at(4, 9), Calendar(shut))
