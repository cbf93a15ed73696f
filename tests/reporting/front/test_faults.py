"""What fails around a report: each fault ends in a sentence, and nothing that was typed is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.reporting.models import Attachment, Report, ReportPart
from tests.reporting.front.conftest import FakeScanner, Reporter
from tests.reporting.front.test_files import picture, stored

pytestmark = pytest.mark.django_db


@contextmanager
def without_keys(settings: Any, folder: Path) -> Iterator[None]:
    """The key ring is not there, and then it is again."""
    kept, settings.PORTAL_KEYRING = settings.PORTAL_KEYRING, folder / "nowhere"
    yield
    settings.PORTAL_KEYRING = kept


def test_without_a_key_ring_nothing_is_sent_and_everything_is_kept(
    reporter: Reporter, settings: Any, tmp_path: Path
) -> None:
    reporter.fill()
    with without_keys(settings, tmp_path):
        answer = reporter.send()
        assert answer.status_code == 422
        assert "could not be sealed just now" in answer.content.decode()
    assert not Report.objects.exists()
    assert reporter.send()["Location"] == reverse("report_receipt")
    assert Report.objects.count() == 1


def test_without_a_key_ring_no_file_is_taken(
    reporter: Reporter, scanner: FakeScanner, settings: Any, tmp_path: Path, sealed_root: Path
) -> None:
    reporter.begin()
    with without_keys(settings, tmp_path):
        assert "cannot be sealed just now" in reporter.upload("a.jpg", picture()).json()["sentence"]
    assert not stored(sealed_root)
    assert reporter.upload("a.jpg", picture()).status_code == 200


def test_a_clock_that_jumps_back_loses_and_doubles_nothing(reporter: Reporter, scanner: FakeScanner) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        reporter.fill()
        clock.move_to(now - timedelta(hours=3))
        reporter.write("activity", what="Written after the clock went back.")
        assert reporter.upload("a.jpg", picture()).status_code == 200
        reporter.send()
        clock.move_to(now - timedelta(hours=5))
        assert reporter.send()["Location"] == reverse("report_receipt")
        assert len(reporter.get("report_receipt").context["words"]) == 8
    assert Report.objects.count() == 1
    assert Attachment.objects.count() == 1


def test_a_database_that_goes_away_while_sending_leaves_no_half_report(
    reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter.fill()

    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError

    browser = Client(raise_request_exception=False)
    browser.cookies = reporter.browser.cookies
    with monkeypatch.context() as patch:
        patch.setattr("portal.reporting.sending._tell", gone)
        assert browser.post(reverse("report_check"), {"contact": ""}).status_code == 500
    assert not Report.objects.exists()
    assert not ReportPart.objects.exists()
    assert reporter.send()["Location"] == reverse("report_receipt")


def test_a_connection_that_breaks_in_the_middle_of_a_file_keeps_nothing_of_it(
    reporter: Reporter, scanner: FakeScanner, sealed_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter.begin()

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectionResetError

    browser = Client(raise_request_exception=False)
    browser.cookies = reporter.browser.cookies
    with monkeypatch.context() as patch:
        patch.setattr("portal.reporting.receiving.SealingHandler._look", broken)
        assert Reporter(reporter.person, browser).upload("a.jpg", picture()).status_code == 500
    assert not stored(sealed_root)
    assert not Attachment.objects.exists()
    assert reporter.upload("a.jpg", picture()).status_code == 200
