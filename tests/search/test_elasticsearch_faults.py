"""Whatever the server does, the answer is whole and filtered, or there is none."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from portal.access.viewer import ANONYMOUS
from search import outbox
from search.checks import elasticsearch_is_reached_in_secret
from search.engines import engine
from search.engines.elasticsearch import client as server_client, indices, query
from search.engines.elasticsearch.client import alias, client
from search.models import Change
from search.queries import understand
from search.questions import FACETS, Ask, Found, SearchUnavailable
from tests.search.asking import find, put

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WORD = "zebra"
Answer = Callable[[BaseHTTPRequestHandler], None]
EMPTY: dict[str, Any] = {
    "took": 1,
    "timed_out": False,
    "_shards": {"total": 1, "successful": 1, "failed": 0},
    "hits": {"total": {"value": 0, "relation": "eq"}, "hits": []},
}


@pytest.fixture
def answers(settings: Any) -> Callable[[Answer], Any]:
    """A server of the test's own in the place of Elasticsearch."""

    @contextmanager
    def serve(answer: Answer) -> Iterator[list[str]]:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(self.path)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer(self)

            do_GET = do_PUT = do_HEAD = do_POST

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.PORTAL_ELASTICSEARCH_URL = f"http://127.0.0.1:{server.server_port}"
        settings.PORTAL_SITE_KIND = "desk"
        try:
            yield asked
        finally:
            server.shutdown()
            server.server_close()

    return serve


def say(status: int, body: Any, *, of: str = "Elasticsearch") -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()

    def do(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("X-Elastic-Product", of)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    return do


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    request.connection.close()


def begun(word: str) -> Found:
    return engine().begin(Ask(viewer=ANONYMOUS, query=understand(word), at=timezone.now()))()


def refused() -> None:
    """No question is answered."""
    for ask in (
        lambda: find(WORD),
        lambda: begun(WORD),
        lambda: engine().complete(ANONYMOUS, "zeb", at=timezone.now()),
    ):
        with pytest.raises(SearchUnavailable):
            ask()


@pytest.mark.parametrize(
    "answer",
    [
        *(
            say(status, {"error": {"reason": WORD}})
            for status in (400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504)
        ),
        say(200, EMPTY | {"timed_out": True}),
        say(200, EMPTY | {"_shards": {"total": 2, "successful": 1, "failed": 1}}),
        say(200, {key: value for key, value in EMPTY.items() if key != "_shards"}),
        say(200, {}),
        say(200, b"{"),
        say(200, b"<html>"),
        say(200, b""),
        say(200, []),
        say(200, EMPTY, of="something else"),
        hang_up,
    ],
)
def test_what_is_not_a_whole_answer_is_none(answers: Any, answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    put(1, "Zebra")
    with caplog.at_level(logging.INFO), answers(answer) as asked:
        refused()
    assert len(asked) == 3  # nothing is tried again
    assert WORD not in caplog.text


def test_an_answer_without_counts_is_none(answers: Any) -> None:
    with answers(say(200, EMPTY)), pytest.raises(SearchUnavailable):
        find(WORD)


def test_the_caller_goes_on_while_the_server_looks(answers: Any) -> None:
    counted = {name: {"doc_count": 0, "values": {"buckets": []}} for name in FACETS}
    counted |= {name: {"doc_count": 3, "chosen": {"doc_count": 3}} for name in ("fitting", "whole")}
    has_come, may_go = threading.Event(), threading.Event()

    def wait(request: BaseHTTPRequestHandler) -> None:
        has_come.set()
        assert may_go.wait(20)
        say(200, EMPTY | {"hits": {"total": {"value": 3}, "hits": []}, "aggregations": counted})(request)

    with answers(wait):
        answer = engine().begin(Ask(viewer=ANONYMOUS, query=understand(WORD), at=timezone.now(), is_strict=True))
        assert has_come.wait(20)
        may_go.set()
        assert answer().whole == 3


def test_a_server_that_is_slow_is_given_up_on(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(server_client, "PATIENCE", 0.2)
    monkeypatch.setattr(server_client.asked, "__kwdefaults__", {"patience": 0.2, "preference": None})
    with answers(lambda _request: released.wait(20) and None) as asked:
        refused()
        released.set()
    assert len(asked) == 3


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://127.0.0.1:1", "nonsense", "ftp://x", "http://"])
def test_a_server_that_is_not_there_is_no_answer_and_changes_wait(settings: Any, address: str) -> None:
    settings.PORTAL_ELASTICSEARCH_URL, settings.PORTAL_SITE_KIND = address, "desk"
    put(1, "Zebra")
    refused()
    assert outbox.send_waiting() == 0
    assert not Change.objects.get().is_confirmed


@pytest.mark.parametrize("status", [400, 403, 429, 503])
def test_changes_wait_where_the_server_takes_none(answers: Any, status: int) -> None:
    put(1, "Zebra")
    with answers(say(status, {"error": "x"})):
        assert outbox.send_waiting() == 0
    assert not Change.objects.get().is_confirmed


@pytest.mark.services
def test_an_index_of_another_shape_is_no_answer(server: str) -> None:
    name = f"{server}-20260101000000000000"
    client().indices.create(index=name, aliases={alias(): {}}, mappings={"properties": {"title": {"type": "text"}}})
    with pytest.raises(SearchUnavailable):
        find(WORD)
    put(1, "Zebra")
    assert engine().complete(ANONYMOUS, "zeb", at=timezone.now()) == []


@pytest.mark.services
def test_an_index_that_is_deleted_or_loses_its_name_is_no_answer(elastic: str) -> None:
    put(1, "Zebra")
    outbox.send_waiting()
    assert find(WORD).total == 1
    client().indices.delete_alias(index=elastic, name=alias())
    refused()
    client().indices.put_alias(index=elastic, name=alias())
    assert find(WORD).total == 1
    client().indices.close(index=elastic)
    refused()
    indices.discard(elastic)
    refused()


@pytest.mark.services
def test_a_faulty_question_is_no_answer(elastic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "_by_date", lambda: [{"none such": "desc"}])
    with pytest.raises(SearchUnavailable):
        find("")


@pytest.mark.services
def test_nothing_is_written_that_an_entry_does_not_have(elastic: str) -> None:
    from elasticsearch import BadRequestError

    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        client().index(index=alias(), id="1-1", document={"entry": 1, "password": "x"})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://search.example", "https://search.example:443"),
        ("http://search.example/", "http://search.example:80/"),
        ("https://name:word@search.example:9200", "https://name:word@search.example:9200"),
    ],
)
def test_an_address_needs_no_port(address: str, expected: str) -> None:
    assert server_client._with_port(address) == expected


@pytest.mark.parametrize(
    ("address", "is_right"),
    [("", True), ("https://es.example", True), ("http://127.0.0.1:9200", True), ("http://es.example:9200", False)],
)
def test_another_machine_is_reached_by_https_alone(settings: Any, address: str, is_right: bool) -> None:
    settings.PORTAL_ELASTICSEARCH_URL = address
    assert (elasticsearch_is_reached_in_secret(None) == []) is is_right
