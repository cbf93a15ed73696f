"""What time moves on with files: taking them in, having them scanned and copied, and the scanner's own health."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import tick
from portal.reporting import evidence, scanner
from portal.reporting.tasks import work_on_files


@tick.step("reporting: files taken in")
def take_in(now: datetime) -> int:
    """Rows for the files that came after a case was made."""
    return evidence.take_in_added() if _is_desk() else 0


@tick.step("reporting: files that wait")
def work(now: datetime) -> int:
    """Hand what waits to the desk-worker: the clock alerts for urgent reports, and waits for no scanner."""
    waiting = evidence.waiting(now) if _is_desk() else 0
    if waiting:
        work_on_files.enqueue()
    return waiting


@tick.step("reporting: scanner in order")
def watch_scanner(now: datetime) -> int:
    """1 when the scanner is well; the log and an alarm say what is wrong with it."""
    return scanner.watch(now) if _is_desk() else 0


def _is_desk() -> bool:
    return bool(settings.PORTAL_SITE_KIND == "desk")
