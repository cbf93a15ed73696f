"""What time moves on for drafts."""

from __future__ import annotations

from datetime import datetime

from portal.core import tick
from portal.reporting import drafting


@tick.step("reporting: drafts forgotten")
def forget_old(now: datetime) -> int:
    return drafting.forget_old(now)
