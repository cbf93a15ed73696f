"""What somebody who rules the database could do to the trail. Each stands inside `tampering()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, guards, keys, notes, sealing
from portal.audit.context import Actor
from portal.audit.encoding import FIELDS, encode, moment
from portal.audit.merkle import Frontier, leaf_hash
from portal.audit.models import Checkpoint, Delivery, Event, Seal
from portal.audit.verifying import Outside

SIZES = (8, 20, 37, 52)  # where checkpoints were signed
EVENTS = 60
PEOPLE = 4


@dataclass(frozen=True)
class Trail:
    """A trail as it was recorded: the key that is trusted, and copies of its checkpoints."""

    verifier: keys.Verifier
    outside: tuple[Outside, ...]

    @property
    def keys(self) -> dict[bytes, keys.Verifier]:
        return {self.verifier.hash: self.verifier}


def recorded(verifier: keys.Verifier, clock: Any) -> Trail:
    """Let sixty things happen within two hours, and sign four checkpoints on the way."""
    for number in range(1, EVENTS + 1):
        actor = Actor(person=number % PEOPLE + 1, role="member")
        audit.record(audit.Verb.READ, f"bulletins.bulletin:{number % 7}", facts={"number": number}, actor=actor)
        clock.shift(timedelta(minutes=2))
        sealing.seal(now=timezone.now())
        if number in SIZES:
            checkpoints.make(now=timezone.now())
    taken = Checkpoint.objects.order_by("size").values_list("size", "note")
    return Trail(verifier, tuple(Outside(f"{size}.note", note) for size, note in taken))


@contextmanager
def tampering() -> Iterator[None]:
    """Without the guards, and undone at the end, so that one trail serves many examples."""
    with transaction.atomic():
        with guards.lifted():
            yield
            connection.check_constraints()  # PostgreSQL puts no trigger up while foreign keys wait to be checked
        transaction.set_rollback(True)


def event_at(place: int) -> int:
    return Seal.objects.values_list("event_id", flat=True).get(sequence=place)


def edit(place: int, field: str) -> None:
    """Change one field of an event, whatever it holds."""
    event = Event.objects.get(pk=event_at(place))
    value: Any = {"at": event.at - timedelta(seconds=1), "facts": {**event.facts, "more": 1}}.get(field)
    Event.objects.filter(pk=event.pk).update(**{field: value or f"{getattr(event, field)[:-1]}?"})


def remove(place: int, *, event: bool, seal: bool) -> None:
    if event:
        Event.objects.filter(pk=event_at(place)).delete()
    if seal:
        Seal.objects.filter(sequence=place).delete()


def cut(size: int) -> None:
    """Leave the first `size` events only."""
    gone = Seal.objects.filter(sequence__gt=size)
    Event.objects.filter(pk__in=list(gone.values_list("event_id", flat=True))).delete()
    gone.delete()


def replace_seals(change: Callable[[list[Seal]], list[Seal]]) -> None:
    """Store other seals in place of those that are there."""
    changed = change(list(Seal.objects.order_by("sequence")))
    Seal.objects.all().delete()
    Seal.objects.bulk_create(changed)


def numbered(seals: Sequence[Seal]) -> list[Seal]:
    """The same seals in this order, numbered from one."""
    return [Seal(sequence=n, event_id=s.event_id, leaf=s.leaf, link=s.link) for n, s in enumerate(seals, start=1)]


def linked(seals: Sequence[Seal], *, after: int = 0) -> list[Seal]:
    """The same seals, with the links computed anew behind a place."""
    link = bytes(seals[after - 1].link) if after else sealing.GENESIS
    for seal in seals[after:]:
        link = sealing.link_of(before=link, sequence=seal.sequence, leaf=bytes(seal.leaf))
        seal.link = link
    return list(seals)


def invented(place: int) -> Seal:
    """An event that never happened, and a seal that fits it."""
    like = Event.objects.get(pk=event_at(place))
    like.pk, like.about = None, "bulletins.bulletin:999"
    like.save(force_insert=True)
    row = Event.objects.values(*FIELDS).get(pk=like.pk)
    return Seal(event_id=like.pk, leaf=leaf_hash(encode(row)), link=bytes(32))


def insert(place: int, *, with_link: bool) -> None:
    """Put an event in and number the rest anew; its own link may be right."""
    new = invented(place)

    def change(seals: list[Seal]) -> list[Seal]:
        made = numbered([*seals[: place - 1], new, *seals[place - 1 :]])
        if with_link:
            before = bytes(made[place - 2].link) if place > 1 else sealing.GENESIS
            made[place - 1].link = sealing.link_of(before=before, sequence=place, leaf=bytes(new.leaf))
        return made

    replace_seals(change)


def swap(one: int, other: int, *, what: Sequence[str]) -> None:
    """Exchange these columns of two seals."""

    def change(seals: list[Seal]) -> list[Seal]:
        first, second = ({seal.sequence: seal for seal in seals}[place] for place in (one, other))
        for column in what:
            mine, yours = getattr(first, column), getattr(second, column)
            setattr(first, column, yours)
            setattr(second, column, mine)
        return seals

    replace_seals(change)


def seal_anew(*, after: int) -> None:
    """Compute leaves and links as if the events had always been what they are now."""

    def change(seals: list[Seal]) -> list[Seal]:
        rows = {row["id"]: row for row in Event.objects.values(*FIELDS)}
        left = [seal for seal in seals if seal.event_id in rows]
        for seal in left:
            seal.leaf = leaf_hash(encode(rows[seal.event_id]))
        return linked(numbered(left), after=after)

    replace_seals(change)


def sign_anew() -> None:
    """Sign every checkpoint again over what is stored now, with the key that is trusted."""
    leaves = [bytes(leaf) for leaf in Seal.objects.order_by("sequence").values_list("leaf", flat=True)]
    Delivery.objects.all().delete()
    for row in Checkpoint.objects.filter(size__lte=len(leaves)):
        resign(row, Frontier().extended(leaves[: row.size]))


def resign(row: Checkpoint, tree: Frontier, *, key: Ed25519PrivateKey | None = None, origin: str = "") -> None:
    """Give a checkpoint the numbers of a tree, signed with the trusted key or another."""
    link, signer = bytes(Seal.objects.get(sequence=tree.size).link), keys.signer()
    head = notes.Head(origin or keys.origin(), tree.size, tree.head(), link, moment(row.at))
    note = notes.sign(head.body(), name=signer.name, key=key or signer.key)
    Checkpoint.objects.filter(pk=row.pk).update(
        root=tree.head(), link=link, frontier=tree.as_text(), note=note, size=tree.size
    )
