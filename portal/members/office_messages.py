"""The relay: anybody writes to an office holder, and neither sees the other's address before the holder answers.

Front seals what comes in to Desk and opens none of it again. Desk mails the words to the holder, destroys them once
the mail is out, hands the answer on, and destroys the rest. An answer is waited for PORTAL_OFFICE_MESSAGES_KEPT.
"""

from __future__ import annotations

import json
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members.case_file import Answers, decoded, readable
from portal.members.models import OfficeMessage, Person, Term
from portal.members.models.offices import MESSAGE, SENDER as OF_SENDER
from portal.vault import naming, records

WORDS, SENDER, ANSWER = "words", "sender", "answer"
ONCE = "portal.members.office_messages.once"
TO_HOLDER, UNREACHED, TO_SENDER, DONE = "office_message", "office_unreached", "office_answer", "office_answer_sent"
SLACK = timedelta(days=1)  # between the last moment at which an answer is taken and the end of the address
SCHEME = re.compile(r"\bhtt(ps?)://", re.IGNORECASE)
DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")


@dataclass(frozen=True)
class Written:
    """What somebody wrote on the form. `once` makes the same form count once, however often it is sent."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    words: str = field(repr=False)
    once: str = ""


def reachable() -> QuerySet[Term]:
    """The terms whose holders a message reaches: they show, run now, and have an account that is active."""
    rows: QuerySet[Term] = Term.objects.public().current()
    return rows.filter(office__closed_at=None, person__in=Person.objects.active().values("pk"))


def receive(term: Term, written: Written) -> bool:
    """Seal and store a message; whether it is new, for the trail. Nothing is read back, and Front never opens it."""
    row = OfficeMessage(uuid=_identifier(term, written), term=term)
    if OfficeMessage.objects.filter(uuid=row.uuid).exists():
        return False
    sender = {"name": written.name, "email": written.email}
    row.words = records.new_key(row.record).seal(WORDS, written.words.encode())
    row.sender = records.new_key(row.sender_record).seal(SENDER, json.dumps(sender).encode())
    with suppress(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
        return True
    return False  # a double click


def own(person: int) -> QuerySet[OfficeMessage]:
    """The messages that reached somebody, without what is sealed in them."""
    rows = OfficeMessage.objects.filter(term__person=person, was_reached=True)
    return rows.only("uuid", "term", "relayed_at", "answered_at").select_related("term__office__community")


def takes_answer(row: OfficeMessage) -> bool:
    """Whether an answer would still reach who wrote, and none was given."""
    if row.answered_at is not None or row.relayed_at is None:
        return False
    return bool(timezone.now() < row.relayed_at + settings.PORTAL_OFFICE_MESSAGES_KEPT)


def answer(row: OfficeMessage, words: str, *, shares_address: bool) -> bool:
    """Seal the holder's answer, once; false where somebody was first."""
    sealed = records.new_key(row.sender_record).seal(ANSWER, words.encode())
    facts = {"answer": sealed, "shares_address": shares_address, "answered_at": timezone.now()}
    return bool(OfficeMessage.objects.filter(pk=row.pk, answered_at=None).update(**facts))


def words_of(row: OfficeMessage) -> str | None:
    """The words, on Desk, with addresses of the web made harmless; None where they do not open."""
    return harmless(_opened(row.record, WORDS, bytes(row.words)) or "") or None


def sender_of(row: OfficeMessage) -> Answers:
    """Name and address of who wrote, on Desk; empty where they do not open."""
    if not bytes(row.sender):
        return {}
    try:
        return decoded(records.open_sealed(row.sender_record, SENDER, bytes(row.sender)))
    except records.VaultProblem:
        return {}


def answer_in(row: OfficeMessage) -> str | None:
    return _opened(row.sender_record, ANSWER, bytes(row.answer))


def harmless(text: str) -> str:
    """Words of a stranger in our mail: nothing in them is a link that somebody would follow because it came from us."""
    return DOT.sub("[.]", SCHEME.sub(r"hxx\1://", text))


def _opened(record: str, name: str, envelope: bytes) -> str | None:
    if not envelope:
        return None
    try:
        return readable(records.open_sealed(record, name, envelope))
    except records.VaultProblem:
        return None


