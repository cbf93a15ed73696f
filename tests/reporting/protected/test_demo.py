"""The demonstration has a submission in three stages, made by the rules; no mail tells of dates that were made up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from portal.core.models import OutgoingMail
from portal.members import demo as demo_members
from portal.members.models import Person
from portal.reporting.models import ClockEnd, Disposal, Holding, Report
from portal.reporting.protected import clocks, deadlines, demo, people, submissions
from portal.reporting.protected.enums import Stage

pytestmark = pytest.mark.django_db
STAGES = {Stage.RECEIVED, Stage.CLOSED, Stage.DESTROYED}


@pytest.fixture
def seeded(desk: None, django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    demo_members.seed(lambda line: None)
    with django_capture_on_commit_callbacks(execute=True):
        demo.seed(lambda line: None)
    yield


def test_there_is_one_in_each_of_three_stages(seeded: None) -> None:
    assert {kept.stage for kept in Holding.objects.all()} == STAGES
    closed = Holding.objects.get(stage=Stage.CLOSED)
    assert clocks.warnings_due(closed.dates, timezone.localdate()) == 1
    gone = Disposal.objects.get()
    assert gone.certificate and gone.proposed_by != gone.approved_by
    assert not gone.holding.report.parts.exists()


def test_its_clocks_were_kept_and_nothing_is_late(seeded: None) -> None:
    assert all(end.is_kept for end in ClockEnd.objects.all())
    assert deadlines.undecided(timezone.now()) == 0


def test_nobody_gets_mail_of_what_was_made_up(seeded: None) -> None:
    deadlines.warn(timezone.now())
    assert not OutgoingMail.objects.exists()


def test_its_engineer_and_its_alternate_see_all_three_and_can_submit_more(seeded: None) -> None:
    engineer, alternate = (Person.objects.get(email=email) for email in (demo.ENGINEER, demo.ALTERNATE))
    for person in (engineer, alternate):
        assert submissions.seen_by(person).count() == len(demo.SAMPLES)
    for person in Person.objects.filter(email__in=(demo.ANALYST, demo.SUPERVISOR)):
        assert not any(people.is_party(person, report) for report in Report.objects.protected())


def test_seeding_again_changes_nothing(seeded: None) -> None:
    before = list(Report.objects.protected().values_list("number", flat=True))
    demo.seed(lambda line: None)
    assert list(Report.objects.protected().values_list("number", flat=True)) == before
