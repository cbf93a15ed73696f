"""Telling somebody on the next page what became of what they did."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from portal.core.actions import Action, tried


def done_and_said(request: HttpRequest, form: Any, action: Action, done: str) -> Any:
    """Do it and say so, and give what it gives, or True; None, with the reason on the form, where it was refused."""
    result = tried(form, action)
    if result is not None:
        messages.success(request, done)
    return result
