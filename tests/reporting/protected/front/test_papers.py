"""What is handed out as files: the state's writing, as at the desk, and the script that checks certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.reporting.models import Determination, Report
from portal.reporting.protected import findings
from portal.reporting.protected.enums import Stage
from tests.factories import PersonFactory
from tests.reporting.protected.front.conftest import Submitter, hold

pytestmark = pytest.mark.django_db


def determined(report: Report, *, is_closed: bool) -> Determination:
    made: Determination = Determination.objects.create(
        holding=hold(report, Stage.CLOSED if is_closed else Stage.NOT_CLOSED),
        is_closed=is_closed,
        subdivision=findings.SUBDIVISION,
        impair=findings.IMPAIR,
        outweigh=findings.OUTWEIGH,
        signatory=PersonFactory(),
        signatory_name="The signatory of the center",
        signed_at=timezone.now(),
    )
    return made


def test_the_writing_is_the_same_file_as_at_the_desk(submitter: Submitter) -> None:
    report, _words = submitter.submit()
    made = determined(report, is_closed=True)
    answer = submitter.get("protected_determination_file", report.number, made.pk)
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert answer.content == findings.as_pdf(made).content
    address = reverse("protected_determination_file", args=[report.number, made.pk])
    assert address in submitter.shown("protected_determination", report.number, made.pk)


def test_a_refusal_is_no_file_since_its_reasons_are_sealed(submitter: Submitter) -> None:
    report, _words = submitter.submit()
    made = determined(report, is_closed=False)
    assert submitter.get("protected_determination_file", report.number, made.pk).status_code == 404


def test_a_writing_opens_under_its_own_submission_alone(submitter: Submitter) -> None:
    report, _words = submitter.submit()
    made = determined(report, is_closed=True)
    other = Report.objects.create(
        number="PRO-0000-0000-0001",
        kind="protected",
        submitter=submitter.person,
        organisation=submitter.organisation,
    )
    assert submitter.get("protected_determination_file", other.number, made.pk).status_code == 404


def test_anybody_gets_the_script_as_it_came_with_the_portal(pages: Any) -> None:
    answer = Client().get(reverse("certificate_script"))
    assert answer.content == Path(settings.BASE_DIR, "scripts", "verify_certificate.py").read_bytes()
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert reverse("certificate_script") in Client().get(reverse("certificate_check")).content.decode()
