"""A member sees when a report of theirs was used, and nothing of what the desk does with its case."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from portal import audit
from portal.audit import sealing
from portal.audit.enums import Verb
from portal.audit.models import OwnEvent
from portal.reporting.models import Report
from tests.conftest import session_for
from tests.factories import PersonFactory
from tests.reporting.front.conftest import Reporter

pytestmark = pytest.mark.django_db


def activity(reporter: Reporter) -> str:
    sealing.seal(now=timezone.now())
    return str(reporter.browser.get("/account/activity/").content.decode())


def test_sending_and_opening_are_shown_to_the_submitter_alone(reporter: Reporter, pages: Any) -> None:
    reporter.fill()
    reporter.send()
    report = Report.objects.get()
    audit.record(Verb.REPORT_OPEN, report)
    for verb in (Verb.CASE_DETERMINE, Verb.CASE_POLICE, Verb.IDENTITY_OPEN, Verb.EXPORT, Verb.CASE_PURGE):
        audit.record(verb, report)
        audit.record(verb, f"reporting.case:{report.pk}")
    shown = activity(reporter)
    assert "A report was sent from your account." in shown
    assert "The desk opened a report of yours." in shown
    assert "Something was done with what you sent." not in shown
    assert not OwnEvent.objects.filter(verb__in=[Verb.CASE_DETERMINE, Verb.CASE_POLICE, Verb.EXPORT]).exists()
    other = PersonFactory()
    assert "report" not in activity(Reporter(other, session_for(other))).split("<main")[1].split("not-me")[0]
