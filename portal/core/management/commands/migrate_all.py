"""Bring every database of this process up to date."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from portal.core.migrating import in_less_time
from portal.core.routers import JOBS_APP, VAULT_APP

# What alone has tables there. To take the others through all their states for nothing took as long as the rest.
ONLY = {"jobs": [JOBS_APP], "vault": [VAULT_APP]}


def is_new(alias: str) -> bool:
    """Whether nothing was ever migrated there."""
    return not MigrationRecorder(connections[alias]).has_table()


class Command(BaseCommand):
    help = "Run migrate on every database that this process knows (default, the vault, and the desk's jobs)."

    def handle(self, *args: Any, **options: Any) -> None:
        # The jobs first: migrations of the queue ask it through the router, also while they run on the other.
        for alias in sorted(settings.DATABASES, key=lambda alias: alias != "jobs"):
            app = ONLY.get(alias, [])
            with in_less_time() if is_new(alias) else nullcontext():
                call_command("migrate", *app, database=alias, interactive=False, verbosity=options["verbosity"])
