"""Which records still name what their data keys open. A room says it for its own, and the sweep of orphans asks."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from django.db.models import Q

Named = Callable[[set[uuid.UUID]], set[uuid.UUID]]
_rooms: dict[str, Named] = {}


def register(prefix: str, named: Named) -> None:
    """Keys of records `prefix` + uuid are swept, but for those that `named` gives of the ones it is asked about.

    To be called when a room is ready. Keys of records that nobody registers are never swept.
    """
    _rooms[prefix] = named


def of_all_rooms() -> Q:
    """The rows of keys whose records are registered, as a filter. Nothing is, where no room registered."""
    found = Q(pk__in=[])
    for prefix in _rooms:
        found |= Q(record__startswith=prefix)
    return found


def unnamed(batch: list[str]) -> list[str]:
    """Those of the records that nothing names any more; also one whose name is not of the form."""
    keep = {f"{prefix}{found}" for prefix, named in _rooms.items() for found in named(set(identifiers(batch, prefix)))}
    return [record for record in batch if record not in keep]


def identifiers(batch: Iterable[str], prefix: str) -> set[uuid.UUID]:
    found = (identifier(record.removeprefix(prefix)) for record in batch if record.startswith(prefix))
    return {each for each in found if each is not None}


def identifier(text: str) -> uuid.UUID | None:
    """A text as the identifier that is written so, and None where it is written another way."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
