"""How much work something is, told against other work of the same moment: never by a clock alone."""

from __future__ import annotations

import time
from collections.abc import Callable

TURNS = 3
MUCH = 40.0  # times the baseline: far above what hostile texts take, far below what grows with the square


def effort(work: Callable[[], object]) -> float:
    """Processor seconds of this process for a piece of work; the least of some turns, since work is never less."""
    return min(_once(work) for _ in range(TURNS))


def times_as_much(work: Callable[[], object], baseline: Callable[[], object]) -> float:
    """How many times the effort of the baseline a piece of work takes, both in this run."""
    return effort(work) / effort(baseline)


def plain(size: int) -> str:
    """Ordinary words on ordinary lines, this many characters: what texts that are made to be slow are held against."""
    line = "Check the gate at the north fence before eight, and call the shift if a lock is open.\n"
    return (line * (size // len(line) + 1))[:size]


def _once(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
