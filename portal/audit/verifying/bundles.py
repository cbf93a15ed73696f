"""Whether a file of proofs shows what it is given for: an export, or that one checkpoint goes on from another."""

from __future__ import annotations

import json
from typing import Any

from portal.audit import references
from portal.audit.encoding import FIELDS, VERSION, canonical
from portal.audit.exporting.bundle import CONSISTENCY, EXPORT
from portal.audit.exporting.entries import REFERENCES
from portal.audit.merkle import ProofRefused, leaf_hash, verify_consistency, verify_inclusion
from portal.audit.notes import Head, NoteRefused
from portal.audit.verifying.heads import Keys, open_head

# What stands in a file, and nothing else: what no proof covers must not look as if one did
WHOLE = {"format", "keys", "checkpoint", "made", "filters", "count", "newer", "events"}
PROOF = {"format", "keys", "old", "new", "path"}
ENTRY, EVENT, MEANT = {"sequence", "event", "path"}, {"v", *FIELDS}, {"kind", "value", "key"}


class BundleRefused(Exception):
    """A file does not prove what it is given for; the message is one sentence."""


def check(text: str, *, keys: Keys) -> str:
    """Check a file of proofs against the keys that are trusted; gives what it shows. Raises `BundleRefused`."""
    try:
        data = json.loads(text, object_pairs_hook=_once)
        return _CHECKS[data["format"]](data, keys)
    except (NoteRefused, ProofRefused) as problem:
        raise BundleRefused(f"The proof does not hold: {problem}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BundleRefused("The file is not one of the trail's, or was cut short.") from None


def _export(data: dict[str, Any], keys: Keys) -> str:
    _refuse_unless(set(data) == WHOLE and type(data["count"]) is int, "an export")
    head = open_head(data["checkpoint"], keys)
    for entry in data["events"]:
        _refuse_unless(_is_fit(entry), "an event")
    places = [entry["sequence"] for entry in data["events"]]
    if places != sorted(set(places)):
        raise BundleRefused("An event stands twice in the file, or not in its order.")
    for entry in data["events"]:
        _check_entry(entry, head)
    if len(data["events"]) != data["count"]:
        raise BundleRefused(f"The file says that it holds {data['count']} events, and does not.")
    return f"All {data['count']} events were in the trail when checkpoint {head.size} was signed at {head.time}."


def _is_fit(entry: dict[str, Any]) -> bool:
    people, event = entry.get("people", {}), entry["event"]
    if set(entry) - {"people"} != ENTRY or set(event) != EVENT or not set(people) <= set(REFERENCES):
        return False
    is_number = type(entry["sequence"]) is int and type(event["v"]) is int and event["v"] == VERSION
    return is_number and all(set(meant) == MEANT for meant in people.values())


def _refuse_unless(holds: bool, what: str) -> None:
    if not holds:
        raise BundleRefused(f"The file does not have the names that {what} has, and no others.")


def _check_entry(entry: dict[str, Any], head: Head) -> None:
    path = [bytes.fromhex(node) for node in entry["path"]]
    leaf, index = leaf_hash(canonical(entry["event"])), entry["sequence"] - 1
    try:
        verify_inclusion(leaf=leaf, index=index, size=head.size, path=path, root=head.root)
    except ProofRefused as problem:
        raise BundleRefused(f"Event {entry['sequence']} is not proven: {problem}.") from None
    for name, meant in entry.get("people", {}).items():
        made = references.commit(key=bytes.fromhex(meant["key"]), kind=meant["kind"], value=meant["value"])
        if made != entry["event"][name]:
            raise BundleRefused(f"Event {entry['sequence']} does not mean the {meant['kind']} that the file says.")


def _consistency(data: dict[str, Any], keys: Keys) -> str:
    _refuse_unless(set(data) == PROOF, "a proof of consistency")
    old, new = open_head(data["old"], keys), open_head(data["new"], keys)
    path = [bytes.fromhex(node) for node in data["path"]]
    verify_consistency(old=old.size, new=new.size, path=path, old_root=old.root, new_root=new.root)
    return f"The trail of checkpoint {old.size} is the beginning of that of checkpoint {new.size}."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """No name may stand twice in an object, or people and programs could read different things."""
    if len(dict(pairs)) != len(pairs):
        raise BundleRefused("A name stands twice in an object of the file.")
    return dict(pairs)


_CHECKS = {EXPORT: _export, CONSISTENCY: _consistency}
