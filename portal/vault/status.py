"""What the vault looks like from the desk: its keys, what is sealed to them, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from portal.vault import keyring
from portal.vault.errors import EnvelopeRefused, KeyNotHeld, KeyRingProblem
from portal.vault.models import CodeCopy, DeskCopy, Destruction
from portal.vault.records import open_copy
from portal.vault.shredding import returned_keys


@dataclass(frozen=True)
class KeyLine:
    """One desk key and the number of copies sealed to it."""

    id: str
    state: str
    created: str
    has_private: bool
    is_current: bool
    copies: int


@dataclass(frozen=True)
class Status:
    """What there is, and one sentence for each thing that is wrong."""

    keys: list[KeyLine]
    desk_copies: int
    code_copies: int
    destructions: int
    problems: list[str]


def survey() -> Status:
    """Look at everything, opening each copy once (some 0.2 ms each). Raises `KeyRingProblem`."""
    ring = keyring.ring()
    counts = dict(DeskCopy.objects.values_list("ring_key").annotate(copies=Count("id")).order_by("ring_key"))
    return Status(
        keys=[_line(key, ring, counts.get(key.id, 0)) for key in sorted(ring.keys.values(), key=lambda k: k.created)],
        desk_copies=sum(counts.values()),
        code_copies=CodeCopy.objects.count(),
        destructions=Destruction.objects.count(),
        problems=list(_problems(ring, counts)),
    )


def _line(key: keyring.RingKey, ring: keyring.KeyRing, copies: int) -> KeyLine:
    created = f"{key.created:%Y-%m-%d}"
    return KeyLine(key.id, key.state.value, created, key.private is not None, key.id == _current_id(ring), copies)


def _problems(ring: keyring.KeyRing, counts: dict[str, int]) -> Iterator[str]:
    if not _current_id(ring):
        yield "The key ring has no active public key: nothing can be sealed."
    for key_id, number in counts.items():
        if not ring.holds(key_id):
            yield f"{number} copies are sealed to the key {key_id}, whose private half is not here."
    damaged = sum(1 for copy in DeskCopy.objects.iterator() if ring.holds(copy.ring_key) and not _opens(copy, ring))
    if damaged:
        yield f"{damaged} copies are damaged and do not open with their key."
    returned = sum(1 for _key in returned_keys())
    if returned:
        yield f"{returned} data keys are in the vault that the journal says were destroyed; run vault_replay."
    alone = CodeCopy.objects.exclude(data_key__in=DeskCopy.objects.values("id")).count()
    if alone:
        yield f"{alone} copies sealed to codes have no copy for the desk."


def _opens(copy: DeskCopy, ring: keyring.KeyRing) -> bool:
    try:
        open_copy(copy, copy.record, ring)
    except (EnvelopeRefused, KeyNotHeld):
        return False
    return True


def _current_id(ring: keyring.KeyRing) -> str:
    try:
        return ring.current.id
    except KeyRingProblem:
        return ""
