"""Tell members of what is new, again and again, beside `tick`."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from portal.delivery import finding
from portal.delivery.digests import rounds
from portal.delivery.sending import Run

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Find news, put it and what digests are due into the outbox, and send what waits. Of Desk's processes alone. "
        "Exit codes: 0; 2 on another site. Safe to run twice at the same time, or to kill."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="keep running, once in so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("News is sent by Desk's processes: set PORTAL_SITE to desk-worker.", returncode=2)
        stopping = threading.Event()
        if options["every"] is None:
            self.stdout.write(f"{self._once(stopping)} messages were handed over.")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        while not stopping.is_set():
            self._turn(stopping)
            stopping.wait(options["every"])

    def _once(self, stopping: threading.Event) -> int:
        now = timezone.now()
        finding.find(now)
        finding.tell_at_once(now)
        rounds.put_due(now)
        return Run(stopping=stopping).send()

    def _turn(self, stopping: threading.Event) -> None:
        """One turn of many. Whatever goes wrong, the next one tries again: the rows are still there."""
        try:
            self._once(stopping)
        except Exception:
            logger.exception("the delivery of news lost a turn")
        finally:
            close_old_connections()
