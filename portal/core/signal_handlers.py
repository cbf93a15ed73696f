"""Connects what must happen at start-up."""

from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def delete_for_good(sender: Any, connection: Any, **kwargs: Any) -> None:
    """On SQLite, overwrite what is deleted: without it, deleted rows stay readable in the file."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
