"""What time moves on in this room."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.bulletins import mail, pulse
from portal.bulletins.models import Release
from portal.core import tick


@tick.step("bulletins: countersignatures overdue")
def remind_countersigners(now: datetime) -> int:
    """Say, once for each, that an urgent release still lacks its second signature."""
    overdue = [
        release
        for release in Release.objects.awaiting_countersignature().filter(reminded_at=None).select_related("page")
        if release.countersign_due <= now
    ]
    for release in overdue:
        mail.countersignature_overdue(release)
        Release.objects.filter(pk=release.pk).update(reminded_at=now)
    return len(overdue)


@tick.step("bulletins: questions that close")
def close_questions(now: datetime) -> int:
    """What was answered becomes two numbers. Desk's: Front deletes no answer."""
    return pulse.close_due(now) if settings.PORTAL_SITE_KIND == "desk" else 0
