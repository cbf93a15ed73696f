"""Reading rows that somebody may have filled with what their columns cannot hold: no such row stops the verifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import CharField, F, Func, Value

# What fields raise for values that no code of ours has stored: rubbish for a time, JSON nested without end, text that
# is no UTF-8, a time beyond the years that Python knows
UNREADABLE = (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, DatabaseError)


def bytes_of(value: object) -> bytes:
    """What a column of bytes holds; nothing, which no hash is, where it holds something else."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def whole(query: Any, column: str, *, others: bool = False) -> Any:
    """Those rows whose number is one, or only the others: SQLite's columns take text and fractions as well."""
    if connection.vendor != "sqlite":
        return query.none() if others else query
    kind = Func(F(column), function="typeof", output_field=CharField())
    typed = query.annotate(number_is=kind)
    return typed.exclude(number_is=Value("integer")) if others else typed.filter(number_is=Value("integer"))


def pieces(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(rows)
    while piece := list(islice(rest, size)):
        yield piece


def read(query: Any, names: Iterable[Any], *, by: str = "pk") -> tuple[list[Any], list[Any]]:
    """The rows of these names, all at once; row by row if one of them cannot be read. Gives also the names of those."""
    wanted = list(names)
    try:
        return list(query.filter(**{f"{by}__in": wanted})), []
    except UNREADABLE:
        return _one_by_one(query, wanted, by)


def _one_by_one(query: Any, names: list[Any], by: str) -> tuple[list[Any], list[Any]]:
    good, bad = [], []
    for name in names:
        try:
            good += list(query.filter(**{by: name}))
        except UNREADABLE:
            bad.append(name)
    return good, bad
