"""Seal the vault's data keys to the current desk key."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.audit import Verb
from portal.vault import rotation
from portal.vault.errors import KeyRingProblem
from portal.vault.rotation import Outcome


class Command(BaseCommand):
    help = (
        "Seal the data keys that are on older desk keys to the current one. Content is not touched. May be interrupted "
        "and run again. Runs on Desk. Exit codes: 0; 1 if something stayed on an older key or a file could not be "
        "written; 2 on Front."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retire", action="store_true", help="then mark older keys without copies as retired")
        parser.add_argument("--front", type=Path, metavar="FOLDER", help="with --retire: mark them there as well")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Only Desk holds the keys that this needs.", returncode=2)
        if options["front"] and not options["retire"]:
            raise CommandError("--front goes with --retire.", returncode=2)
        try:
            outcome = rotation.rotate(tell=self._tell)
            if options["retire"]:
                self._retire(options["front"])
        except KeyRingProblem as problem:
            raise CommandError(str(problem), returncode=1) from None
        audit.record(Verb.KEY_ROTATE, facts={"moved": outcome.moved, "refused": outcome.refused, "left": outcome.left})
        self.stdout.write(f"{outcome.moved} copies moved, {outcome.left} left on older keys.")
        if outcome.left:
            raise CommandError(
                f"{outcome.refused} copies could not be opened. Copies that came in meanwhile move with the next run.",
                returncode=1,
            )

    def _tell(self, outcome: Outcome) -> None:
        self.stdout.write(f"  {outcome.moved} moved, {outcome.refused} not opened")

    def _retire(self, front: Path | None) -> None:
        for folder in [Path(settings.PORTAL_KEYRING), *([front] if front else [])]:
            for key_id in rotation.retire_older(folder):
                self.stdout.write(f"Retired {key_id} in {folder}.")
