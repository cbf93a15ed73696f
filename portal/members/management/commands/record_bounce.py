"""What the mail server hands over when mail comes back."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.members import bounces


class Command(BaseCommand):
    help = (
        "Read one delivery status notification (RFC 3464) from standard input and count it against the member. "
        "Exit code 0: read; 1: damaged; 2: no such notification, or too large."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(bounces.LARGEST + 1)
        try:
            failures = bounces.failures_in(raw)
        except bounces.NotAReport as problem:
            raise CommandError(str(problem), returncode=2) from None
        except bounces.Damaged as problem:
            raise CommandError(str(problem), returncode=1) from None
        counted = bounces.record(failures)
        audit.ran("record_bounce", counted=counted)
        self.stdout.write(f"{counted} counted.")
