"""Destroy the data keys and sealed files that nothing names."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import audit
from portal.reporting import orphans


class Command(BaseCommand):
    help = (
        "Destroy data keys and delete sealed files that no draft, report or redress request names, once they are old "
        "enough. The desk-worker does this by itself; it stops after one of the databases was restored. Runs "
        "on Desk. Exit codes: 0; 1 if sweeping is stopped; 2 on Front, or if --dry-run and --resume come together."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="after a restore was looked at and vault_replay was run: count from here on, and sweep again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Only Desk may destroy keys.", returncode=2)
        if options["dry_run"] and options["resume"]:
            raise CommandError("--dry-run and --resume do not go together.", returncode=2)
        if options["resume"]:
            audit.ran("vault_sweep", resumed=orphans.resume())
        self._sweep(is_rehearsal=options["dry_run"])

    def _sweep(self, *, is_rehearsal: bool) -> None:
        try:
            swept = orphans.sweep(timezone.now(), is_rehearsal=is_rehearsal)
        except orphans.Restored:
            raise CommandError(
                "A database was restored: what looks like an orphan may be none. Nothing was changed. "
                "See docs/reporting-retention.md, then run vault_sweep --resume.",
                returncode=1,
            ) from None
        if not is_rehearsal:
            audit.ran("vault_sweep", records=swept.records, files=swept.files)
        verb = "would be" if is_rehearsal else "were"
        self.stdout.write(f"The keys of {swept.records} records and {swept.files} sealed files {verb} destroyed.")
