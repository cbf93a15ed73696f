"""What is sealed to Desk as it comes in, and how a form that is sent twice counts once."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.crypto import salted_hmac

from portal.members.case_file import readable
from portal.vault import records

ONCE = "portal.meetings.once"
FIELD = "words"


def new_once() -> str:
    return str(uuid.uuid4())


def identifier(*facts: object) -> uuid.UUID:
    """It follows from the form and its words, so that a second sending meets the first. It tells nobody the words."""
    said = "\x1f".join(str(fact) for fact in facts)
    return uuid.UUID(bytes=salted_hmac(ONCE, said, algorithm="sha256").digest()[:16], version=4)


def seal(record: str, words: str) -> bytes:
    """Seal words to Desk under a data key of their own; nothing for no words. Works on Front: nothing is read."""
    return records.new_key(record).seal(FIELD, words.encode()) if words else b""


def opened(row: Any, envelope: bytes) -> str | None:
    """The words of a row on Desk, none where there are none; None where they do not open. The trail records it."""
    if not envelope:
        return ""
    try:
        return readable(records.open_sealed(row.record, FIELD, bytes(envelope)))
    except records.VaultProblem:
        return None
