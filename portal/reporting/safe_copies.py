"""Safe copies: made in a child process without keys or network (portal/files), and sealed like the original.

What a copy leaves out is evidence as well; it is sealed beside the copy, and so are the titles of its parts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils.translation import gettext as _

from portal.files import folders, running
from portal.files.enums import Fact, Kind, PartForm, Trouble
from portal.files.running import Copy, NoCopy, Part
from portal.reporting import contents, evidence
from portal.reporting.enums import CopyState, FileState, Stage
from portal.reporting.models import Evidence, SafeCopyPart
from portal.vault import records
from portal.vault.records import DataKey
from portal.vault.storage import sealed_files
from portal.vocabulary.models import County
from portal.vocabulary.outlines import county_at

logger = logging.getLogger(__name__)
MOST_TRIES = 3
PASSING = {Trouble.MEMORY, Trouble.TIME}  # what may go better the next time


@dataclass(frozen=True)
class Aside:
    """What stands beside a copy: what the original's metadata told, what the look inside found, titles of parts."""

    metadata: list[tuple[str, str]] = field(default_factory=list, repr=False)
    findings: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Shown:
    """One part as a page shows it."""

    part: SafeCopyPart
    title: str = field(repr=False)
    text: str = field(default="", repr=False)
    rows: list[list[str]] = field(default_factory=list, repr=False)


def make_waiting(now: datetime) -> int:
    """Make the copies that wait, one file a transaction; give how many files are done with.

    A fault of the desk itself is logged, and the file waits without having lost a try. Whatever goes wrong over one
    file, the others have their turn.
    """
    folders.clear_away()
    return sum(_is_done(pk, now) for pk in evidence.due_for_copies(now))


def _is_done(pk: Any, now: datetime) -> bool:
    try:
        return make(pk, now)
    except Exception as problem:  # noqa: BLE001  (its class alone, since its words may quote the file)
        logger.error("a safe copy waits", extra={"file": str(pk), "problem": type(problem).__name__})
        return False


def make(pk: Any, now: datetime) -> bool:
    """Make the copy of one clean file, or note why there is none; False if it waits for another try.

    Raises `evidence.OWN_FAULTS`, after which the try does not count.
    """
    row = evidence.claim(pk, now, state=FileState.CLEAN, copy_state=CopyState.WAITING)
    if row is None:
        return False
    try:
        return _made(row, now)
    except evidence.OWN_FAULTS:
        evidence.give_back(row)
        raise


def _made(row: Evidence, now: datetime) -> bool:
    # A file that ends the worker itself, again and again, is for two people together.
    outcome = _outcome(row) if row.tries <= 2 * MOST_TRIES else NoCopy(reason=Trouble.CRASH)
    if outcome is None:
        evidence.give_back(row)
        return False
    if isinstance(outcome, NoCopy) and outcome.reason is Trouble.NOT_STARTED:
        _put_off(row, now)
        return False
    if isinstance(outcome, NoCopy) and outcome.reason in PASSING and row.tries < MOST_TRIES:
        return False
    _note(row, outcome, now)
    return True


def _put_off(row: Evidence, now: datetime) -> None:
    """No program started that could have looked at the file: the desk's own fault. The row says so, and so does a tile.

    It is tried again for as long as it takes, each time after a quarter of how long it has waited since its scan.
    """
    logger.error("safe copies are not made: their program does not start", extra={"file": str(row.pk)})
    waited = (now - (row.scanned_at or now)) / 4
    pause = min(max(evidence.FIRST_PAUSE, waited), evidence.LONGEST_PAUSE)
    evidence.give_back(row, copy_why=_("The program that makes safe copies did not start. The desk tries again."))
    Evidence.objects.filter(pk=row.pk).update(due_at=now + pause)


def not_started() -> Any:
    """The files that wait for a safe copy because the program that makes them did not start."""
    rows = Evidence.objects.filter(state=FileState.CLEAN, copy_state=CopyState.WAITING)
    return rows.exclude(copy_why="").exclude(case__stage=Stage.PURGED)


def aside_of(row: Evidence) -> Aside:
    """What stands beside the copy, opened; empty when it does not open."""
    if not bytes(row.metadata):
        return Aside()
    found = contents.open_all([(row.attachment.record, row.metadata_field, bytes(row.metadata))])[0]
    pairs = zip(found.get("labels", []), found.get("values", []), strict=False)
    return Aside(list(pairs), list(found.get("findings", [])), list(found.get("titles", [])))


def opened(part: SafeCopyPart) -> bytes:
    """The content of one part. Raises `VaultProblem` and `OSError`."""
    attachment = part.evidence.attachment
    with sealed_files().open(part.place(attachment.report_uuid)) as source:
        return b"".join(records.open_file(attachment.record, part.file, cast(BinaryIO, source)))


def shown(part: SafeCopyPart, title: str) -> Shown:
    """A part for a page; of a picture the title alone, since the browser fetches it."""
    if part.form == PartForm.PICTURE.value:
        return Shown(part, title)
    try:
        text = opened(part).decode()
    except (records.VaultProblem, OSError, UnicodeDecodeError):
        return Shown(part, title, text=_("This part cannot be opened."))
    return Shown(part, title, rows=json.loads(text)) if part.form == PartForm.TABLE.value else Shown(part, title, text)


