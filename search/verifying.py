"""Whether what is found is what there is: things against entries, and entries against the index, both ways.

Where they differ without anything's waiting, they have drifted. Each difference is looked at a second time: what
changes while it is looked at has not drifted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from search import indexing, registry
from search.models import Change, Entry
from search.registry import Source

AT_ONCE = 200
Thing = tuple[int, int]  # content type and key


@dataclass(frozen=True)
class Drift:
    """One thing that is not in step. `where` is 'entries' or 'index', `what` says how it differs."""

    thing: Thing
    where: str
    what: str

    def __str__(self) -> str:
        content_type = ContentType.objects.get_for_id(self.thing[0])
        return f"{content_type.model} {self.thing[1]}: {self.what}"


def of_entries() -> Iterator[Drift]:
    """Where entries are not what their things call for."""
    for source in registry.sources():
        manager: Any = source.model._default_manager
        content_type = ContentType.objects.get_for_model(source.model).pk
        for things in _batches(manager.prefetch_related(*source.prefetch)):
            stored = _stored(content_type, [thing.pk for thing in things])
            for thing in things:
                if indexing.expected(source, thing) != stored.get(thing.pk):
                    yield from _looked_at_again(source, content_type, thing.pk)
    yield from (Drift(thing, "entries", "an entry for what is gone") for thing in orphans())


def _batches(rows: Any) -> Iterator[list[Any]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield batch
        last = batch[-1].pk


def _stored(content_type: int, keys: list[int]) -> dict[int, tuple[str, frozenset[str]]]:
    """Digest and tokens of each entry as they are stored."""
    rows = Entry.objects.filter(content_type=content_type, object_id__in=keys).prefetch_related("tokens")
    return {row.object_id: (row.digest, frozenset(token.token for token in row.tokens.all())) for row in rows}


def _looked_at_again(source: Source, content_type: int, key: int) -> Iterator[Drift]:
    manager: Any = source.model._default_manager
    with transaction.atomic():
        thing = manager.select_for_update().filter(pk=key).first()
        wanted = indexing.expected(source, thing) if thing is not None else None
        stored = _stored(content_type, [key]).get(key)
    if wanted != stored:
        yield Drift((content_type, key), "entries", _difference(wanted, stored))


def _difference(wanted: Any, stored: Any) -> str:
    if stored is None:
        return "it has no entry"
    if wanted is None:
        return "it has an entry, and is not to be found"
    return "its entry is of other readers" if wanted[1] != stored[1] else "its entry is of another state"


def orphans() -> Iterator[Thing]:
    """Entries whose thing is gone, or of a kind that is no longer found."""
    models = {ContentType.objects.get_for_model(source.model).pk: source.model for source in registry.sources()}
    for entries in _batches(Entry.objects.all()):
        for content_type in {entry.content_type_id for entry in entries}:
            keys = {entry.object_id for entry in entries if entry.content_type_id == content_type}
            model: Any = models.get(content_type)
            there = set(model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)) if model else set()
            yield from ((content_type, key) for key in sorted(keys - there))


def of_index() -> Iterator[Drift]:
    """Where the index is not what the entries say. Raises `SearchUnavailable`."""
    from search.engines.elasticsearch import comparing

    for thing, what in comparing.differences():
        yield Drift(thing, "index", what)


def repair(drift: Drift) -> None:
    """Put one thing in step again: its entry from the thing, or the index from the entry."""
    content_type, key = drift.thing
    if drift.where == "index":
        indexing.tell_again(content_type, key)
        return
    model: Any = ContentType.objects.get_for_id(content_type).model_class()
    if model is None or registry.source_of(model) is None:
        indexing.forget(content_type, key)
    else:
        indexing.refresh(model, key, is_forced=True)


def waiting() -> int:
    return Change.objects.filter(is_confirmed=False).count()
