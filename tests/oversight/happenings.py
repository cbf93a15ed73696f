"""Puts events into the trail as requests and jobs do, for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from portal import audit
from portal.audit import Verb, checkpoints, context, recording, sealing
from portal.audit.models import Checkpoint, Event

WEDNESDAY = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)  # noon in Missouri
HERE = "192.0.2.7"


def happened(
    verb: Verb = Verb.READ,
    about: Any = "bulletins.bulletinpage:1",
    *,
    by: Any = None,
    at: datetime | None = None,
    address: str = HERE,
    refused: str = "",
    times: int = 1,
) -> Event:
    """Something that a person, or nobody in particular, did or was refused; returns the last event."""
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.user = by or AnonymousUser()
    with time_machine.travel(at or timezone.now(), tick=False), context.doing(request=request) as doing:
        for _ in range(times):
            if refused:
                audit.refuse(verb, about, why=refused)
                recording.flush(doing)
            else:
                audit.record(verb, about)
    return Event.objects.latest("pk")


def sealed(*, at: datetime | None = None) -> Checkpoint:
    """Seal what is there, and sign it."""
    now = at or timezone.now()
    with time_machine.travel(now, tick=False):
        sealing.seal(now=now, everything=True)
        return checkpoints.make(now=now)


def looks(**facts: Any) -> list[Event]:
    """What the trail has of people who read the trail."""
    return [event for event in Event.objects.filter(verb=Verb.TRAIL_READ) if facts.items() <= event.facts.items()]
