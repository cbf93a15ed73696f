"""What waits on the desk: each room says which queues a person has, how much is in them, and which pages beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Queue:
    """One queue on the desk: how much is in it, and how much of that is overdue."""

    label: str | Promise
    url: str
    count: int
    overdue: int = 0


@dataclass(frozen=True)
class Place:
    """A page of the desk in which nothing waits."""

    label: str | Promise
    url: str


Source = Callable[[Any], list[Queue]]
_sources: list[tuple[int, Source]] = []
PlaceSource = Callable[[Any], list[Place]]
_place_sources: list[tuple[int, PlaceSource]] = []


def source(*, order: int) -> Callable[[Source], Source]:
    """Register what gives the queues of one room. It takes the person who looks."""

    def register(function: Source) -> Source:
        _sources.append((order, function))
        return function

    return register


def of(person: Any) -> list[Queue]:
    """The queues of a person, in order."""
    return [queue for _order, function in sorted(_sources, key=lambda pair: pair[0]) for queue in function(person)]


def place_source(*, order: int) -> Callable[[PlaceSource], PlaceSource]:
    """Register what gives the other pages of one room. It takes the person who looks."""

    def register(function: PlaceSource) -> PlaceSource:
        _place_sources.append((order, function))
        return function

    return register


def places_of(person: Any) -> list[Place]:
    """The pages of the desk that a person may open beside their queues, in order."""
    ordered = sorted(_place_sources, key=lambda pair: pair[0])
    return [place for _order, function in ordered for place in function(person)]
