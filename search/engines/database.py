"""The engine that needs no server of its own: the database's full-text index, filtered by the access rule as rows are.

It reads the heads of everything that fits and counts in memory, which is right for some 100,000 entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.utils import timezone

from portal.access.viewer import Viewer
from search import fulltext, ranking
from search.fulltext import Scored
from search.models import Entry, EntryWord
from search.questions import DEEPEST, FACETS, MOST_FACET_VALUES, Ask, Found, Hit, PageHit
from search.spelling import nearest

FEW = 3  # with fewer hits than this, what has only some of the words is shown as well
PAGES_OF_A_HIT = 3
MOST_NAMED = 500  # entries asked for by their keys; of more, all heads are read
EXACT = 1_000.0  # the number that was typed comes before everything that only speaks of it


class Head(NamedTuple):
    """What of an entry is counted and ranked by, without its text."""

    pk: int
    kind: str
    publisher: str
    label: str
    sectors: list[str]
    hazards: list[str]
    identifiers: list[str]
    dated: datetime | None
    is_superseded: bool

    def values(self, facet: str) -> list[str]:
        """The values that the entry has of a facet."""
        match facet:
            case "sector":
                return self.sectors
            case "hazard":
                return self.hazards
            case "year":
                return [str(timezone.localtime(self.dated).year)] if self.dated else []
        value = getattr(self, facet)
        return [value] if value else []


@dataclass(frozen=True)
class Match:
    """An entry that fits, its score and its best pages."""

    head: Head
    score: float
    pages: Sequence[Scored] = ()
    is_whole: bool = True


class DatabaseEngine:
    """Answers from our own tables."""

    name = "database"

    def find(self, ask: Ask) -> Found:
        """Answer a question; always possible while the portal is."""
        matches, is_loose = _matches(ask)
        chosen = [match for match in matches if _fits(match.head, ask.facets)]
        chosen.sort(key=lambda match: (-match.score, -match.head.pk))
        last = min(ask.first + ask.size, DEEPEST)
        return Found(
            hits=_hits(ask, chosen[ask.first : last]),
            total=len(chosen),
            whole=sum(match.is_whole for match in chosen),
            facets=_counts([match.head for match in matches], ask.facets),
            is_loose=is_loose,
            did_you_mean="" if chosen and not is_loose else _did_you_mean(ask),
        )

    def begin(self, ask: Ask) -> Callable[[], Found]:
        """Nothing goes on beside the request: the answer is made when it is waited for."""
        return partial(self.find, ask)

    def complete(self, viewer: Viewer, beginning: str, *, at: datetime, most: int = 8) -> list[str]:
        """Words that begin so, the most frequent first."""
        visible = Entry.objects.readable_by(viewer, at=at)
        rows = EntryWord.objects.filter(word__startswith=beginning, entry__in=visible)
        return [word for word, _times in Counter(rows.values_list("word", flat=True)[:2_000]).most_common(most)]


def _visible(ask: Ask) -> Any:
    rows = Entry.objects.readable_by(ask.viewer, at=ask.at)
    return rows.filter(entered_at__gt=ask.entered_after) if ask.entered_after else rows


def _matches(ask: Ask) -> tuple[list[Match], bool]:
    """What fits the words, whatever the facets; and whether it had to be looked for loosely."""
    if not ask.query.wanted:
        return _all(ask), False
    strict = _with_words(ask, is_loose=False)
    if len(strict) >= FEW or len(ask.query.wanted) == 1 or ask.is_strict:
        return strict, False
    loose = _with_words(ask, is_loose=True)
    first = {match.head.pk for match in strict}
    # What has all the words stays before what has some of them.
    lifted = [Match(match.head, match.score + EXACT / 2, match.pages) for match in strict]
    rest = [replace(match, is_whole=False) for match in loose if match.head.pk not in first]
    return [*lifted, *rest], not strict and bool(loose)


def _all(ask: Ask) -> list[Match]:
    """Everything, newest first: nothing was asked for by its words."""
    without = {row.entry for clause in ask.query.unwanted for row in _pages_with(ask, [clause])}
    heads = [head for head in _heads(_visible(ask)).values() if head.pk not in without]
    return [Match(head, head.dated.timestamp() if head.dated else 0.0) for head in heads]


def _pages_with(ask: Ask, clauses: Sequence[Any]) -> list[Scored]:
    return fulltext.matching(clauses, [], is_loose=False, visible=_visible(ask))


def _with_words(ask: Ask, *, is_loose: bool) -> list[Match]:
    pages = fulltext.matching(ask.query.wanted, ask.query.unwanted, is_loose=is_loose, visible=_visible(ask))
    by_entry: dict[int, list[Scored]] = defaultdict(list)
    for page in pages:
        by_entry[page.entry].append(page)
    heads = _heads(_visible(ask), only=by_entry)
    return [Match(head, _score(head, by_entry[pk][0].score, ask), by_entry[pk]) for pk, head in heads.items()]


def _score(head: Head, words: float, ask: Ask) -> float:
    exact = EXACT if set(ask.query.identifiers) & set(head.identifiers) else 0.0
    age = ranking.age(is_superseded=head.is_superseded) * ranking.recency(head.dated, ask.at)
    return words * age * ranking.kind(head.kind) + exact


def _heads(rows: Any, *, only: Iterable[int] | None = None) -> dict[int, Head]:
    if only is not None:
        keys = list(only)
        if len(keys) <= MOST_NAMED:
            rows = rows.filter(pk__in=keys)
    heads = (Head(*values) for values in rows.values_list(*Head._fields).iterator(chunk_size=5_000))
    kept = None if only is None else set(keys)
    return {head.pk: head for head in heads if kept is None or head.pk in kept}


def _fits(head: Head, facets: Mapping[str, Sequence[str]], *, but: str = "") -> bool:
    return all(set(head.values(name)) & set(chosen) for name, chosen in facets.items() if chosen and name != but)


def _counts(heads: Sequence[Head], facets: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, int]]]:
    """For each facet how many there are of each value, with the other facets as they are chosen."""
    counted = {}
    for name in FACETS:
        counter = Counter(value for head in heads if _fits(head, facets, but=name) for value in head.values(name))
        counted[name] = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_FACET_VALUES]
    return counted


def _hits(ask: Ask, matches: Sequence[Match]) -> list[Hit]:
    shown = {match.head.pk: _best(match.pages) for match in matches}
    marked = fulltext.fragments(ask.query.wanted, [page.page for pages in shown.values() for page in pages])
    rows = Entry.objects.in_bulk([match.head.pk for match in matches])
    return [
        _hit(rows[match.head.pk], match.score, shown[match.head.pk], marked)
        for match in matches
        if match.head.pk in rows
    ]


def _best(pages: Sequence[Scored]) -> list[Scored]:
    """The best pages, each once: a long page has several parts."""
    once = {page.number: page for page in reversed(pages)}
    return sorted(once.values(), key=lambda page: (-page.score, page.number))[:PAGES_OF_A_HIT]


def _hit(entry: Entry, score: float, pages: Sequence[Scored], marked: Mapping[int, tuple[str, str]]) -> Hit:
    titles = [marked[page.page][0] for page in pages if page.page in marked]
    texts = [(page.number, marked[page.page][1]) for page in pages if page.page in marked]
    return Hit(
        entry=entry.pk,
        model=entry.content_type_id,
        key=entry.object_id,
        score=score,
        title=titles[0] if titles else entry.title,
        fragment=texts[0][1] if texts else "",
        pages=[PageHit(number, text) for number, text in texts if number],
    )


def _did_you_mean(ask: Ask) -> str:
    """What was typed with each word that nothing has put right, from words that the viewer may read; '' if nothing."""
    visible = _visible(ask)
    said, is_changed = [], False
    for clause in ask.query.wanted:
        for word in clause.typed:
            better = nearest(word, visible) if len(clause.typed) == 1 else word
            is_changed |= better != word
            said.append(better)
    return " ".join(said) if is_changed else ""
