"""Destruction by two people, for reports, protected submissions and requests for redress alike.

The rows are emptied in one transaction; then the data keys go, and with them every backup of the content; then the
files; then it is certified. `finish` may be cut off anywhere: the next tick goes on.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.audit.keys import TrailKeyProblem
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.enums import DraftKind
from portal.reporting.models import Disposal, Holding, Report, ReportingSettings
from portal.reporting.protected import certificates
from portal.reporting.protected.enums import Stage
from portal.vault import records
from portal.vault.models import Destruction
from portal.vault.storage import sealed_files

logger = logging.getLogger(__name__)
# Who decides on destruction: one of them proposes, another approves. Analysts decide on submissions, too.
TWO = (StaffRole.RECORDS_CUSTODIAN, StaffRole.MIAC_SUPERVISOR)
READY = (Stage.COLLECTED, Stage.DESTROYING)


def propose(*, by: Person, role: StaffRole, basis: str, **fields: Any) -> Disposal:
    """The first of two people. What is destroyed (`report` or `redress`), and how, stands in `fields`."""
    row: Disposal = Disposal.objects.create(basis=basis, proposed_by=by, proposed_as=role.value, **fields)
    return row


def begin(row: Disposal, *, by: Person, role: StaffRole) -> None:
    """The second person, in the transaction that empties the rows; keys and files go once it is committed."""
    now = timezone.now()
    row.approved_by, row.approved_as, row.approved_at = by, role.value, now
    row.backups_gone_on = timezone.localdate(now) + timedelta(days=ReportingSettings.load().vault_backup_days)
    row.save()
    transaction.on_commit(lambda: _finish_here(row), robust=True)  # what fails here the next tick goes on with


def _finish_here(row: Disposal) -> None:
    """Where the private key is not, as in Desk's own process, the worker signs a moment later."""
    with suppress(TrailKeyProblem):
        finish(row)


def finish(row: Disposal) -> None:
    """Destroy keys and files, then sign. Doing it again does no harm. Raises `TrailKeyProblem` once all is gone."""
    if row.done_at is None:
        _destroy(row)
    if not row.certificate and row.approved_as:
        certificates.sign(row)


def _destroy(row: Disposal) -> None:
    record: str = row.thing.record
    records.destroy(record, by=f"person:{row.approved_by_id}")
    if row.report_id:
        delete_files(row.report)
    row.keys = Destruction.objects.filter(record=record).count()
    row.done_at = timezone.now()
    row.save(update_fields=["keys", "done_at"])


def finish_begun(now: Any = None) -> int:
    """Go on with what was cut off; gives how many were finished. One that fails keeps no other waiting."""
    unsigned = Q(certificate="") & ~Q(approved_as="")
    begun = Disposal.objects.exclude(approved_at=None).filter(Q(done_at=None) | unsigned)
    return sum(_is_finished(row) for row in begun.select_related("report__holding", "redress"))


def _is_finished(row: Disposal) -> bool:
    try:
        finish(row)
    except Exception as problem:  # noqa: BLE001  (whatever it is, it is tried again, and the others go on)
        logger.error("a disposal was not finished", extra={"report": row.number, "problem": type(problem).__name__})
        return False
    return True


def delete_files(report: Report) -> None:
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


def of_others(person: Person) -> Any:
    """Disposals that are no business of a person's own: nothing that they sent, or an organisation of theirs did."""
    submissions = Holding.objects.of_others(person).values("pk")
    theirs = Q(report__kind=DraftKind.ACTIVITY, report__submitter=person)
    return Disposal.objects.filter(
        Q(report=None) | (Q(report__kind=DraftKind.ACTIVITY) & ~theirs) | Q(report__in=submissions)
    )


def waiting_for_second(person: Person) -> Any:
    """What one person proposed and another has not approved, the oldest first, as far as it may go now."""
    is_ready = ~Q(report__kind=DraftKind.PROTECTED) | Q(report__holding__stage__in=READY)
    return of_others(person).filter(is_ready, approved_at=None).order_by("proposed_at", "pk")
