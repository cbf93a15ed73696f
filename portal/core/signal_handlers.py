"""Connects what must happen at start-up."""

from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django_tasks_db.models import DBTaskResult


@receiver(connection_created)
def delete_for_good(sender: Any, connection: Any, **kwargs: Any) -> None:
    """On SQLite, overwrite what is deleted: without it, deleted rows stay readable in the file."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


@receiver(pre_save, sender=DBTaskResult)
def keep_no_traceback(sender: Any, instance: DBTaskResult[Any, Any], **kwargs: Any) -> None:
    """A job row keeps the class of what went wrong; a traceback quotes values, and rows are read by many."""
    instance.traceback = ""
