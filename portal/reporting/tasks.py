"""Jobs of this room. A job names nothing: what is due is found in the rows."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from portal.reporting import batches, evidence, safe_copies


@task()
def work_on_files() -> int:
    """Scan and copy what is due. A large file takes minutes, for which the clock must not stand still."""
    return evidence.look_at_waiting(timezone.now()) + safe_copies.make_waiting(timezone.now())


@task()
def work_on_disposals() -> int:
    """Carry out the disposal batches that were approved, row by row."""
    return batches.work()
