"""What can be found: rooms register their marked models, and search names none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from portal.access.viewer import Viewer

Words = str | Promise


@dataclass(frozen=True)
class Text:
    """One page of a thing's text; `number` is 0 where it has no pages."""

    number: int
    text: str


@dataclass(frozen=True)
class Projection:
    """What of a thing is found, and by which words. Who may read it is taken from its marking, never from here.

    `is_superseded` puts it behind the newer one. The order tells all readers of it, so each of them must be one of the
    newer as well.
    """

    kind: str
    title: str
    summary: str = ""
    texts: Sequence[Text] = ()
    identifiers: Sequence[str] = ()
    publisher: str = ""
    sectors: Sequence[str] = ()
    hazards: Sequence[str] = ()
    dated: datetime | None = None
    is_superseded: bool = False


@dataclass(frozen=True)
class Source:
    """A marked model whose rows can be found.

    `project` gives what is found of a row, or None where it is no longer to be found. `address` is where a row opens,
    and `page_address`, for what has pages, where one page of it does, with the words looked for as `q`; `page_name` is
    what that page is called, where it is not 'Page 3'. `joined` is fetched with the rows that were found, `unread` is
    not: a body, for which a list has no use. `related` are the relations whose change alters the projection. `follows`
    gives, for a model whose own rows show in projections, the keys of those in which one of them shows: of a sector,
    whatever names it or is for every sector. `safe_title` and `permalink` are what may stand of a row in mail: above
    TLP:GREEN neither has words of it. Where a source has none, mail names what is above TLP:GREEN by its kind alone,
    and leads to no address of it.
    """

    model: type[Model]
    kinds: Mapping[str, Words]
    project: Callable[[Any], Projection | None]
    address: Callable[[Any], str]
    page_address: Callable[[Any, int], str] | None = None
    page_name: Callable[[Any, int], Words] | None = None
    safe_title: Callable[[Any], str] | None = None
    permalink: Callable[[Any], str] | None = None
    joined: Sequence[str] = ()
    unread: Sequence[str] = ()
    prefetch: Sequence[str] = ()
    related: Sequence[Any] = field(default_factory=tuple)
    follows: Mapping[type[Model], Callable[[Any], Iterable[int]]] = field(default_factory=dict)

    def readable(self, viewer: Viewer, keys: Sequence[int]) -> dict[int, Any]:
        """Those of the rows that this viewer may read, asked of the rows themselves."""
        manager: Any = self.model._default_manager
        rows = manager.readable_by(viewer).filter(pk__in=keys).defer(*self.unread)
        return {row.pk: row for row in (rows.select_related(*self.joined) if self.joined else rows)}


_sources: dict[type[Model], Source] = {}


def register(source: Source) -> None:
    """Make the rows of a model findable. Called in a room's `ready`."""
    _sources[source.model] = source


def sources() -> list[Source]:
    return sorted(_sources.values(), key=lambda source: source.model._meta.label)


def source_of(model: type[Model]) -> Source | None:
    return _sources.get(model)


def kinds() -> dict[str, Words]:
    """Every kind that can be found, with its name."""
    return {kind: words for source in sources() for kind, words in source.kinds.items()}
