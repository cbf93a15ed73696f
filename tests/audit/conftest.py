"""What tests of the trail share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from portal import audit
from portal.audit import keys
from portal.audit.models import Event

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Time stands still, and can be moved."""
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def trail_keys(settings: Any, tmp_path: Path) -> keys.Verifier:
    """A key of this test alone to sign with, and a folder of its own to write to."""
    settings.PORTAL_TRAIL_KEYS, settings.PORTAL_TRAIL_FOLDER = tmp_path / "keys", tmp_path / "trail"
    return keys.write_new(tmp_path / "keys", name=keys.origin())


@pytest.fixture
def happen(db: None) -> Callable[[int], list[Event]]:
    """Let so many things happen, and give their events."""

    def do(count: int) -> list[Event]:
        before = set(Event.objects.values_list("pk", flat=True))
        for number in range(count):
            audit.record(audit.Verb.READ, f"bulletins.bulletinpage:{number}", facts={"number": number})
        return list(Event.objects.exclude(pk__in=before).order_by("pk"))

    return do
