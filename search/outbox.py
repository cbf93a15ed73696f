"""Telling the server outside what has changed.

`Change` is the outbox: one row for each thing, whose key is the version. A row is confirmed when the index has that
version and finds it. Until then the thing is in no answer. With the database's engine nobody is told and nothing is
confirmed, so that an index that was left behind for a while is never believed.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from search.engines import is_outside
from search.models import Change, Entry
from search.questions import SearchUnavailable

logger = logging.getLogger(__name__)
AT_ONCE = 100


def is_sender() -> bool:
    """Only the desk's side writes to the index: Front's key reads."""
    return is_outside() and settings.PORTAL_SITE_KIND == "desk"


def tell_when_committed() -> None:
    """Have the index told of what this transaction changes. Should the job be lost, the clock finds what waits."""
    from search.tasks import send_waiting_changes

    if is_sender():
        transaction.on_commit(send_waiting_changes.enqueue, robust=True)


def send_waiting() -> int:
    """Tell the index of all that waits; gives how much was confirmed. Safe to run twice at the same time."""
    if not is_sender():
        return 0
    confirmed, last = 0, 0
    try:
        while batch := _waiting(after=last):
            confirmed += _send(batch)
            last = batch[-1].pk
    except SearchUnavailable:
        logger.warning("changes wait for the search index", extra={"confirmed": confirmed})
    return confirmed


def _waiting(*, after: int) -> list[Change]:
    return list(Change.objects.filter(is_confirmed=False, pk__gt=after).order_by("pk")[:AT_ONCE])


def _send(batch: list[Change]) -> int:
    from search.engines.elasticsearch import writing  # its client takes half a second to load

    entries = _entries(batch)
    # What changed again since has a newer row, which is sent in its turn.
    current = [change for change in batch if _is_current(change, entries)]
    taken = writing.send(current, entries)
    return Change.objects.filter(pk__in=taken, is_confirmed=False).update(is_confirmed=True)


def _entries(batch: list[Change]) -> dict[tuple[int, int], Entry]:
    things = Q()
    for change in batch:
        things |= Q(content_type=change.content_type_id, object_id=change.object_id)
    rows = Entry.objects.filter(things).with_parts()
    return {(row.content_type_id, row.object_id): row for row in rows}


def _is_current(change: Change, entries: dict[tuple[int, int], Entry]) -> bool:
    entry = entries.get((change.content_type_id, change.object_id))
    return entry is None or entry.version == change.pk
