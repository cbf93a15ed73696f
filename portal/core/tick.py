"""What time moves on. Rooms register steps; the command `tick` runs them all.

Each step finds what is due by looking at rows, so that running it late, twice or not at all does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

logger = logging.getLogger(__name__)
Step = Callable[[datetime], int]


@dataclass(frozen=True)
class Outcome:
    """What one step did: how many things it moved on, or that it failed."""

    name: str
    moved: int
    failed: bool = False


_steps: dict[str, Step] = {}


def step(name: str) -> Callable[[Step], Step]:
    """Register a step under `name`; it takes the present time and returns how many things it moved on."""

    def register(function: Step) -> Step:
        _steps[name] = function
        return function

    return register


def run(now: datetime) -> list[Outcome]:
    """Run every step. One that fails is logged and does not keep the others from running."""
    return [_run_one(name, function, now) for name, function in sorted(_steps.items())]


def _run_one(name: str, function: Step, now: datetime) -> Outcome:
    try:
        return Outcome(name, function(now))
    except Exception:
        logger.exception("tick step failed", extra={"step": name})
        return Outcome(name, 0, failed=True)
