"""Which database holds which table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model

JOBS_APP = "django_tasks_database"
VAULT_APP = "vault"
JOURNAL = "destruction"


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


class VaultRouter:
    """Keep sealed data keys in a database of their own, which is backed up apart and for a limited time.

    The journal of destructions stays beside the content, since it must survive a restore of the vault.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        if model._meta.app_label == VAULT_APP and model._meta.model_name != JOURNAL:
            return "vault"
        return None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        if app_label == VAULT_APP and model_name is not None:
            return (db == "vault") == (model_name != JOURNAL)
        if db == "vault":
            return app_label == VAULT_APP
        return None
