"""The engine on Elasticsearch: the database's questions and answers, for more entries and more at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from elasticsearch.dsl.query import Query

from portal.access.viewer import Viewer
from search.engines.elasticsearch import query, reading, words
from search.engines.elasticsearch.client import asked, asking
from search.engines.elasticsearch.query import Looseness
from search.questions import Ask, Found

FEW = 3  # with fewer hits than this, what has only some of the words is shown as well


class ElasticsearchEngine:
    """Answers from the index in use. Whatever goes wrong there is `SearchUnavailable`, never half an answer."""

    name = "elasticsearch"

    def find(self, ask: Ask) -> Found:
        """Answer a question: of what has all the words; where that is little, of what has most, or some."""
        rule = query.readable(ask)
        return self._found(ask, rule, _asked(ask, Looseness.WHOLE, rule))

    def begin(self, ask: Ask) -> Callable[[], Found]:
        """The server looks for what has all the words while the caller does something else."""
        rule = query.readable(ask)
        answer = asking(query.body(ask, Looseness.WHOLE, rule), preference=query.preference(ask))
        return lambda: self._found(ask, rule, answer())

    def _found(self, ask: Ask, rule: Query, answer: Mapping[str, Any]) -> Found:
        may_loosen = ask.query.wanted and not ask.is_strict
        for looseness in (Looseness.MOST, Looseness.SOME) if may_loosen else ():
            if reading.fitting(answer) >= FEW:
                break
            answer = _asked(ask, looseness, rule)
        is_loose = bool(may_loosen and reading.fitting(answer) and not reading.whole(answer))
        is_little = is_loose or not answer["hits"]["total"]["value"]
        return reading.found(answer, is_loose=is_loose, did_you_mean=words.meant(ask, rule) if is_little else "")

    def complete(self, viewer: Viewer, beginning: str, *, at: datetime, most: int = 8) -> list[str]:
        """Words that begin so, the most frequent first."""
        return words.beginning_with(viewer, beginning, at=at, most=most)


def _asked(ask: Ask, looseness: Looseness, rule: Query) -> Mapping[str, Any]:
    return asked(query.body(ask, looseness, rule), preference=query.preference(ask))
