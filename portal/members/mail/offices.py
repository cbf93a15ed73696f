"""Mail about offices: to candidates, and between somebody who writes and the office holder.

Words of strangers go out in one kind alone, as plain text under our own lead, with no address of the web in them that
could be followed. None of them stands in a subject.
"""

from __future__ import annotations

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members import office_messages
from portal.members.models import OfficeMessage, Person, Term


@outbox.kind("office_candidate", is_of_desk=True)
def office_candidate(about: str) -> Letter | None:
    """What will be public, and where to say that one knows. Nothing once they said so, or if the term was ended."""
    term = Term.objects.filter(pk=about, told_at=None).exclude(notified_at=None).select_related("office").first()
    person = _active(term.person_id) if term else None
    if term is None or person is None:
        return None
    facts = {"name": person.name, "office": str(term.office), "employer": term.employer, "since": term.since}
    return Letter(person.email, "office_candidate", {**facts, "shown_name": term.name, "term": term.pk})


@outbox.kind(office_messages.TO_HOLDER, is_of_desk=True)
def office_message(about: str) -> Letter | None:
    """The words of who wrote, to the holder, who still has to be one. Neither's address stands in it."""
    row = _row(about)
    term = office_messages.reachable().filter(pk=row.term_id).select_related("office").first() if row else None
    words = office_messages.words_of(row) if row else None
    person = _active(term.person_id) if term else None
    if row is None or term is None or person is None or words is None:
        return None
    sender = office_messages.harmless(" ".join(str(office_messages.sender_of(row).get("name", "")).split()))
    facts = {"name": person.name, "office": str(term.office), "sender": sender, "words": words, "uuid": row.uuid}
    return Letter(person.email, "office_message", facts)


@outbox.kind(office_messages.UNREACHED, is_of_desk=True)
def office_unreached(about: str) -> Letter | None:
    """To who wrote: the office is not held any more by whom they wrote to. It repeats none of their words."""
    row = _row(about)
    email = _address(row)
    return Letter(email, "office_unreached", {"office": str(row.term.office)}) if row and email else None


@outbox.kind(office_messages.TO_SENDER, is_of_desk=True)
def office_answer(about: str) -> Letter | None:
    """The answer, to who wrote; with the holder's address where they ticked that."""
    row = _row(about)
    email, words = _address(row), office_messages.answer_in(row) if row else None
    if row is None or not email or not words:
        return None
    person = _active(row.term.person_id) if row.shares_address else None
    facts = {"office": str(row.term.office), "words": words, "address": person.email if person else ""}
    return Letter(email, "office_answer", {**facts, "holder": row.term.name})


@outbox.kind(office_messages.DONE, is_of_desk=True)
def office_answer_sent(about: str) -> Letter | None:
    """To the holder, once they have answered: that it went out, and to which address."""
    row = _row(about)
    email = _address(row)
    person = _active(row.term.person_id) if row else None
    if row is None or not email or person is None:
        return None
    return Letter(person.email, "office_answer_sent", {"office": str(row.term.office), "address": email})


def _row(about: str) -> OfficeMessage | None:
    found: OfficeMessage | None = (
        OfficeMessage.objects.filter(pk=about, emptied_at=None).select_related("term__office__community").first()
    )
    return found


def _address(row: OfficeMessage | None) -> str:
    """The address of who wrote, on one line; empty where it does not open."""
    return "".join(str(office_messages.sender_of(row).get("email", "")).split()) if row else ""


def _active(person: int | None) -> Person | None:
    found: Person | None = Person.objects.active().filter(pk=person).first()
    return found
