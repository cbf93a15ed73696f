"""Move on all that time moves on."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.core import tick


class Command(BaseCommand):
    help = "Run every step that time moves on (exit code 1 if one failed). Safe to run late, twice or never."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="keep running, once in so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self._once()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            tick.run(timezone.now())
            stop.wait(options["every"])

    def _once(self) -> None:
        outcomes = tick.run(timezone.now())
        for outcome in outcomes:
            self.stdout.write(f"{outcome.name}: {'failed' if outcome.failed else outcome.moved}")
        if any(outcome.failed for outcome in outcomes):
            raise CommandError("A step failed; the log says where.", returncode=1)
