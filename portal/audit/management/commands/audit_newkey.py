"""Make a pair of keys for the trail."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import Verb, keys, record_if_there_is_a_trail
from portal.core.environment import DESK_SITES


class Command(BaseCommand):
    help = (
        "Make a new pair of Ed25519 keys, with which checkpoints of the trail are signed from then on. Runs on Desk. "
        "Exit codes: 0; 1 if a file could not be written; 2 on Front."
    )
    requires_system_checks = ()  # the check that asks for a key must not keep the first one from being made

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="where both halves go (default: PORTAL_TRAIL_KEYS)")

    def handle(self, *args: Any, **options: Any) -> None:
        from django.conf import settings

        if settings.PORTAL_SITE not in DESK_SITES:
            raise CommandError("Keys of the trail are made on Desk; Front must never have one.", returncode=2)
        try:
            made = keys.write_new(options["folder"] or keys.folder(), name=keys.origin())
        except OSError as problem:
            raise CommandError(f"The key could not be written: {problem.strerror}.", returncode=1) from None
        record_if_there_is_a_trail(Verb.KEY_CREATE, f"audit.key:{made.hash.hex()}")
        self.stdout.write("Hand this to whoever verifies the trail from outside:")
        self.stdout.write(made.as_text())