def move_on(now: datetime) -> int:
    """Relay what came in, hand answers on, and empty what is done. Desk alone opens messages."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    fresh = list(OfficeMessage.objects.filter(relayed_at=None).values_list("pk", "term_id"))
    answered = OfficeMessage.objects.filter(returned_at=None, relayed_at__isnull=False, answered_at__isnull=False)
    relayed = sum(_relay(pk, term, now) for pk, term in fresh)
    returned = sum(_hand_on(pk, now) for pk in list(answered.values_list("pk", flat=True)))
    return relayed + returned + _empty_words(now) + _empty(now)


def _relay(pk: int, term: int, now: datetime) -> bool:
    """Ask for the mail to the holder; where nobody can be reached any more, for one that tells who wrote."""
    is_there = reachable().filter(pk=term).exists()
    with transaction.atomic():
        facts = {"relayed_at": now, "was_reached": is_there}
        if not OfficeMessage.objects.filter(pk=pk, relayed_at=None).update(**facts):
            return False
        outbox.put(TO_HOLDER if is_there else UNREACHED, str(pk))
    return True


def _hand_on(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        if not OfficeMessage.objects.filter(pk=pk, returned_at=None).update(returned_at=now):
            return False
        outbox.put(TO_SENDER, str(pk))
        outbox.put(DONE, str(pk))
    return True


def _empty_words(now: datetime) -> int:
    rows = OfficeMessage.objects.filter(words_emptied_at=None, relayed_at__isnull=False)
    due = [
        row for row in rows.only("pk", "uuid", "relayed_at") if _is_out(row, TO_HOLDER, UNREACHED) or _is_late(row, now)
    ]
    for row in due:
        records.destroy(row.record, by="relay")
        OfficeMessage.objects.filter(pk=row.pk).update(words=b"", words_emptied_at=now)
    return len(due)


def _empty(now: datetime) -> int:
    """Destroy who wrote, and the answer: once it was handed on, or when it did not come."""
    rows = OfficeMessage.objects.filter(emptied_at=None, relayed_at__isnull=False)
    is_done = Q(returned_at__isnull=False) | Q(was_reached=False)
    is_late = Q(answered_at=None, relayed_at__lte=now - settings.PORTAL_OFFICE_MESSAGES_KEPT - SLACK)
    due = [row for row in rows.filter(is_done | is_late).only("pk", "uuid", "relayed_at") if _may_go(row, now)]
    for row in due:
        records.destroy(row.sender_record, by="relay")
        OfficeMessage.objects.filter(pk=row.pk).update(sender=b"", answer=b"", emptied_at=now)
    return len(due)


def _may_go(row: OfficeMessage, now: datetime) -> bool:
    """Whether no mail about it still waits. What waits for longer than an answer is waited for goes with it."""
    return _is_late(row, now) or _is_out(row, UNREACHED) or _is_out(row, TO_SENDER, DONE, each=True)


def _is_late(row: OfficeMessage, now: datetime) -> bool:
    return row.relayed_at is not None and now >= row.relayed_at + settings.PORTAL_OFFICE_MESSAGES_KEPT + SLACK


def _is_out(row: OfficeMessage, *kinds: str, each: bool = False) -> bool:
    """Whether one of these mails (or each of them) was sent or given up."""
    done = Q(sent_at__isnull=False) | Q(given_up_at__isnull=False)
    mails = OutgoingMail.objects.filter(done, kind__in=kinds, about=str(row.pk), site="desk")
    found = set(mails.values_list("kind", flat=True))
    return found == set(kinds) if each else bool(found)


def _identifier(term: Term, written: Written) -> uuid.UUID:
    """It follows from the form and what was written, so that a second sending meets the first."""
    facts = f"{term.pk}:{written.once}:{written.email}:{written.words}"
    return uuid.UUID(bytes=salted_hmac(ONCE, facts, algorithm="sha256").digest()[:16], version=4)


def _named_messages(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those whose words are still there; those that were mailed name nothing any more."""
    rows = OfficeMessage.objects.filter(uuid__in=identifiers, words_emptied_at=None)
    return set(rows.values_list("uuid", flat=True))


def _named_senders(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    rows = OfficeMessage.objects.filter(uuid__in=identifiers, emptied_at=None)
    return set(rows.values_list("uuid", flat=True))


naming.register(MESSAGE, _named_messages)
naming.register(OF_SENDER, _named_senders)
