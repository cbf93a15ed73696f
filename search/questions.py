"""What is asked of an engine, and what it answers: the same for every engine. None can be asked without a viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from portal.access.viewer import Viewer
from search.queries import Query

PAGE_SIZE = 20
DEEPEST = 10_000  # hits that can be paged through
FACETS = ("kind", "sector", "hazard", "publisher", "year", "label")
MOST_FACET_VALUES = 50
MARK, UNMARK = "\ue000", "\ue001"  # around what was found, in a fragment: signs that no text carries


class SearchUnavailable(Exception):
    """The engine cannot answer now. Nothing is shown in its place."""


@dataclass(frozen=True)
class Ask:
    """One question. `facets` maps names of FACETS to the values chosen; several of one are alternatives.

    `is_strict` asks for what has all the words alone, however little that is.
    """

    viewer: Viewer
    query: Query
    at: datetime
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first: int = 0
    size: int = PAGE_SIZE
    entered_after: datetime | None = None
    is_strict: bool = False


@dataclass(frozen=True)
class PageHit:
    """A page on which the words stand, with a piece of its text; what was found stands between MARK and UNMARK."""

    number: int
    fragment: str


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `title` and `fragment` carry MARK and UNMARK around what was found."""

    entry: int
    model: int
    key: int
    score: float
    title: str
    fragment: str = ""
    pages: Sequence[PageHit] = ()


@dataclass(frozen=True)
class Found:
    """An engine's answer. `total` and `facets` count what this viewer may read, and nothing else.

    `whole` is how many of the `total` have all the words; they come first. `is_loose` says that nothing had all the
    words, whatever the facets, and these have some of them.
    """

    hits: Sequence[Hit] = ()
    total: int = 0
    whole: int = 0
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    is_loose: bool = False
    did_you_mean: str = ""


class Engine(Protocol):
    """What every engine can do. tests/search/contract holds each of them to the same."""

    name: str

    def find(self, ask: Ask) -> Found:
        """Answer a question. Raises `SearchUnavailable`."""

    def begin(self, ask: Ask) -> Callable[[], Found]:
        """Begin to answer a question, and give back what waits for the answer; both raise as `find` does."""

    def complete(self, viewer: Viewer, beginning: str, *, at: datetime, most: int = 8) -> list[str]:
        """Words and titles that begin so, from what the viewer may read. Raises `SearchUnavailable`."""
