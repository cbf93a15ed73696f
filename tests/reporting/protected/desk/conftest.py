"""The people of the desk, and a submission that came in on a Thursday in March."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Organisation, Person
from portal.reporting.models import Holding, NamedPlanner
from tests.factories import OrganisationFactory, staff
from tests.reporting.evidence.conftest import scanner, sealed
from tests.reporting.protected.desk.working import AGENCY, WITH_PLANNERS, admit, make_submission, name_planner, take_in

THURSDAY = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)  # noon in Missouri

__all__ = ["scanner", "sealed"]


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Thursday in March at noon, which stands still until a test moves it."""
    with time_machine.travel(THURSDAY, tick=False) as frozen:
        yield frozen


@pytest.fixture
def analyst(clock: Any, desk: None) -> Person:
    return staff(StaffRole.MIAC_ANALYST, name="The first analyst")


@pytest.fixture
def second(clock: Any, desk: None) -> Person:
    return staff(StaffRole.MIAC_ANALYST, name="The second analyst")


@pytest.fixture
def supervisor(clock: Any, desk: None) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR, name="The supervisor")


@pytest.fixture
def signatory(clock: Any, desk: None) -> Person:
    return staff(StaffRole.CLOSURE_SIGNATORY, name="The signatory")


@pytest.fixture
def custodian(clock: Any, desk: None) -> Person:
    return staff(StaffRole.RECORDS_CUSTODIAN, name="The custodian")


@pytest.fixture
def kept(clock: Any, desk: None, sealed: Path) -> Holding:
    """A submission on the desk that nobody has looked at."""
    return take_in(make_submission())


@pytest.fixture
def agency(clock: Any, desk: None) -> Organisation:
    made: Organisation = OrganisationFactory(name=AGENCY, kind=OrganisationKind.PUBLIC_AGENCY)
    return made


@pytest.fixture
def planner(agency: Organisation) -> Person:
    return staff(StaffRole.PLANNER, name="The planner", organisations=[agency])


@pytest.fixture
def allowed(clock: Any, desk: None, sealed: Path) -> Holding:
    """A submission whose submitter allowed planners."""
    return take_in(make_submission(readers=WITH_PLANNERS))


@pytest.fixture
def named(allowed: Holding, planner: Person, analyst: Person, second: Person) -> NamedPlanner:
    return admit(name_planner(allowed, analyst, planner), second)
