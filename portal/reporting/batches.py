"""Disposal batches: what one person approved together, carried out row by row by the desk-worker.

Each row is decided for itself, in a transaction of its own, in which the rules are read once more: a hold that was
placed since stops that row and no other. A batch that was stopped, or whose worker died, goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.actions import Action, ActionRefused
from portal.members.models import Person
from portal.reporting.actions.retention import PurgeCase
from portal.reporting.actions.retention_redress import PurgeRedress
from portal.reporting.enums import BatchState, DraftKind
from portal.reporting.models import Disposal, DisposalBatch, DisposalItem
from portal.reporting.protected.actions.ending import Dispose

logger = logging.getLogger(__name__)


def approval_of(row: Disposal, by: Person) -> Action:
    """What the second person does with one record."""
    if row.redress_id:
        return PurgeRedress(redress=row.redress, by=by)
    if row.report.kind == DraftKind.PROTECTED:
        return Dispose(row.holding, by)
    return PurgeCase(case=row.report.case, by=by)


def begin(rows: Iterable[Disposal], *, by: Person) -> DisposalBatch:
    """Take down what was approved. The worker does the rest."""
    batch: DisposalBatch = DisposalBatch.objects.create(by=by)
    DisposalItem.objects.bulk_create(DisposalItem(batch=batch, disposal=row, number=row.number) for row in rows)
    return batch


def running() -> Any:
    """Batches on which there is something to do, and that nobody stopped."""
    return DisposalBatch.objects.filter(done_at=None, stopped_at=None).order_by("started_at", "pk")


def work() -> int:
    """Carry out what was approved, the oldest batch first; gives how many rows were decided."""
    return sum(_work_on(batch) for batch in list(running()))


def _work_on(batch: DisposalBatch) -> int:
    decided = 0
    while _decide_next(batch.pk):
        decided += 1
    left = DisposalItem.objects.filter(batch=batch, state=BatchState.WAITING)
    if not left.exists():
        DisposalBatch.objects.filter(pk=batch.pk, done_at=None).update(done_at=timezone.now())
    return decided


def _decide_next(batch: int) -> bool:
    """One row, in a transaction of its own; False where none is left, or somebody stopped it meanwhile."""
    item = _next(batch)
    if item is None:
        return False
    try:
        with transaction.atomic():
            held = _next(batch, lock=True)
            if held is None:
                return False
            item = held
            _decide(held)
    except OperationalError:  # the database is away or busy: the row waits, and the next tick goes on with it
        raise
    except Exception as problem:  # noqa: BLE001  (whatever else it is, it stops no other row)
        logger.error("a row of a disposal batch failed", extra={"problem": type(problem).__name__})
        why = _("It could not be done. Nothing of it was destroyed; choose it again, and tell who runs the portal.")
        _set(item, BatchState.REFUSED, why)
    return True


def _next(batch: int, *, lock: bool = False) -> DisposalItem | None:
    """The next row that waits. Another worker's row is passed over."""
    rows = DisposalItem.objects.filter(batch=batch, batch__stopped_at=None, state=BatchState.WAITING).order_by("pk")
    rows = rows.select_for_update(skip_locked=True, of=("self",)) if lock else rows
    found: DisposalItem | None = rows.first()
    return found


def _decide(item: DisposalItem) -> None:
    related = ("report__case", "report__holding", "redress")
    row = Disposal.objects.select_related(*related).filter(items=item).first()
    if row is None:
        _set(item, BatchState.REFUSED, _("Nobody proposes to destroy this any more. Nothing was destroyed."))
        return
    try:
        approval_of(row, Person.objects.get(pk=item.batch.by_id)).execute()
    except ActionRefused as refusal:
        _set(item, BatchState.REFUSED, str(refusal))
    else:
        _set(item, BatchState.DONE, "")


def _set(item: DisposalItem, state: BatchState, why: str) -> None:
    DisposalItem.objects.filter(pk=item.pk).update(state=state, why=why[:300], at=timezone.now())
