"""Making the index anew while things change, and telling whether what is found is what there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.access.enums import Label
from portal.access.rule import Marking
from portal.bulletins.models import BulletinPage
from search import alone, indexing, outbox, rebuilding, registry
from search.engines.elasticsearch import indices, writing
from search.engines.elasticsearch.client import alias, client
from search.engines.elasticsearch.documents import name_of
from search.models import Change, Entry, EntryPage, EntryToken
from search.questions import SearchUnavailable
from tests.factories import bulletin
from tests.search.asking import SOURCE, find, put, titles

pytestmark = pytest.mark.django_db
with_server = pytest.mark.services


def run(name: str, *args: str) -> tuple[int, str]:
    """Exit code of a command, and all that it said."""
    said = StringIO()
    try:
        call_command(name, *args, stdout=said, stderr=said)
    except CommandError as problem:
        return problem.returncode, f"{said.getvalue()}{problem}"
    return 0, said.getvalue()


def indexed() -> set[int]:
    rows = client().search(index=alias(), query={"match_all": {}}, size=100)["hits"]["hits"]
    return {row["_source"]["key"] for row in rows}


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No source but the one whose things need no rows."""
    monkeypatch.setattr(registry, "_sources", {})


# --- search_rebuild, Elasticsearch -----------------------------------------------------------------


@with_server
def test_before_the_first_rebuild_there_is_no_answer_and_after_it_there_is(server: str) -> None:
    put(1, "Flood")
    put(2, "Fire")
    indexing.take_out(SOURCE.model, 2)
    with pytest.raises(SearchUnavailable):
        find("flood")
    code, said = run("search_rebuild")
    assert (code, "1 entries can be found" in said) == (0, True)
    assert titles(find("flood")) == ["Flood"]
    assert not Change.objects.filter(is_confirmed=False).exists()
    assert client().indices.get_settings(index=alias())


@with_server
def test_the_former_index_is_kept_and_the_one_before_it_goes(elastic: str) -> None:
    names = [elastic]
    for _ in range(3):
        assert run("search_rebuild")[0] == 0
        names.append(str(indices.in_use()))
        assert indices.all_of_ours() == names[-2:]
    assert indices.being_filled() is None


