"""Months as the portal's place counts them, whatever zone somebody has chosen for what they see.

Wagtail makes an editor's own zone the active one, and what they do there is recorded in it.
"""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone

YEAR = 12


def month_of(at: datetime) -> date:
    """The first day of the month in which a moment lies."""
    return timezone.localtime(at, timezone.get_default_timezone()).date().replace(day=1)


def months_later(month: date, count: int) -> date:
    """The first day of the month so many months later, or earlier if negative."""
    total = month.year * YEAR + month.month - 1 + count
    return date(total // YEAR, total % YEAR + 1, 1)


def start_of(month: date) -> datetime:
    return timezone.make_aware(datetime.combine(month, time()), timezone.get_default_timezone())


def parse_month(text: str) -> date:
    """Read `2026-01`. Raises `ValueError`."""
    return datetime.strptime(text, "%Y-%m").date()
