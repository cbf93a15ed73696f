"""Times that people wait, in words."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.translation import ngettext

register = template.Library()
HOUR = 3600
DAYS_FROM = 72  # hours; from there on days say more


@register.filter
def duration(value: timedelta | None) -> str:
    """A length of time in one unit, rounded up: '40 minutes', '5 hours', '4 days'."""
    if value is None:
        return ""
    minutes, hours = max(1, _up(value, 60)), _up(value, HOUR)
    if minutes < 60:  # noqa: PLR2004  (minutes of an hour)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if hours < DAYS_FROM:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = _up(value, 24 * HOUR)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _up(value: timedelta, unit: int) -> int:
    return -(-int(value.total_seconds()) // unit)
