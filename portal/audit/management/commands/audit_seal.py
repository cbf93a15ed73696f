"""Seal the trail."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from portal.audit import checkpoints, deliveries, sealing
from portal.audit.keys import TrailKeyProblem

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Give committed events their place in the trail, sign a checkpoint when one is due, and take it outside. "
        "With --every, `tick` takes it outside: a witness that does not answer must not keep events waiting. "
        "Exit codes: 0; 1 if no key is there to sign with. Safe to run twice at the same time, or to kill."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="keep running, once in so many seconds")
        parser.add_argument("--checkpoint", action="store_true", help="sign a checkpoint now, due or not")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self._once(is_wanted=options["checkpoint"])
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._turn()
            stop.wait(options["every"])

    def _once(self, *, is_wanted: bool) -> None:
        now = timezone.now()
        sealed = sealing.seal(now=now, everything=True)
        try:
            made = checkpoints.make(now=now) if is_wanted and sealing.tail().size else checkpoints.make_if_due(now=now)
        except TrailKeyProblem as problem:
            raise CommandError(str(problem), returncode=1) from None
        deliveries.deliver_waiting(now=now)
        self.stdout.write(f"Sealed {sealed} events; {f'signed checkpoint {made.size}' if made else 'no checkpoint'}.")

    def _turn(self) -> None:
        """One turn of many. Whatever goes wrong, the next one tries again: the rows are still there."""
        now = timezone.now()
        try:
            sealing.seal(now=now)
            checkpoints.make_if_due(now=now)
        except Exception:
            logger.exception("the sealer lost a turn")
        finally:
            close_old_connections()
