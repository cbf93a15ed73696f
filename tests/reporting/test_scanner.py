"""The desk knows when its scanner is away or behind, without asking it for every page."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.core.clamd import ScannerAway
from portal.members.enums import StaffRole
from portal.reporting import evidence_ticks, scanner
from tests.conftest import session_for
from tests.factories import staff

pytestmark = pytest.mark.django_db
REAL = os.environ.get("PORTAL_TEST_CLAMD_ADDRESS", "")
with_clamd = pytest.mark.skipif(not REAL, reason="no ClamAV (make services starts one)")
NOW = "2026-03-02T18:00:00Z"


class FakeScanner:
    """Recognises the test string and has signatures of an age that the test says."""

    asked = 0
    recognises = True
    age: timedelta | None = timedelta(hours=5)

    def __init__(self, address: str, **patience: float) -> None:
        self.address = address

    def recognises_the_test_string(self) -> bool:
        type(self).asked += 1
        return self.recognises

    def signatures_from(self) -> datetime | None:
        if self.age is None:
            raise ScannerAway
        return timezone.now() - self.age


@pytest.fixture
def fake(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[FakeScanner]:
    class Scanner(FakeScanner):
        asked = 0

    settings.PORTAL_CLAMD_ADDRESS = "scanner.example:3310"
    monkeypatch.setattr(scanner, "Scanner", Scanner)
    return Scanner


@pytest.mark.parametrize(
    ("recognises", "age", "is_well", "words"),
    [
        (True, timedelta(hours=5), True, ""),
        (True, timedelta(days=7), True, ""),
        (True, timedelta(days=7, seconds=1), False, "signatures are old"),
        (True, None, False, "signatures are old"),
        (False, timedelta(hours=5), False, "scanner is away"),
    ],
)
def test_it_is_well_when_it_recognises_the_string_and_is_fresh(
    desk: None,
    fake: type[FakeScanner],
    recognises: bool,
    age: timedelta | None,
    is_well: bool,
    words: str,
) -> None:
    fake.recognises, fake.age = recognises, age
    with time_machine.travel(NOW, tick=False):
        assert evidence_ticks.watch_scanner(timezone.now()) == int(is_well)
        client = session_for(staff(StaffRole.ADMINISTRATOR))
        front, page = (client.get(address).content.decode() for address in ("/desk/", "/desk/scanner/"))
    assert "Virus scanner" in front
    for text in (front, page):
        assert ("signatures are old" in text) == (words == "signatures are old")
        assert ("scanner is away" in text) == (words == "scanner is away")


def test_it_is_asked_every_few_minutes_and_not_for_every_page(desk: None, fake: type[FakeScanner]) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = session_for(staff(StaffRole.MIAC_ANALYST))
        for _ in range(3):
            client.get("/desk/scanner/")
            client.get("/desk/")
        assert fake.asked == 1
        clock.shift(scanner.FRESH_FOR + timedelta(seconds=1))
        client.get("/desk/")
        assert fake.asked == 1
        client.get("/desk/scanner/")
        assert fake.asked == 2


def test_without_an_address_there_is_no_scanner(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    assert evidence_ticks.watch_scanner(timezone.now()) == 0
    assert not scanner.health().has_address
    assert "virus scanner" in caplog.text


@pytest.mark.services
@with_clamd
def test_the_real_daemon_is_recognised(settings: Any) -> None:
    settings.PORTAL_CLAMD_ADDRESS = REAL
    assert scanner.ask().recognises
