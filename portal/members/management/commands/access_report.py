"""How much can be read by how many."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.members import exposure
from portal.members.exposure import Exposure


class Command(BaseCommand):
    help = (
        "Count what is in force by label, and how many people can read each thing; keep the figures, and say what has "
        "changed since the report of a week ago. Things are named by model and key, never by title. "
        "Exit code 0: nothing to look at; 1: something is beyond the threshold or has drifted; 2: wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        measured = exposure.take()
        audit.ran("access_report")
        if options["json"]:
            self.stdout.write(json.dumps(measured.figures, indent=2, sort_keys=True))
        else:
            self._say(measured)
        if measured.is_worrying:
            raise CommandError("Something is beyond the threshold, or has drifted.", returncode=1)

    def _say(self, measured: Exposure) -> None:
        figures = measured.figures
        self.stdout.write("Things in force:")
        for label, count in figures["labels"].items():
            self.stdout.write(f"  {label:18}{count:>8}")
        self.stdout.write(f"More than {figures['threshold']} readers: {len(figures['beyond'])}")
        for reference, label, readers in figures["beyond"]:
            self.stdout.write(f"  {reference:40} {label:18}{readers:>8}")
        people = figures["people"]
        self.stdout.write(f"Active members: {people['active']}")
        self.stdout.write(f"Dormant: {people['dormant']}; dormant soon: {people['dormant_soon']}")
        since = measured.compared_with
        self.stdout.write(f"Changed since {since:%Y-%m-%d}: {len(measured.drift)}" if since else "No earlier report.")
        for change in measured.drift:
            self.stdout.write(f"  {change.reference:40} {change.why}: {change.before} -> {change.now or 'none'}")
