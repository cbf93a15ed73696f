"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from portal.audit import checkpoints, deliveries, recording, sealing
from portal.audit.retention import erasing, retiring
from portal.core import tick

WHOLE_LOOK_EVERY = 30  # minutes


@tick.step("audit: refusals that wait")
def write_refusals(now: datetime) -> int:
    """Those of the steps before, whose transactions were rolled back."""
    return recording.flush()


@tick.step("audit: seal events")
def seal_events(now: datetime) -> int:
    """Seal what the sealer's own process left, and twice an hour whatever it may have passed over."""
    return sealing.seal(now=now, everything=now.minute % WHOLE_LOOK_EVERY == 0)


@tick.step("audit: sign a checkpoint")
def sign_checkpoint(now: datetime) -> int:
    return int(checkpoints.make_if_due(now=now) is not None)


@tick.step("audit: take checkpoints outside")
def take_outside(now: datetime) -> int:
    return deliveries.deliver_waiting(now=now)


@tick.step("audit: plain reads lose their person")
def erase_reads(now: datetime) -> int:
    return erasing.erase_reads(now=now)


@tick.step("audit: export months that are old enough")
def retire_months(now: datetime) -> int:
    """Rarely there is one; one that cannot be exported is tried, and told of, with every whole look."""
    return retiring.retire_due(now=now) if now.minute % WHOLE_LOOK_EVERY == 0 else 0
