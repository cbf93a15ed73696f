"""Sending what waits: a batch is claimed, asked about, written and handed over, until nothing is left.

The access rule is asked in a fixed number of queries a batch, at the moment of sending. Messages are written by one
thread, which alone uses the database, and handed over by a few, so that a server that takes its time keeps none waiting
but its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from queue import SimpleQueue
from time import monotonic
from typing import Any

from django.conf import settings
from django.utils import timezone

from portal.delivery import letters, people
from portal.delivery.channels import WAYS, Way
from portal.delivery.claiming import LEASE, Ledger, claim
from portal.delivery.enums import Channel, Why
from portal.delivery.fates import Fate, Outcome
from portal.delivery.letters import Write, Written
from portal.delivery.models import Delivery
from portal.delivery.people import Reader
from portal.delivery.when import when_to_send

logger = logging.getLogger("portal.delivery")
STOP = {Fate.DOWN, Fate.AWAY}
SPARE = LEASE.total_seconds() / 2  # a batch that takes longer than the rest of the lease is given back
Ready = tuple[Delivery, Reader, Written]


class Crew:
    """The threads that hand messages over, each with channels of its own. With one connection there is no thread."""

    def __init__(self, connections: int) -> None:
        self.down: set[Channel] = set()
        self.under_way = 0
        self.most = 2 * connections
        self._todo: SimpleQueue[tuple[Ready, Any] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Ready, Outcome]] = SimpleQueue()
        count = connections if connections > 1 else 0
        self._at_work, self._counting = count, threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()
        self._own: dict[Channel, Way] = {}

    def submit(self, ready: Ready, message: Any) -> None:
        self.under_way += 1
        if self._threads:
            self._todo.put((ready, message))
        else:
            self._done.put((ready, self._ends(ready, self._send(self._own, ready, message))))

    def results(self, *, most: int) -> Iterator[tuple[Ready, Outcome]]:
        """What is done by now; waits until at most so many are under way."""
        while self.under_way > most or not self._done.empty():
            result = self._done.get()
            self.under_way -= 1
            yield result

    def _work(self) -> None:
        ways: dict[Channel, Way] = {}
        while (task := self._todo.get()) is not None:
            ready, message = task
            outcome = self._send(ways, ready, message)
            if outcome.fate is Fate.AWAY and self._leaves_it_to_others():
                self._todo.put(task)
                break
            self._done.put((ready, self._ends(ready, outcome)))
        _close(ways)

    def _leaves_it_to_others(self) -> bool:
        """Whether this thread may end, since others are there: a server may allow fewer connections than we want."""
        with self._counting:
            is_spare = self._at_work > 1
            self._at_work -= is_spare
        return is_spare

    def _send(self, ways: dict[Channel, Way], ready: Ready, message: Any) -> Outcome:
        channel = Channel(ready[0].channel)
        if channel in self.down:
            return Outcome(Fate.AWAY)
        try:
            way = ways.get(channel) or ways.setdefault(channel, WAYS[channel]())
            return way.send(message)
        except Exception as problem:  # noqa: BLE001  (a channel should raise nothing; if one does, its row waits)
            return Outcome(Fate.RETRY, type(problem).__name__)

    def _ends(self, ready: Ready, outcome: Outcome) -> Outcome:
        """Note that nobody takes anything on this channel any more."""
        if outcome.fate in STOP:
            self.down.add(Channel(ready[0].channel))
        return outcome

    def close(self) -> None:
        for _thread in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()
        _close(self._own)


def _close(ways: dict[Channel, Way]) -> None:
    for way in ways.values():
        way.close()


@dataclass
class Run:
    """One going through what waits. `seconds`: begin no further batch after so long."""

    seconds: float = float("inf")
    stopping: threading.Event = field(default_factory=threading.Event)

    def send(self) -> int:
        """Send until nothing is due, nobody takes anything, or it was long enough; returns how many went."""
        begun, sent = monotonic(), 0
        crew = Crew(settings.PORTAL_NEWS_CONNECTIONS)
        try:
            while not self.stopping.is_set() and monotonic() - begun < self.seconds and Channel.MAIL not in crew.down:
                rows = claim(now=timezone.now())
                if not rows:
                    break
                sent += Batch(rows, crew, self.stopping).send()
        finally:
            crew.close()
        return sent


def send_waiting(*, seconds: float = float("inf")) -> int:
    """Send what is due; returns how many went."""
    return Run(seconds).send()


class Batch:
    """The rows that were claimed together."""

    def __init__(self, rows: list[Delivery], crew: Crew, stopping: threading.Event) -> None:
        self.rows, self.crew, self.stopping = rows, crew, stopping
        self.ledger = Ledger()
        self.ways: dict[Channel, Way] = {channel: way() for channel, way in WAYS.items()}  # to prepare messages
        self.until = monotonic() + SPARE
        self.leased_until = rows[0].leased_until or timezone.now()  # for a machine that slept

    def send(self) -> int:
        """Hand over what is to go. However this ends, what is known of the rows is written down."""
        left = {row.pk: row for row in self.rows}
        try:
            for row, reader, written in self._ready(left):
                if self.is_over:
                    left[row.pk] = row
                    break
                self._hand_over(row, reader, written)
        finally:
            self._collect(most=0)
            self.ledger.release(list(left.values()))
            self.ledger.flush()
        return self.ledger.sent

    @property
    def is_over(self) -> bool:
        """Whether what is left is better given back: to stop, for lack of time, or since nobody takes mail."""
        is_late = monotonic() > self.until or timezone.now() > self.leased_until
        return is_late or self.stopping.is_set() or Channel.MAIL in self.crew.down

    def _ready(self, left: dict[int, Delivery]) -> Iterator[Ready]:
        """The rows with what is written of each; those that do not go are settled on the way."""
        readers = people.readers({row.person_id for row in self.rows})
        for kind, rows in groupby(sorted(self.rows, key=_by_kind), key=lambda row: row.kind):
            of_kind = list(rows)
            write = _writer(kind, of_kind, readers)
            for row in of_kind:
                ready = self._write(row, readers.get(row.person_id), write)
                del left[row.pk]
                if ready is not None:
                    yield ready

    def _write(self, row: Delivery, reader: Reader | None, write: Write | None) -> Ready | None:
        if reader is None or write is None:
            self.ledger.suppress(row, Why.PERSON if reader is None else Why.NOTHING)
            return None
        now = timezone.now()
        due = when_to_send(now, reader.chosen.quiet, is_critical=row.is_critical and reader.chosen.critical_at_once)
        if due > now:
            self.ledger.put_off(row, due)
            return None
        try:
            written = write(row, reader)
        except Exception as problem:  # noqa: BLE001  (one that cannot be written keeps none of the others)
            logger.warning("a message was not written", extra={"delivery": row.pk, "problem": type(problem).__name__})
            self.ledger.settle(row, Outcome(Fate.RETRY, type(problem).__name__))
            return None
        if isinstance(written, Why):
            self.ledger.suppress(row, written)
            return None
        return row, reader, written

    def _hand_over(self, row: Delivery, reader: Reader, written: Written) -> None:
        channel = Channel(row.channel)
        try:
            message = self.ways[channel].prepare(row, written, reader)
        except Exception as problem:  # noqa: BLE001  (as above: this one waits)
            self.ledger.settle(row, Outcome(Fate.RETRY, type(problem).__name__))
            return
        if message is None:
            self.ledger.suppress(row, Why.ADDRESS)
            return
        self._collect(most=self.crew.most - 1)
        self.crew.submit((row, reader, written), message)

    def _collect(self, *, most: int) -> None:
        """Write down what is done, until at most so many are under way."""
        for (row, _reader, written), outcome in self.crew.results(most=most):
            self.ledger.settle(row, outcome, carried=written.carried)


def _writer(kind: str, rows: list[Delivery], readers: dict[int, Reader]) -> Write | None:
    """What writes these rows. If they cannot be read together, each is alone: a broken one spoils no other."""
    build = letters.builder_of(kind)
    if build is None:
        return None
    try:
        return build(rows, readers)
    except Exception:
        logger.exception("messages of one kind could not be read together", extra={"kind": kind})
    return lambda row, reader: build([row], {reader.person.pk: reader})(row, reader)


def _by_kind(row: Delivery) -> tuple[bool, str, datetime, int]:
    return (not row.is_critical, row.kind, row.due_at, row.pk)
