"""What nothing names any more: data keys and sealed files of reports that were never sent, or half.

A key is committed before its content, and a file is written before its row, so that a crash leaves an orphan and never
content without its key. What is younger than `PORTAL_ORPHANS_WAIT` may still be on its way.

After a restore of either database much looks like an orphan that is none. Each sweep adds one to a number in both; when
they differ nothing is swept until somebody at the server says so (`vault_sweep --resume`).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.storage import Storage
from django.db.models import Count, F, Q
from django.utils import timezone

from portal.members.enums import AlarmKind
from portal.reporting import lasting
from portal.reporting.models import (
    Attachment,
    Case,
    Draft,
    Evidence,
    Holding,
    Redress,
    Report,
    SafeCopyPart,
    SweepGeneration,
)
from portal.reporting.protected.states import ENDED
from portal.vault import generations, naming, records
from portal.vault.models import DeskCopy
from portal.vault.storage import sealed_files

logger = logging.getLogger(__name__)
EVERY = timedelta(hours=6)
BATCH = 500
REPORT, REDRESS = "report:", "redress:"
Row = TypeVar("Row")


class Restored(Exception):
    """The two databases do not count the same: one of them was restored. Nothing was swept."""


@dataclass(frozen=True)
class Swept:
    """What a sweep destroyed, or would."""

    records: int = 0
    files: int = 0


def sweep_if_due(now: datetime) -> int:
    """Sweep a few times a day. Raises `Restored`, which the log and the desk's front page tell."""
    row = _own()
    if row.swept_at is not None and now < row.swept_at + EVERY:
        return 0
    swept = sweep(now)
    return swept.records + swept.files


def sweep(now: datetime, *, is_rehearsal: bool = False) -> Swept:
    """Destroy what nothing names. Raises `Restored` when the numbers differ, and nothing is destroyed then."""
    if is_rehearsal:
        _insist_on_same(_own())
    else:
        _count_one_more(now)
    oldest = now - settings.PORTAL_ORPHANS_WAIT
    swept = Swept(_destroy_keys(oldest, is_rehearsal), _delete_files(oldest, is_rehearsal))
    if swept.records or swept.files:
        logger.info("orphans swept", extra={"records": swept.records, "files": swept.files})
    return swept


def is_stopped() -> bool:
    """Whether sweeping waits for somebody to say that it may go on."""
    return bool(SweepGeneration.objects.exclude(refused_at=None).exists())


def alarm_if_stopped(now: datetime) -> bool:
    """Alarm staff, once for each time that sweeping stopped and then once a day; says whether it did now."""
    stopped = SweepGeneration.objects.exclude(refused_at=None).values_list("refused_at", flat=True).first()
    return stopped is not None and lasting.alarm_about(AlarmKind.SWEEP_HALTED, since=stopped, now=now)


def resume() -> int:
    """Take the higher of both numbers in both databases, after somebody has looked at the restore; gives it."""
    row = _own()
    known = generations.number()
    number = max(row.number, row.next or 0, known)
    if known != number:
        generations.move(before=known, after=number)
    row.number, row.next, row.refused_at = number, None, None
    row.save(update_fields=["number", "next", "refused_at"])
    return number


def _own() -> SweepGeneration:
    row, _is_new = SweepGeneration.objects.get_or_create(pk=1)
    return row


def _insist_on_same(row: SweepGeneration) -> None:
    """Raises `Restored`. A sweep that was cut off between the two databases is told from a restore by `next`."""
    known = generations.number()
    if known == row.number or (row.next is not None and known == row.next):
        return
    row.refused_at = row.refused_at or timezone.now()
    row.save(update_fields=["refused_at"])
    logger.error("orphans are not swept: a database was restored", extra={"content": row.number, "vault": known})
    raise Restored


def _count_one_more(now: datetime) -> None:
    """Say beside the content what comes next, count in the vault, and then here. Raises `Restored`."""
    row = _own()
    if row.refused_at is not None:
        raise Restored
    _insist_on_same(row)
    known = generations.number()
    row.number, row.next = known, known + 1
    row.save(update_fields=["number", "next"])
    if not generations.move(before=known, after=known + 1):
        raise Restored
    SweepGeneration.objects.filter(pk=row.pk).update(number=known + 1, next=None, swept_at=now)


