"""Whoever is killed in the middle of it, no committed event is lost, doubled or out of order."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

# Writes events for ever, each with its number in a transaction of its own, and says each once it is committed.
WRITER = """
import django; django.setup()
from django.db import transaction
from portal import audit
number = 0
while True:
    number += 1
    with transaction.atomic():
        audit.record(audit.Verb.READ, f"trial.{number}:{number}", actor=audit.context.Actor(7))
    print(audit.models.Event.objects.order_by("-pk").values_list("pk", flat=True)[0], flush=True)
"""
# Seals for ever, and says how many each time.
SEALER = """
import django; django.setup()
from django.utils import timezone
from portal.audit import checkpoints, sealing
while True:
    print(sealing.seal(now=timezone.now()), flush=True)
    checkpoints.make_if_due(now=timezone.now())
"""
ROUNDS = 2


@pytest.fixture
def address(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """A database that other processes reach: on SQLite a copy in a file, on PostgreSQL the tests' own."""
    if connection.vendor == "postgresql":
        facts: dict[str, Any] = connection.settings_dict
        place = f"{facts['HOST']}:{facts['PORT']}" if facts["HOST"] else ""
        yield f"postgres://{facts['USER']}:{facts['PASSWORD']}@{place}/{facts['NAME']}"
        return
    path = tmp_path / "portal.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
    yield f"sqlite:///{path}"


@contextmanager
def process(code: str, address: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "PORTAL_SITE": "desk-worker",
        "PORTAL_TEST_DATABASE_URL": address,
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{folder / 'jobs.sqlite3'}",
    }
    started = subprocess.Popen(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            os.kill(started.pid, signal.SIGKILL)
        started.wait()
        assert started.stdout
        started.stdout.close()


def said(started: subprocess.Popen[str], lines: int) -> list[int]:
    """The numbers that a process says, in so many lines; then it is killed in the middle of whatever it does."""
    assert started.stdout
    heard = [int(started.stdout.readline()) for _ in range(lines)]
    os.kill(started.pid, signal.SIGKILL)
    return heard + [int(line) for line in started.stdout.read().splitlines() if line.strip().isdecimal()]


@contextmanager
def looking_at(address: str) -> Iterator[Any]:
    """Ask the database past the process's own connection, where it is another one."""
    if not address.startswith("sqlite"):
        with connection.cursor() as cursor:
            yield cursor
        return
    with sqlite3.connect(address.removeprefix("sqlite:///")) as other:
        yield other.cursor()


def rows(address: str, query: str) -> list[tuple[Any, ...]]:
    with looking_at(address) as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_no_committed_event_is_lost_when_writers_and_sealers_are_killed(address: str, tmp_path: Path) -> None:
    chance = random.Random(20261121)
    committed: set[int] = set()
    for _ in range(ROUNDS):
        with ExitStack() as stack:
            writers = [stack.enter_context(process(WRITER, address, tmp_path)) for _ in range(2)]
            sealers = [stack.enter_context(process(SEALER, address, tmp_path)) for _ in range(2)]
            said(sealers[0], chance.randint(1, 20))
            for writer in writers:
                committed.update(said(writer, chance.randint(5, 60)))
            said(sealers[1], chance.randint(1, 20))
    with process(SEALER, address, tmp_path) as last:
        assert last.stdout
        while int(last.stdout.readline()):
            pass
    events = {pk for (pk,) in rows(address, "SELECT id FROM audit_event")}
    seals = rows(address, "SELECT sequence, event_id FROM audit_seal ORDER BY sequence")
    assert committed <= events
    assert [sequence for sequence, _event in seals] == list(range(1, len(events) + 1))
    assert {event for _sequence, event in seals} == events
