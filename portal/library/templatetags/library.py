"""Text of documents, as a page shows it."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.library import inside

register = template.Library()


@register.filter
def found(text: str, words: tuple[str, ...]) -> SafeString:
    """The text, safe for a page, with the words between <mark> and </mark>."""
    shown = inside.pieces(text, words or ())
    return format_html_join("", "{}", ((_piece(piece, is_found=is_found),) for piece, is_found in shown))


def _piece(text: str, *, is_found: bool) -> SafeString | str:
    return format_html("<mark>{}</mark>", text) if is_found else text