def _destroy_keys(oldest: datetime, is_rehearsal: bool) -> int:
    rows = DeskCopy.objects.filter(naming.of_all_rooms()).order_by("record").values_list("record", flat=True).distinct()
    orphans = [record for batch in _batches(rows.iterator(chunk_size=BATCH)) for record in naming.unnamed(batch)]
    done = 0
    for record in orphans:
        if DeskCopy.objects.filter(record=record, made_at__gt=oldest).exists():
            continue  # one of its keys is young: somebody may be writing at this moment
        if not is_rehearsal:
            records.destroy(record, by="sweep")
        done += 1
    return done


def _named_reports(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that a draft or a report names; a report that was purged names nothing any more."""
    drafts = Draft.objects.filter(uuid__in=identifiers).values_list("uuid", flat=True)
    purged = Case.objects.exclude(purged_at=None).values("report_id")
    ended = Holding.objects.filter(stage__in=ENDED).values("report_id")
    reports = Report.objects.filter(uuid__in=identifiers).exclude(pk__in=purged).exclude(pk__in=ended)
    return {*drafts, *reports.values_list("uuid", flat=True)}


def _named_redress(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that a request names; what was destroyed names nothing any more, what is only proposed does."""
    kept = Redress.objects.filter(uuid__in=identifiers).exclude(disposal__approved_at__isnull=False)
    return set(kept.values_list("uuid", flat=True))


naming.register(REPORT, _named_reports)
naming.register(REDRESS, _named_redress)


def _delete_files(oldest: datetime, is_rehearsal: bool) -> int:
    storage = sealed_files()
    try:
        folders, _files = storage.listdir("")
    except FileNotFoundError:
        return 0  # nothing was ever stored
    done = 0
    for batch in _batches(sorted(folders)):
        known = {name: found for name in batch if (found := naming.identifier(name)) is not None}
        named = _named_reports(set(known.values()))
        for name, identifier in known.items():
            done += _delete_in(storage, _Folder(name, identifier, identifier in named), oldest, is_rehearsal)
    return done


@dataclass(frozen=True)
class _Folder:
    """The sealed files of one report, and what of them is still named."""

    name: str
    identifier: uuid.UUID
    is_named: bool

    def keeps(self) -> set[str]:
        """The names of the files that stay. A file that was taken out before sending, and is no evidence, does not."""
        if not self.is_named:
            return set()
        rows = Attachment.objects.filter(report_uuid=self.identifier)
        parts = SafeCopyPart.objects.filter(evidence__attachment__report_uuid=self.identifier)
        named = {str(pk) for pk in rows.values_list("pk", flat=True)}
        copies = {str(pk) for pk in parts.values_list("pk", flat=True)}
        return (named - self._taken_out(rows)) | copies

    def _taken_out(self, rows: Any) -> set[str]:
        """Front writes `removed_at`, so it counts only where Desk has read all and no sealed list names the file."""
        if self._is_unread():
            return set()
        wait = timezone.now() - settings.PORTAL_ORPHANS_WAIT
        gone = rows.filter(removed_at__lt=wait).exclude(pk__in=Evidence.objects.values("pk"))
        return {str(pk) for pk in gone.values_list("pk", flat=True)}

    def _is_unread(self) -> bool:
        """Whether something came in with this report that Desk has not taken in: it may name any file."""
        reports = Report.objects.filter(uuid=self.identifier).annotate(parts_now=Count("parts"))
        newer = Q(parts_now__gt=F("case__parts_seen")) | Q(parts_now__gt=F("holding__parts_seen"))
        return reports.filter(Q(case=None, holding=None) | newer).exists()


def _delete_in(storage: Storage, folder: _Folder, oldest: datetime, is_rehearsal: bool) -> int:
    """Delete what a folder need not keep and is old enough; give how many files. An empty folder goes as well."""
    keeps = folder.keeps()
    _folders, files = storage.listdir(folder.name)
    old = [name for name in files if name not in keeps and _is_old(storage, f"{folder.name}/{name}", oldest)]
    if is_rehearsal:
        return len(old)
    for name in old:
        storage.delete(f"{folder.name}/{name}")
    if not folder.is_named and len(old) == len(files):
        _forget(storage, folder)
    return len(old)


def _forget(storage: Storage, folder: _Folder) -> None:
    """Nothing is left of it but rows that name no file."""
    Attachment.objects.filter(report_uuid=folder.identifier, evidence=None).delete()
    with suppress(OSError):  # somebody writes there again, or the storage knows no folders
        storage.delete(folder.name)


def _is_old(storage: Storage, place: str, oldest: datetime) -> bool:
    try:
        return storage.get_modified_time(place) < oldest
    except FileNotFoundError:
        return False


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch
