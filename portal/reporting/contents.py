"""A report as Desk reads it: what was sent, opened with the desk's keys. What Front sealed is not believed unread."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import TextChoices

from portal.members.case_file import decoded
from portal.reporting.enums import Section
from portal.reporting.models import Attachment, Case, CaseEntry, DeskMessage, HoldingEntry, Report, ReportPart
from portal.reporting.protected.enums import Act
from portal.vault import records
from portal.vault.models import Destruction

Answers = dict[str, Any]
Sealed = tuple[str, str, bytes]  # record, field, envelope
Opening = Callable[[list[Sealed]], list[Answers]]
LONGEST_LIST = 200
LATER = frozenset({Section.ADDED.value, *Act.values})  # what comes after sending; each may name files
LOST = (records.EnvelopeRefused, records.KeyDestroyed)  # waiting would not bring it back
KEYS_AWAY = (records.KeyNotHeld, records.KeyRingProblem)  # what passes, and of which nothing sealed is the reason


@dataclass(frozen=True)
class Added:
    """Words that the submitter added later; `words` is None when they cannot be opened."""

    at: datetime
    words: str | None = field(repr=False)


@dataclass(frozen=True)
class FileFacts:
    """A file of a report: its row, and what was sealed with it. Without `is_open` name and hash are unknown."""

    attachment: Attachment
    name: str = field(repr=False)
    declared: str
    sha256: str
    is_open: bool


def open_or_wait(items: list[Sealed]) -> list[Answers]:
    """Open all with one query; if one is damaged or destroyed, open what can be and leave that one empty.

    Raises `KeyNotHeld` and `KeyRingProblem`, so that nothing is taken for empty that another day opens.
    """
    try:
        return [decoded(text) for text in records.open_many(items)]
    except LOST:
        return [_open_one(item) for item in items]


def open_all(items: list[Sealed]) -> list[Answers]:
    """As `open_or_wait`, for what only shows: empty is also what cannot be opened now. Decide nothing by it."""
    try:
        return open_or_wait(items)
    except KEYS_AWAY:
        return [_open_now(item) for item in items]


def _open_one(item: Sealed) -> Answers:
    try:
        return decoded(records.open_sealed(*item))
    except LOST:
        return {}


def _open_now(item: Sealed) -> Answers:
    try:
        return _open_one(item)
    except KEYS_AWAY:
        return {}


def sections_of(
    report: Report,
    *,
    but: Iterable[str] = (Section.REPORTER,),
    opening: Opening = open_all,
    of: type[TextChoices] = Section,
) -> dict[str, Answers]:
    """What was sent, by section; one that cannot be opened is empty. Who reports is left out unless `but` is empty.

    Each opening is recorded in the trail. With `open_or_wait` it raises as that does: for what is kept of it.
    """
    left_out = {str(name) for name in but} | {Section.ADDED.value}
    sent = {part.name: part for part in sent_parts(report) if part.name not in left_out}
    opened = opening([(report.record, part.field, bytes(part.envelope)) for part in sent.values()])
    found = dict(zip(sent, opened, strict=True))
    return {str(section.value): found.get(section.value, {}) for section in of if section.value not in left_out}


def sent_parts(report: Report) -> list[ReportPart]:
    """The sections as they were sent. There is one first version of each; what Front inserts later is none."""
    return [part for part in report.parts.all() if part.version == 1 and part.name != Section.ADDED]


def key_of(report: Report) -> records.DataKey:
    """The report's own data key, on the desk: the one under which it was sent.

    What came without any key, or under one that the vault does not know, gets a key of the desk's, so that the desk can
    close it; from then on it is the one under which the desk wrote first. Raises `KeyNotHeld`, `KeyRingProblem` and
    `KeyDestroyed`.
    """
    for envelope in chain([_sent_under(report)], _written_under(report)):
        found = _key_that_opens(report, envelope)
        if found is not None:
            return found
    if _was_destroyed(report):
        raise records.KeyDestroyed
    return records.new_key(report.record)


def _key_that_opens(report: Report, envelope: bytes) -> records.DataKey | None:
    """None for what names no key of this report. Front may have named any, also one that was destroyed elsewhere."""
    try:
        return records.desk_key(report.record, of=envelope)
    except records.EnvelopeRefused:
        return None
    except records.KeyDestroyed:
        if _was_destroyed(report):
            raise
        return None


def _was_destroyed(report: Report) -> bool:
    return bool(Destruction.objects.filter(record=report.record).exists())


def known_key_of(report: Report) -> records.DataKey | None:
    """The report's own data key; None where nothing of it was ever sealed. Raises as `records.desk_key` does."""
    of = _sealed_with(report)
    return records.desk_key(report.record, of=of) if of else None


def issue_code(report: Report, words: str) -> None:
    """Seal the report's own key to a new receipt code. Raises as `records.desk_key` does."""
    records.issue_words(report.record, words, of=_sealed_with(report))


