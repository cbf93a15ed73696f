"""The index held against the entries, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from elasticsearch.dsl import Q

from search.engines.elasticsearch.client import PATIENCE_WITH_WRITES, alias, asked, client, faults_told
from search.engines.elasticsearch.documents import name_of, thing_of
from search.models import Change, Entry

AT_ONCE = 500
Stored = dict[str, tuple[int, tuple[str, ...]]]  # by the name of the document: version and tokens


def differences() -> Iterator[tuple[tuple[int, int], str]]:
    """Each thing of which the index has another version or other tokens than its entry, or one has and one has not.

    What waits to be confirmed is left out: nobody finds it. Raises `SearchUnavailable`.
    """
    with faults_told():
        client(PATIENCE_WITH_WRITES).indices.refresh(index=alias())
    doubtful = [name for name, mine, theirs in _compared() if mine != theirs]
    for start in range(0, len(doubtful), AT_ONCE):
        yield from _looked_at_again(doubtful[start : start + AT_ONCE])


def _compared() -> Iterator[tuple[str, Any, Any]]:
    """Entries and documents side by side, in stretches of the entries' keys; the last one has no end."""
    after = 0
    while True:
        rows = list(Entry.objects.filter(pk__gt=after).prefetch_related("tokens").order_by("pk")[:AT_ONCE])
        upto = rows[-1].pk if len(rows) == AT_ONCE else None
        mine = _of_entries(rows)
        theirs = dict(_documents(Q("range", entry={"gt": after, **({"lte": upto} if upto else {})})))
        yield from ((name, mine.get(name), theirs.get(name)) for name in mine.keys() | theirs.keys())
        if upto is None:
            return
        after = upto


def _of_entries(rows: Any) -> Stored:
    return {
        name_of(row.content_type_id, row.object_id): (row.version, tuple(sorted(t.token for t in row.tokens.all())))
        for row in rows
    }


def _documents(which: Any) -> Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    """Every document of a stretch, a thousand at a time; by name as well, should two say that they are one entry."""
    behind: list[int] = []
    while True:
        body = {
            "query": Q("bool", filter=[which]).to_dict(),
            "size": AT_ONCE * 2,
            "version": True,
            "sort": [{"entry": "asc"}, {"content_type": "asc"}, {"key": "asc"}],
            "_source": ["tokens"],
            **({"search_after": behind} if behind else {}),
        }
        found = asked(body, patience=PATIENCE_WITH_WRITES)["hits"]["hits"]
        for row in found:
            yield row["_id"], (row["_version"], tuple(sorted(row["_source"].get("tokens") or ())))
        if len(found) < AT_ONCE * 2:
            return
        behind = found[-1]["sort"]


def _looked_at_again(names: list[str]) -> Iterator[tuple[tuple[int, int], str]]:
    things = {thing_of(name): name for name in names}
    theirs = dict(_documents(Q("ids", values=names)))
    keys = {key for _content_type, key in things}
    rows = Entry.objects.filter(object_id__in=keys).prefetch_related("tokens")
    mine = _of_entries(row for row in rows if (row.content_type_id, row.object_id) in things)
    # Read last: what was changed while this was read waits, or has waited and is in step.
    waiting = set(Change.objects.filter(is_confirmed=False).values_list("content_type_id", "object_id"))
    for thing, name in sorted(things.items()):
        if thing not in waiting and mine.get(name) != theirs.get(name):
            yield thing, _difference(mine.get(name), theirs.get(name))


def _difference(mine: Any, theirs: Any) -> str:
    if theirs is None:
        return "the index has none of it"
    if mine is None:
        return "the index has it still"
    return "the index has other readers of it" if mine[1] != theirs[1] else "the index has another version of it"
