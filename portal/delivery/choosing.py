"""What somebody chose, and how soon they are told of a thing by it: one rule, without the database.

A place (a sector, a county, a committee) says how soon; a kind says how soon at the most. Of several places the soonest
counts. Severity below the floor is not told. Critical ones go at once, unless they are not wanted at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from portal.delivery.enums import DIGESTS, Mode, Rhythm, latest, soonest
from portal.delivery.sources import Topics
from portal.delivery.when import Quiet

GENERAL = "general"
NAMED = "named"


@dataclass(frozen=True)
class Preferences:
    """What one person chose, with the places that are their own by membership and employer."""

    mode: Mode = Mode.MINE
    critical_at_once: bool = True
    floor: str = ""
    quiet: Quiet | None = None
    digest_hour: int = 7
    wants_texts: bool = False
    wishes: Mapping[str, Rhythm] = field(default_factory=dict)
    sectors: frozenset[int] = frozenset()
    counties: frozenset[int] = frozenset()
    committees: frozenset[int] = frozenset()

    def wish(self, topic: str, default: Rhythm) -> Rhythm:
        return self.wishes.get(topic, default)


def quiet_hours(begins: time | None, ends: time | None) -> Quiet | None:
    return Quiet(begins, ends) if begins is not None and ends is not None and begins != ends else None


def rhythm_of(chosen: Preferences, topics: Topics, *, kind: str, is_named: bool = False) -> Rhythm:
    """How soon this person is told of a thing of these topics. `is_named`: it is for them by name."""
    if chosen.mode is Mode.NOTHING:
        return Rhythm.NONE
    rhythm = latest(_by_place(chosen, topics, is_named=is_named), chosen.wish(kind, Rhythm.AT_ONCE))
    if rhythm is Rhythm.NONE or (topics.severity and topics.severity.is_below(chosen.floor)):
        return Rhythm.NONE
    if topics.is_critical and chosen.critical_at_once:
        return Rhythm.AT_ONCE
    return Rhythm.NONE if is_stopped(chosen, rhythm) else rhythm


def is_stopped(chosen: Preferences, rhythm: Rhythm) -> bool:
    """Whether they want no daily, or no weekly mail."""
    return rhythm in DIGESTS and chosen.wish(f"digest:{rhythm.value}", rhythm) is Rhythm.NONE


def _by_place(chosen: Preferences, topics: Topics, *, is_named: bool) -> Rhythm:
    rhythms = [chosen.wish(NAMED, Rhythm.AT_ONCE)] if is_named else []
    if topics.is_general:
        rhythms.append(chosen.wish(GENERAL, Rhythm.WEEKLY))
    of_places = _as_own if chosen.mode is Mode.MINE else _as_wished
    return soonest([*rhythms, *of_places(chosen, topics)])


def _as_own(chosen: Preferences, topics: Topics) -> list[Rhythm]:
    """Of their own places once a week; notices of their own committees cannot wait so long."""
    rhythms = [Rhythm.AT_ONCE] if topics.committees & chosen.committees else []
    is_own = topics.sectors & chosen.sectors or topics.counties & chosen.counties or topics.is_for_all_sectors
    return [*rhythms, Rhythm.WEEKLY] if is_own else rhythms


def _as_wished(chosen: Preferences, topics: Topics) -> list[Rhythm]:
    named = {"sector": topics.sectors, "county": topics.counties, "committee": topics.committees}
    rhythms = [
        chosen.wish(f"{place}:{pk}", _unasked(chosen, place, pk)) for place, keys in named.items() for pk in keys
    ]
    if topics.is_for_all_sectors:
        rhythms += [rhythm for topic, rhythm in chosen.wishes.items() if topic.startswith("sector:")]
    return rhythms


def _unasked(chosen: Preferences, place: str, pk: int) -> Rhythm:
    """What holds where nobody chose: who joined a committee since must not miss a notice of 24 hours."""
    return Rhythm.AT_ONCE if place == "committee" and pk in chosen.committees else Rhythm.NONE
