"""What the trail costs: an event beside the same transaction without it, and verifying beside plain SHA-256.

The share of a page view is the same page, in turn with and without its event.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.access.enums import Label
from portal.audit import sealing, verifying
from portal.audit.context import Actor
from portal.audit.encoding import FIELDS, encode
from portal.audit.models import Event
from portal.members import tallies
from portal.members.models import Person
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
ROUNDS = 200
EVENTS = int(os.environ.get("PORTAL_BENCH_EVENTS", "50000"))
WRITERS, EACH = 8, 250


def in_turn(sides: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median time of each side in seconds, both measured in turn."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 10):
        for name, do in sides.items():
            begun = time.perf_counter()
            do()
            if number >= 10:
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(taken) for name, taken in times.items()}


def transaction_of(person: Person, *, is_recorded: bool) -> Callable[[], None]:
    """What a request writes when somebody opens a bulletin: their tally, and the event or not."""

    def do() -> None:
        with transaction.atomic():
            tallies.count(person.pk)
            if is_recorded:
                audit.record(audit.Verb.READ, "bulletins.bulletinpage:1", actor=Actor(person.pk, "member"))

    return do


@pytest.mark.django_db(transaction=True)
def test_an_event_within_a_request() -> None:
    community = CommunityFactory()
    person = PersonFactory(communities=[community])
    page: Any = bulletin(tlp=Label.AMBER, audience_communities=[community])
    client = session_for(person)

    def view(quiet: AbstractContextManager[Any]) -> None:
        with quiet:
            assert client.get(page.url).status_code == 200

    append = in_turn({name: transaction_of(person, is_recorded=name == "with") for name in ("with", "without")})
    silent = "portal.members.tallies.record_read"
    views = in_turn({"with": lambda: view(nullcontext()), "without": lambda: view(patch(silent))})
    cost, share = append["with"] - append["without"], (views["with"] - views["without"]) / views["with"]
    ratio = append["with"] / append["without"]
    print(f"\n{cost * 1000:.2f} ms an event, {share:.1%} of a page view name=audit_append ratio={ratio:.2f}")  # noqa: T201
    assert cost < views["without"]


def test_verifying_beside_plain_hashing() -> None:
    fill(EVENTS)
    encoded = [encode(row) for row in Event.objects.values(*FIELDS).iterator()]
    begun = time.perf_counter()
    for data in encoded:
        hashlib.sha256(data).digest()
    plain = time.perf_counter() - begun
    begun = time.perf_counter()
    report = verifying.verify(now=timezone.now(), keys={})
    took = time.perf_counter() - begun
    assert report.events == EVENTS
    rate = EVENTS / took
    print(f"\n{EVENTS} events verified in {took:.1f} s, {rate:.0f} a second name=audit_verify ratio={took / plain:.0f}")  # noqa: T201


def fill(count: int) -> None:
    """So many events and their seals."""
    for start in range(0, count, 10_000):
        Event.objects.bulk_create(
            Event(
                at=timezone.now(),
                site="front",
                who="0" * 43,
                role="member",
                session="0" * 22,
                verb="read",
                about=f"bulletins.bulletinpage:{number}",
                outcome="done",
                address="1" * 43,
                request="2" * 32,
                facts={"label": "TLP:AMBER"},
            )
            for number in range(start, min(start + 10_000, count))
        )
    assert sealing.seal(now=timezone.now(), everything=True) == count


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite in memory has one writer (make services)")
@pytest.mark.django_db(transaction=True)
def test_eight_writers_and_a_sealer() -> None:
    def write(number: int) -> None:
        for turn in range(EACH):
            audit.record(audit.Verb.READ, f"trial.{number}:{turn}", actor=Actor(number))
        connection.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    wrote = time.perf_counter() - begun
    begun = time.perf_counter()
    assert sealing.seal(now=timezone.now(), everything=True) == WRITERS * EACH
    sealed = time.perf_counter() - begun
    rate, keeps = WRITERS * EACH / wrote, WRITERS * EACH / sealed
    print(f"\n{rate:.0f} events a second written, {keeps:.0f} sealed name=audit_writers ratio={keeps / rate:.2f}")  # noqa: T201
