"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from portal.core import tick
from search import outbox


@tick.step("search: changes that wait")
def send_changes_that_wait(now: datetime) -> int:
    """Tell the index what a lost job, or a server that was away, left behind."""
    return outbox.send_waiting()
