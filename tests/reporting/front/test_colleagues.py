"""Several members at one computer: each has a draft of their own, and what is saved goes into the right one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.reporting.drafting import mark_of
from portal.reporting.models import Draft
from tests.conftest import session_for
from tests.factories import PersonFactory
from tests.reporting.front.conftest import Reporter
from tests.reporting.front.test_writing import cookie_of, hand_over, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(reporter: Reporter) -> Reporter:
    """Signs in at the computer at which the other has just written, and writes too."""
    reporter.begin()
    reporter.write("activity", what="Of the first.")
    person = PersonFactory()
    found = Reporter(person, session_for(person))
    hand_over(reporter, found.browser)
    found.begin()
    found.write("activity", what="Of the colleague.")
    return found


def test_a_colleague_at_the_same_computer_leaves_the_draft_alone(reporter: Reporter, colleague: Reporter) -> None:
    assert Draft.objects.count() == 2
    kept = colleague.browser.cookies[cookie_of(reporter.person)].value
    assert kept == reporter.browser.cookies[cookie_of(reporter.person)].value
    again = Reporter(reporter.person, session_for(reporter.person))
    for name in (cookie_of(reporter.person), cookie_of(colleague.person)):
        again.browser.cookies[name] = colleague.browser.cookies[name].value
    assert "Of the first." in shown(again, "activity")
    assert "Of the colleague." in shown(colleague, "activity")


def test_taking_a_receipt_or_throwing_away_leaves_the_colleagues_cookie(
    reporter: Reporter, colleague: Reporter
) -> None:
    for page in ("place", "contact"):
        colleague.write(page)
    colleague.send()
    taken = colleague.post("report_receipt")
    assert taken.cookies[cookie_of(colleague.person)].value == ""
    assert cookie_of(reporter.person) not in taken.cookies
    colleague.begin()
    thrown = colleague.post("report_discard")
    assert cookie_of(reporter.person) not in thrown.cookies
    assert thrown.cookies[cookie_of(colleague.person)].value == ""


def test_without_a_session_a_page_is_saved_to_the_draft_that_its_form_names(
    reporter: Reporter, colleague: Reporter
) -> None:
    assert f'name="draft" value="{mark_of(reporter.person.pk)}"' in shown(reporter, "activity")
    alone = Client()
    hand_over(reporter, alone)
    hand_over(colleague, alone)
    address = reverse("report_page", args=["activity"])
    alone.post(address, {"what": "Of nobody knows whom."})  # of two drafts, without a name: neither
    alone.post(address, {"what": "Of somebody else.", "draft": mark_of(0)})
    assert "Of the first." in shown(reporter, "activity")
    assert "Of the colleague." in shown(colleague, "activity")
    alone.post(address, {"what": "Of the first, later.", "draft": mark_of(reporter.person.pk)})
    assert "Of the first, later." in shown(reporter, "activity")
    assert "Of the colleague." in shown(colleague, "activity")


def test_a_draft_of_each_lasts_seven_days(reporter: Reporter, colleague: Reporter) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        for owner in (reporter, colleague):
            again = Reporter(owner.person, session_for(owner.person))
            hand_over(owner, again.browser)
            answer = again.get("report_page", "activity")
            assert answer.status_code == 302
            assert answer.cookies[cookie_of(owner.person)].value == ""


def test_pages_that_save_themselves_without_a_session_heap_up_no_messages(reporter: Reporter) -> None:
    reporter.begin()
    alone = Client()
    hand_over(reporter, alone)
    address = reverse("report_page", args=["activity"])
    for turn in range(3):
        alone.post(address, {"what": f"Still typing {turn}", "autosave": "1"})
    alone.post(address, {"what": "Done typing."})
    page = alone.get(reverse("account_login")).content.decode()
    assert page.count("What you typed was kept") == 1
    assert "Done typing." in shown(reporter, "activity")
