"""Dates at the ends of the calendar, which no zone west or east of them can show: refused, and no page breaks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from portal.members.enums import StaffRole
from portal.reporting import summary
from portal.reporting.forms.activity import PlaceForm, in_words
from portal.reporting.models import Report
from portal.reporting.reading import moment_in_words
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.front.conftest import Reporter
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db
ENDS = ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"]


@pytest.mark.parametrize("moment", ENDS)
def test_a_moment_that_no_clock_here_shows_stands_as_it_is(moment: str) -> None:
    assert in_words(moment) == moment_in_words(moment) == moment


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+14:00", "0001-01-01T00:00", "1999-12-31T12:00"])
def test_a_date_before_2000_is_refused_with_a_sentence(moment: str) -> None:
    form = PlaceForm({"begun": moment, "ended": moment, "where": "The north gate"})
    assert not form.is_valid()
    assert all("before the year 2000" in str(form.errors[name]) for name in ("begun", "ended"))


def test_a_date_after_2000_is_taken() -> None:
    assert PlaceForm({"begun": "2000-01-02T00:00", "where": "The north gate"}).is_valid()


@pytest.mark.parametrize("moment", ENDS)
def test_the_last_page_shows_it_and_sends_nothing(reporter: Reporter, moment: str) -> None:
    reporter.fill()
    assert reporter.write("place", begun=moment).status_code == 422
    page = reporter.get("report_check")
    assert page.status_code == 200
    assert reverse("report_page", args=["place"]) in page.content.decode()
    reporter.send()
    assert not Report.objects.exists()


@pytest.mark.parametrize("moment", ENDS)
def test_the_desk_reads_a_report_that_was_sealed_with_it(desk: None, moment: str) -> None:
    case = take_in(make_report(place={"begun": moment, "ended": moment}))
    browser = session_for(staff(StaffRole.MIAC_ANALYST))
    address = f"/desk/reports/{case.report.uuid}/"
    browser.post(address, {"purpose": "review", "words": ""})
    for rest in ("", "print/"):
        assert moment in browser.get(f"{address}{rest}").content.decode()
    assert moment in summary.as_text(case)
