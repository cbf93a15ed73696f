"""The files of a case: taken in as the sealed lists name them, and scanned by Desk itself.

Front saw them first, but Desk believes only what it finds: nobody opens a file that Desk did not find clean.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from portal.core.clamd import Outcome, Scanner, Verdict
from portal.files import identify
from portal.files.enums import Verdict as Judgement
from portal.reporting import contents, evidence_markings, rounds, seen_before
from portal.reporting.contents import FileFacts, Opening
from portal.reporting.enums import CopyState, FileState, Stage
from portal.reporting.evidence_markings import Looked
from portal.reporting.models import Attachment, Case, Evidence, Holding, Report
from portal.vault import records
from portal.vault.storage import sealed_files

logger = logging.getLogger(__name__)
MOST_FILES = 200  # of one case, whatever its lists name
MOST_AT_ONCE = 10  # in one job, so that others have their turn
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
SHORTENED = 300  # characters of a sentence that a row holds
# Faults of the desk itself, of which no file is the reason: the storage is full, keys are missing, a database is away.
OWN_FAULTS = (OSError, *contents.KEYS_AWAY, OperationalError, InterfaceError)


@dataclass(frozen=True)
class Look:
    """What one pass over a file found: the scanner's verdict, and what there is to tell its kind by."""

    verdict: Verdict
    sha256: str
    length: int
    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)


class NotThere(Exception):
    """The sealed file is not in the storage, or the storage does not answer."""


def take_in(kept: Case | Holding) -> int:
    """Make a row for each file that the report names, those sent later included; give how many are new.

    Doing it again does no harm. Raises `KeyNotHeld` and `KeyRingProblem`, so that a desk without its keys takes nothing
    for empty.
    """
    seen = kept.report.parts.count()  # before they are read: what comes in meanwhile is for the next time
    insist_on_key(kept.report)
    known = set(kept.evidence.values_list("pk", flat=True))
    named = contents.files_of(kept.report)[:MOST_FILES]
    fresh = [_first_row(kept, facts) for facts in named if facts.attachment.pk not in known]
    with transaction.atomic():
        Evidence.objects.bulk_create(fresh, ignore_conflicts=True)
        if isinstance(kept, Case) and not kept.parts_seen:
            seen_before.take_in(kept)
        type(kept).objects.filter(pk=kept.pk).update(parts_seen=seen)
    return len(fresh)


def take_in_added() -> int:
    """Take in the files that came later; one report that fails does not keep the others waiting."""
    kept = (Case.objects.exclude(stage=Stage.PURGED), Holding.objects.open())
    return sum(_take_in_added(rows) for rows in kept)


def _take_in_added(rows: Any) -> int:
    counted = rows.annotate(parts_now=Count("report__parts"))
    added = counted.filter(parts_now__gt=F("parts_seen")).select_related("report").order_by("pk")
    return rounds.taken(added, _take_in_one, most=MOST_FILES)


def look_at_waiting(now: datetime) -> int:
    """Scan what waits, one file after the other; give how many got an answer.

    A scanner that is away ends the round: the next one begins where this one stopped. One file that gets no answer from
    a scanner that is well, or over which the desk itself stumbles, does not keep the others waiting.
    """
    if not settings.PORTAL_CLAMD_ADDRESS:
        _tell_why(now, _("The desk has no virus scanner. Nobody opens this file until one has looked at it."))
        return 0
    done, is_known_well = 0, False
    for pk in _due(now, state=FileState.WAITING):
        state = _state_of(pk, now)
        if state == FileState.WAITING and not is_known_well:
            is_known_well = Scanner(settings.PORTAL_CLAMD_ADDRESS).recognises_the_test_string()
            if not is_known_well:
                break
        done += state not in ("", FileState.WAITING)
    return done


def _state_of(pk: Any, now: datetime) -> str:
    try:
        return look_at(pk, now)
    except Exception as problem:  # noqa: BLE001  (it is tried later, and the others go on)
        logger.error("a file waits for its scan", extra={"file": str(pk), "problem": type(problem).__name__})
        return ""


