"""Whether a session has proven a second factor."""

from __future__ import annotations

from django.http import HttpRequest

SESSION_KEY = "account_authentication_methods"
STRONG_METHODS = {"mfa"}


def was_used_in(request: HttpRequest) -> bool:
    """Whether this session recorded a second factor (an authenticator code, a recovery code or a passkey).

    allauth appends a record to the session for each factor it has verified; the record of a password alone, or of a
    re-entered password, is of another method.
    """
    records = request.session.get(SESSION_KEY) or []
    return any(record.get("method") in STRONG_METHODS for record in records)
