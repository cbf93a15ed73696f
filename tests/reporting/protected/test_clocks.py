"""The clocks of a protected submission."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.reporting.protected import clocks
from portal.reporting.protected.clocks import Dates
from portal.reporting.protected.enums import Stage
from portal.reporting.protected.states import DECIDED, ENDED
from portal.vocabulary.calendar import Calendar

SENT = datetime(2026, 3, 2, 15, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


@given(sent=MOMENTS, stage=st.sampled_from(Stage), late=st.integers(0, 4_000))
def test_from_day_ninety_on_every_undecided_submission_is_escalated_for_ever(
    sent: datetime, stage: Stage, late: int
) -> None:
    dates = Dates(stage=stage, submitted_at=sent)
    due = clocks.review_due(dates)
    assert clocks.is_escalated(dates, due + timedelta(days=late)) is (stage not in DECIDED | ENDED)
    assert not clocks.is_escalated(dates, due - timedelta(days=1))


@given(sent=MOMENTS)
def test_day_ninety_counts_in_the_states_time_zone_and_takes_no_weekend_off(sent: datetime) -> None:
    local = sent - timedelta(hours=6)  # standard time; in summer the day may be one later
    due = clocks.review_due(Dates(stage=Stage.REVIEW, submitted_at=sent))
    assert due - timedelta(days=90) in {local.date(), (local + timedelta(hours=1)).date()}


@pytest.mark.parametrize(("day", "warned"), [(59, 0), (60, 1), (74, 1), (75, 2), (85, 3), (90, 3), (400, 3)])
def test_warnings_come_on_days_60_75_and_85(day: int, warned: int) -> None:
    dates = Dates(stage=Stage.CLOSED, submitted_at=SENT)
    assert clocks.warnings_due(dates, date(2026, 3, 2) + timedelta(days=day)) == warned


def test_who_decided_for_a_time_is_warned_again_before_that_time_ends() -> None:
    dates = Dates(stage=Stage.RETAINED, submitted_at=SENT, again_on=date(2027, 3, 1))
    assert not clocks.is_escalated(dates, date(2026, 6, 30))
    assert clocks.warnings_due(dates, date(2027, 1, 31)) == 1
    assert clocks.is_escalated(dates, date(2027, 3, 1))


def test_the_determination_is_due_at_the_end_of_the_third_business_day() -> None:
    friday = datetime(2026, 5, 22, 20, tzinfo=UTC)
    due = clocks.determination_due(
        Dates(stage=Stage.RECEIVED, submitted_at=friday), Calendar(frozenset({date(2026, 5, 25)}))
    )
    assert due == datetime(2026, 5, 29, 5, tzinfo=UTC)  # midnight after Thursday, daylight time


def test_a_leap_day_and_the_change_of_clocks_are_days_like_others() -> None:
    dates = Dates(stage=Stage.REVIEW, submitted_at=datetime(2028, 2, 28, 12, tzinfo=UTC))
    assert clocks.review_due(dates) == date(2028, 5, 28)


def test_thirty_days_to_cure_and_to_respond() -> None:
    dates = Dates(stage=Stage.DEFECT, submitted_at=SENT, noticed_at=SENT, refused_at=SENT + timedelta(days=1))
    assert clocks.cure_until(dates) == date(2026, 4, 1)
    assert clocks.respond_until(dates) == date(2026, 4, 2)
    assert clocks.cure_until(Dates(stage=Stage.RECEIVED, submitted_at=SENT)) is None