def look_at(pk: Any, now: datetime) -> str:
    """Scan one file and note what was found; gives its state. The transaction of the claim ends before the scan.

    Raises `OWN_FAULTS`, after which the try does not count: what the desk cannot open today is not refused for good.
    """
    evidence = claim(pk, now, state=FileState.WAITING)
    if evidence is None:
        return ""
    try:
        found, looked = _looked_at(evidence, now)
        _note(found, looked)
    except OWN_FAULTS:
        give_back(evidence, why=_("The desk could not open this file now. It tries again."))
        raise
    return found.state


def give_back(evidence: Evidence, **said: str) -> None:
    """The file is no reason for what went wrong, so its try does not count; it waits all the same."""
    Evidence.objects.filter(pk=evidence.pk, tries__gt=0).update(tries=F("tries") - 1, **said)


def claim(pk: Any, now: datetime, **wanted: Any) -> Evidence | None:
    """Count this try and put the next one off, before anything is opened: a file that kills the worker waits longer."""
    with transaction.atomic():
        rows = Evidence.objects.select_for_update().filter(pk=pk, due_at__lte=now, **wanted)
        evidence = rows.first()
        if evidence is None:
            return None
        evidence.due_at = now + min(FIRST_PAUSE * 2 ** min(evidence.tries, 12), LONGEST_PAUSE)
        evidence.tries = min(evidence.tries + 1, 1000)
        evidence.save(update_fields=["due_at", "tries"])
        return evidence


def facts_of(attachment: Attachment) -> FileFacts:
    """What was sealed with a file, to be shown; without `is_open` nothing of it is known."""
    return _facts(attachment, contents.open_all)


def _facts(attachment: Attachment, opening: Opening) -> FileFacts:
    found = opening([(attachment.record, attachment.facts_field, bytes(attachment.facts))])[0]
    named = {name: str(found.get(name, "")) for name in ("name", "declared", "sha256")}
    return FileFacts(attachment, is_open=bool(found), **named)


def plaintext_of(attachment: Attachment) -> Iterator[bytes]:
    """The chunks of a sealed original. Raises `NotThere` and `VaultProblem`, at the first chunk or any other."""
    try:
        with sealed_files().open(attachment.place) as source:
            yield from records.open_file(attachment.record, attachment.file, cast(BinaryIO, source))
    except OSError:
        raise NotThere from None


def insist_on_key(report: Report) -> None:
    """Raises `KeyNotHeld` and `KeyRingProblem`, which pass; a key that is unknown or destroyed is no reason to wait."""
    with suppress(*contents.LOST):
        contents.known_key_of(report)


def _first_row(kept: Case | Holding, facts: FileFacts) -> Evidence:
    evidence = Evidence(attachment=facts.attachment, **{"case" if isinstance(kept, Case) else "holding": kept})
    if not facts.is_open:
        return _ended(evidence, FileState.REFUSED, _("What was sealed with this file cannot be opened."))
    return evidence


def _take_in_one(kept: Case | Holding) -> int | None:
    try:
        return take_in(kept)
    except Exception as problem:  # noqa: BLE001  (one report, whatever was sealed with it, stops no other)
        logger.error("files of a report were not taken in", extra={"problem": type(problem).__name__})
        return None


def _due(now: datetime, **wanted: Any) -> list[Any]:
    rows = Evidence.objects.filter(due_at__lte=now, **wanted).exclude(case__stage=Stage.PURGED)
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def due_for_copies(now: datetime) -> list[Any]:
    return _due(now, state=FileState.CLEAN, copy_state=CopyState.WAITING)


def waiting(now: datetime) -> int:
    """How many files wait for a scan or a copy, as far as one job would go."""
    return len(_due(now, state=FileState.WAITING)) + len(due_for_copies(now))


def _tell_why(now: datetime, why: str) -> None:
    Evidence.objects.filter(state=FileState.WAITING, due_at__lte=now).exclude(why=why).update(why=why)


