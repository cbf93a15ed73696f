"""What the health address says beside 'ready': work that must not be passed over in silence, as numbers.

The site is well all the same, so these never turn an answer into a failure: no proxy is to send people away because a
decision is late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

logger = logging.getLogger(__name__)
Source = Callable[[datetime], int]
_sources: dict[str, Source] = {}


def source(name: str) -> Callable[[Source], Source]:
    """Register what counts one kind of such work; it takes the present time."""

    def register(function: Source) -> Source:
        _sources[name] = function
        return function

    return register


def of(now: datetime) -> dict[str, int]:
    """What there is, by name; what is none is left out. One that fails is in the log and says nothing."""
    counted = {name: _counted(name, function, now) for name, function in sorted(_sources.items())}
    return {name: number for name, number in counted.items() if number}


def _counted(name: str, function: Source, now: datetime) -> int:
    try:
        return function(now)
    except Exception as problem:  # noqa: BLE001  (a database that is away is said by the checks themselves)
        logger.error("a notice was not counted", extra={"notice": name, "problem": type(problem).__name__})
        return 0
