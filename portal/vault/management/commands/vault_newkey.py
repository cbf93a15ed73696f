"""Make a pair of keys for the desk."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.vault.errors import KeyRingProblem
from portal.vault.keyring import write_pair
from portal.vault.suites import PrivateKey


class Command(BaseCommand):
    help = (
        "Make a new active pair of keys, to which everything is sealed from then on. Runs on Desk, whose folder gets "
        "both halves. Exit codes: 0; 1 if a file could not be written; 2 on Front, or if both folders are the same."
    )
    requires_system_checks = ()  # the check that asks for a key must not keep the first one from being made

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="where both halves go (default: PORTAL_KEYRING)")
        parser.add_argument("--front", type=Path, metavar="FOLDER", help="where a copy of the public half goes")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"] or Path(settings.PORTAL_KEYRING)
        front: Path | None = options["front"]
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Keys are made on Desk; Front must not see the private half.", returncode=2)
        if front and front.resolve() == folder.resolve():
            raise CommandError("Front's folder must be another one than Desk's.", returncode=2)
        publics = [folder, front] if front else [folder]
        try:
            made = write_pair(
                PrivateKey.generate(), created=timezone.now(), private_folder=folder, public_folders=publics
            )
        except KeyRingProblem as problem:
            raise CommandError(str(problem), returncode=1) from None
        audit.record_if_there_is_a_trail(Verb.KEY_CREATE, f"vault.ring:{made}")
        self.stdout.write(f"Made the key {made}.")
        if not front:
            self.stdout.write(f"Copy {made}.public.json, and only that, into Front's folder.")
