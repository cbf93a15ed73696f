"""What a person sees of the trail: projected by Desk, since Front may not read it.

Rooms that hold submissions register whose they are with `owners_with`, so that their uses show as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from portal.audit.enums import Verb
from portal.audit.models import OwnEvent, Reference

ACCOUNT = "members.person"  # somebody tried to sign in to it, or staff acted on it
Owners = Callable[[str], Iterable[int]]
_owners: dict[str, Owners] = {}


def owners_with(kind: str, function: Owners) -> None:
    """Register who is shown the uses of things of one kind (the part before the colon of their names)."""
    _owners[kind] = function


def show(rows: Iterable[dict[str, Any]]) -> None:
    """Write down for the people concerned what these events tell them."""
    wanted = [row for row in rows if Verb(row["verb"]).is_shown_to_person or _is_use(row)]
    if not wanted:
        return
    references = {name for row in wanted for name in (row["who"], row["address"]) if name}
    meant = dict(Reference.objects.filter(pk__in=references).values_list("reference", "value"))
    shown = [_own(row, person, meant) for row in wanted for person in _people(row, meant)]
    OwnEvent.objects.bulk_create(shown, ignore_conflicts=True)


def _is_use(row: dict[str, Any]) -> bool:
    """Whether something was done with what somebody submitted. Reading the trail about it is no use of it."""
    return _kind(row) in _owners and not row["verb"].startswith("trail.")


def _kind(row: dict[str, Any]) -> str:
    return str(row["about"]).partition(":")[0]


def _people(row: dict[str, Any], meant: dict[str, str]) -> set[int]:
    people = set(_owners[_kind(row)](row["about"])) if _is_use(row) else set()
    if Verb(row["verb"]).is_shown_to_person:
        people |= {int(meant[row["who"]])} if row["who"] in meant else set()
        people |= {int(row["about"].partition(":")[2])} if _kind(row) == ACCOUNT else set()
    return people


def _own(row: dict[str, Any], person: int, meant: dict[str, str]) -> OwnEvent:
    is_own = meant.get(row["who"]) == str(person)
    return OwnEvent(
        event_id=row["id"],
        person=person,
        at=row["at"],
        verb=row["verb"],
        outcome=row["outcome"],
        about=row["about"],
        address=meant.get(row["address"], "") if is_own else "",
    )
