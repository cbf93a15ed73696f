"""Destroying data keys, and doing it again after the vault was restored from a backup."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.db import connections, transaction

from portal import audit
from portal.audit import Verb
from portal.vault.models import CodeCopy, DeskCopy, Destruction

logger = logging.getLogger(__name__)
BATCH = 500
Row = TypeVar("Row")


def destroy(record: str, *, by: str = "") -> int:
    """Destroy all data keys of a record, with every copy; give how many there were. Doing it again does no harm.

    The journal is committed first: a crash in between leaves a key that the journal names, which `vault_status`
    reports and `vault_replay` removes, and never a key that is gone without a word. So this must not run inside a
    transaction of the content's database (`RuntimeError`); use `transaction.on_commit`.

    Which keys are the record's is read from the desk's copies alone. Front adds copies for codes, and one may name the
    data key of another record: it goes with the record that it is stored under, and what it names stays.
    """
    found = set(DeskCopy.objects.filter(record=record).values_list("id", flat=True))
    rows = [Destruction(data_key=key, record=record, by=by) for key in sorted(found)]
    with transaction.atomic(durable=True):
        Destruction.objects.bulk_create(rows, ignore_conflicts=True)
        if rows:
            audit.record(Verb.KEY_DESTROY, record, facts={"keys": len(rows)})
    _remove(dict.fromkeys(found, record))
    CodeCopy.objects.filter(record=record).delete()
    if found:
        empty_log()
        logger.info("vault: destroyed %d data keys of a record", len(found))
    return len(found)


def replay() -> int:
    """Destroy again what the journal says was destroyed; give how many data keys had come back."""
    returned = dict(_returned())
    _remove(returned)
    if returned:
        empty_log()
        logger.warning("vault: destroyed %d data keys again that a restore had brought back", len(returned))
    return len(returned)


def came_back(copies: Iterable[DeskCopy]) -> set[uuid.UUID]:
    """Which of these copies the journal names as destroyed, under the record that it names: a restore brought them."""
    held = {copy.id: copy.record for copy in copies}
    rows = Destruction.objects.filter(data_key__in=list(held)).values_list("data_key", "record")
    return {key for key, record in rows if record == held[key]}


def returned_keys() -> Iterator[uuid.UUID]:
    """Data keys that the journal names and the vault still has, under the record that the journal names."""
    return (key for key, _record in _returned())


def _returned() -> Iterator[tuple[uuid.UUID, str]]:
    journalled = Destruction.objects.order_by("data_key").values_list("data_key", "record")
    for batch in _batches(journalled.iterator(chunk_size=BATCH)):
        named = dict(batch)
        found = {*_copies(DeskCopy, "id", named).values(), *_copies(CodeCopy, "data_key", named).values()}
        yield from ((key, named[key]) for key in found)


def empty_log() -> None:
    """On SQLite, write the log back into the database and empty it: what was deleted stays readable there until then.

    A deleted row itself is overwritten (`secure_delete`, portal/core/signal_handlers.py).
    """
    connection = connections["vault"]
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        busy, *_pages = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        logger.warning("vault: the database's log is in use and was not emptied; vault_status empties it later")


def _remove(named: dict[uuid.UUID, str]) -> None:
    for batch in _batches(sorted(named.items())):
        keys = dict(batch)
        with transaction.atomic(using="vault"):
            CodeCopy.objects.filter(pk__in=_copies(CodeCopy, "data_key", keys)).delete()
            DeskCopy.objects.filter(pk__in=_copies(DeskCopy, "id", keys)).delete()


def _copies(model: Any, field: str, named: dict[uuid.UUID, str]) -> dict[uuid.UUID, uuid.UUID]:
    """The copies of these data keys that stand under the record each belongs to: a copy's own key, and its data key."""
    rows = model.objects.filter(**{f"{field}__in": list(named)}).values_list("pk", field, "record")
    return {pk: key for pk, key, record in rows if record == named[key]}


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
