"""Re-wrapping: the desk's copies of data keys, from older desk keys to the current one. Content is never touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.vault import keyring
from portal.vault.errors import EnvelopeRefused, KeyNotHeld
from portal.vault.models import DeskCopy
from portal.vault.records import reseal_copy
from portal.vault.shredding import empty_log

BATCH = 200


@dataclass
class Outcome:
    """How many copies a run moved, how many it could not open, and how many are on older keys afterwards."""

    moved: int = 0
    refused: int = 0
    left: int = 0


def rotate(*, tell: Callable[[Outcome], None]) -> Outcome:
    """Seal every copy on an older key to the current one; `tell` hears of the progress.

    Each copy is written by itself, only if nobody changed it meanwhile. So an interrupted run has done no harm, and
    the next one goes on where it stopped. Raises `KeyRingProblem`.
    """
    ring = keyring.ring()
    outcome = Outcome()
    for batch in _older(ring.current.id):
        for copy in batch:
            _move(copy, ring, outcome)
        tell(outcome)
    empty_log()
    outcome.left = DeskCopy.objects.exclude(ring_key=ring.current.id).count()
    return outcome


def retire_older(folder: Path) -> list[str]:
    """Mark as retired, in `folder`, what is older than the current key and has no copies any more; give their ids."""
    ring = keyring.ring()
    used = set(DeskCopy.objects.values_list("ring_key", flat=True).distinct())
    retired = []
    for key in ring.keys.values():
        idle = key.id != ring.current.id and key.id not in used
        if idle and (folder / f"{key.id}{keyring.PUBLIC}").exists():
            keyring.retire(folder, key)
            retired.append(key.id)
    return sorted(retired)


def _older(current: str) -> Iterator[list[DeskCopy]]:
    """In the order of their ids, so that what cannot be opened is met once and passed by."""
    rows = DeskCopy.objects.exclude(ring_key=current).order_by("id")
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(id__gt=batch[-1].id)[:BATCH])


def _move(copy: DeskCopy, ring: keyring.KeyRing, outcome: Outcome) -> None:
    try:
        sealed = reseal_copy(copy, ring)
    except (EnvelopeRefused, KeyNotHeld):
        outcome.refused += 1
        return
    unchanged = DeskCopy.objects.filter(id=copy.id, ring_key=copy.ring_key)
    outcome.moved += unchanged.update(sealed=sealed, ring_key=ring.current.id)
