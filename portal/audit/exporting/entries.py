"""The events of an export in the order of the trail, read in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from portal.audit.encoding import FIELDS, VERSION, moment
from portal.audit.models import Event, Reference, Seal
from portal.audit.proofs import NotProvable, Tree

AT_ONCE = 1_000
REFERENCES = ("who", "address")


@dataclass(frozen=True)
class Entry:
    """One event with its place and leaf, and whom its references mean, if that was asked for."""

    sequence: int
    leaf: bytes
    event: dict[str, Any]
    people: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Entries:
    """Events that were chosen, as far as a checkpoint covers them."""

    events: QuerySet[Event]
    tree: Tree
    with_people: bool

    def count(self) -> int:
        return self._seals().count()

    def count_newer(self) -> int:
        """How many were chosen that the checkpoint does not cover."""
        return self.events.count() - self.count()

    def __iter__(self) -> Iterator[Entry]:
        piece: list[Any] = []
        rows = self._seals().order_by("sequence").values_list("sequence", "event_id", "leaf")
        for row in rows.iterator(AT_ONCE):
            piece.append(row)
            if len(piece) == AT_ONCE:
                yield from self._entries(piece)
                piece.clear()
        yield from self._entries(piece)

    def _seals(self) -> QuerySet[Seal]:
        chosen = self.events.order_by().values("pk")
        return Seal.objects.filter(event_id__in=chosen, sequence__lte=self.tree.size)

    def _entries(self, piece: list[Any]) -> Iterator[Entry]:
        rows = {row["id"]: row for row in Event.objects.filter(pk__in=[one[1] for one in piece]).values(*FIELDS)}
        meant = self._meant(rows.values()) if self.with_people else {}
        for sequence, event, leaf in piece:
            if event not in rows:
                raise NotProvable(f"The event of place {sequence} is gone; `audit_verify` says more.")
            if rows[event]["at"] is None:
                raise NotProvable(f"The event of place {sequence} cannot be read; `audit_verify` says more.")
            row = {"v": VERSION, **rows[event], "at": moment(rows[event]["at"])}
            people = {name: meant[row[name]] for name in REFERENCES if row[name] in meant}
            yield Entry(sequence, bytes(leaf), row, people)

    def _meant(self, rows: Any) -> dict[str, dict[str, str]]:
        names = {row[name] for row in rows for name in REFERENCES}
        return {
            row.pk: {"kind": row.kind, "value": row.value, "key": bytes(row.key).hex()}
            for row in Reference.objects.filter(pk__in=names)
        }
