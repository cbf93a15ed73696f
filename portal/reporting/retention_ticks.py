"""What time moves on at the end of records: batches that were cut off, and what nothing names any more."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import tick
from portal.reporting import batches, orphans
from portal.reporting.tasks import work_on_disposals


@tick.step("reporting: disposal batches")
def go_on_with_batches(now: datetime) -> int:
    """Hand batches to the desk-worker that nobody stopped and that are not done: a worker may have died over one."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    waiting: int = batches.running().count()
    if waiting:
        work_on_disposals.enqueue()
    return waiting


@tick.step("reporting: orphans swept")
def sweep_orphans(now: datetime) -> int:
    """Nothing while a database is being looked at after its restore; the log, the desk and an alarm say so."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    try:
        return orphans.sweep_if_due(now)
    except orphans.Restored:
        return 0
    finally:
        orphans.alarm_if_stopped(now)
