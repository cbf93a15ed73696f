"""Putting messages into the outbox. Each has a key, and a second row with the same key is not put."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from portal.delivery.enums import Channel
from portal.delivery.models import Delivery
from portal.delivery.people import Reader
from portal.delivery.when import when_to_send

ROWS_AT_ONCE = 500


def row(
    reader: Reader,
    *,
    kind: str,
    about: str,
    now: datetime,
    once_for: str = "",
    channel: Channel = Channel.MAIL,
    is_critical: bool = False,
) -> Delivery:
    """One message to one person, due when their quiet hours are over; not stored yet.

    A person gets one of a kind and channel for each `once_for`, which is `about` if not given.
    """
    return Delivery(
        key=f"{kind}:{once_for or about}:{channel.value}:{reader.person.pk}",
        person=reader.person,
        channel=channel,
        kind=kind,
        about=about,
        is_critical=is_critical,
        queued_at=now,
        due_at=when_to_send(now, reader.chosen.quiet, is_critical=is_critical and reader.chosen.critical_at_once),
    )


def put(rows: Sequence[Delivery]) -> int:
    """Store those that are not there yet; returns how many were given."""
    Delivery.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
    return len(rows)


def ask_for(person: int, *, kind: str, about: str, now: datetime) -> None:
    """One message of a room's own kind, in the transaction of what it tells of.

    Who may have it, and whether they are asleep, is asked when it is sent.
    """
    key = f"{kind}:{about}:{Channel.MAIL.value}:{person}"
    put([Delivery(key=key, person_id=person, kind=kind, about=about, queued_at=now, due_at=now)])
