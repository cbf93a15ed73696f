"""What search costs beside the server's own part: the whole page against the bare query, a rebuild against plain bulk.

Entries are made of words drawn from the real corpus, as often as they stand there; `PORTAL_BENCH_ENTRIES` says how
many. Each stands for a row that the page asks for again through the access rule. docs/performance.md says what was
seen.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.template.base import Template
from django.test import Client
from django.utils import timezone
from elasticsearch.helpers import streaming_bulk

from portal.access import tokens
from portal.access.models import Token
from portal.core.demo import folder
from portal.library.enums import Evidence
from portal.library.models import Provision
from portal.members.viewers import viewer_for
from portal.vocabulary.models import Sector
from search import synonyms
from search.engines import engine
from search.engines.elasticsearch import client as server, indices, mapping, query
from search.engines.elasticsearch.documents import document, name_of, stream
from search.engines.elasticsearch.query import Looseness
from search.models import Change, Entry, EntryPage, EntryToken, EntryWord
from search.queries import STOP_WORDS, understand, words_of
from search.questions import Ask
from search.rebuilding import rebuild_index
from tests.conftest import rolled_back, session_for
from tests.factories import PersonFactory
from tests.search.elastic import server_without_index

pytestmark = [pytest.mark.bench, pytest.mark.services, pytest.mark.django_db]
ENTRIES = int(os.environ.get("PORTAL_BENCH_ENTRIES", "100000"))
QUESTIONS, ROUNDS, WARM = 40, 5, 40
PAGES, WORDS_OF_A_PAGE = 2, 165
AT_ONCE = 5_000
KINDS = ("bulletin", "guidance", "template", "guide", "report", "provision")
PUBLISHERS = [f"Office {number}" for number in range(40)]
MERGING = 1_800.0  # seconds for the server to put an index of a million together
PLAIN = 20_000  # documents that are written plainly, beside the rebuild


@pytest.fixture(scope="module")
def words() -> list[str]:
    """Every word of the real advisories and guidance, as often as it stands there."""
    paths = [*(folder() / "csaf").glob("*.json"), *(folder() / "guidance").rglob("*.json")]
    return [word for path in sorted(paths) for text in _texts(json.loads(path.read_text())) for word in words_of(text)]


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    for inner in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _texts(inner)


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any, words: list[str]) -> Iterator[None]:
    """So many entries and their rows. The database's own full-text index, which is not asked, is not kept meanwhile."""
    with django_db_blocker.unblock(), rolled_back():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER search_text_put")
        fill(ENTRIES, words)
        yield


def fill(count: int, words: list[str]) -> None:
    chance, kind = Random(20_260_101), ContentType.objects.get_for_model(Provision)
    sectors, now = list(Sector.objects.values_list("slug", flat=True)), timezone.now()
    for start in range(1, count + 1, AT_ONCE):
        keys = range(start, min(start + AT_ONCE, count + 1))
        titles = {key: " ".join(chance.choices(words, k=8)).capitalize() for key in keys}
        facts = {"standard": "x", "evidence": Evidence.EXCERPT, "tlp": "TLP:CLEAR", "summary": "x"}
        Provision.objects.bulk_create(
            Provision(pk=key, slug=f"s-{key}", citation=f"No. {key}", title=titles[key][:200], **facts) for key in keys
        )
        Token.objects.bulk_create(Token(content_type=kind, object_id=key, token=tokens.EVERYONE) for key in keys)
        changes = Change.objects.bulk_create(Change(content_type=kind, object_id=key) for key in keys)
        entries = Entry.objects.bulk_create(
            Entry(
                content_type=kind,
                object_id=key,
                kind=chance.choice(KINDS),
                title=titles[key][:300],
                summary=" ".join(chance.choices(words, k=20)),
                identifiers=[f"no.-{key}"],
                publisher=chance.choice(PUBLISHERS),
                sectors=chance.sample(sectors, k=2),
                dated=now - timedelta(days=chance.randrange(2_000)),
                label="TLP:CLEAR",
                version=change.pk,
                digest="",
            )
            for key, change in zip(keys, changes, strict=True)
        )
        _fill_parts(entries, words, chance)


def _fill_parts(entries: Sequence[Entry], words: list[str], chance: Random) -> None:
    EntryToken.objects.bulk_create(EntryToken(entry=entry, token=tokens.EVERYONE) for entry in entries)
    told = {entry.pk: set(words_of(entry.title)) - STOP_WORDS for entry in entries}
    EntryWord.objects.bulk_create(
        EntryWord(entry=entry, word=word) for entry in entries for word in sorted(told[entry.pk])
    )
    EntryPage.objects.bulk_create(
        EntryPage(
            entry=entry,
            number=number,
            title=entry.title,
            identifiers=" ".join(entry.identifiers),
            summary=entry.summary,
            text=" ".join(chance.choices(words, k=WORDS_OF_A_PAGE)),
        )
        for entry in entries
        for number in range(1, PAGES + 1)
    )


