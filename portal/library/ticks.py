"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import tick
from portal.library import bundle_imports, readings
from portal.library.tasks import import_waiting_bundles, read_waiting_documents


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


@tick.step("library: zips to be imported")
def import_what_waits(now: datetime) -> int:
    """Hand what waits, or was broken off, to the desk-worker; throw away what nobody wants any more."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    bundle_imports.clear_away(now)
    waiting: int = bundle_imports.running().count()
    if waiting:
        import_waiting_bundles.enqueue()
    return waiting
