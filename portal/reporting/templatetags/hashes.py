"""Hashes in pages."""

from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
GROUP = 8


@register.filter
def breakable(value: str) -> SafeString:
    """A hash that may wrap after every eighth digit, and is copied without a gap."""
    groups = (value[at : at + GROUP] for at in range(0, len(value), GROUP))
    return format_html_join("", "{}<wbr>", ((group,) for group in groups))