@with_server
def test_searches_go_on_and_no_change_is_lost(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in range(1, 8):
        put(key, "Flood")
    outbox.send_waiting()
    fill = writing.fill

    def meanwhile(rows: Any) -> Iterator[bool]:
        entries = list(rows)
        put(1, "Fire")
        indexing.take_out(SOURCE.model, 2)
        put(9, "Flood")
        outbox.send_waiting()
        put(3, "Storm")
        assert find("flood").total == 5
        yield from fill(entries)

    monkeypatch.setattr(writing, "fill", meanwhile)
    assert run("search_rebuild")[0] == 0
    assert indices.in_use() != elastic
    assert indexed() == {1, 3, 4, 5, 6, 7, 9}
    assert (find("flood").total, titles(find("fire")), titles(find("storm"))) == (5, ["Fire"], ["Storm"])


@with_server
@pytest.mark.parametrize("problem", [KeyboardInterrupt, SearchUnavailable("away")])
def test_one_that_breaks_off_changes_nothing(elastic: str, monkeypatch: pytest.MonkeyPatch, problem: Any) -> None:
    put(1, "Flood")
    outbox.send_waiting()

    def breaks(rows: Any) -> Iterator[bool]:
        yield True
        raise problem

    monkeypatch.setattr(writing, "fill", breaks)
    if problem is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            run("search_rebuild")
    else:
        assert run("search_rebuild")[0] == 1
    assert indices.all_of_ours() == [elastic]
    assert titles(find("flood")) == ["Flood"]


@with_server
def test_one_that_was_killed_leaves_nothing_wrong(elastic: str) -> None:
    put(1, "Flood")
    outbox.send_waiting()
    left = indices.begin(timezone.now())
    put(1, "Fire")
    put(2, "Fire")
    assert outbox.send_waiting() == 2
    assert find("fire").total == 2
    assert run("search_verify")[0] in {0, 1}
    assert run("search_rebuild")[0] == 0
    assert left not in indices.all_of_ours()
    assert find("fire").total == 2


@with_server
@pytest.mark.parametrize("days", [-400, 0, 400])
def test_a_clock_that_is_wrong_changes_nothing_of_a_rebuild(elastic: str, days: int) -> None:
    """Its time names an index and no more: versions are numbers, and who may read is asked at the portal's time."""
    put(1, "Flood")
    outbox.send_waiting()
    done = rebuilding.rebuild_index(timezone.now() + timedelta(days=days), tell=lambda: None)
    assert indices.in_use() == done.index != elastic
    put(1, "Fire")
    outbox.send_waiting()
    again = rebuilding.rebuild_index(timezone.now() - timedelta(days=days), tell=lambda: None)
    assert set(indices.all_of_ours()) == {done.index, again.index}
    assert (titles(find("fire")), find("flood").total) == (["Fire"], 0)


@with_server
def test_of_two_rebuilds_by_a_clock_that_stands_still_the_second_changes_nothing(elastic: str) -> None:
    now = timezone.now()
    first = rebuilding.rebuild_index(now, tell=lambda: None)
    with pytest.raises(SearchUnavailable):
        rebuilding.rebuild_index(now, tell=lambda: None)
    assert indices.in_use() == first.index


@with_server
def test_a_new_index_that_lacks_something_is_not_put_in_use(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1, "Flood")
    put(2, "Flood")
    outbox.send_waiting()
    fill = writing.fill
    monkeypatch.setattr(writing, "fill", lambda rows: fill(list(rows)[1:]))
    code, said = run("search_rebuild")
    assert code == 1
    assert "1 documents where there are 2 entries" in said
    assert (indices.in_use(), indices.all_of_ours()) == (elastic, [elastic])


@with_server
def test_a_document_that_is_refused_stops_the_rebuild(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(1, "Flood")
    outbox.send_waiting()
    monkeypatch.setattr(writing, "document", lambda entry: {"odd": 1})
    code, said = run("search_rebuild")
    assert (code, "refused 1 entries" in said) == (1, True)
    assert indices.in_use() == elastic


@with_server
def test_an_index_that_bears_the_name_is_told_of(server: str) -> None:
    client().indices.create(index=alias())
    try:
        code, said = run("search_rebuild")
    finally:
        client().indices.delete(index=alias())
    assert (code, alias() in said) == (1, True)


@with_server
def test_a_server_that_is_away_ends_in_a_sentence(settings: Any) -> None:
    settings.PORTAL_ELASTICSEARCH_URL, settings.PORTAL_SITE_KIND = "http://127.0.0.1:1", "desk"
    assert run("search_rebuild")[0] == 1
    assert run("search_verify")[0] == 1


# --- search_rebuild, both --------------------------------------------------------------------------


def test_of_two_at_once_the_second_says_so(settings: Any) -> None:
    settings.PORTAL_SITE_KIND = "desk"
    said: list[tuple[int, str]] = []
    with alone.alone():
        second = threading.Thread(target=_second, args=(said,))
        second.start()
        second.join()
    assert said[0][0] == 1
    assert "being rebuilt already" in said[0][1]


def _second(said: list[tuple[int, str]]) -> None:
    from django.db import connection

    try:
        with alone.alone():
            said.append((0, ""))
    except alone.AlreadyRunning:
        said.append((1, "being rebuilt already"))
    finally:
        connection.close()


def test_the_command_says_that_it_runs_already(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PORTAL_SITE_KIND = "desk"

    def held(**given: Any) -> None:
        raise alone.AlreadyRunning

    monkeypatch.setattr("search.management.commands.search_rebuild.rebuild_entries", held)
    assert run("search_rebuild") == (1, run("search_rebuild")[1])
    assert "being rebuilt already" in run("search_rebuild")[1]


def test_front_rebuilds_and_repairs_nothing() -> None:
    assert run("search_rebuild")[0] == 2
    assert run("search_verify", "--repair")[0] == 2


def test_with_the_database_every_thing_is_entered_anew(pages: Any, settings: Any) -> None:
    settings.PORTAL_SITE_KIND = "desk"
    kept, lost = bulletin(tlp=Label.CLEAR, title="Flood"), bulletin(tlp=Label.CLEAR, title="Flood again")
    put(999_999, "Flood of nothing")
    Entry.objects.filter(object_id=lost.pk).delete()
    EntryPage.objects.filter(entry__object_id=kept.pk).delete()
    assert find("flood").total == 1
    assert run("search_rebuild")[0] == 0
    assert set(titles(find("flood"))) == {"Flood", "Flood again"}


# --- search_verify ---------------------------------------------------------------------------------


def test_all_is_in_step(pages: Any) -> None:
    bulletin(tlp=Label.CLEAR)
    assert run("search_verify")[0] == 0


def drift_apart(page: BulletinPage, how: str) -> None:
    entry = Entry.objects.get(object_id=page.pk)
    match how:
        case "no entry":
            entry.delete()
        case "another state":
            BulletinPage.objects.filter(pk=page.pk).update(summary="Changed past the portal.")
        case "other readers":
            EntryToken.objects.filter(entry=entry).update(token="members")
        case "an entry for what is gone":
            Entry.objects.filter(pk=entry.pk).update(object_id=999_999)
        case "not to be found":
            BulletinPage.objects.filter(pk=page.pk).update(live=False)


@pytest.mark.parametrize(
    "how", ["no entry", "another state", "other readers", "an entry for what is gone", "not to be found"]
)
def test_entries_that_drifted_are_named_and_repaired(pages: Any, settings: Any, how: str) -> None:
    page = bulletin(tlp=Label.CLEAR, title="Flood")
    drift_apart(page, how)
    code, said = run("search_verify")
    assert (code, how in said) == (1, True)
    assert "Flood" not in said
    settings.PORTAL_SITE_KIND = "desk"
    assert run("search_verify", "--repair")[0] == 0
    assert run("search_verify")[0] == 0


def drift_from_index(how: str) -> None:
    name = name_of(Entry.objects.get(object_id=1).content_type_id, 1)
    versioned: dict[str, Any] = {"version": 10**6, "version_type": "external"}
    match how:
        case "none of it":
            client().delete(index=alias(), id=name, refresh=True)
        case "has it still":
            Entry.objects.filter(object_id=1).delete()
        case "other readers":
            client().update(index=alias(), id=name, doc={"tokens": ["members"]}, refresh=True)
        case "another version":
            Entry.objects.filter(object_id=1).update(version=0)
        case "a newer one":
            said = client().get(index=alias(), id=name)["_source"]
            client().index(index=alias(), id=name, document=said, refresh=True, **versioned)


@with_server
@pytest.mark.parametrize("how", ["none of it", "has it still", "other readers", "another version"])
def test_an_index_that_drifted_is_named_and_repaired(elastic: str, unregistered: None, how: str) -> None:
    for key in (1, 2, 3):
        put(key, "Flood", marking=Marking(Label.CLEAR))
    outbox.send_waiting()
    drift_from_index(how)
    code, said = _index_alone("search_verify")
    assert (code, how in said) == (1, True), said
    assert "1 is not in step" in said
    assert _index_alone("search_verify", "--repair")[0] == 0
    assert _index_alone("search_verify")[0] == 0
    assert find("flood").total == Entry.objects.count()


def _index_alone(*args: str) -> tuple[int, str]:
    """The command over the index: the things of these entries have no rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.verifying.orphans", lambda: iter(()))
        return run(*args)


@with_server
def test_after_a_restored_database_the_index_has_to_be_made_anew(elastic: str, unregistered: None) -> None:
    put(1, "Flood")
    outbox.send_waiting()
    drift_from_index("a newer one")
    code, said = _index_alone("search_verify", "--repair")
    assert (code, "search_rebuild" in said) == (1, True)
    assert find("flood").total == 0
    assert run("search_rebuild")[0] == 0
    assert find("flood").total == 1
    assert _index_alone("search_verify")[0] == 0


@with_server
def test_what_waits_has_not_drifted(elastic: str, unregistered: None) -> None:
    put(1, "Flood")
    code, said = _index_alone("search_verify")
    assert (code, "1 changes wait" in said) == (0, True)


@with_server
def test_many_are_compared_stretch_by_stretch(
    elastic: str, unregistered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.engines.elasticsearch import comparing

    monkeypatch.setattr(comparing, "AT_ONCE", 2)
    for key in range(1, 12):
        put(key, "Flood")
    outbox.send_waiting()
    assert _index_alone("search_verify")[0] == 0
    Entry.objects.filter(object_id__in=[5, 11]).delete()
    assert "2 are not in step" in _index_alone("search_verify")[1]


def test_a_rebuild_reads_a_few_entries_at_a_time(django_assert_max_num_queries: Any) -> None:
    from search.engines.elasticsearch import documents

    for key in range(1, 6):
        put(key, "Flood")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "AT_ONCE", 2)
        assert [entry.object_id for entry in documents.stream(Entry.objects.all())] == [1, 2, 3, 4, 5]
    assert rebuilding._waiting()
