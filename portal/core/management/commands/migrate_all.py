"""Bring every database of this process up to date."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run migrate on every database that this process knows (default, the vault, and the desk's jobs)."

    def handle(self, *args: Any, **options: Any) -> None:
        # The jobs first: migrations of the queue ask it through the router, also while they run on the other.
        for alias in sorted(settings.DATABASES, key=lambda alias: alias != "jobs"):
            # The vault's database holds the vault's tables and nothing else.
            app = ["vault"] if alias == "vault" else []
            call_command("migrate", *app, database=alias, interactive=False, verbosity=options["verbosity"])
