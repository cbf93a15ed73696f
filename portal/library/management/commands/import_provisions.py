"""Enter liability provisions from a file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import recording
from portal.library import provisions


class Command(BaseCommand):
    help = "Enter the liability provisions and gaps of a JSON file that are not there yet (see demo/liability.json)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entered = provisions.load(options["path"])
        except provisions.NotReadable as problem:
            raise CommandError(f"{problem}; nothing was entered.", returncode=1) from None
        recording.ran("import_provisions", provisions=entered.provisions, gaps=entered.gaps)
        self.stdout.write(f"{entered.provisions} provisions and {entered.gaps} gaps entered.")
