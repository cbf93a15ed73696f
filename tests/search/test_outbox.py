"""The index is told of every change, in whatever order the jobs run, and is believed only where it confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.access.viewer import ANONYMOUS
from search import indexing, outbox
from search.engines.elasticsearch import documents, indices, writing
from search.engines.elasticsearch.client import alias, client
from search.engines.elasticsearch.documents import name_of
from search.models import Change, Entry
from search.questions import SearchUnavailable
from tests.search.asking import SOURCE, find, put, titles

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def state(key: int) -> tuple[int, str] | None:
    """Version and title that the index has of a thing."""
    name = name_of(Change.objects.get(object_id=key).content_type_id, key)
    found = client().options(ignore_status=404).get(index=alias(), id=name, realtime=True)
    return (found["_version"], found["_source"]["title"]) if found.get("found") else None


def test_a_change_is_told_when_it_is_committed(
    elastic: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        put(1, "Flood")
    assert titles(find("flood")) == ["Flood"]


def test_front_tells_nothing(
    elastic: str, settings: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.PORTAL_SITE_KIND = "front"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        put(1, "Flood")
    assert not callbacks
    assert outbox.send_waiting() == 0
    assert not Change.objects.get().is_confirmed


def test_with_the_databases_engine_nothing_is_confirmed(db: None, settings: Any) -> None:
    settings.PORTAL_SITE_KIND = "desk"
    put(1, "Flood")
    assert outbox.send_waiting() == 0
    assert not Change.objects.get().is_confirmed
    assert titles(find("flood")) == ["Flood"]


def test_an_index_that_was_left_behind_for_a_while_is_not_believed(elastic: str, settings: Any) -> None:
    put(1, "Flood")
    outbox.send_waiting()
    address, settings.PORTAL_ELASTICSEARCH_URL = settings.PORTAL_ELASTICSEARCH_URL, ""
    indexing.take_out(SOURCE.model, 1)
    outbox.send_waiting()
    settings.PORTAL_ELASTICSEARCH_URL = address
    assert state(1) is not None
    assert find("flood").total == 0


def test_a_late_job_never_overwrites_what_is_newer(elastic: str) -> None:
    put(1, "Flood")
    late = list(Change.objects.all())
    old = {(row.content_type_id, row.object_id): row for row in Entry.objects.with_parts()}
    put(1, "Fire")
    outbox.send_waiting()
    assert writing.send(late, old) == set()
    assert state(1) == (Change.objects.get().pk, "Fire")
    indexing.take_out(SOURCE.model, 1)
    outbox.send_waiting()
    assert writing.send(late, old) == set()
    assert state(1) is None


def test_what_changes_while_it_is_sent_is_not_confirmed(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1, "Flood")
    once: list[Entry] = []
    send = writing.send

    def slowly(changes: Any, entries: Any) -> set[int]:
        taken = send(changes, entries)
        if not once:
            once.append(put(1, "Fire"))
        return taken

    monkeypatch.setattr(writing, "send", slowly)
    outbox.send_waiting()
    assert Change.objects.get().is_confirmed
    assert state(1) == (Change.objects.get().pk, "Fire")


def test_a_version_that_is_older_than_the_indexs_is_never_confirmed(elastic: str) -> None:
    entry = put(1, "Flood")
    outbox.send_waiting()
    name = name_of(entry.content_type_id, 1)
    client().index(index=alias(), id=name, document={"title": "Newer"}, version=10**9, version_type="external")
    put(1, "Fire")
    assert outbox.send_waiting() == 0
    assert not Change.objects.get().is_confirmed


def test_telling_twice_does_no_harm(elastic: str) -> None:
    put(1, "Flood")
    assert outbox.send_waiting() == 1
    Change.objects.update(is_confirmed=False)
    assert outbox.send_waiting() == 1
    assert outbox.send_waiting() == 0


def test_taking_out_what_the_index_never_had_is_confirmed(elastic: str) -> None:
    put(1, "Flood")
    indexing.take_out(SOURCE.model, 1)
    assert outbox.send_waiting() == 1


def test_one_that_is_refused_waits_and_the_others_go(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = documents.document
    monkeypatch.setattr(writing, "document", lambda entry: whole(entry) | ({"odd": 1} if entry.object_id == 2 else {}))
    for key in (1, 2, 3):
        put(key, "Flood")
    assert outbox.send_waiting() == 2
    assert Change.objects.get(is_confirmed=False).object_id == 2
    assert find("flood").total == 2
    monkeypatch.undo()
    assert outbox.send_waiting() == 1
    assert find("flood").total == 3


def test_more_than_one_batch_goes(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    for key in range(5):
        put(key + 1, "Flood")
    assert outbox.send_waiting() == 5


def test_without_an_index_in_use_changes_wait_and_no_index_is_made(server: str) -> None:
    put(1, "Flood")
    indexing.take_out(SOURCE.model, 1)
    put(2, "Flood")
    assert outbox.send_waiting() == 0
    assert not client().indices.exists(index=f"{server}-*", allow_no_indices=False)
    with pytest.raises(SearchUnavailable):
        find("flood")


def test_an_index_that_is_deleted_under_us_is_not_made_again(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1, "Flood")
    outbox.send_waiting()
    behind = indices.behind

    def then_it_is_gone(name: str) -> str | None:
        index = behind(name)
        indices.discard(elastic)
        return index

    put(1, "Fire")
    monkeypatch.setattr(indices, "behind", then_it_is_gone)
    assert outbox.send_waiting() == 0
    assert not client().indices.exists(index=alias())
    with pytest.raises(SearchUnavailable):
        find("fire")
    with pytest.raises(SearchUnavailable):
        from search.engines import engine

        engine().complete(ANONYMOUS, "fi", at=Change.objects.get().put_at)


def test_a_document_is_not_confirmed_where_the_name_is_gone(elastic: str) -> None:
    put(1, "Flood")
    client().indices.delete_alias(index=elastic, name=alias())
    changes = list(Change.objects.all())
    entries = {(row.content_type_id, row.object_id): row for row in Entry.objects.with_parts()}
    assert writing._taken(alias(), elastic, changes, entries) == set()
    assert not client().indices.exists(index=alias())
