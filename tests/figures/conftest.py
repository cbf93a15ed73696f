"""A day of spring, on which the year before has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

TODAY = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # ten in the morning in Missouri


@pytest.fixture
def clock(pages: Any) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TODAY, tick=False) as moment:
        yield moment
