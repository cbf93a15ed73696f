"""What the page of a search shows to one viewer: hits that they may read, honest counts, and ways on.

The number of queries does not depend on how much is found. Whatever an engine says, a hit is shown only where its room
says again that this viewer may read it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access.enums import Label
from portal.access.viewer import Viewer
from search import registry, synonyms
from search.asked import Asked, NoSuchPage
from search.engines import engine
from search.facets import Facet, Names, facets_of, tabs_of
from search.models import Entry
from search.queries import Query, understand
from search.questions import DEEPEST, MARK, PAGE_SIZE, Ask, Found, Hit

logger = logging.getLogger("portal.search")


@dataclass(frozen=True)
class FoundPage:
    """A page of a document on which the words stand, and where it opens."""

    number: int
    fragment: str
    url: str
    name: registry.Words


@dataclass(frozen=True)
class Row:
    """One hit as it is shown. `title` and `fragment` still carry the marks of what was found."""

    thing: Any
    hit: Hit
    kind: str
    label: Label
    title: str
    fragment: str
    publisher: str
    dated: datetime | None
    url: str
    pages: Sequence[FoundPage] = ()


@dataclass(frozen=True)
class Results:
    """One page of results. `count` is how many there are in all, of which `DEEPEST` can be paged through.

    `whole` is how many of them have all the words.
    """

    asked: Asked
    query: Query
    rows: Sequence[Row] = ()
    count: int = 0
    whole: int = 0
    is_loose: bool = False
    did_you_mean: str = ""
    tabs: Facet | None = None
    facets: Sequence[Facet] = ()
    names: Names = field(default_factory=Names)

    @property
    def page(self) -> int:
        return self.asked.page

    @property
    def pages(self) -> int:
        return -(-min(self.count, DEEPEST) // PAGE_SIZE)

    @property
    def others(self) -> int:
        """How many have some of the words and not all, beside those that have all."""
        return 0 if self.is_loose else self.count - self.whole

    @property
    def first(self) -> int:
        return self.asked.first + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.asked.first + len(self.rows)

    @property
    def is_too_deep(self) -> bool:
        return self.count > DEEPEST

    @property
    def chips(self) -> list[Mapping[str, str]]:
        """The filters in force, each with the address of the same search without it."""
        return [
            {"label": self.names.in_words(name, value), "remove_url": self.asked.without(name, value).address}
            for name, value in self.asked.pairs
        ]

    @property
    def without_filters(self) -> str:
        return Asked(self.asked.typed).address

    @property
    def instead(self) -> str:
        """The address of what was probably meant."""
        return Asked(self.did_you_mean, self.asked.facets).address


def look_up(asked: Asked, viewer: Viewer, *, meanwhile: Callable[[], None] = lambda: None) -> Results:
    """Answer what was asked; do something else `meanwhile`, if there is an answer to wait for.

    Raises `NoSuchPage`, and `SearchUnavailable` as the engine does.
    """
    query = understand(asked.typed, synonyms=synonyms.groups())
    if query.is_noise or not asked:
        return Results(asked, query, names=Names.load())
    ask = Ask(viewer=viewer, query=query, at=timezone.now(), facets=asked.facets, first=asked.first, size=PAGE_SIZE)
    answer = engine().begin(ask)
    names = Names.load()
    meanwhile()
    found = answer()
    if asked.page > 1 and not found.hits:
        raise NoSuchPage
    rows = rows_of(found.hits, viewer, typed=asked.typed)
    return Results(
        asked=asked,
        query=query,
        rows=rows,
        count=found.total - (len(found.hits) - len(rows)),
        whole=found.whole - _dropped(found, rows, first=asked.first),
        is_loose=found.is_loose,
        did_you_mean=found.did_you_mean,
        tabs=tabs_of(found, asked, names),
        facets=facets_of(found, asked, names),
        names=names,
    )


def _dropped(found: Found, rows: Sequence[Row], *, first: int) -> int:
    """How many of the hits were not shown that have all the words: those that come first."""
    shown = {(row.hit.model, row.hit.key) for row in rows}
    whole = found.hits[: max(found.whole - first, 0)]
    return sum((hit.model, hit.key) not in shown for hit in whole)


def rows_of(hits: Sequence[Hit], viewer: Viewer, *, typed: str = "") -> list[Row]:
    """The hits that this viewer may read by the word of their own rooms, in the engine's order.

    Their pages open with `typed` as `q`, so that the words are marked there as well.
    """
    entries = _shown_of([hit.entry for hit in hits])
    things = _readable(hits, viewer)
    return [
        _row(hit, entries[hit.entry], things[hit.model, hit.key], typed=typed)
        for hit in hits
        if (hit.model, hit.key) in things and hit.entry in entries
    ]


class Shown(NamedTuple):
    """What a hit shows of its entry, beside what the engine marked."""

    kind: str
    label: str
    summary: str
    publisher: str
    dated: datetime | None


def _shown_of(keys: Sequence[int]) -> dict[int, Shown]:
    rows = Entry.objects.filter(pk__in=keys).values_list("pk", *Shown._fields)
    return {key: Shown(*values) for key, *values in rows}


def _readable(hits: Sequence[Hit], viewer: Viewer) -> dict[tuple[int, int], Any]:
    keys: dict[int, list[int]] = defaultdict(list)
    for hit in hits:
        keys[hit.model].append(hit.key)
    things = {
        (model, key): thing
        for model, wanted in keys.items()
        if (source := _source(model)) is not None
        for key, thing in source.readable(viewer, wanted).items()
    }
    for hit in hits:
        if (hit.model, hit.key) not in things:
            # The index and the rule differ. The line names the entry and none of its words.
            logger.error("search drift", extra={"entry": hit.entry, "model": hit.model, "key": hit.key})
    return things


def _source(model: int) -> registry.Source | None:
    kind = ContentType.objects.get_for_id(model).model_class()
    return registry.source_of(kind) if kind is not None else None


def _row(hit: Hit, entry: Shown, thing: Any, *, typed: str) -> Row:
    source = _source(hit.model)
    assert source is not None  # noqa: S101  (its rows were asked of it)
    return Row(
        thing=thing,
        hit=hit,
        kind=str(source.kinds.get(entry.kind, entry.kind)),
        label=Label(entry.label),
        title=hit.title,
        fragment=hit.fragment if MARK in hit.fragment else entry.summary or hit.fragment,
        publisher=entry.publisher,
        dated=entry.dated,
        url=source.address(thing),
        pages=_pages(hit, source, thing, typed),
    )


def _pages(hit: Hit, source: registry.Source, thing: Any, typed: str) -> list[FoundPage]:
    opens, called = source.page_address, source.page_name
    if opens is None:
        return []
    words = f"?{urlencode({'q': typed})}" if typed else ""
    return [
        FoundPage(
            number=page.number,
            fragment=page.fragment,
            url=f"{opens(thing, page.number)}{words}",
            name=called(thing, page.number) if called else _("Page %(number)s") % {"number": page.number},
        )
        for page in hit.pages
    ]
