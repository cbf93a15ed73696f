"""Words to offer: completion, and what may have been meant. They come from documents that this viewer may read.

The server's own suggesters look at every document of the index; so none of them is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from portal.access.viewer import Viewer
from search.engines.elasticsearch.access import readable_by
from search.engines.elasticsearch.client import asked
from search.engines.elasticsearch.query import may_be_mistyped
from search.queries import LONGEST_WORD, clean
from search.questions import Ask
from search.spelling import LIKENESS

MOST_LOOKED_AT = 1_000


def beginning_with(viewer: Viewer, beginning: str, *, at: datetime, most: int) -> list[str]:
    """Words that begin so, the most frequent first."""
    typed = clean(beginning[: 4 * LONGEST_WORD]).casefold()
    if not typed or len(typed) > LONGEST_WORD:
        return []
    rule, inside = readable_by(viewer, at), Q("prefix", words=typed)
    counts = {"words": _counted(f"{escaped(typed)}.*", most=most)}
    answer = asked({"query": Q("bool", filter=[rule, inside]).to_dict(), "size": 0, "aggs": counts})
    return [bucket["key"] for bucket in answer["aggregations"]["words"]["buckets"]]


def meant(ask: Ask, rule: Query) -> str:
    """What was typed, with each word put right that nothing has which `rule` lets through; '' if all are right."""
    doubtful = list(dict.fromkeys(word for word in map(may_be_mistyped, ask.query.wanted) if word))
    better = _nearest(doubtful, rule) if doubtful else {}
    said = [better.get(word, word) for clause in ask.query.wanted for word in clause.typed]
    return " ".join(said) if better else ""


def _nearest(words: Sequence[str], rule: Query) -> dict[str, str]:
    """For each word that no document has the one that is nearest, if one is near."""
    counts: dict[str, Any] = {}
    for at, word in enumerate(words):
        counts[f"has{at}"] = {"filter": {"term": {"words": word}}}
        counts[f"near{at}"] = {"filter": _near(word).to_dict(), "aggs": {"words": _alike(word)}}
    answer = asked({"query": Q("bool", filter=[rule]).to_dict(), "size": 0, "aggs": counts})["aggregations"]
    found = {}
    for at, word in enumerate(words):
        alike = [bucket["key"] for bucket in answer[f"near{at}"]["words"]["buckets"]]
        nearest = get_close_matches(word, alike, n=1, cutoff=LIKENESS)
        if nearest and not answer[f"has{at}"]["doc_count"]:
            found[word] = nearest[0]
    return found


def _near(word: str) -> Query:
    return Q("fuzzy", words={"value": word, "fuzziness": "AUTO", "prefix_length": 1})


def _alike(word: str) -> dict[str, Any]:
    """Words with the same first letter and about the same length, of what was found."""
    shortest = max(len(word) - 3, 0)
    return _counted(f"{escaped(word[0])}.{{{shortest},{len(word) + 1}}}", most=MOST_LOOKED_AT)


def _counted(pattern: str, *, most: int) -> dict[str, Any]:
    by_count = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {"field": "words", "include": pattern, "size": most, "order": by_count}}


def escaped(text: str) -> str:
    """A text as it stands in a pattern of the server, in which every sign but letters and digits may mean something."""
    return re.sub(r"([^\w]|_)", r"\\\1", text)
