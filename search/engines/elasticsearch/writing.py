"""Writing to the index: each document with its version, so that a late write never overwrites newer truth."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from elasticsearch.helpers import streaming_bulk

from search.engines.elasticsearch import indices
from search.engines.elasticsearch.client import PATIENCE_WITH_WRITES, alias, client, faults_told, next_alias
from search.engines.elasticsearch.documents import document, name_of
from search.models import Change, Entry

logger = logging.getLogger(__name__)
MOST_BYTES = 8 * 1024 * 1024  # of one request
VERSIONED = {"version_type": "external_gte"}
Action = tuple[dict[str, Any], dict[str, Any] | None]  # what to do with which document, and the document
Answer = dict[str, Any]
DONE = {HTTPStatus.OK, HTTPStatus.CREATED}
TRIES = 5  # of a rebuild, where the server says that it has too much to do


def send(changes: list[Change], entries: dict[tuple[int, int], Entry]) -> set[int]:
    """Tell the index of changes; gives the versions that it has, searchable, wherever it must have them.

    That is the index in use and, while a rebuild runs, the new one. Raises `SearchUnavailable`.
    """
    with faults_told():
        targets = {name: index for name in (alias(), next_alias()) if (index := indices.behind(name))}
        if alias() not in targets:
            return set()
        taken = [_taken(name, index, changes, entries) for name, index in targets.items()]
        refreshed = client(PATIENCE_WITH_WRITES).indices.refresh(index=sorted(targets.values()))
    return set.intersection(*taken) if refreshed["_shards"]["failed"] == 0 else set()


def _taken(name: str, index: str, changes: list[Change], entries: dict[tuple[int, int], Entry]) -> set[int]:
    """The versions that one index took. A conflict says that it has a newer one: then ours is nothing to confirm."""
    actions = (action(change, entries, name=name, index=index) for change in changes)
    versions = {name_of(change.content_type_id, change.object_id): change.pk for change in changes}
    return {versions[said["_id"]] for said in _written(actions) if _is_taken(said)}


def _is_taken(said: Answer) -> bool:
    """Whether the index has it. 'Not found' is as good where it was to be taken out."""
    return said["status"] in DONE or said.get("result") == "not_found"


def _is_conflict(said: Answer) -> bool:
    return bool(said["status"] == HTTPStatus.CONFLICT)


def _written(actions: Iterable[Action], *, tries: int = 0) -> Iterator[Answer]:
    """What became of each action, in any order."""
    given: dict[str, Any] = {
        "actions": actions,
        # The library's own way to read an action drops `require_alias`: ours are as the server wants them.
        "expand_action_callback": tuple,
        "raise_on_error": False,
        "max_chunk_bytes": MOST_BYTES,
        "chunk_size": 200,
        "initial_backoff": 1,
    }
    for _is_done, answer in streaming_bulk(client(PATIENCE_WITH_WRITES), max_retries=tries, **given):
        said = next(iter(answer.values()))
        if not (_is_taken(said) or _is_conflict(said)):
            # The reason quotes the document; its kind does not.
            facts = {"document": said["_id"], "status": said["status"], "problem": said.get("error", {}).get("type")}
            logger.warning("elasticsearch refused a document", extra=facts)
        yield said


def action(change: Change, entries: dict[tuple[int, int], Entry], *, name: str, index: str) -> Action:
    """What makes the index agree with a change.

    A document is written only while its name stands for an index of ours (`require_alias`): the server would make an
    index of its own for a name that is gone. It would for a deletion as well, so that this names the index itself,
    which nobody would search.
    """
    entry = entries.get((change.content_type_id, change.object_id))
    if entry is None:
        thing = name_of(change.content_type_id, change.object_id)
        return {"delete": {"_index": index, "_id": thing, "version": change.pk, **VERSIONED}}, None
    return _kept(entry, name=name)


def _kept(entry: Entry, *, name: str) -> Action:
    thing = name_of(entry.content_type_id, entry.object_id)
    to_do = {"_index": name, "require_alias": True, "_id": thing, "version": entry.version, **VERSIONED}
    return {"index": to_do}, document(entry)


def fill(rows: Iterable[Entry]) -> Iterator[bool]:
    """Write entries to the index that a rebuild fills; False for each that it refused. Raises `SearchUnavailable`."""
    with faults_told():
        for said in _written((_kept(entry, name=next_alias()) for entry in rows), tries=TRIES):
            yield _is_taken(said) or _is_conflict(said)  # the change that came meanwhile is there already
