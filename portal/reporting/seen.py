"""The list of things that were seen, as it stands in a draft."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from portal.reporting.drafting import Writing
from portal.reporting.enums import Section
from portal.reporting.forms.seen import MOST, THINGS

Thing = dict[str, str]


@dataclass(frozen=True)
class Seen:
    """The list. Each thing has a number, which stays its own and is never given to another of the same draft."""

    things: dict[int, Thing] = field(repr=False)
    last: int  # the number that was given last
    version: int

    @property
    def is_full(self) -> bool:
        return len(self.things) >= MOST

    @property
    def newest(self) -> Thing | None:
        """What was added last, if it is still there."""
        return self.things.get(self.last)

    def known(self, number: int) -> Thing | None:
        """The thing with this number, if there is one of a kind that the form has."""
        found = self.things.get(number)
        return found if found is not None and found.get("kind") in THINGS else None

    def with_new(self, thing: Thing) -> Seen:
        number = self.last + 1
        return replace(self, things={**self.things, number: thing}, last=number)

    def with_changed(self, number: int, thing: Thing) -> Seen:
        return replace(self, things={**self.things, number: thing})

    def without(self, number: int) -> Seen:
        return replace(self, things={key: thing for key, thing in self.things.items() if key != number})


def seen_in(writing: Writing) -> Seen:
    """The list as it was saved last."""
    typed, version = writing.typed(Section.SEEN)
    things = things_in(typed)
    numbers = _parsed(typed.get("numbers"))
    if len(numbers) != len(things):
        numbers = list(range(1, len(things) + 1))
    return Seen(dict(zip(numbers, things, strict=True)), int(typed.get("last") or len(things)), version)


def put(writing: Writing, seen: Seen, *, over: int) -> bool:
    """Save the list over a version of it; False when another window saved one meanwhile. Raises `DraftTooLong`."""
    typed = {
        "things": json.dumps(list(seen.things.values())),
        "numbers": json.dumps(list(seen.things)),
        "last": str(seen.last),
    }
    return bool(writing.save(Section.SEEN, typed, over=over))


def things_in(typed: dict[str, Any]) -> list[Thing]:
    """The things in what a draft or a report holds."""
    return _parsed(typed.get("things"))


def sealed_list(typed: dict[str, Any]) -> dict[str, Any]:
    """What of the list goes into the report: the things, without the numbers by which the form knows them."""
    return {name: value for name, value in typed.items() if name == "things"}


def _parsed(text: Any) -> list[Any]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else []
