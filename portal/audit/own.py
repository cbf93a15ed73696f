"""What a person sees of the trail: projected by Desk, since Front may not read it.

Rooms that hold submissions register whose they are with `owners_with`, so that their uses show as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction

from portal.audit import references
from portal.audit.enums import OF_ONES_OWN
from portal.audit.models import OwnEvent, Reference
from portal.core.rows import LARGEST_KEY

ACCOUNT = "members.person"  # somebody tried to sign in to it, or staff acted on it
MOST_NAMED = 20  # in one line of the log
Owners = Callable[[str], Iterable[int]]
Uses = frozenset[str] | None
Meant = dict[tuple[str, str], str]  # values of references by kind and reference
_owners: dict[str, Owners] = {}
_shown: dict[str, Uses] = {}
logger = logging.getLogger(__name__)


def owners_with(kind: str, function: Owners, *, verbs: Iterable[str] | None = None) -> None:
    """Register who is shown the uses of things of one kind (the part before the colon of their names).

    With `verbs` these alone: what is shown lies in clear where Front reads it, and could tip somebody off.
    """
    _owners[kind] = function
    _shown[kind] = None if verbs is None else frozenset(str(verb) for verb in verbs)


def show(rows: Iterable[dict[str, Any]]) -> None:
    """Write down for the people concerned what these events tell them.

    Front writes events, so nothing in them is believed: one that cannot be shown is left out and told of in the log by
    its number, and stays sealed all the same.
    """
    wanted = [row for row in rows if row["verb"] in OF_ONES_OWN or _is_use(row)]
    if not wanted or _is_shown(wanted):
        return
    lost = [row["id"] for row in wanted if not _is_shown([row])]
    if lost:
        logger.error("events are not shown to their people", extra={"count": len(lost), "events": lost[:MOST_NAMED]})


def _is_shown(rows: Sequence[dict[str, Any]]) -> bool:
    try:
        with transaction.atomic():
            _show(rows)
    except Exception:  # noqa: BLE001  (rooms ask their own tables for owners; whatever that raises, the seals stand)
        return False
    return True


def _show(rows: Sequence[dict[str, Any]]) -> None:
    names = {name for row in rows for name in (row["who"], row["address"]) if name}
    known = Reference.objects.filter(pk__in=names).values_list("kind", "reference", "value")
    meant = {(kind, reference): value for kind, reference, value in known}
    shown = [_own(row, person, meant) for row in rows for person in sorted(_people(row, meant))]
    OwnEvent.objects.bulk_create(shown, ignore_conflicts=True)


def _is_use(row: dict[str, Any]) -> bool:
    """Whether something was done with what somebody submitted. Reading the trail about it is no use of it."""
    kind = _kind(row)
    if kind not in _owners or row["verb"].startswith("trail."):
        return False
    shown = _shown.get(kind)
    return shown is None or row["verb"] in shown


def _kind(row: dict[str, Any]) -> str:
    return str(row["about"]).partition(":")[0]


def _people(row: dict[str, Any], meant: Meant) -> set[int]:
    people = set(_owners[_kind(row)](row["about"])) if _is_use(row) else set()
    if row["verb"] in OF_ONES_OWN:
        people |= _key(meant.get((references.PERSON, row["who"]), ""))
        people |= _key(row["about"].partition(":")[2]) if _kind(row) == ACCOUNT else set()
    return people


def _key(text: str) -> set[int]:
    """The key of a person, or nothing if the text is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_KEY))
    return {int(text)} if is_number and int(text) <= LARGEST_KEY else set()


def _own(row: dict[str, Any], person: int, meant: Meant) -> OwnEvent:
    is_own = meant.get((references.PERSON, row["who"])) == str(person)
    return OwnEvent(
        event_id=row["id"],
        person=person,
        at=row["at"],
        verb=row["verb"],
        outcome=row["outcome"],
        about=row["about"],
        address=meant.get((references.ADDRESS, row["address"]), "") if is_own else "",
    )
