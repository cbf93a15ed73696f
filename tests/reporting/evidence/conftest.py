"""A folder of sealed files for one test, and a scanner that answers what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from portal.core.clamd import NOT_SCANNED, Outcome, Verdict
from portal.reporting import evidence

CLEAN = Verdict(Outcome.CLEAN)
INFECTED = Verdict(Outcome.INFECTED, "Win.Test.EICAR_HDB-1")


@dataclass
class AnsweringScanner:
    """Hears what is fed to it, and answers."""

    verdict: Verdict = CLEAN
    heard: bytearray = field(default_factory=bytearray)
    streams: int = 0
    is_well: bool | None = None  # as it answers whoever asks; by default it is away while it gives no verdict

    def recognises_the_test_string(self) -> bool:
        return self.verdict.outcome is not Outcome.NOT_SCANNED if self.is_well is None else self.is_well

    def stream(self) -> AbstractContextManager[Any]:
        return self._stream()

    @contextmanager
    def _stream(self) -> Iterator[Any]:
        self.streams += 1
        outer = self

        class Stream:
            def feed(self, data: bytes) -> None:
                outer.heard += data

            def verdict(self) -> Verdict:
                return outer.verdict

        yield Stream()


@pytest.fixture
def scanner(settings: Any, monkeypatch: pytest.MonkeyPatch) -> AnsweringScanner:
    """A scanner that finds everything clean until the test says otherwise."""
    found = AnsweringScanner()
    settings.PORTAL_CLAMD_ADDRESS = "scanner.example:3310"
    monkeypatch.setattr(evidence, "Scanner", lambda address: found)
    return found


@pytest.fixture(autouse=True)
def sealed(settings: Any, tmp_path: Path) -> Path:
    """Where sealed files of this test lie."""
    folder = tmp_path / "sealed"
    options = {**settings.STORAGES["sealed"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "sealed": options}
    return folder


__all__ = ["CLEAN", "INFECTED", "NOT_SCANNED", "AnsweringScanner"]