def _sealed_with(report: Report) -> bytes:
    """Something that was sealed under the report's own key, and that Front cannot change or add since."""
    return _sent_under(report) or next(_written_under(report), b"")


def _sent_under(report: Report) -> bytes:
    return next((bytes(part.envelope) for part in sent_parts(report) if part.name == Section.REPORTER), b"")


def _written_under(report: Report) -> Iterator[bytes]:
    """What the desk wrote on its case or holding, oldest first; nothing is asked for before it is wanted."""
    on_case = CaseEntry.objects.filter(case__report=report)
    on_holding = HoldingEntry.objects.filter(holding__report=report)
    for written in (on_case, on_holding):
        yield from map(bytes, written.exclude(details=b"").order_by("pk").values_list("details", flat=True))


def reporter_of(report: Report) -> Answers:
    """Who reports. Opened apart, with a reason (`actions`)."""
    part = next((part for part in sent_parts(report) if part.name == Section.REPORTER), None)
    return open_all([(report.record, part.field, bytes(part.envelope))])[0] if part else {}


def added_to(report: Report) -> list[Added]:
    """What the submitter added later, oldest first."""
    parts = [part for part in report.parts.all() if part.name == Section.ADDED]
    opened = open_all([(report.record, part.field, bytes(part.envelope)) for part in parts])
    return [
        Added(part.at, str(answers["words"]) if "words" in answers else None)
        for part, answers in zip(parts, opened, strict=True)
    ]


def messages_of(report: Report) -> list[tuple[DeskMessage, str | None]]:
    """What the desk wrote, oldest first, opened."""
    rows = list(report.messages.select_related("by"))
    opened = open_all([(report.record, row.field, bytes(row.envelope)) for row in rows])
    return [(row, answers.get("words")) for row, answers in zip(rows, opened, strict=True)]


def details_of(entries: Iterable[CaseEntry]) -> list[Answers]:
    """The words of entries of one case, in their order; empty where there are none or they do not open."""
    rows = list(entries)
    sealed = [row for row in rows if bytes(row.details)]
    opened = open_all([(row.case.report.record, row.field, bytes(row.details)) for row in sealed])
    found = {row.pk: answers for row, answers in zip(sealed, opened, strict=True)}
    return [found.get(row.pk, {}) for row in rows]


def add_entry(case: Case, kind: str, *, by: Any, code: str = "", details: Answers | None = None) -> CaseEntry:
    """Record something on a case; its words are sealed under the report's own key, and go when that is destroyed."""
    entry = CaseEntry(case=case, kind=kind, by=by, code=code)
    if details:
        entry.details = key_of(case.report).seal(entry.field, json.dumps(details).encode())
    entry.save(force_insert=True)
    return entry


def add_message(report: Report, words: str, *, by: Any) -> DeskMessage:
    """Write to the submitter; the receipt code opens it."""
    message = DeskMessage(report=report, by=by)
    message.envelope = key_of(report).seal(message.field, json.dumps({"words": words}).encode())
    message.save(force_insert=True)
    return message


def files_of(report: Report) -> list[FileFacts]:
    """The files that were sent with a report and later, as the lists sealed with it name them.

    Rows that Front changed since change nothing here; a file that is named and has no row is left out. Raises as
    `open_or_wait` does.
    """
    named = _named_files(report)
    rows = [row for row in Attachment.objects.filter(report_uuid=report.uuid) if row.uuid in named]
    opened = open_or_wait([(row.record, row.facts_field, bytes(row.facts)) for row in rows])
    return [
        FileFacts(
            row, str(facts.get("name", "")), str(facts.get("declared", "")), str(facts.get("sha256", "")), bool(facts)
        )
        for row, facts in zip(rows, opened, strict=True)
    ]


def things_of(sections: dict[str, Answers]) -> list[Answers]:
    """The people, vehicles and other things that were seen, each with its `kind`."""
    return parsed_list(sections.get(Section.SEEN.value, {}).get("things", ""))


def parsed_list(text: Any) -> list[Answers]:
    """A list of answers that was sealed as text (JSON); empty for anything else. Half characters are made whole."""
    try:
        found = json.loads(text) if isinstance(text, str) and text else []
    except (ValueError, RecursionError):
        return []
    rows = found if isinstance(found, list) else []
    sound = [row for row in rows if isinstance(row, dict) and all(isinstance(value, str) for value in row.values())]
    return [{_whole(name): _whole(value) for name, value in row.items()} for row in sound[:LONGEST_LIST]]


def _whole(text: str) -> str:
    """With a sign in place of each half of a character (a lone surrogate), which could be neither kept nor shown."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _named_files(report: Report) -> set[uuid.UUID]:
    parts = [
        part for part in report.parts.all() if part.name in LATER or (part.name == Section.FILES and part.version == 1)
    ]
    opened = open_or_wait([(report.record, part.field, bytes(part.envelope)) for part in parts])
    named = [row.get("uuid", "") for answers in opened for row in parsed_list(answers.get("files", ""))]
    return {found for found in map(_uuid, named) if found is not None}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
