"""The people of a release."""

from __future__ import annotations

from typing import Any

import pytest

from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.factories import staff


@pytest.fixture
def author(pages: Any) -> Person:
    return staff(StaffRole.MIAC_AUTHOR)


@pytest.fixture
def supervisor(pages: Any) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR)
