"""Redress: anybody's complaint or request for correction, sealed to the desk, with a number and a clock.

What comes back tells nothing of what is kept: the same words for everybody, before anybody has looked.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from portal.core import outbox
from portal.members.enums import StaffRole
from portal.reporting import contents
from portal.reporting.enums import RedressState
from portal.reporting.models import Redress, ReportingSettings
from portal.reporting.numbers import GROUPS, LETTERS, LETTERS_A_GROUP, REDRESS
from portal.reporting.people import keys_holding
from portal.vault import records

WORDS, ANSWER = "words", "answer"
ONCE, RECEIPT = "portal.reporting.redress.once", "portal.reporting.redress.receipt"
ONCE_LASTS = timedelta(days=1)
RECEIPT_LASTS = timedelta(hours=1)
OFFICERS = (StaffRole.PRIVACY_OFFICER,)


@dataclass(frozen=True)
class Asked:
    """What somebody wrote, opened on Desk."""

    words: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    reach: str = field(repr=False)
    is_open: bool = True


def new_once() -> str:
    """What a form carries so that it counts once, however often it is sent."""
    return signing.dumps(str(uuid.uuid4()), salt=ONCE)


def receive(kind: str, answers: dict[str, str], *, once: str) -> str:
    """Seal and store a request; gives its number. The same form sent twice is one request with one number.

    Sent again with other words it is another request: what was stored is sealed, so Front cannot compare.
    """
    identifier = _identifier(once, json.dumps([kind, answers], sort_keys=True))
    row = Redress(uuid=identifier, number=number_of(identifier), kind=kind)
    row.due_at = row.received_at + timedelta(days=ReportingSettings.load().redress_days)
    row.words = records.new_key(row.record).seal(WORDS, json.dumps(answers).encode())
    # It may have come before: a double click, or the back button.
    with suppress(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    return row.number


def number_of(identifier: uuid.UUID) -> str:
    """The number that follows from a request's id, in the shape of `numbers.new_number`."""
    drawn = int.from_bytes(hashlib.sha256(identifier.bytes).digest())
    letters = "".join(LETTERS[drawn >> (5 * place) & 31] for place in range(GROUPS * LETTERS_A_GROUP))
    groups = [letters[at : at + LETTERS_A_GROUP] for at in range(0, len(letters), LETTERS_A_GROUP)]
    return "-".join([REDRESS, *groups])


def receipt_for(number: str) -> str:
    """The number as the address of the page that shows it: nobody learns from that page whether a number exists."""
    return signing.dumps(number, salt=RECEIPT)


def number_in(receipt: str) -> str | None:
    """The number in such an address, for an hour."""
    try:
        return str(signing.loads(receipt, salt=RECEIPT, max_age=RECEIPT_LASTS))
    except signing.BadSignature:
        return None


def asked_in(row: Redress) -> Asked:
    """What was written, on Desk; `is_open` is false where it does not open."""
    found = contents.open_all([(row.record, WORDS, bytes(row.words))])[0]
    said = {name: str(found.get(name, "")) for name in ("words", "name", "email", "reach")}
    return Asked(**said, is_open=bool(found))


def answer_of(row: Redress) -> dict[str, Any]:
    """What was answered, and the reasons."""
    return contents.open_all([(row.record, ANSWER, bytes(row.answer))])[0] if bytes(row.answer) else {}


def seal_answer(row: Redress, said: dict[str, str]) -> bytes:
    return records.desk_key(row.record, of=bytes(row.words)).seal(ANSWER, json.dumps(said).encode())


def waiting() -> Any:
    """Requests that wait for an answer, the first to be due on top."""
    return Redress.objects.filter(state=RedressState.RECEIVED).order_by("due_at", "pk")


def tell_officers(now: datetime) -> int:
    """Ask for a mail to each privacy officer about requests that are new; give how many requests."""
    fresh = list(waiting().filter(told_at=None))
    for row in fresh:
        with transaction.atomic():
            if Redress.objects.filter(pk=row.pk, told_at=None).update(told_at=now):
                for person in keys_holding(*OFFICERS):
                    outbox.put("redress_waits", f"{row.pk}:{person}")
    return len(fresh)


def _identifier(once: str, said: str) -> uuid.UUID:
    """It follows from what the form carried and what was said; a new one where this site did not sign that lately.

    Who reads the rows learns nothing of the words from it: the digest is made with the site's signing key.
    """
    try:
        carried = uuid.UUID(signing.loads(once, salt=ONCE, max_age=ONCE_LASTS))
    except (signing.BadSignature, ValueError, TypeError):
        return uuid.uuid4()
    digest = salted_hmac(ONCE, f"{carried}:{said}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)
