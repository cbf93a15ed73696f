"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from portal.core import outbox, tick


@tick.step("core: mail that waits")
def send_mail_that_waits(now: datetime) -> int:
    """Send what a lost job left behind, of both sites."""
    return outbox.send_waiting(all_sites=True)
