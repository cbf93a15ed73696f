"""Delivery runs on Desk, with one connection, from a Monday morning on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from tests.delivery.making import begin

MONDAY = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # ten in the morning in Missouri


@pytest.fixture
def clock(pages: Any, settings: Any, desk_keys: None) -> Iterator[time_machine.Traveller]:
    """Desk at a fixed time. News counts from here on."""
    settings.PORTAL_NEWS_CONNECTIONS = 1
    with time_machine.travel(MONDAY, tick=False) as moment:
        begin()
        yield moment
