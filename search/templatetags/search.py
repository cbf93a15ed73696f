"""What was found, as a page shows it."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.questions import MARK, UNMARK

register = template.Library()
FOUND = re.compile(f"{MARK}([^{MARK}{UNMARK}]*){UNMARK}")


@register.filter
def marked(text: str) -> SafeString:
    """The text, safe for a page, with what was found between <mark> and </mark>."""
    if MARK not in text:
        return mark_safe(escape(plain(text)))  # noqa: S308  (escaped just now)
    # Escaped as a whole and before the elements are put in: nothing of the text is left that a page could take for one.
    return mark_safe(plain(FOUND.sub(r"<mark>\1</mark>", escape(text))))  # noqa: S308  (escaped just now)


@register.filter
def plain(text: str) -> str:
    """The text without the signs around what was found."""
    return text.replace(MARK, "").replace(UNMARK, "")
