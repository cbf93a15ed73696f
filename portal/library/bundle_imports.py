"""Zips on their way into the library, taken in by the desk-worker row by row.

What became of a row is written down together with its document, so a worker that is killed leaves each row either done
or waiting. Two workers never take rows of one zip at once: the zip's row is locked meanwhile. What rows say about each
other is set at the end, and may be set twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.library import importing, manifest
from portal.library.actions import EDITORS
from portal.library.bundles import Missing, NotABundle, Zip
from portal.library.enums import Outcome
from portal.library.importing import Importing, Wish
from portal.library.manifest import Manifest, NotAManifest, Row
from portal.library.models import BundleImport, BundleRow
from portal.members.models import Person

logger = logging.getLogger(__name__)
MOST_ROWS = 2_000  # of a zip that is sent as a form; more are imported by the command
MOST_TRIES = 3
LONGEST_WHY = 1_000
KEPT_STOPPED = timedelta(days=14)
KEPT_DONE = timedelta(days=180)


def looked_into(file: BinaryIO) -> Manifest:
    """What a zip says of itself. Raises `NotABundle`, `Missing`, `NotAManifest`."""
    told = importing.read_manifest(Zip(file))
    if told.count > MOST_ROWS:
        raise NotAManifest(_("It has more than %(count)d rows. Split it.") % {"count": MOST_ROWS})
    return told


def begin(file: Any, told: Manifest, *, by: Person) -> BundleImport:
    """Keep the zip, and take down its rows. The worker does the rest."""
    run = BundleImport(by=by, name=file.name[:255], ignored=[manifest.shown(column) for column in told.ignored])
    run.bundle.save("bundle.zip", File(file), save=False)
    try:
        with transaction.atomic():
            run.save()
            BundleRow.objects.bulk_create([*_refused(run, told), *_waiting(run, told)])
    except BaseException:
        run.bundle.storage.delete(str(run.bundle.name))
        raise
    return run


def _refused(run: BundleImport, told: Manifest) -> list[BundleRow]:
    facts = {"run": run, "state": Outcome.REFUSED}
    return [BundleRow(line=bad.line, file=bad.file[:255], why=bad.why[:LONGEST_WHY], **facts) for bad in told.problems]


def _waiting(run: BundleImport, told: Manifest) -> list[BundleRow]:
    return [
        BundleRow(run=run, line=row.line, file=row.file, why=" ".join(row.remarks)[:LONGEST_WHY]) for row in told.rows
    ]


def running() -> Any:
    """Imports on which there is something to do, and that nobody stopped."""
    return BundleImport.objects.filter(done_at=None, stopped_at=None).order_by("started_at", "pk")


def work() -> int:
    """Take in what waits, the oldest zip first; gives how many rows were decided."""
    return sum(_work_on(run) for run in list(running().select_related("by")))


def _work_on(run: BundleImport) -> int:
    if not run.by.has_role(*EDITORS):
        _end(run, _("Whoever sent it is no editor any more. What was taken in stays."))
        return 0
    try:
        with _opened(run) as (bundle, told):
            return _take_all(run, Importing(bundle, Wish(by=run.by)), told)
    except (NotABundle, NotAManifest, Missing, FileNotFoundError):
        _end(run, _("The zip cannot be read any more. What was taken in stays; send it again for the rest."))
        return 0


@contextmanager
def _opened(run: BundleImport) -> Iterator[tuple[Zip, Manifest]]:
    with run.bundle.storage.open(str(run.bundle.name)) as file:
        bundle = Zip(cast(BinaryIO, file))
        yield bundle, importing.read_manifest(bundle)


def _take_all(run: BundleImport, into: Importing, told: Manifest) -> int:
    """Gives how many rows were decided."""
    by_file = {row.file: row for row in told.rows}
    waiting = BundleRow.objects.filter(run=run, state=Outcome.WAITING)
    before = waiting.count()
    while (item := _claim(run.pk)) is not None:
        if not _take(item, by_file[item.file], into):
            break
    left: int = waiting.count()
    if not left:
        _tie_all(run, into, told)
    return before - left


def _claim(run: int) -> BundleRow | None:
    """The next row that waits, its try counted before its file is touched."""
    rows = BundleRow.objects.filter(run=run, run__stopped_at=None, run__done_at=None, state=Outcome.WAITING)
    found: BundleRow | None = rows.order_by("pk").first()
    if found is not None:
        BundleRow.objects.filter(pk=found.pk).update(tries=F("tries") + 1)
        found.tries += 1
    return found


def _take(item: BundleRow, row: Row, into: Importing) -> bool:
    """One row, in a transaction of its own; False where another worker is at it, or somebody stopped it meanwhile."""
    if item.tries > MOST_TRIES:
        _note(item, Outcome.REFUSED, _("It could not be read. Open and save the file anew, then send it again."))
        return True
    try:
        with transaction.atomic():
            return _is_held(item) and _taken(item, row, into)
    except OperationalError:  # the database is away or busy: the row waits, and the next tick goes on with it
        raise
    except Exception as problem:  # noqa: BLE001  (whatever else it is, it stops no other row)
        logger.error("a row of an import failed", extra={"problem": type(problem).__name__})
        return True  # it is tried again, and refused after three times


def _is_held(item: BundleRow) -> bool:
    held = BundleImport.objects.select_for_update(skip_locked=True).filter(pk=item.run_id, stopped_at=None)
    return held.exists() and BundleRow.objects.filter(pk=item.pk, state=Outcome.WAITING).exists()


def _taken(item: BundleRow, row: Row, into: Importing) -> bool:
    before = len(into.summary.refusals)
    outcome = into.take(row)
    why = [problem.why for problem in into.summary.refusals[before:]] or [item.why]
    _note(item, outcome, " ".join(why), document_id=into.became(row.file))
    return True


def _note(item: BundleRow, outcome: Outcome, why: str, **facts: Any) -> None:
    BundleRow.objects.filter(pk=item.pk).update(state=outcome, why=why[:LONGEST_WHY], **facts)


@transaction.atomic
def _tie_all(run: BundleImport, into: Importing, told: Manifest) -> None:
    """Set what rows say about each other, and say so with each what could not be set."""
    if not BundleImport.objects.select_for_update(skip_locked=True).filter(pk=run.pk, done_at=None).exists():
        return
    rows = {row.file: row for row in run.rows.exclude(document=None)}
    into.go_on({file: row.document_id or 0 for file, row in rows.items()})
    for told_row in told.rows:
        before = len(into.summary.remarks)
        if told_row.file in rows:
            into.tie(told_row)
        if words := [problem.why for problem in into.summary.remarks[before:]]:
            row = rows[told_row.file]
            _note(row, Outcome(row.state), " ".join([row.why, *words]).strip())
    _end(run, "")


@transaction.atomic
def _end(run: BundleImport, why: str) -> None:
    """Nothing more is taken in, and the zip goes."""
    BundleImport.objects.filter(pk=run.pk, done_at=None).update(done_at=timezone.now(), why=why, bundle="")
    if run.bundle.name:
        transaction.on_commit(partial(run.bundle.storage.delete, run.bundle.name), robust=True)


def clear_away(now: datetime) -> None:
    """End what was stopped two weeks ago, so that its zip goes, and forget what ended half a year ago."""
    for run in BundleImport.objects.filter(done_at=None, stopped_at__lte=now - KEPT_STOPPED):
        _end(run, _("It was stopped for two weeks. What was taken in stays; send the zip again for the rest."))
    BundleImport.objects.filter(done_at__lte=now - KEPT_DONE).delete()
