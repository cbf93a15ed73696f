"""The questions by which search is judged name things that are there. `make bench` asks them."""

from __future__ import annotations

import json

from portal.core.demo import folder
from tests.search import corpus

DOCUMENTS, LEAST = (".pdf", ".docx", ".xlsx", ".md", ".html"), 60


def test_there_are_enough_and_a_third_is_held_back_from_tuning() -> None:
    asked = corpus.questions()
    assert len({question.typed for question in asked}) == len(asked) >= LEAST
    assert sum(question.is_check for question in asked) >= len(asked) // 3


def test_every_answer_is_something_that_the_demonstration_holds() -> None:
    named = {answer.name for question in corpus.questions() for answer in (*question.answers, *question.also)}
    here = set(corpus.files().values()) | {f"provision:{citation}" for citation in citations()}
    for kind, place in (("guidance", "guidance"), ("bulletin", "bulletins"), ("sheet", "guidance/sheets")):
        here |= {f"{kind}:{path.stem}" for path in (folder() / place).glob("*.json")}
    here |= {path.stem.upper() for path in (folder() / "csaf").glob("*.json")}
    assert named <= here


def citations() -> list[str]:
    told = json.loads((folder() / "liability.json").read_text())
    return [row["citation"] for row in told["provisions"]]


def test_pages_are_named_of_documents_alone() -> None:
    paged = {answer.name for question in corpus.questions() for answer in question.answers if answer.pages}
    assert all(name.endswith(DOCUMENTS) for name in paged)
