"""Jobs of this room. A job names nothing: what is due is found in the rows."""

from __future__ import annotations

from django_tasks import task

from search import outbox


@task()
def send_waiting_changes() -> int:
    """Tell the search index what has changed."""
    return outbox.send_waiting()
