"""Moments at which a time is over, as the last day that belongs to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils.safestring import SafeString

from portal.core.templatetags.portal import day

register = template.Library()


@register.filter
def last_day(value: datetime | None) -> SafeString | str:
    """The day before a midnight: 'by the end of' it something is due. Of any other moment, its own day."""
    return day(value - timedelta(microseconds=1)) if value else ""
