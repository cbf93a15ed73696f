"""Eight writers at once, and sealers beside them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.audit import sealing
from portal.audit.context import Actor
from portal.audit.models import Event, Seal

WRITERS, EACH = 8, 125
pytestmark = pytest.mark.django_db(transaction=True)


def write(number: int) -> None:
    try:
        for turn in range(EACH):
            with transaction.atomic():
                audit.record(audit.Verb.READ, f"trial.{number}:{turn}", actor=Actor(number))
    finally:
        connection.close()


def seal_until(finished: threading.Event) -> None:
    try:
        while not finished.is_set():
            sealing.seal(now=timezone.now())
    finally:
        connection.close()


@pytest.mark.skipif(
    "connection.vendor != 'postgresql'",
    reason="SQLite in memory has one writer; `make test` runs this on PostgreSQL (make services)",
)
def test_none_is_lost_doubled_or_out_of_order() -> None:
    finished = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        sealers = [pool.submit(seal_until, finished) for _ in range(2)]
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        for writer in writers:
            writer.result()
        finished.set()
        for sealer in sealers:
            sealer.result()
    sealing.seal(now=timezone.now(), everything=True)
    seals = list(Seal.objects.order_by("sequence").values_list("sequence", "event_id"))
    assert [sequence for sequence, _event in seals] == list(range(1, WRITERS * EACH + 1))
    assert {event for _sequence, event in seals} == set(Event.objects.values_list("pk", flat=True))
    for number in range(WRITERS):  # of one writer, in the order in which it wrote
        mine = Event.objects.filter(about__startswith=f"trial.{number}:")
        order = {event: sequence for sequence, event in seals}
        turns = sorted(mine, key=lambda event: order[event.pk])
        assert [int(event.about.partition(":")[2]) for event in turns] == list(range(EACH))
