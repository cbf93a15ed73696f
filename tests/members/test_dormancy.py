"""Staying away: warned twice, then dormant, then woken by the person alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.core import outbox, tick
from portal.members.enums import Standing
from portal.members.models import Person, Reminder, Visit
from tests.conftest import session_for
from tests.factories import PersonFactory

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BACK = "/account/back/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def member(pages: Any) -> Person:
    made: Person = PersonFactory()
    return made


def run_tick() -> list[str]:
    assert not [outcome.name for outcome in tick.run(timezone.now()) if outcome.failed]
    return sorted(Reminder.objects.filter(kind__startswith="dormant").values_list("kind", flat=True))


def standing(person: Person) -> Standing:
    return Person.objects.get(pk=person.pk).standing_now()


def test_two_warnings_each_once_and_on_the_moment(member: Person, clock: Any, mailoutbox: Any) -> None:
    seen = []
    for days in (60, 80, 90):
        clock.move_to(NOON + timedelta(days=days, seconds=-1))
        seen.append(run_tick())
        clock.shift(1)
        run_tick()
        seen.append(run_tick())
    warned, both = ["dormant_60"], ["dormant_60", "dormant_80"]
    assert seen == [[], warned, warned, both, both, both]
    assert standing(member) is Standing.DORMANT


def test_the_warning_says_since_when_and_until_when(member: Person, clock: Any, mailoutbox: Any) -> None:
    clock.shift(timedelta(days=60))
    run_tick()
    outbox.send_waiting(all_sites=True)
    assert [mail.to for mail in mailoutbox] == [[member.email]]
    assert "4 March 2026" in mailoutbox[0].body
    assert "2 June 2026" in mailoutbox[0].body


def test_a_tick_that_comes_late_sends_the_last_warning_only(member: Person, clock: Any) -> None:
    clock.shift(timedelta(days=85))
    assert run_tick() == ["dormant_80"]


def test_a_tick_that_comes_too_late_warns_nobody(member: Person, clock: Any) -> None:
    clock.shift(timedelta(days=90))
    assert run_tick() == []


def test_being_here_again_begins_the_warnings_anew(member: Person, clock: Any) -> None:
    clock.shift(timedelta(days=60))
    run_tick()
    Visit.objects.update(active_at=timezone.now())
    clock.shift(timedelta(days=60))
    assert run_tick() == ["dormant_60", "dormant_60"]


@pytest.mark.parametrize("fields", [{"standing": "suspended"}, {"is_active": False}, {"validated_until": NOON}])
def test_nobody_else_is_warned(member: Person, clock: Any, fields: dict[str, Any]) -> None:
    Person.objects.update(**fields)
    clock.shift(timedelta(days=60))
    assert run_tick() == []


def test_no_mail_goes_to_somebody_who_came_back_meanwhile(member: Person, clock: Any, mailoutbox: Any) -> None:
    clock.shift(timedelta(days=60))
    run_tick()
    Visit.objects.update(active_at=timezone.now())
    outbox.send_waiting(all_sites=True)
    assert not mailoutbox


def test_the_person_alone_comes_back(member: Person, clock: Any) -> None:
    clock.shift(timedelta(days=120))
    assert standing(member) is Standing.DORMANT
    client = session_for(member)
    assert standing(member) is Standing.DORMANT  # signing in is not enough
    led = client.get("/bulletins/")
    assert led["Location"].startswith(BACK)
    assert client.post(BACK, {"next": "/bulletins/"}).status_code == 200
    assert standing(member) is Standing.DORMANT
    assert client.post(BACK, {"still_there": "on", "next": "/bulletins/"})["Location"] == "/bulletins/"
    assert standing(member) is Standing.ACTIVE
    assert client.get("/bulletins/").status_code == 200


def test_after_the_validation_lapsed_nobody_wakes_themselves(member: Person, clock: Any) -> None:
    clock.shift(timedelta(days=120))
    Person.objects.update(validated_until=timezone.now())
    client = session_for(member)
    client.post(BACK, {"still_there": "on"})
    assert standing(member) is Standing.EXPIRED
    assert Visit.objects.get().active_at == NOON


@pytest.mark.parametrize("stored", [Standing.SUSPENDED, Standing.CLOSED])
def test_a_suspension_is_not_slept_off(member: Person, clock: Any, stored: Standing) -> None:
    clock.shift(timedelta(days=120))
    Person.objects.update(standing=stored)
    session_for(member).post(BACK, {"still_there": "on"})
    assert standing(member) is stored
    assert Visit.objects.get().active_at == NOON
