"""Whether a session has proven a second factor."""

from __future__ import annotations

import time

from django.conf import settings
from django.http import HttpRequest

SESSION_KEY = "account_authentication_methods"
STRONG_METHODS = {"mfa"}


def has_just_signed_in(request: HttpRequest) -> bool:
    """Whether the newest record of this session is younger than allauth's limit for re-entering the password."""
    records = request.session.get(SESSION_KEY) or []
    newest: float = max((record.get("at", 0) for record in records), default=0)
    return time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def was_used_in(request: HttpRequest) -> bool:
    """Whether this session recorded a second factor (an authenticator code, a recovery code or a passkey).

    allauth appends a record to the session for each factor it has verified; the record of a password alone, or of a
    re-entered password, is of another method.
    """
    records = request.session.get(SESSION_KEY) or []
    return any(record.get("method") in STRONG_METHODS for record in records)
