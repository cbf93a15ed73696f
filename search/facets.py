"""The ways to narrow a search: how many there are of each value, and the address that chooses it or lets it go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from portal.access.enums import Label
from portal.vocabulary.models import Hazard, Sector
from search import registry
from search.asked import MOST_CHOSEN, Asked
from search.questions import FACETS, Found

SHOWN_AT_ONCE = 8
LONGEST_SHOWN = 48  # characters of a value, such as a publisher, at the side
TITLES: Mapping[str, Promise] = {
    "kind": _("Kind"),
    "sector": _("Sector"),
    "hazard": _("Hazard"),
    "publisher": _("Publisher"),
    "year": _("Year"),
    "label": _("Label"),
}
AT_THE_SIDE = tuple(name for name in FACETS if name != "kind")


@dataclass(frozen=True)
class Names:
    """Kinds, sectors and hazards by name, read once for a page."""

    by_facet: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Names:
        return cls(
            {
                "kind": {kind: str(words) for kind, words in registry.kinds().items()},
                "sector": dict(Sector.objects.values_list("slug", "name")),
                "hazard": dict(Hazard.objects.values_list("slug", "name")),
            }
        )

    def of(self, facet: str, value: str) -> str:
        return self.by_facet.get(facet, {}).get(value, value)

    def in_words(self, facet: str, value: str) -> str:
        return f"{TITLES[facet]}: {self.of(facet, value)}"

    def knows(self, facet: str, value: str) -> bool:
        """Whether the value is one of a closed list, and not something that somebody typed into an address."""
        match facet:
            case "label":
                return value in Label.values
            case "year":
                return value.isascii() and value.isdigit() and len(value) == 4  # noqa: PLR2004  (digits of a year)
        return value in self.by_facet.get(facet, {})

    @property
    def sectors(self) -> list[tuple[str, str]]:
        """Each sector with the address that shows all of it."""
        pairs = self.by_facet.get("sector", {}).items()
        return [(name, Asked(facets={"sector": (slug,)}).address) for slug, name in pairs]


@dataclass(frozen=True)
class Value:
    """One value of a facet. `url` chooses it, or lets it go where it `is_chosen`; '' where no more can be chosen."""

    name: str
    count: int
    url: str
    is_chosen: bool = False

    @property
    def short(self) -> str:
        """The name as far as a narrow column holds it; '' where it does whole."""
        return f"{self.name[: LONGEST_SHOWN - 1].rstrip()}…" if len(self.name) > LONGEST_SHOWN else ""


@dataclass(frozen=True)
class Facet:
    """One way to narrow a search."""

    name: str
    title: str
    values: Sequence[Value]

    @property
    def first(self) -> Sequence[Value]:
        """The first ones, and whatever is chosen."""
        return [value for place, value in enumerate(self.values) if place < SHOWN_AT_ONCE or value.is_chosen]

    @property
    def rest(self) -> Sequence[Value]:
        return [value for place, value in enumerate(self.values) if place >= SHOWN_AT_ONCE and not value.is_chosen]


def facets_of(found: Found, asked: Asked, names: Names) -> list[Facet]:
    """The facets at the side, without those that would narrow nothing."""
    facets = [Facet(name, str(TITLES[name]), _values(name, found, asked, names)) for name in AT_THE_SIDE]
    return [facet for facet in facets if facet.values]


def _values(name: str, found: Found, asked: Asked, names: Names) -> list[Value]:
    counted = dict(found.facets.get(name, ()))
    for value in asked.facets.get(name, ()):
        counted.setdefault(value, 0)
    choosing = asked.choosing(name) if len(asked.pairs) < MOST_CHOSEN else lambda _value: ""
    return [
        Value(names.of(name, value), counted[value], asked.without(name, value).address, is_chosen=True)
        if asked.has(name, value)
        else Value(names.of(name, value), counted[value], choosing(value))
        for value in _ordered(name, counted)
    ]


def _ordered(name: str, counted: Mapping[str, int]) -> list[str]:
    """As counted, the most frequent first; but years as they went by, and labels as far as each may go."""
    match name:
        case "year":
            return sorted(counted, reverse=True)
        case "label":
            return sorted(counted, key=lambda value: [*Label.values, value].index(value))
    return list(counted)


def tabs_of(found: Found, asked: Asked, names: Names) -> Facet:
    """All kinds together, then each kind by itself."""
    counted = {**dict(found.facets.get("kind", ()))}
    for value in asked.facets.get("kind", ()):
        counted.setdefault(value, 0)
    everything = Value(gettext("All"), sum(counted.values()), asked.only("kind").address, not asked.facets.get("kind"))
    kinds = [
        Value(names.of("kind", kind), count, asked.only("kind", kind).address, asked.has("kind", kind))
        for kind, count in counted.items()
    ]
    return Facet("kind", str(TITLES["kind"]), [everything, *kinds])
