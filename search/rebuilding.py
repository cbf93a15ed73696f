"""Making the index anew, while searches go on and things change."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, Max, OuterRef

from search import indexing, outbox, registry
from search.models import Change, Entry
from search.questions import SearchUnavailable

Tell = Callable[[], object]


@dataclass(frozen=True)
class Rebuilt:
    """What came of it: how many entries are found now, and what the new index is called."""

    entries: int
    index: str = ""


class RebuildFailed(Exception):
    """The new index is not what it should be; it was thrown away, and the one in use is as before."""


def rebuild_entries(*, tell: Tell) -> Rebuilt:
    """With the database's engine the entries are the index: write each anew, and take out what has no thing."""
    for source in registry.sources():
        for _is_changed in indexing.refresh_all(source, is_forced=True):
            tell()
    from search.verifying import orphans

    for content_type, key in list(orphans()):
        indexing.forget(content_type, key)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_text(search_text) VALUES ('rebuild')")
    return Rebuilt(Entry.objects.count())


def rebuild_index(now: datetime, *, tell: Tell) -> Rebuilt:
    """Fill a new index from the entries and put it in use.

    From its making the new index gets every change (`engines.elasticsearch.writing`), so that none is lost between the
    reading of an entry and the change of the name; versions keep the older of two from overwriting the newer. Raises
    `RebuildFailed`, or `SearchUnavailable` where the server is away; searches go on in the index in use either way.
    """
    from search.engines.elasticsearch import indices
    from search.engines.elasticsearch.client import faults_told

    try:
        with faults_told():
            indices.discard_half_filled()
            name = indices.begin(now)
    except indices.NameTaken as problem:
        raise RebuildFailed(
            f"An index is called {problem}, which is to be the name of the one in use. Delete it."
        ) from None
    try:
        waiting = array("q", _waiting())
        _fill(name, tell)
        with faults_told():
            former = indices.put_in_use(name)
    except BaseException:
        with contextlib.suppress(SearchUnavailable), faults_told():
            if indices.being_filled() == name:
                indices.discard(name)
        raise
    with contextlib.suppress(SearchUnavailable), faults_told():
        indices.tidy(but={name, former})
    _confirm(waiting)
    outbox.send_waiting()
    return Rebuilt(Entry.objects.count(), name)


def _waiting() -> list[int]:
    return list(Change.objects.filter(is_confirmed=False).values_list("pk", flat=True))


def _fill(name: str, tell: Tell) -> None:
    from search.engines.elasticsearch import indices, writing
    from search.engines.elasticsearch.client import faults_told
    from search.engines.elasticsearch.documents import stream

    newest = Change.objects.aggregate(newest=Max("pk"))["newest"] or 0
    refused = 0
    for is_taken in writing.fill(stream(Entry.objects.all())):
        refused += not is_taken
        tell()
    if refused:
        raise RebuildFailed(f"Elasticsearch refused {refused} entries; the log names them.")
    with faults_told():
        found = indices.size(name)
    wanted, changed = Entry.objects.count(), Change.objects.filter(pk__gt=newest).count()
    if abs(found - wanted) > changed:
        raise RebuildFailed(f"The new index has {found} documents where there are {wanted} entries.")


def _confirm(versions: array[int]) -> None:
    """What waited before the new index was filled is in it, at that version. What was taken out is told as always."""
    thing = {"content_type": OuterRef("content_type"), "object_id": OuterRef("object_id"), "version": OuterRef("pk")}
    is_in = Exists(Entry.objects.filter(**thing))
    for start in range(0, len(versions), 1_000):
        rows = Change.objects.filter(pk__in=versions[start : start + 1_000], is_confirmed=False)
        rows.filter(is_in).update(is_confirmed=True)
