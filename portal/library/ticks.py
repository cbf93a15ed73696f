"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import tick
from portal.library import readings
from portal.library.tasks import read_waiting_documents


@tick.step("library: documents to be read")
def read_what_waits(now: datetime) -> int:
    """Ask for what was never read, and hand what waits to the desk-worker."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    readings.ask_for_all()
    waiting: int = readings.waiting().count()
    if waiting:
        read_waiting_documents.enqueue()
    return waiting
