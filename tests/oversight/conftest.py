"""What the tests of the auditor's pages share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.conftest import session_for
from tests.factories import staff
from tests.oversight.happenings import WEDNESDAY


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Wednesday in March at noon, which stands still."""
    with time_machine.travel(WEDNESDAY, tick=False) as frozen:
        yield frozen


@pytest.fixture
def auditor(clock: Any, desk: None, pages: Any) -> Person:
    return staff(StaffRole.AUDITOR, name="The auditor")


@pytest.fixture
def browser(auditor: Person) -> Client:
    """The auditor's browser, on Desk."""
    return session_for(auditor)
