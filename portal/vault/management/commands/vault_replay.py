"""Destroy again what was destroyed, after the vault was restored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.audit import Verb
from portal.vault import shredding


class Command(BaseCommand):
    help = (
        "Run this after every restore of the vault's database: data keys that the journal says were destroyed are "
        "destroyed again. Runs on Desk; running it again changes nothing. Exit codes: 0; 2 on Front."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Only Desk may destroy keys.", returncode=2)
        again = shredding.replay()
        audit.record(Verb.KEY_DESTROY, facts={"keys_again": again})
        self.stdout.write(f"{again} data keys had come back and were destroyed again.")
