"""The list of things that were seen, as it stands in a draft."""

from __future__ import annotations

import json
from typing import Any

from portal.reporting.drafting import Writing
from portal.reporting.enums import Section
from portal.reporting.forms.seen import MOST

Thing = dict[str, str]


def things_in(typed: dict[str, Any]) -> list[Thing]:
    """The things in what a draft holds."""
    try:
        found = json.loads(typed.get("things") or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def things_of(writing: Writing) -> tuple[list[Thing], int]:
    """The things, and the version of the list."""
    typed, version = writing.typed(Section.SEEN)
    return things_in(typed), version


def put(writing: Writing, things: list[Thing], *, over: int) -> bool:
    """Save the list over a version of it; False when another window saved one meanwhile."""
    return bool(writing.save(Section.SEEN, {"things": json.dumps(things[:MOST])}, over=over))
