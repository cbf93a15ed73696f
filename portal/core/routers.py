"""Which database holds which table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model

JOBS_APP = "django_tasks_database"


class JobsRouter:
    """Keep the desk's jobs in a database of their own, to which Front holds no address.

    With one table for both, a row that Front inserted made the key-holding worker run any task.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        if model._meta.app_label == JOBS_APP and "jobs" in settings.DATABASES:
            return "jobs"
        return None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if db == "jobs":
            return app_label == JOBS_APP
        return None
