"""From the server's answer to what every engine gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from search.questions import FACETS, MARK, Found, Hit, PageHit

PAGES_OF_A_HIT = 3


def found(answer: Mapping[str, Any], *, is_loose: bool = False, did_you_mean: str = "") -> Found:
    return Found(
        hits=[_hit(row) for row in answer["hits"]["hits"]],
        total=answer["hits"]["total"]["value"],
        whole=_whole_and_chosen(answer),
        facets={name: _values(answer["aggregations"][name]) for name in FACETS},
        is_loose=is_loose,
        did_you_mean=did_you_mean,
    )


def fitting(answer: Mapping[str, Any]) -> int:
    """How many fit the words, whatever the facets."""
    return int(answer["aggregations"]["fitting"]["doc_count"])


def whole(answer: Mapping[str, Any]) -> int:
    """How many of these have all the words."""
    return int(answer["aggregations"]["whole"]["doc_count"])


def _whole_and_chosen(answer: Mapping[str, Any]) -> int:
    """How many of the hits have all the words; all of them, where no word was typed."""
    counts, total = answer["aggregations"], answer["hits"]["total"]["value"]
    return int(counts["whole"]["chosen"]["doc_count"] if "whole" in counts else total)


def _values(facet: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in facet["values"]["buckets"]]


def _hit(row: Mapping[str, Any]) -> Hit:
    said, marks = row["_source"], row.get("highlight", {})
    pages = _pages(row)
    return Hit(
        entry=said["entry"],
        model=said["content_type"],
        key=said["key"],
        score=float(row["_score"] or 0.0),
        title=marks.get("title", [said["title"]])[0],
        fragment=_fragment(pages, marks),
        pages=[page for page in pages if page.number],
    )


def _pages(row: Mapping[str, Any]) -> list[PageHit]:
    """The best pages, each once: a long page has several parts."""
    best: dict[int, PageHit] = {}
    for page in row.get("inner_hits", {}).get("pages", {}).get("hits", {}).get("hits", []):
        number = page["_source"]["number"]
        best.setdefault(number, PageHit(number, page.get("highlight", {}).get("pages.text", [""])[0]))
    return list(best.values())[:PAGES_OF_A_HIT]


def _fragment(pages: Sequence[PageHit], marks: Mapping[str, Sequence[str]]) -> str:
    """A piece of the best page; of the summary, where the text says nothing of it."""
    pieces = [pages[0].fragment] if pages else []
    pieces += marks.get("summary", [])
    return next((piece for piece in pieces if MARK in piece), pieces[0] if pieces else "")
