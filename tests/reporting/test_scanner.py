"""The desk knows when its scanner is away or behind, without asking it for every page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache.backends.dummy import DummyCache
from django.utils import timezone

from portal.core import outbox
from portal.core.clamd import ScannerAway
from portal.core.models import OutgoingMail
from portal.members import alarms
from portal.members.enums import AlarmKind, StaffRole
from portal.members.models import Alarm, Person
from portal.reporting import evidence_ticks, mail as report_mail, scanner
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


def test_without_an_address_there_is_no_scanner(desk: None, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    assert evidence_ticks.watch_scanner(timezone.now()) == 0
    assert not scanner.health().has_address
    assert "virus scanner" in caplog.text


class TestAlarm:
    """Mail to those who look after alarms and to the duty officers, once for each trouble."""

    @pytest.fixture
    def clock(self) -> Iterator[Any]:
        with time_machine.travel(NOW, tick=False) as frozen:
            yield frozen

    @pytest.fixture
    def administrator(self, clock: Any, desk: None) -> Person:
        return staff(StaffRole.ADMINISTRATOR)

    @pytest.fixture
    def duty(self, clock: Any, desk: None) -> Person:
        return staff(StaffRole.DUTY_OFFICER)

    def minutes_with_mail(self, clock: Any, minutes: int) -> list[int]:
        """In which of the next minutes somebody was written to, while the desk-worker looks each minute."""
        found = []
        for minute in range(minutes):
            before = OutgoingMail.objects.count()
            evidence_ticks.watch_scanner(timezone.now())
            found += [minute] if OutgoingMail.objects.count() > before else []
            clock.shift(timedelta(minutes=1))
        return found

    def test_they_are_told_once_and_where_to_look(
        self, clock: Any, fake: type[FakeScanner], administrator: Person, duty: Person
    ) -> None:
        fake.recognises = False
        assert self.minutes_with_mail(clock, 30) == [0]
        outbox.send_waiting()
        assert sorted(address for message in mail.outbox for address in message.to) == sorted(
            [administrator.email, duty.email]
        )
        for message in mail.outbox:
            assert "the virus scanner is away" in message.body
        (own,) = (message for message in mail.outbox if message.to == [duty.email])
        assert "/desk/scanner/" in own.body

    def test_who_is_told_of_alarms_is_told_once(self, clock: Any, fake: type[FakeScanner], duty: Person) -> None:
        duty.groups.add(Group.objects.get_or_create(name=StaffRole.ADMINISTRATOR.value)[0])
        fake.recognises = False
        evidence_ticks.watch_scanner(timezone.now())
        assert OutgoingMail.objects.count() == 1

    def test_without_a_duty_officer_the_supervisors_are_told(
        self, clock: Any, desk: None, fake: type[FakeScanner]
    ) -> None:
        supervisor = staff(StaffRole.MIAC_SUPERVISOR)
        fake.recognises = False
        evidence_ticks.watch_scanner(timezone.now())
        outbox.send_waiting()
        assert [message.to for message in mail.outbox] == [[supervisor.email]]

    def test_again_each_day_that_it_lasts(self, clock: Any, fake: type[FakeScanner], duty: Person) -> None:
        fake.age = timedelta(days=8)
        for _day in range(3):
            assert self.minutes_with_mail(clock, 3) == [0]
            clock.shift(timedelta(hours=23, minutes=57))
        assert Alarm.objects.open().get().kind == AlarmKind.SCANNER_OLD

    def test_an_alarm_that_somebody_closed_is_not_raised_again_for_the_same_trouble(
        self, clock: Any, fake: type[FakeScanner], duty: Person, administrator: Person
    ) -> None:
        fake.recognises = False
        self.minutes_with_mail(clock, 1)
        alarms.close(Alarm.objects.get(), by=administrator, finding="The server is being changed.")
        assert self.minutes_with_mail(clock, 60) == []

    def test_again_after_it_was_well_for_an_hour_and_not_when_it_comes_and_goes(
        self, clock: Any, fake: type[FakeScanner], duty: Person
    ) -> None:
        fake.recognises = False
        assert self.minutes_with_mail(clock, 1) == [0]
        for minutes, told in ((30, []), (61, [0])):
            fake.recognises = True
            assert self.minutes_with_mail(clock, scanner.FRESH_FOR // timedelta(minutes=1)) == []
            clock.shift(timedelta(minutes=minutes))
            fake.recognises = False
            assert self.minutes_with_mail(clock, 1) == told
        assert Alarm.objects.open().count() == 1

    def test_a_cache_that_keeps_nothing_brings_one_mail_an_hour(
        self, clock: Any, fake: type[FakeScanner], duty: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scanner, "cache", DummyCache("", {}))
        fake.recognises = False
        assert self.minutes_with_mail(clock, 120) == [0, 61]

    def test_another_trouble_is_another_alarm(self, clock: Any, fake: type[FakeScanner], duty: Person) -> None:
        fake.age = timedelta(days=8)
        assert self.minutes_with_mail(clock, 10) == [0]
        fake.recognises = False
        assert self.minutes_with_mail(clock, 10) == [0]

    def test_a_scanner_that_is_well_alarms_nobody(self, clock: Any, fake: type[FakeScanner], duty: Person) -> None:
        assert self.minutes_with_mail(clock, 10) == []
        assert not Alarm.objects.exists()

    def test_a_row_of_front_sends_no_such_mail(self, clock: Any, fake: type[FakeScanner], duty: Person) -> None:
        fake.recognises = False
        evidence_ticks.watch_scanner(timezone.now())
        about = f"{Alarm.objects.get().pk}:{duty.pk}"
        OutgoingMail.objects.all().delete()
        OutgoingMail.objects.create(kind=report_mail.TROUBLE, about=about, site="front")
        outbox.send_waiting(all_sites=True)
        assert not mail.outbox


@pytest.mark.services
@with_clamd
def test_the_real_daemon_is_recognised(settings: Any) -> None:
    settings.PORTAL_CLAMD_ADDRESS = REAL
    assert scanner.ask().recognises
