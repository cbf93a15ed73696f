"""Fill the portal with the demonstration: accounts, pages, and real advisories."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules

from portal.core import demo


class Command(BaseCommand):
    help = "Seed demo accounts, pages and the real advisories in demo/. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PORTAL_DEMO:
            raise CommandError("Demo accounts belong in the demo only; these settings are not its.", returncode=2)
        logging.getLogger("portal.trail").setLevel(logging.WARNING)  # hundreds of events at once; the trail has them
        autodiscover_modules("demo")
        for title, seed in demo.seeders():
            begun = time.monotonic()
            self.stdout.write(f"  {title} …")
            seed(self._echo)
            self.stdout.write(f"  {title}: done in {time.monotonic() - begun:.1f} s")

    def _echo(self, line: str) -> None:
        self.stdout.write(f"    {line}")
