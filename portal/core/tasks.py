"""Jobs of this room. A job names nothing: what is due is found in the rows."""

from __future__ import annotations

from django_tasks import task

from portal.core import outbox


@task()
def send_waiting_mail() -> int:
    """Send the mail of this site that is due."""
    return outbox.send_waiting()
