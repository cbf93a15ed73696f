"""What time moves on in this room. It is Desk's: Front cannot read what is computed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import tick
from portal.figures import computing


@tick.step("figures: computed once a day")
def compute(now: datetime) -> int:
    return computing.compute_due(now) if settings.PORTAL_SITE_KIND == "desk" else 0
