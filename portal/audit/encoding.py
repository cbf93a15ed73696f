"""An event as bytes: JSON in the canonical form of RFC 8785, for the few types that an event has."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

VERSION = 1
# In the order in which rows are read; the encoding sorts by name.
FIELDS = (
    "id",
    "at",
    "site",
    "who",
    "role",
    "session",
    "verb",
    "about",
    "purpose",
    "outcome",
    "why",
    "address",
    "request",
    "facts",
)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
LARGEST = 2**53 - 1  # what RFC 8785 (section 3.2.2.3, IEEE 754) can carry without loss


def encode(row: dict[str, Any]) -> bytes:
    """The bytes that are hashed for one event, given its fields by name."""
    return canonical({"v": VERSION, **row, "at": moment(row["at"])})


def moment(at: datetime | str) -> str:
    """A time in UTC to the microsecond, always in the same length."""
    if isinstance(at, str):
        return at
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def canonical(value: Any) -> bytes:
    return _ENCODER.encode(value).encode()


def refuse_unfit(facts: dict[str, Any]) -> None:
    """Raises `ValueError` for what has no single encoding: floats, large numbers, keys that are not plain ASCII.

    So do lone surrogates, which a database takes as JSON and nothing can write as UTF-8: the sealer would stand still.
    """
    for name, value in facts.items():
        if not name.isascii():
            raise ValueError(f"{name!r} is no name for a fact of the trail")
        for item in value if isinstance(value, list) else [value]:
            if not _is_fit(item):
                raise ValueError(f"the fact {name!r} of the trail must be text, a whole number, yes or no")


def _is_fit(item: Any) -> bool:
    if isinstance(item, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in item)
    if isinstance(item, bool):
        return True
    return isinstance(item, int) and abs(item) <= LARGEST
