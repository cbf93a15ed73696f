"""Make the digests of 'seen before' anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.reporting import seen_before


class Command(BaseCommand):
    help = (
        "Run this after PORTAL_DESK_LINK_KEY was changed: plates, numbers, addresses and drone registrations of all "
        "reports that are kept are read again, and their keyed digests replaced. Until then nothing that came in "
        "before is found. Runs on Desk; may be run again. Exit codes: 0; 2 on Front."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Only Desk holds the keys that this needs.", returncode=2)
        cases = seen_before.kept_cases()
        digests = sum(seen_before.make_anew(case) for case in cases.iterator())
        audit.ran("seen_before_renew", digests=digests)
        self.stdout.write(f"{digests} digests of {cases.count()} reports were made anew.")
