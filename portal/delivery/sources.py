"""Where news comes from: rooms register their marked models, and delivery names none of them.

A room says what was released in a stretch of time, and of each thing what it is about. Who may read it, who wants it
and when it goes is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from portal.delivery.enums import Severity

Words = str | Promise


@dataclass(frozen=True)
class Topics:
    """What a thing is about. `kind` is one of its source's; places are primary keys.

    `is_for_all_sectors` is for what concerns several without naming them. What names no place at all is for everybody.
    """

    kind: str
    sectors: frozenset[int] = frozenset()
    counties: frozenset[int] = frozenset()
    committees: frozenset[int] = frozenset()
    is_for_all_sectors: bool = False
    severity: Severity | None = None

    @property
    def is_general(self) -> bool:
        return not (self.sectors or self.counties or self.committees or self.is_for_all_sectors)

    @property
    def is_critical(self) -> bool:
        return self.severity is Severity.CRITICAL


@dataclass(frozen=True)
class Released:
    """A version of a thing that was released, and when it could first be read."""

    object_id: int
    version: str
    at: datetime


@dataclass(frozen=True)
class Source:
    """A marked model whose releases are news.

    `released(after, until)` gives those that could first be read in that time; it may give some again. `topics`,
    `title`, `summary`, `safe_title` and `permalink` are asked of one row: above TLP:GREEN only the last two leave, and
    neither has words of the thing. `version` is that of the row as it stands. `told_by_name` are the people whom the
    room itself tells of this version, by their keys: they get no second message of it. `prefetch` and `unread` are for
    reading many rows at once.
    """

    name: str
    model: type[Model]
    words: Words
    kinds: Mapping[str, Words]
    released: Callable[[datetime, datetime], Iterable[Released]]
    topics: Callable[[Any], Topics]
    version: Callable[[Any], str]
    title: Callable[[Any], str]
    safe_title: Callable[[Any], str]
    permalink: Callable[[Any], str]
    summary: Callable[[Any], str] = lambda _thing: ""
    told_by_name: Callable[[Any], Collection[int]] = lambda _thing: ()
    prefetch: Sequence[str] = ()
    unread: Sequence[str] = field(default_factory=tuple)

    def rows(self, keys: Iterable[int]) -> dict[int, Any]:
        """The rows by key, with what their topics and words need."""
        found: Any = self.model._default_manager.filter(pk__in=list(keys)).defer(*self.unread)
        return {row.pk: row for row in found.prefetch_related(*self.prefetch)}


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make the releases of a model news. Called in a room's `ready`."""
    _sources[source.name] = source


def sources() -> list[Source]:
    return sorted(_sources.values(), key=lambda source: source.name)


def source_named(name: str) -> Source | None:
    return _sources.get(name)


def kinds() -> dict[str, Words]:
    """Every kind that can be chosen, by its topic, in the order of the sources."""
    return {kind_topic(source, kind): words for source in sources() for kind, words in source.kinds.items()}


def kind_topic(source: Source, kind: str) -> str:
    return f"kind:{source.name}.{kind}"
