"""Rounds over what waits to be taken in, in which what never can be keeps nothing else waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Take = Callable[[Any], int | None]


def taken(waiting: QuerySet[Any], take: Take, *, most: int) -> int:
    """Take the first `most` of what waits; give how many things came of it.

    `take` gives None for a row that it could not take. Where there were such among the first, as many more of the
    others are tried, drawn by lot: Front may send thousands that the desk will never open, and in whatever order, those
    would stand first for good.
    """
    first = list(waiting[:most])
    found = [take(row) for row in first]
    if None in found and len(first) == most:
        others = waiting.exclude(pk__in=[row.pk for row in first]).order_by("?")
        found += [take(row) for row in others[:most]]
    return sum(number or 0 for number in found)
