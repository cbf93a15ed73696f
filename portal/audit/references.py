"""Keyed references: whom an event means can be erased without touching the event.

A reference is HMAC-SHA256(key, kind, value) under a random key of its own (RFC 2104). It binds: nobody can find another
value and key that give the same reference, so a changed row of this table shows. A process uses one reference for an
hour at most, so that the trail alone does not tell what one person did over the years.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from datetime import date, datetime, timedelta

from django.db import transaction

from portal.audit.enums import Kept
from portal.audit.retention.months import month_of

PERSON, ADDRESS = "person", "address"
KEY_LENGTH = 32
REUSED_FOR = timedelta(hours=1)
MOST_REMEMBERED = 10_000

_Key = tuple[str, str, str, date]
_known: dict[_Key, tuple[str, datetime]] = {}
_lock = threading.Lock()


def commit(*, key: bytes, kind: str, value: str) -> str:
    """The reference of a value under a key, as 43 characters of base64url."""
    digest = hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_true(row: object) -> bool:
    """Whether a stored row is the one that was made: its key and value give its reference."""
    key, kind, value = row.key, row.kind, row.value  # type: ignore[attr-defined]  # a Reference
    if not isinstance(key, bytes | memoryview) or not isinstance(kind, str) or not isinstance(value, str):
        return False
    made = commit(key=bytes(key), kind=kind, value=value)
    return hmac.compare_digest(made.encode(), str(row.reference).encode())  # type: ignore[attr-defined]


def reference_to(*, kind: str, value: str, kept: Kept, at: datetime) -> str:
    """The reference to a person or address for an event of now; made and stored when there is none to use again."""
    wanted = (kind, value, kept.value, month_of(at))
    with _lock:
        known = _known.get(wanted)
    if known and at - known[1] < REUSED_FOR:
        return known[0]
    return _make(wanted, at)


def _make(wanted: _Key, at: datetime) -> str:
    from portal.audit.models import Reference

    kind, value, kept, month = wanted
    key = secrets.token_bytes(KEY_LENGTH)
    reference = commit(key=key, kind=kind, value=value)
    # Front may insert here and read nothing, so nothing is asked back from the database.
    Reference(reference=reference, key=key, kind=kind, value=value, month=month, kept=kept).save(force_insert=True)
    transaction.on_commit(lambda: _remember(wanted, reference, at))
    return reference


def _remember(wanted: _Key, reference: str, at: datetime) -> None:
    """Only what is committed may be used again."""
    with _lock:
        if len(_known) >= MOST_REMEMBERED:
            _known.clear()
        _known[wanted] = (reference, at)


def forget() -> None:
    """Use no reference again that was made before: after an erasure, and between tests."""
    with _lock:
        _known.clear()
