"""How good search is: real questions over the real corpus, each with what answers it, asked of both engines.

nDCG@10 counts an answer double what is only worth seeing beside it. A page is right where it answers; it must be among
the first three pages that the results offer, in the order in which they stand. docs/search.md says what was seen.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.test.utils import override_settings

from search import outbox, synonyms
from search.engines import engine
from search.queries import understand
from search.questions import Ask, Found
from tests.conftest import rolled_back
from tests.search import corpus
from tests.search.corpus import Answer, Question
from tests.search.elastic import put_index_in_use, server_without_index

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
ANSWERS, ALSO = 3.0, 1.0
TEN, THREE = 10, 3
AIMS = {"database": (0.75, 0.70), "elasticsearch": (0.85, 0.80)}
TELLS = os.environ.get("PORTAL_BENCH_TELL", "")  # name each question that is answered badly


@pytest.fixture(scope="module")
def entered(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    from django.conf import settings

    media = str(tmp_path_factory.mktemp("media"))
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": media}}
    storages = {**settings.STORAGES, "default": files}
    with django_db_blocker.unblock(), override_settings(PORTAL_DEMO=True, STORAGES=storages), rolled_back():
        corpus.enter()
        yield


@pytest.fixture(params=["database", "elasticsearch"])
def each(request: pytest.FixtureRequest, entered: None, settings: Any) -> Iterator[str]:
    if request.param == "database":
        yield "database"
        return
    with server_without_index(settings):
        put_index_in_use()
        outbox.send_waiting()
        yield "elasticsearch"


def test_real_questions_lead_to_what_answers_them(each: str) -> None:
    names, viewer, groups = corpus.names(), corpus.everybody(), synonyms.groups()
    judged = []
    for question in corpus.questions():
        query = understand(question.typed, synonyms=groups)
        found = engine().find(Ask(viewer=viewer, query=query, at=corpus.today(), size=TEN))
        judged.append((question, *judge(question, found, names)))
    for part, kept in (("all", judged), ("check", [row for row in judged if row[0].is_check])):
        ndcg = sum(row[1] for row in kept) / len(kept)
        paged = [row[2] for row in kept if row[2] is not None]
        right = sum(paged) / len(paged)
        print(  # noqa: T201  (it is what is measured)
            f"\n{len(kept)} questions ({part}), {len(paged)} of them for a page"
            f" name=search_quality engine={each} ndcg={ndcg:.3f} right_page={right:.3f} ratio={ndcg:.2f}"
        )
        least, page = AIMS[each]
        assert part == "check" or (ndcg >= least and right >= page)


def judge(question: Question, found: Found, names: dict[tuple[int, int], str]) -> tuple[float, bool | None]:
    """nDCG@10, and whether a right page is among the first three pages offered; None where none is asked for."""
    shown = [names[hit.model, hit.key] for hit in found.hits]
    worth = {answer.name: ALSO for answer in question.also} | {answer.name: ANSWERS for answer in question.answers}
    gained = discounted([worth.get(name, 0.0) for name in shown[:TEN]])
    ndcg = gained / discounted(sorted(worth.values(), reverse=True)[:TEN])
    right = has_right_page(question.answers, found, shown)
    if TELLS and (ndcg < 0.8 or right is False):
        offered = [
            (name[:30], [page.number for page in hit.pages]) for name, hit in zip(shown, found.hits, strict=True)
        ]
        print(f"\n{ndcg:.2f} {right} {question.typed!r}: {offered[:5]}", end="")  # noqa: T201  (as above)
    return ndcg, right


def has_right_page(answers: Sequence[Answer], found: Found, shown: Sequence[str]) -> bool | None:
    wanted = {(answer.name, page) for answer in answers for page in answer.pages}
    if not wanted:
        return None
    whole = {answer.name for answer in answers if not answer.pages}
    offered: list[bool] = []
    for name, hit in zip(shown, found.hits, strict=True):
        pages = [(name, page.number) in wanted for page in hit.pages] or [name in whole]
        offered += pages
    return any(offered[:THREE])


def discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
