"""The present one-time codes of the demo accounts."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PERIOD = 30  # seconds, RFC 6238 section 5.2


class Command(BaseCommand):
    help = "Print the present one-time code of each demo account. A code works once, for about 30 seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PORTAL_DEMO:
            raise CommandError("There are no demo accounts outside the demo.", returncode=2)
        rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_demo=True).select_related("user")
        if not rows:
            raise CommandError("No demo account has a second factor yet; run seed_demo first.", returncode=1)
        counter, passed = divmod(int(time.time()), PERIOD)
        for row in rows.order_by("user__email"):
            code = format_hotp_value(hotp_value(decrypt(row.data["secret"]), counter))
            self.stdout.write(f"{row.user.email:28} {code}")
        self.stdout.write(f"New codes in {PERIOD - passed} s.")
