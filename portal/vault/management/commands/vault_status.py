"""Say how the vault is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.vault import shredding, status
from portal.vault.errors import KeyRingProblem


class Command(BaseCommand):
    help = (
        "List the desk's keys and the copies sealed to each, try every copy, and hold the journal of destructions "
        "against the tables. Runs on Desk. Exit codes: 0; 1 if something is wrong; 2 on Front."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Only Desk holds the keys that this needs.", returncode=2)
        shredding.empty_log()
        try:
            found = status.survey()
        except KeyRingProblem as problem:
            raise CommandError(str(problem), returncode=1) from None
        self._print(found)
        if found.problems:
            raise CommandError("\n".join(found.problems), returncode=1)

    def _print(self, found: status.Status) -> None:
        for key in found.keys:
            current = ", current" if key.is_current else ""
            private = "with private half" if key.has_private else "public half only"
            words = f"{key.state}{current}, made {key.created}, {private}"
            self.stdout.write(f"{key.id}  {words}: {key.copies} copies")
        self.stdout.write(f"Sealed to the desk: {found.desk_copies}; to codes: {found.code_copies}.")
        self.stdout.write(f"Destroyed, by the journal: {found.destructions}.")
