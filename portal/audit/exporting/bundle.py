"""The JSON file of an export: it says what it is, then one event on each line, so that large ones can be streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.audit import keys
from portal.audit.encoding import canonical
from portal.audit.exporting.entries import Entries, Entry
from portal.audit.models import Checkpoint
from portal.audit.proofs import Tree

EXPORT, CONSISTENCY = "portal-trail-export/1", "portal-trail-consistency/1"
LAST_LINE = b"]}\n"


def opening(checkpoint: Checkpoint, about: dict[str, Any]) -> dict[str, Any]:
    """What stands before the events. The public keys are for telling them apart, not for trusting them."""
    return {"format": EXPORT, "keys": public_keys(), "checkpoint": checkpoint.note, **about}


def public_keys() -> list[str]:
    return [verifier.as_text() for verifier in keys.verifiers().values()]


def pieces(head: dict[str, Any], entries: Entries) -> Iterator[bytes]:
    """The file, piece by piece."""
    yield canonical(head)[:-1] + b',"events":[\n'
    gap = b""
    for entry in entries:
        yield gap + canonical(as_json(entry, entries.tree))
        gap = b",\n"
    yield b"\n" + LAST_LINE


def as_json(entry: Entry, tree: Tree) -> dict[str, Any]:
    path = [node.hex() for node in tree.inclusion(entry.sequence)]
    made = {"sequence": entry.sequence, "event": entry.event, "path": path}
    return {**made, "people": entry.people} if entry.people else made


def consistency(old: str, new: Checkpoint, *, old_size: int) -> dict[str, Any]:
    """That the trail of an older checkpoint is the beginning of that of a newer. Raises `NotProvable`."""
    path = [node.hex() for node in Tree(new.size).consistency(old_size)]
    return {"format": CONSISTENCY, "keys": public_keys(), "old": old, "new": new.note, "path": path}
