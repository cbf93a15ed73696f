"""Counts come from coded fields alone: nothing is opened, and no report is missing or counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.reporting import counts
from portal.reporting.counts import Period
from portal.reporting.models import Case
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.making import COLE, make_report, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


def case_of(moment: datetime, **sections: Any) -> Case:
    return take_in(make_report(submitted_at=moment, **sections))


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2026-03-15T12:00:00Z", date(2025, 4, 1), date(2026, 3, 1)),
        ("2026-12-31T12:00:00Z", date(2026, 1, 1), date(2026, 12, 1)),
        ("2026-01-01T12:00:00Z", date(2025, 2, 1), date(2026, 1, 1)),
    ],
)
def test_the_last_twelve_months_end_with_this_one(now: str, first: date, last: date) -> None:
    with time_machine.travel(now, tick=False):
        months = Period().months
    assert (months[0], months[-1], len(months)) == (first, last, 12)


def test_each_report_is_counted_once_in_every_table() -> None:
    with time_machine.travel("2026-03-15T12:00:00Z", tick=False):
        case_of(datetime(2026, 3, 2, tzinfo=UTC))
        case_of(datetime(2026, 3, 3, tzinfo=UTC), activity={"behaviour": ""}, target={"sector": ""})
        case_of(datetime(2025, 12, 3, tzinfo=UTC), place={"county": "", "latitude": "", "longitude": ""})
        case_of(datetime(2024, 12, 3, tzinfo=UTC))
        period = Period()
        tables = [counts.by_behaviour(period), counts.by_sector(period), counts.by_month(period)]
        assert [sum(number for _label, number in rows) for rows in tables] == [3, 3, 3]
        assert counts.by_county(period) == {COLE: 2, "": 1}
        assert [number for _label, number in counts.by_month(period)][-4:] == [1, 0, 0, 2]
        assert len(counts.by_behaviour(period)) == 17
        assert counts.by_behaviour(period)[-1][1] == 1
        assert counts.years() == [2026, 2025, 2024]
        assert sum(number for _label, number in counts.by_month(Period(2024))) == 1


def test_a_month_begins_in_the_states_own_time() -> None:
    case_of(datetime(2026, 2, 1, 3, 0, tzinfo=UTC))  # still January in Missouri
    assert [number for _label, number in counts.by_month(Period(2026))][:2] == [1, 0]


def test_the_page_opens_no_report_and_costs_the_same_for_many() -> None:
    client = session_for(staff(StaffRole.MIAC_ANALYST))
    case_of(datetime.now(UTC))
    client.get("/desk/reports/counts/")
    before = Event.objects.filter(verb__in=[Verb.UNSEAL, Verb.REPORT_OPEN]).count()
    queries = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as found:
            page = client.get("/desk/reports/counts/")
        queries.append(len(found))
        assert page.status_code == 200
        assert Event.objects.filter(verb__in=[Verb.UNSEAL, Verb.REPORT_OPEN]).count() == before
        for _more in range(4):
            case_of(datetime.now(UTC))
        before = Event.objects.filter(verb__in=[Verb.UNSEAL, Verb.REPORT_OPEN]).count()
    assert queries[0] == queries[1]
    assert "<table" in page.content.decode()


@pytest.mark.parametrize("year", ["1999", "x", "99999999999999"])
def test_a_year_without_reports_is_not_there(year: str) -> None:
    client = session_for(staff(StaffRole.MIAC_ANALYST))
    assert client.get(f"/desk/reports/counts/?year={year}").status_code == 404