def _outcome(row: Evidence) -> Copy | NoCopy | None:
    """The copy, or why there is none; None while the storage is away. Raises what is no fault of the file."""
    try:
        kind = Kind(row.kind)
    except ValueError:
        return NoCopy(reason=Trouble.KIND)
    try:
        return running.safe_copy(kind, evidence.plaintext_of(row.attachment), length=row.attachment.length)
    except contents.LOST:
        return NoCopy(reason=Trouble.DAMAGED)
    except evidence.NotThere:
        return None


def _note(row: Evidence, outcome: Copy | NoCopy, now: datetime) -> None:
    """Seal the parts, then write the rows that name them: a crash in between leaves files that the sweep takes."""
    try:
        key = contents.key_of(row.report)
    except contents.LOST:
        _end_without_key(row, outcome, now)
        return
    keeps = isinstance(outcome, Copy) and not outcome.is_held
    parts = _seal_parts(row, key, outcome.parts) if keeps and isinstance(outcome, Copy) else []
    row.metadata = key.seal(row.metadata_field, json.dumps(_aside(outcome, titled=keeps)).encode())
    row.removed = list(outcome.removed) if isinstance(outcome, Copy) else []
    row.copied_at = now
    if outcome.is_held:
        _hold(row, outcome)
    elif isinstance(outcome, NoCopy):
        row.copy_state, row.copy_why = CopyState.NONE, outcome.sentence[: evidence.SHORTENED]
    else:
        row.copy_state, row.copy_why = CopyState.MADE, ""
    with transaction.atomic():
        if not _still_waits(row):  # a copy takes minutes, in which another worker may have been faster
            return
        SafeCopyPart.objects.bulk_create(parts)
        row.save(update_fields=["state", "why", "copy_state", "copy_why", "copied_at", "removed", "metadata"])


def _end_without_key(row: Evidence, outcome: Copy | NoCopy, now: datetime) -> None:
    """What cannot be sealed is not kept: no copy, and nothing of what was found beside it."""
    row.copied_at = now
    if outcome.is_held:
        _hold(row, outcome)
    else:
        why = _("The key of this report was destroyed, so no safe copy of this file can be sealed.")
        row.copy_state, row.copy_why = CopyState.NONE, why[: evidence.SHORTENED]
    with transaction.atomic():
        if _still_waits(row):
            row.save(update_fields=["state", "why", "copy_state", "copy_why", "copied_at"])


def _still_waits(row: Evidence) -> bool:
    rows = Evidence.objects.select_for_update().filter(pk=row.pk, state=FileState.CLEAN)
    return rows.filter(copy_state=CopyState.WAITING).exists()


def _hold(row: Evidence, outcome: Copy | NoCopy) -> None:
    said = " ".join(outcome.finding_sentences) or (outcome.sentence if isinstance(outcome, NoCopy) else "")
    row.state, row.why = FileState.HELD, (said or _("The look inside found something."))[: evidence.SHORTENED]
    row.copy_state, row.copy_why = CopyState.NONE, ""


def _aside(outcome: Copy | NoCopy, *, titled: bool) -> dict[str, list[str]]:
    lines = [(detail.label, detail.value) for detail in outcome.metadata]
    lines += _county_of(outcome)
    titles = [part.title for part in outcome.parts] if titled and isinstance(outcome, Copy) else []
    return {
        "labels": [label for label, _value in lines],
        "values": [value for _label, value in lines],
        "findings": list(outcome.finding_sentences),
        "titles": titles,
    }


def _county_of(outcome: Copy | NoCopy) -> Iterator[tuple[str, str]]:
    """The county in which the picture says that it was taken."""
    found = {detail.fact: detail.value for detail in outcome.metadata}
    try:
        fips = county_at(float(found[Fact.LATITUDE]), float(found[Fact.LONGITUDE]))
    except (KeyError, ValueError):
        return
    county = County.objects.filter(fips=fips).first() if fips else None
    yield _("County of the position"), county.name if county else _("outside Missouri")


def _seal_parts(row: Evidence, key: DataKey, parts: tuple[Part, ...]) -> list[SafeCopyPart]:
    return [_seal_part(row, key, number, part) for number, part in enumerate(parts, start=1)]


def _seal_part(row: Evidence, key: DataKey, number: int, part: Part) -> SafeCopyPart:
    content = _content(part)
    made = SafeCopyPart(evidence=row, number=number, form=part.form.value, length=len(content))
    with sealed_files().open(made.place(row.attachment.report_uuid), "wb") as out:
        writer = key.writer(made.file, cast(BinaryIO, out))
        writer.write(content)
        writer.close()
    return made


def _content(part: Part) -> bytes:
    if part.form is PartForm.PICTURE:
        return part.picture
    return json.dumps(part.rows).encode() if part.form is PartForm.TABLE else part.text.encode()
