"""An application as Desk reads it: what the applicant wrote and what was recorded, opened with the desk's keys."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.members.applying import PAGES, entry_field, latest_part, part_field
from portal.members.forms.applications import FORMS
from portal.members.models import Application, CaptainReview, SealedProfile, VettingEntry
from portal.vault import records

Answers = dict[str, Any]
# What becomes the profile of a member: field, and the page on which it was asked.
PROFILE = {"position": "work", "phone": "contact", "supervisor": "contact", "supervisor_contact": "contact"}
SHOWN_TO_CAPTAINS = ("employer", "position")


@dataclass(frozen=True)
class Written:
    """One page that the applicant wrote: its title, and labels with answers in words."""

    title: str
    rows: list[tuple[str, str]]
    version: int
    saved_at: datetime
    is_open: bool


@dataclass(frozen=True)
class Recorded:
    """One entry with its details opened."""

    entry: VettingEntry
    details: Answers = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether there is nothing that could not be opened."""
        return bool(self.details) or not bytes(self.entry.details)


def answers_of(application: Application) -> dict[str, Answers]:
    """All that was written, by page, newest versions; a page that is missing is empty."""
    parts = [part for part in (latest_part(application, page) for page in PAGES) if part is not None]
    opened = _open([(application.record, part_field(part.page, part.version), bytes(part.envelope)) for part in parts])
    found = {part.page: text for part, text in zip(parts, opened, strict=True)}
    return {page: found.get(page, {}) for page in PAGES}


def _open(items: list[tuple[str, str, bytes]]) -> list[Answers]:
    """Open all with one query; if one is damaged or destroyed, open what can be and leave that one empty."""
    try:
        return [decoded(text) for text in records.open_many(items)]
    except records.VaultProblem:
        return [_open_one(item) for item in items]


def _open_one(item: tuple[str, str, bytes]) -> Answers:
    try:
        return decoded(records.open_sealed(*item))
    except records.VaultProblem:
        return {}


def decoded(text: bytes) -> Answers:
    """Answers by name, each text or a list of texts; empty for anything else. Front may seal whatever it likes."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a character cannot be shown
    except (ValueError, RecursionError):
        return {}
    is_sound = isinstance(found, dict) and all(_is_answer(value) for value in found.values())
    return found if is_sound else {}


def _is_answer(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def readable(text: bytes) -> str | None:
    """Words that were sealed as they are; None for what is no text."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None


def in_words(application: Application, answers: dict[str, Answers]) -> list[Written]:
    """The pages with labels as the applicant saw them, and how often each was written."""
    latest = {part.page: part for part in application.parts.order_by("version")}
    return [
        Written(
            str(FORMS[page].title),
            FORMS[page](initial=given).shown(),
            latest[page].version,
            latest[page].saved_at,
            bool(given),
        )
        for page, given in answers.items()
        if page in latest
    ]


def seal_details(application: Application, kind: str, at: datetime, details: Answers) -> bytes:
    """Seal what staff recorded, under a data key of its own."""
    if not details:
        return b""
    return records.new_key(application.record).seal(entry_field(kind, at), json.dumps(details).encode())


def details_of(entries: Iterable[VettingEntry]) -> list[Answers]:
    """The details of entries, in their order; an entry without any gives an empty dictionary."""
    rows = list(entries)
    sealed = [row for row in rows if bytes(row.details)]
    opened = _open([(row.application.record, entry_field(row.kind, row.at), bytes(row.details)) for row in sealed])
    found = {row.pk: text for row, text in zip(sealed, opened, strict=True)}
    return [found.get(row.pk, {}) for row in rows]


def history_of(application: Application) -> list[Recorded]:
    """Everything that was recorded, oldest first."""
    entries = list(application.entries.select_related("by", "application").order_by("at", "pk"))
    return [Recorded(entry, details) for entry, details in zip(entries, details_of(entries), strict=True)]


def keep_profile(application: Application, person: Any) -> None:
    """Seal what the portal goes on needing of a new member, to Desk, as theirs."""
    answers = answers_of(application)
    key = records.new_key(person_record(person.pk))
    for name, page in PROFILE.items():
        value = str(answers[page].get(name, ""))
        envelope = key.seal(profile_field(name), value.encode())
        SealedProfile.objects.create(person=person, field=name, envelope=envelope)


def person_record(pk: int) -> str:
    """The name under which the vault knows a person."""
    return f"person:{pk}"


def profile_field(name: str) -> str:
    return f"profile:{name}"


def seal_for_captain(review: CaptainReview) -> str:
    """Seal name, employer and position to a new code, and nothing else; gives the code."""
    work = answers_of(review.application)["work"]
    shown = {"name": review.application.name, **{name: work.get(name, "") for name in SHOWN_TO_CAPTAINS}}
    code = secrets.token_urlsafe(32)
    key = records.new_key(review.record, code=code)
    review.shown = key.seal("shown", json.dumps(shown).encode())
    review.save(update_fields=["shown"])
    return code


def words_of_captain(review: CaptainReview) -> str:
    """What a captain answered, opened on Desk; empty if it cannot be."""
    if not bytes(review.words):
        return ""
    try:
        return readable(records.open_sealed(review.record, "words", bytes(review.words))) or ""
    except records.VaultProblem:
        return ""
