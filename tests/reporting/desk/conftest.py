"""Analysts, a supervisor and a duty officer, by a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.models import Case
from tests.factories import staff
from tests.reporting.desk.working import train
from tests.reporting.making import make_report, take_in

THURSDAY = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)  # noon in Missouri


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Thursday in March at noon, which stands still."""
    with time_machine.travel(THURSDAY, tick=False) as frozen:
        yield frozen


@pytest.fixture
def analyst(clock: Any, desk: None) -> Person:
    return staff(StaffRole.MIAC_ANALYST, name="The first analyst")


@pytest.fixture
def second(clock: Any, desk: None) -> Person:
    """Another analyst, whose training is on file."""
    person = staff(StaffRole.MIAC_ANALYST, name="The second analyst")
    train(person)
    return person


@pytest.fixture
def supervisor(clock: Any, desk: None) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR, name="The supervisor")


@pytest.fixture
def duty(clock: Any, desk: None) -> Person:
    return staff(StaffRole.DUTY_OFFICER, name="The duty officer")


@pytest.fixture
def case(clock: Any, desk: None) -> Case:
    """A report on the desk that nobody has looked at."""
    return take_in(make_report())


@pytest.fixture
def urgent(clock: Any, desk: None) -> Case:
    return take_in(make_report(is_urgent=True))
