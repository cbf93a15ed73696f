"""Business days of the state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.vocabulary import calendar
from portal.vocabulary.calendar import Calendar, NeverOpen
from portal.vocabulary.models import Holiday

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CLOSED = st.frozensets(DAYS, max_size=60)


@given(day=DAYS, closed=CLOSED, number=st.integers(1, 12))
def test_the_nth_business_day_is_open_and_has_n_less_one_open_days_before_it(
    day: date, closed: frozenset[date], number: int
) -> None:
    days = Calendar(closed)
    found = days.business_day_after(day, number)
    between = [day + timedelta(days=count) for count in range(1, (found - day).days + 1)]
    open_days = [one for one in between if one.weekday() < 5 and one not in closed]
    assert len(open_days) == number
    assert open_days[-1] == found


def test_weekends_and_holidays_are_left_out() -> None:
    days = Calendar(frozenset({date(2026, 5, 25)}))
    assert days.business_day_after(date(2026, 5, 22), 3) == date(2026, 5, 28)  # Friday; Memorial Day on Monday


def test_a_business_day_ends_at_midnight_of_the_state_also_when_clocks_change() -> None:
    sent = datetime(2026, 10, 29, 4, 30, tzinfo=UTC)  # still the 28th in Missouri
    assert Calendar().end_of_business_day(sent, 3) == datetime(2026, 11, 3, 6, tzinfo=UTC)


def test_a_calendar_that_is_never_open_says_so() -> None:
    shut = frozenset(date(2026, 1, 1) + timedelta(days=count) for count in range(800))
    with pytest.raises(NeverOpen):
        Calendar(shut).business_day_after(date(2026, 1, 1), 1)


@pytest.mark.django_db
def test_the_seeded_calendar_has_the_states_days_and_staff_can_open_one() -> None:
    assert date(2026, 5, 8) in calendar.load().closed  # Truman Day
    Holiday.objects.filter(day=date(2026, 5, 8)).update(is_closed=False)
    assert calendar.load().is_business_day(date(2026, 5, 8))
    assert {day.year for day in calendar.load().closed} == {2026, 2027, 2028}
