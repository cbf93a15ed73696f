"""What was found, as a page shows it."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from search.questions import MARK, UNMARK

register = template.Library()
FOUND = re.compile(f"{MARK}([^{MARK}{UNMARK}]*){UNMARK}")


@register.filter
def marked(text: str) -> SafeString:
    """The text, safe for a page, with what was found between <mark> and </mark>."""
    # Split by a pattern with one group, every other piece is what stood in the group.
    pieces = enumerate(FOUND.split(text))
    return format_html_join("", "{}", ((_piece(plain(piece), is_found=place % 2 == 1),) for place, piece in pieces))


def _piece(text: str, *, is_found: bool) -> SafeString | str:
    return format_html("<mark>{}</mark>", text) if is_found else text


@register.filter
def plain(text: str) -> str:
    """The text without the signs around what was found."""
    return text.replace(MARK, "").replace(UNMARK, "")
