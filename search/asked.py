"""What an address of the search page asks for: words, filters, and which page. Addresses are shared and kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus, urlencode

from django.http import QueryDict

from portal.access.enums import Label
from search.queries import LONGEST, clean
from search.questions import DEEPEST, FACETS, PAGE_SIZE

MOST_CHOSEN = 20  # filters of one search
LONGEST_VALUE = 160
PAGE = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
Chosen = Mapping[str, tuple[str, ...]]


class NoSuchPage(Exception):
    """The address names a page of results that cannot be."""


@dataclass(frozen=True)
class Asked:
    """One question as it stands in an address. `facets` holds the values chosen, as an engine takes them."""

    typed: str = ""
    facets: Chosen = field(default_factory=dict)
    page: int = 1
    has_too_many: bool = False

    def __bool__(self) -> bool:
        return bool(self.typed or self.facets)

    @property
    def shown(self) -> str:
        """What was typed, as far as it is looked at."""
        return self.typed[:LONGEST]

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each filter that was chosen, by name and value."""
        return [(name, value) for name, values in self.facets.items() for value in values]

    def has(self, name: str, value: str) -> bool:
        return value in self.facets.get(name, ())

    def query_string(self) -> str:
        """The question, from its first page, as it stands in an address; the same question is always the same line."""
        words = [("q", self.shown)] if self.shown else []
        return urlencode(words + [(name, _in_address(name, value)) for name, value in self.pairs])

    @property
    def address(self) -> str:
        return f"?{self.query_string()}"

    def with_value(self, name: str, value: str) -> Asked:
        return self._with(name, (*self.facets.get(name, ()), value))

    def without(self, name: str, value: str) -> Asked:
        return self._with(name, tuple(one for one in self.facets.get(name, ()) if one != value))

    def only(self, name: str, *values: str) -> Asked:
        """The same with these values of one filter alone; with none, without that filter."""
        return self._with(name, values)

    def choosing(self, name: str) -> Callable[[str], str]:
        """What gives `with_value(name, value).address` for values of one filter, without making questions of them."""
        place = FACETS.index(name)
        before = {one: values for one, values in self.facets.items() if FACETS.index(one) <= place}
        after = {one: values for one, values in self.facets.items() if FACETS.index(one) > place}
        head, tail = replace(self, facets=before).query_string(), Asked(facets=after).query_string()
        head, tail = f"?{head}&" if head else "?", f"&{tail}" if tail else ""
        return lambda value: f"{head}{name}={quote_plus(_in_address(name, value))}{tail}"

    def _with(self, name: str, values: tuple[str, ...]) -> Asked:
        wanted = {**self.facets, name: values}
        return replace(self, facets={one: wanted[one] for one in FACETS if wanted.get(one)}, page=1)


def read(query: QueryDict) -> Asked:
    """The question in an address. Raises `NoSuchPage`, and otherwise takes whatever stands there."""
    chosen, has_too_many = _chosen(query)
    return Asked(clean(query.get("q", "")), chosen, _page(query.get("page", "")), has_too_many)


def _page(text: str) -> int:
    if not text:
        return 1
    if not PAGE.fullmatch(text) or int(text) > DEEPEST // PAGE_SIZE:
        raise NoSuchPage
    return int(text)


def _chosen(query: QueryDict) -> tuple[Chosen, bool]:
    """The filters chosen, each value once; and whether there were more than are looked at."""
    pairs = list(dict.fromkeys(_pairs(query)))
    kept = pairs[:MOST_CHOSEN]
    chosen = {name: tuple(value for one, value in kept if one == name) for name in FACETS}
    return {name: values for name, values in chosen.items() if values}, len(pairs) > MOST_CHOSEN


def _pairs(query: QueryDict) -> Iterable[tuple[str, str]]:
    for name in FACETS:
        for text in query.getlist(name):
            value = text.encode("utf-8", "ignore").decode().replace("\0", "")[:LONGEST_VALUE]
            if value.strip():
                yield name, _as_label(value) if name == "label" else value


def _as_label(value: str) -> str:
    """`amber-strict`, `TLP:AMBER+STRICT` and, where the plus became a blank, `TLP:AMBER STRICT` are one label."""
    slug = value.strip().lower().removeprefix("tlp:").replace("+", "-").replace(" ", "-")
    label = Label.from_slug(slug)
    return label.value if label else value


def _in_address(name: str, value: str) -> str:
    return Label(value).slug if name == "label" and value in Label.values else value