@pytest.fixture(scope="module")
def indexed(filled: None, django_db_blocker: Any) -> Iterator[float]:
    """All of it in an index in use; gives how many entries a second the rebuild wrote."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        for name in ("URL", "PREFIX"):
            patch.setattr(settings, f"PORTAL_ELASTICSEARCH_{name}", getattr(settings, f"PORTAL_ELASTICSEARCH_{name}"))
        patch.setattr(settings, "PORTAL_SITE_KIND", "desk")
        patch.setattr(server.asked, "__kwdefaults__", {"patience": 60.0, "preference": None})
        with server_without_index(settings):
            begun = time.perf_counter()
            rebuild_index(timezone.now(), tell=lambda: None)
            rate = ENTRIES / (time.perf_counter() - begun)
            server.client(MERGING).indices.forcemerge(index=server.alias(), max_num_segments=1)
            settings.PORTAL_SITE_KIND = "front"
            yield rate


def typed(words: list[str]) -> list[str]:
    """Questions of one to three words of the corpus that say something."""
    chance = Random(7)
    telling = [word for word in words if len(word) > 3 and word.isalpha() and word not in STOP_WORDS]
    return [" ".join(chance.choices(telling, k=1 + number % 3)) for number in range(QUESTIONS)]


@pytest.fixture
def plain_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates as they are rendered for people: tests otherwise copy every context."""
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


def test_the_whole_page_beside_the_bare_query(indexed: float, words: list[str], plain_templates: None) -> None:
    person = PersonFactory()
    browser, viewer, groups = session_for(person), viewer_for(person), synonyms.groups()
    asks = [Ask(viewer, understand(line, synonyms=groups), at=timezone.now()) for line in typed(words)]
    bodies = [query.body(ask, Looseness.WHOLE, query.readable(ask)) for ask in asks]
    rounds = [
        (line, ask, body)
        for _round in range(ROUNDS)
        for line, ask, body in zip(typed(words), asks, bodies, strict=True)
    ]
    times: dict[str, list[float]] = {"page": [], "answer": [], "bare": []}
    for number, (line, ask, body) in enumerate(rounds):
        sides: dict[str, Callable[[], Any]] = {
            "bare": partial(bare, body),
            "answer": partial(engine().find, ask),
            "page": partial(page, browser, line),
        }
        for name, do in sides.items():
            begun = time.perf_counter()
            do()
            if number >= WARM:
                times[name].append(time.perf_counter() - begun)
    said = {name: (statistics.median(taken), nth(taken)) for name, taken in times.items()}
    for at, what in enumerate(("median", "p99")):
        ours, plain = said["page"][at], said["bare"][at]
        print(  # noqa: T201  (it is what is measured)
            f"\n{ENTRIES} entries, {what}: page {ours * 1000:.0f} ms, answer {said['answer'][at] * 1000:.0f} ms,"
            f" bare {plain * 1000:.0f} ms name=search of={what} ratio={ours / plain:.2f}"
        )
    assert said["page"][0] < 10 * said["bare"][0]


def bare(body: dict[str, Any]) -> None:
    answer = server.client(60).search(index=server.alias(), body=body)
    assert answer["timed_out"] is False


def page(browser: Client, line: str) -> None:
    assert browser.get("/search/", {"q": line}).status_code == 200


def nth(taken: list[float], share: float = 0.99) -> float:
    return sorted(taken)[min(int(len(taken) * share), len(taken) - 1)]


def test_a_rebuild_beside_plain_bulk_writing(indexed: float) -> None:
    """Plainly written are documents that are ready, to an index of the same shape."""
    ready = [document(entry) for entry in islice(stream(Entry.objects.all()), PLAIN)]
    writer, name = server.client(server.PATIENCE_WITH_WRITES), f"{server.alias()}-plain"
    made = mapping.body()
    made["settings"]["index"]["refresh_interval"] = "-1"
    writer.indices.create(index=name, **made)
    actions = ({"_index": name, "_id": name_of(said["content_type"], said["key"]), "_source": said} for said in ready)
    begun = time.perf_counter()
    written = sum(is_done for is_done, _said in streaming_bulk(writer, actions, chunk_size=200))
    writer.indices.refresh(index=name)
    rate = written / (time.perf_counter() - begun)
    size = writer.indices.stats(index=server.alias())["_all"]["primaries"]["store"]["size_in_bytes"] / ENTRIES
    writer.indices.delete(index=name)
    print(  # noqa: T201  (as above)
        f"\n{indexed:.0f} entries a second, plainly {rate:.0f}; {size / 1024:.1f} KB each"
        f" name=search_rebuild ratio={indexed / rate:.2f}"
    )
    assert indices.in_use()
