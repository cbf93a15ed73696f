"""Languages of documents, by their codes (RFC 5646)."""

from __future__ import annotations

import re

from django.utils.translation import get_language_info

CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def language_name(code: str) -> str:
    """A language in words; one that is not known here by its code."""
    try:
        return str(get_language_info(code)["name_translated"])
    except (KeyError, IndexError):
        return code


def as_attribute(code: str) -> str:
    """The code as a page says in which language a text is; '' for what is none."""
    return code if CODE.fullmatch(code) else ""
