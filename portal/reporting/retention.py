"""How long a report is kept: at most five years, then it is validated or purged, with reviewer and reason.

An answered request for redress is kept as long, from its answer on, and then purged by the same rule.

A purge destroys the data keys, and with them every backup of the content. It needs the number of an approved schedule
(RSMo 109.260); without one the record is held.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.members.models import Person
from portal.reporting.enums import CopyState, EntryKind, RedressState, Stage
from portal.reporting.models import (
    Attachment,
    Case,
    CaseEntry,
    Draft,
    Evidence,
    Purge,
    Redress,
    Report,
    ReportingSettings,
    SafeCopyPart,
    SeenDigest,
    TwoPeopleRequest,
)
from portal.reporting.models.desk import FIVE_YEARS
from portal.reporting.models.retention import RedressPurge
from portal.vault import records
from portal.vault.models import Destruction
from portal.vault.storage import sealed_files

logger = logging.getLogger(__name__)
# Whose codes say what the desk thought of the report; those of dispositions and decisions stay.
CODES_GONE = (EntryKind.MINOR, EntryKind.INITIAL_REVIEW, EntryKind.DETERMINATION)


class Window(Enum):
    """A queue: how many days before its end a record stands in it."""

    DUE = 0
    MONTH = 30
    QUARTER = 90

    @property
    def days(self) -> timedelta:
        return timedelta(days=self.value)


def ending_within(window: Window, *, for_person: Person | None = None) -> Any:
    """Records that end within so many days, or have ended, the first to end on top; without those they sent."""
    until = timezone.localdate() + window.days
    rows = Case.objects.exclude(stage=Stage.PURGED).filter(retain_until__lte=until)
    rows = rows.exclude(report__submitter=for_person) if for_person else rows
    return rows.select_related("report").order_by("retain_until", "pk")


def latest_date() -> date:
    """The last day until which a record may be kept that is validated today."""
    return timezone.localdate() + timedelta(days=FIVE_YEARS)


def redress_ended() -> Any:
    """Answered requests for redress whose time has ended and that are still there, the first to be answered on top."""
    last = timezone.localdate() - timedelta(days=ReportingSettings.load().retention_days)
    rows = Redress.objects.exclude(state=RedressState.RECEIVED).filter(purge=None, answered_at__date__lte=last)
    return rows.order_by("answered_at", "pk")


def purge(case: Case, *, by: Person, basis: str, schedule: str) -> Purge:
    """Take out all but number, dates, disposition and who decided; keys and files go once this is committed.

    Who sent it goes as well: nobody is told that any more, nor does their own list name the report.
    """
    now = timezone.now()
    row = Purge(case=case, by=by, at=now, basis=basis, schedule=schedule, backups_gone_on=_backups_gone_on(now))
    row.files = _number_of_files(case.report)
    row.save(force_insert=True)
    _empty_files(case)
    _empty_rows(case)
    _empty_case(case, now)
    CaseEntry.objects.create(case=case, kind=EntryKind.PURGED, by=by, at=now, code=basis)
    transaction.on_commit(lambda: finish(row), robust=True)  # what fails here the next tick goes on with
    return row


def purge_redress(redress: Redress, *, by: Person, schedule: str) -> RedressPurge:
    """Take out what was written and answered; number, kind, dates and who answered stay. The key goes after it."""
    now = timezone.now()
    row = RedressPurge(redress=redress, by=by, at=now, schedule=schedule, backups_gone_on=_backups_gone_on(now))
    row.save(force_insert=True)
    Redress.objects.filter(pk=redress.pk).update(words=b"", answer=b"")
    transaction.on_commit(lambda: finish_redress(row), robust=True)  # as above
    return row


def finish(row: Purge) -> None:
    """Destroy keys and files. Doing it again does no harm: whatever a crash left is found by `finish_begun`."""
    report = row.case.report
    keys = _destroy_keys(report.record, row)
    _delete_files(report)
    Purge.objects.filter(pk=row.pk).update(keys=keys, done_at=timezone.now())


def finish_redress(row: RedressPurge) -> None:
    """Destroy the key of a request. Doing it again does no harm."""
    keys = _destroy_keys(row.redress.record, row)
    RedressPurge.objects.filter(pk=row.pk).update(keys=keys, done_at=timezone.now())


def finish_begun(now: datetime) -> int:
    """Finish the purges that a crash cut off; give how many. One that fails again does not keep the others waiting."""
    reports = Purge.objects.filter(done_at=None).select_related("case__report")
    requests = RedressPurge.objects.filter(done_at=None).select_related("redress")
    done = sum(_is_finished(row, finish, number=row.case.report.number) for row in reports)
    return done + sum(_is_finished(row, finish_redress, number=row.redress.number) for row in requests)


def _is_finished(row: Any, finishing: Callable[[Any], None], *, number: str) -> bool:
    try:
        finishing(row)
    except Exception as problem:  # noqa: BLE001  (whatever it is, it is tried again, and the others go on)
        logger.error("a purge was not finished", extra={"report": number, "problem": type(problem).__name__})
        return False
    return True


def _destroy_keys(record: str, row: Purge | RedressPurge) -> int:
    """Destroy the data keys of a record, and give how many there ever were."""
    records.destroy(record, by=f"person:{row.by_id}")
    return Destruction.objects.filter(record=record).count()


def _backups_gone_on(now: datetime) -> date:
    return timezone.localdate(now) + timedelta(days=ReportingSettings.load().vault_backup_days)


def _number_of_files(report: Report) -> int:
    attachments = Attachment.objects.filter(report_uuid=report.uuid).count()
    return attachments + SafeCopyPart.objects.filter(evidence__attachment__report_uuid=report.uuid).count()


def _empty_files(case: Case) -> None:
    SafeCopyPart.objects.filter(evidence__case=case).delete()
    TwoPeopleRequest.objects.filter(evidence__case=case).update(details=b"")
    Evidence.objects.filter(case=case).update(
        why="", copy_why="", kind="", removed=[], metadata=b"", copy_state=CopyState.NONE
    )
    Attachment.objects.filter(report_uuid=case.report.uuid).update(facts=b"", kind="", length=0, owner=None)


def _empty_rows(case: Case) -> None:
    SeenDigest.objects.filter(case=case).delete()
    CaseEntry.objects.filter(case=case).update(details=b"")
    CaseEntry.objects.filter(case=case, kind__in=CODES_GONE).update(code="")
    case.report.parts.all().delete()
    case.report.messages.all().delete()
    Draft.objects.filter(uuid=case.report.uuid).delete()
    Report.objects.filter(pk=case.report_id).update(submitter=None, copy_to=None, wants_call=False)


def _empty_case(case: Case, now: datetime) -> None:
    """The coded fields go, and the words in clear: other closing words than the approved ones may say something."""
    case.behaviour = case.target = case.closing_words = case.closure_basis = case.review = case.finding = ""
    case.sector = case.county = case.happened_from = case.happened_to = case.duplicate_of = None
    case.has_unusual_facts = case.may_be_minor = case.is_purge_held = False
    case.stage, case.purged_at, case.next_alert_at = Stage.PURGED, now, None
    case.save()
    Case.objects.filter(duplicate_of=case).update(duplicate_of=None)


def _delete_files(report: Report) -> None:
    """Everything in the report's folder, what no row names included."""
    storage, folder = sealed_files(), str(report.uuid)
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{folder}/{name}")
    with suppress(OSError):  # a storage may know no folders
        storage.delete(folder)


def is_due(case: Case) -> bool:
    return bool(case.retain_until <= timezone.localdate())
