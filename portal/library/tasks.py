"""Jobs of this room. A job names nothing: what is due is found in the rows."""

from __future__ import annotations

from django_tasks import task

from portal.library import bundle_imports, readings


@task()
def read_waiting_documents() -> int:
    """Read the documents that wait. A scan takes minutes, for which the clock must not stand still."""
    return readings.read_waiting()


@task()
def import_waiting_bundles() -> int:
    """Take in the zips that wait, row by row."""
    return bundle_imports.work()
