"""Dates and numbers as the portal shows them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext as _

register = template.Library()


@register.filter
def when(value: datetime | None) -> SafeString | str:
    """A moment in words with its zone, and its machine form: 'today 14:05 CST', 'Tue 4 March 2026, 09:00 CST'."""
    if not value:
        return ""
    local = timezone.localtime(value)
    clock = f"{local:%H:%M} {local:%Z}"
    if local.date() == timezone.localdate():
        words = _("today %(clock)s") % {"clock": clock}
    else:
        words = f"{_day_in_words(local.date())}, {clock}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), words)


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """A day in words, and its machine form."""
    if not value:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), _day_in_words(local))


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, in one unit: '3 hours ago'."""
    if not value:
        return ""
    is_fresh = timezone.now() - value < timedelta(minutes=1)
    words = _("just now") if is_fresh else _("%(age)s ago") % {"age": timesince(value, depth=1)}
    return format_html('<time datetime="{}">{}</time>', timezone.localtime(value).isoformat(), words)


def _day_in_words(value: date) -> str:
    return _words_of(date(value.year, value.month, value.day), get_language())


@lru_cache(maxsize=4_000)
def _words_of(value: date, _language: str | None) -> str:
    """In the language that is active, which is named so that each keeps its own."""
    return f"{date_format(value, 'D')} {date_format(value, 'j F Y')}"
