"""From an `Ask` to what the server is asked. Every word is a value of `match`: nothing typed is ever an operator."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from search import ranking
from search.engines.elasticsearch.access import readable_by
from search.engines.elasticsearch.documents import micros
from search.engines.elasticsearch.mapping import LONGEST_VALUE
from search.queries import Clause
from search.questions import DEEPEST, FACETS, MARK, MOST_FACET_VALUES, UNMARK, Ask

FIELDS = {"kind": "kind", "sector": "sectors", "hazard": "hazards", "publisher": "publisher", "year": "year"}
FIELDS["label"] = "label"
EXACT = 1_000.0  # the number that was typed comes before everything that only speaks of it
WHOLE = 500.0  # what has all the words comes before what has some
MISTYPED = 0.01  # what has a word that is nearly spelled so comes last
SYNONYM = 0.9
SHORTEST_MISTYPED = 4
MOST = "2<67%"  # of two words both, of more two thirds
PAGES_LOOKED_AT = 6  # parts of pages, of which the best pages are shown
FRAGMENT = 180  # characters
DAY = 86_400_000_000  # microseconds
HEAD = (
    f"title^{ranking.ADDED_TITLE:g}",
    f"numbers^{ranking.ADDED_IDENTIFIERS:g}",
    f"summary^{ranking.ADDED_SUMMARY:g}",
)
HEAD_PLAIN = ("title.plain", "summary.plain")
ON_A_PAGE = ("pages.head", "pages.text")
ON_A_PAGE_PLAIN = ("pages.head.plain", "pages.text.plain")
TEXT = (f"pages.text^{ranking.ADDED_TEXT:g}",)
TEXT_PLAIN = ("pages.text.plain",)
NEAR_BY = 8  # words that may stand between those of a line, for the lift of a page where they stand together


class Looseness(Enum):
    """How much of what was typed must be there."""

    WHOLE = "all words"
    MOST = "most words, also mistyped"
    SOME = "any word, also mistyped"


def body(ask: Ask, looseness: Looseness, rule: Query) -> dict[str, Any]:
    """The whole request: hits, counts and fragments of what `rule` lets through."""
    search = Search().query(_sought(ask, looseness, rule))
    search = search.extra(
        post_filter=_chosen(ask.facets),
        track_total_hits=True,
        from_=min(ask.first, DEEPEST),
        size=max(0, min(ask.size, DEEPEST - ask.first)),
        sort=[{"_score": "desc"}, {"entry": "desc"}] if ask.query.wanted else _by_date(),
        aggs=_counts(ask),
        highlight=_marks(
            {
                "title": _field(ask.query.wanted, ["title"], number_of_fragments=0),
                "summary": _field(ask.query.wanted, ["summary"]),
            }
        ),
    )
    return search.source(["entry", "content_type", "key", "title", "summary"]).to_dict()


def preference(ask: Ask) -> str:
    """The same question goes to the same copy of the index, whose scores it keeps from page to page."""
    said = "\n".join(" ".join(clause.typed) for clause in ask.query.clauses)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def readable(ask: Ask) -> Query:
    """What this viewer may read, of what was entered since if the question says so."""
    rule = readable_by(ask.viewer, ask.at)
    if ask.entered_after is None:
        return rule
    return Q("bool", filter=[rule, Q("range", entered_at={"gt": micros(ask.entered_after)})])


def _sought(ask: Ask, looseness: Looseness, rule: Query) -> Query:
    wanted = ask.query.wanted
    limits: dict[str, Any] = {
        "filter": [rule],
        "must_not": [_on_pages(_said(clause, ON_A_PAGE)) for clause in ask.query.unwanted],
    }
    if not wanted:
        return Q("bool", must=[Q("match_all")], **limits)
    limits["filter"].append(_fits(wanted, looseness))
    lifts = [Q("constant_score", filter=_fits(wanted, Looseness.WHOLE), boost=WHOLE)]
    if ask.query.identifiers:
        lifts.append(Q("constant_score", filter=Q("terms", identifiers=list(ask.query.identifiers)), boost=EXACT))
    return Q(
        "bool",
        must=[_ranked(_worded(wanted, is_loose=looseness is not Looseness.WHOLE), ask.at)],
        should=lifts,
        **limits,
    )


def _fits(wanted: Sequence[Clause], looseness: Looseness) -> Query:
    """There is a page with as many of the clauses as must be there; what its entry says of itself is on each page."""
    is_loose = looseness is not Looseness.WHOLE
    clauses = [
        _meant(clause, ON_A_PAGE, ON_A_PAGE_PLAIN) if is_loose else _said(clause, ON_A_PAGE) for clause in wanted
    ]
    least = {Looseness.WHOLE: len(clauses), Looseness.MOST: MOST, Looseness.SOME: 1}[looseness]
    return _on_pages(Q("bool", should=clauses, minimum_should_match=least))


def _on_pages(query: Query) -> Query:
    return Q("nested", path="pages", query=query, score_mode="none")


def _worded(wanted: Sequence[Clause], *, is_loose: bool) -> Query:
    """The score: what the entry says of itself, and the best of its pages."""
    heads = [_meant(clause, HEAD, HEAD_PLAIN) if is_loose else _said(clause, HEAD) for clause in wanted]
    return Q("bool", should=[*heads, _best_pages(wanted, is_loose=is_loose)], minimum_should_match=0)


def _said(clause: Clause, fields: Sequence[str]) -> Query:
    """A clause as it was typed or by another name, in any of the fields, by the stems of its words."""
    ways = [_phrase(way, fields, boost=SYNONYM if at else 1.0) for at, way in enumerate(clause.ways)]
    return Q("dis_max", queries=ways)


def _phrase(way: Sequence[str], fields: Sequence[str], *, boost: float) -> Query:
    said = {"query": " ".join(way), "type": "phrase", "fields": list(fields), "tie_breaker": 0.3, "boost": boost}
    return Q("multi_match", **said)


def _meant(clause: Clause, fields: Sequence[str], plain: Sequence[str]) -> Query:
    """The same, or with a letter or two mistyped."""
    word = may_be_mistyped(clause)
    if not word:
        return _said(clause, fields)
    near = Q("multi_match", query=word, fields=list(plain), **_near())
    return Q("dis_max", queries=[_said(clause, fields), Q("constant_score", filter=near, boost=MISTYPED)])


def may_be_mistyped(clause: Clause) -> str:
    """The word of a clause that is one word, long enough and made of letters; '' for every other."""
    word = clause.typed[0]
    return word if len(clause.typed) == 1 and len(word) >= SHORTEST_MISTYPED and word.isalpha() else ""


def _near() -> dict[str, Any]:
    return {"fuzziness": "AUTO", "prefix_length": 1, "max_expansions": 50}


def _best_pages(wanted: Sequence[Clause], *, is_loose: bool) -> Query:
    words = [_meant(clause, TEXT, TEXT_PLAIN) if is_loose else _said(clause, TEXT) for clause in wanted]
    line = " ".join(word for clause in wanted for word in clause.typed)
    close = [Q("match_phrase", **{"pages.text": {"query": line, "slop": NEAR_BY, "boost": ranking.TOGETHER}})]
    return Q(
        "nested",
        path="pages",
        score_mode="max",
        query=Q(
            "bool", must=[Q("bool", should=words, minimum_should_match=1)], should=close if len(wanted) > 1 else []
        ),
        inner_hits={
            "size": PAGES_LOOKED_AT,
            "_source": ["pages.number"],
            "highlight": _marks({"pages.text": _field(wanted, TEXT)}),
        },
    )


def _marks(fields: dict[str, Any]) -> dict[str, Any]:
    return {"pre_tags": [MARK], "post_tags": [UNMARK], "fields": fields}


def _field(wanted: Sequence[Clause], fields: Sequence[str], **given: Any) -> dict[str, Any]:
    """What is marked is what was typed, or another name of it. To look for what nearly spells it takes a second."""
    said = Q("bool", should=[_said(clause, fields) for clause in wanted]) if wanted else Q("match_none")
    return {
        "number_of_fragments": 1,
        "fragment_size": FRAGMENT,
        "no_match_size": FRAGMENT,
        "highlight_query": said.to_dict(),
        **given,
    }


def _ranked(words: Query, at: datetime) -> Query:
    """The score of the words, times recency, kind and age as in `search.ranking`; by the day, so pages keep order."""
    now = micros(at) or 0
    today = now - now % DAY
    half_life = ranking.HALF_LIFE * DAY
    recency = [
        {"weight": 1.0},
        {
            "filter": {"range": {"dated": {"lte": now}}},
            "exp": {"dated": {"origin": today, "scale": half_life, "decay": 0.5}},
            "weight": ranking.NEWEST_BONUS,
        },
    ]
    newer = Q("function_score", query=words, functions=recency, score_mode="sum", boost_mode="multiply")
    kinds = [{"filter": {"term": {"kind": kind}}, "weight": weight} for kind, weight in ranking.KIND.items()]
    older = {"filter": {"term": {"is_superseded": True}}, "weight": ranking.SUPERSEDED}
    return Q("function_score", query=newer, functions=[*kinds, older], score_mode="multiply", boost_mode="multiply")


def _by_date() -> list[dict[str, Any]]:
    return [{"dated": {"order": "desc", "missing": "_last"}}, {"entry": "desc"}]


def _chosen(facets: Mapping[str, Sequence[str]], *, but: str = "") -> dict[str, Any]:
    """What has a chosen value of each facet, except of the one named. Asked for eight times a question."""
    filters = [
        {"terms": {FIELDS[name]: _sendable(chosen)}}
        for name, chosen in facets.items()
        if chosen and name in FIELDS and name != but
    ]
    return {"bool": {"filter": filters}}


def _sendable(values: Sequence[str]) -> list[str]:
    """Values that a request can carry: no halves of surrogate pairs, and none longer than any that is there."""
    return [value.encode("utf-8", "ignore").decode() for value in values if len(value) <= LONGEST_VALUE]


def _counts(ask: Ask) -> dict[str, Any]:
    """Each facet counted with the others as they are chosen, and everything that fits the words."""
    counts: dict[str, Any] = {"fitting": {"filter": {"match_all": {}}}}
    for name in FACETS:
        by_count = [{"_count": "desc"}, {"_key": "asc"}]
        values = {"terms": {"field": FIELDS[name], "size": MOST_FACET_VALUES, "order": by_count}}
        counts[name] = {"filter": _chosen(ask.facets, but=name), "aggs": {"values": values}}
    if ask.query.wanted:
        chosen = {"chosen": {"filter": _chosen(ask.facets)}}
        counts["whole"] = {"filter": _fits(ask.query.wanted, Looseness.WHOLE).to_dict(), "aggs": chosen}
    return counts
