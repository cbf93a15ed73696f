"""What time moves on at the end of reports: purges that a crash cut off, and what nothing names any more."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import tick
from portal.reporting import orphans, retention


@tick.step("reporting: purges finished")
def finish_purges(now: datetime) -> int:
    return retention.finish_begun(now) if settings.PORTAL_SITE_KIND == "desk" else 0


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