def _looked_at(evidence: Evidence, now: datetime) -> tuple[Evidence, Looked | None]:
    """What the row is to say, and what it is marked with. Only this decides; it writes nothing."""
    facts = _facts(evidence.attachment, contents.open_or_wait)
    if not facts.is_open:
        return _ended(evidence, FileState.REFUSED, _("What was sealed with this file cannot be opened.")), None
    try:
        look = read_through(evidence.attachment, Scanner(settings.PORTAL_CLAMD_ADDRESS))
    except contents.LOST:
        why = _("The sealed file is damaged or cut short and does not open.")
        return _ended(evidence, FileState.REFUSED, why), None
    except NotThere:
        return _not_there(evidence), None
    judged = _judged(evidence, facts, look, now)
    try:
        return judged, _looked_for_markings(judged, facts)
    except NotThere:
        return _not_there(judged), None


def _not_there(evidence: Evidence) -> Evidence:
    evidence.state = FileState.WAITING
    evidence.why = _("The sealed file could not be read from its storage. The desk tries again.")
    return evidence


def _looked_for_markings(evidence: Evidence, facts: FileFacts) -> Looked | None:
    """Also in what is held: two people would open it. What waits or was refused is not looked into."""
    if evidence.state not in {FileState.CLEAN, FileState.HELD}:
        return None
    try:
        looked = evidence_markings.look(evidence.attachment, plaintext_of, name=facts.name, kind=evidence.kind)
    except evidence_markings.NotStarted:
        evidence.state = FileState.WAITING
        evidence.why = _("The program that looks for markings did not start. The desk tries again.")
        return None
    evidence_markings.note(evidence, looked)
    return looked


def read_through(attachment: Attachment, scanner: Scanner) -> Look:
    """Read a file once, to its end, past the scanner. Raises `NotThere` and `VaultProblem`."""
    digest, length, head, tail = hashlib.sha256(), 0, b"", b""
    with scanner.stream() as stream:
        for chunk in plaintext_of(attachment):
            stream.feed(chunk)
            digest.update(chunk)
            length += len(chunk)
            head += chunk[: max(0, identify.HEAD_BYTES - len(head))]
            tail = (tail + chunk)[-identify.TAIL_BYTES :]
        verdict = stream.verdict()
    return Look(verdict, digest.hexdigest(), length, head, tail)


def _judged(evidence: Evidence, facts: FileFacts, look: Look, now: datetime) -> Evidence:
    if look.verdict.outcome is Outcome.NOT_SCANNED:
        evidence.why = _("The virus scanner gave no answer. The desk tries again.")
        return evidence
    evidence.scanned_at = now
    if look.verdict.outcome is Outcome.INFECTED:
        why = _("The virus scanner found %(name)s in it.") % {"name": look.verdict.name[:100]}
        return _ended(evidence, FileState.HELD, why)
    if look.sha256 != facts.sha256 or look.length != evidence.attachment.length:
        why = _("Its content is not what was sealed with it: hash or length differ.")
        return _ended(evidence, FileState.HELD, why)
    found = identify.identify(facts.name, facts.declared, head=look.head, tail=look.tail, length=look.length)
    evidence.kind = found.kind.value if found.kind else ""
    if found.verdict is not Judgement.ACCEPTED:
        why = _("It is not plainly what its name says (%(reason)s).") % {"reason": found.reason.value}
        return _ended(evidence, FileState.HELD, why)
    evidence.state, evidence.why, evidence.tries, evidence.due_at = FileState.CLEAN, "", 0, now
    return evidence


def _ended(evidence: Evidence, state: str, why: str) -> Evidence:
    """Held or refused: no safe copy is made of it."""
    evidence.state, evidence.why = state, why[:SHORTENED]
    evidence.copy_state, evidence.copy_why = CopyState.NONE, ""
    return evidence


def _note(evidence: Evidence, looked: Looked | None) -> None:
    with transaction.atomic():
        evidence.save(
            update_fields=[
                *("state", "why", "kind", "scanned_at", "tries", "due_at", "copy_state", "copy_why"),
                *("markings", "banners"),
            ],
        )
        if looked is not None:
            evidence_markings.tell(evidence, looked)
