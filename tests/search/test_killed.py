"""Rebuilds as real processes: two at once, and one that is killed half-way."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from search import outbox
from search.engines.elasticsearch import indices
from search.models import Entry
from tests.search.asking import find, put
from tests.search.elastic import put_index_in_use, server_without_index

pytestmark = [pytest.mark.services, pytest.mark.once, pytest.mark.django_db(transaction=True)]
# Rebuilds, and after the first entry says so and waits to be told to go on.
REBUILD = """
import sys
import django; django.setup()
from django.conf import settings
settings.PORTAL_ELASTICSEARCH_URL, settings.PORTAL_ELASTICSEARCH_PREFIX = sys.argv[1:3]
from django.core.management import CommandError, call_command
from search.engines.elasticsearch import writing
fill = writing.fill
def halting(rows):
    for number, is_taken in enumerate(fill(rows)):
        if number == 0:
            print("begun", flush=True)
            sys.stdin.readline()
        yield is_taken
writing.fill = halting
try:
    call_command("search_rebuild")
except CommandError as problem:
    print(problem, flush=True)
    sys.exit(problem.returncode)
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    """Two entries that are found, and the database as other processes reach it: on SQLite a copy in a file."""
    put(1, "Flood")
    put(2, "Fire")
    outbox.send_waiting()
    if connection.vendor == "postgresql":
        facts: dict[str, Any] = connection.settings_dict
        return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
    path = tmp_path / "portal.sqlite3"
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
    return f"sqlite:///{path}"


@pytest.fixture
def in_use(settings: Any) -> Iterator[str]:
    with server_without_index(settings):
        yield put_index_in_use()


@contextmanager
def rebuild(address: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "PORTAL_SITE": "desk-worker",
        "PORTAL_TEST_DATABASE_URL": address,
        "DESK_JOBS_DATABASE_URL": f"sqlite:///{folder / 'jobs.sqlite3'}",
    }
    where = [settings.PORTAL_ELASTICSEARCH_URL, settings.PORTAL_ELASTICSEARCH_PREFIX]
    started = subprocess.Popen(
        [sys.executable, "-c", REBUILD, *where],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            os.kill(started.pid, signal.SIGKILL)
        started.communicate()


def has_begun(started: subprocess.Popen[str]) -> bool:
    assert started.stdout
    return any(line.strip() == "begun" for line in started.stdout)


def test_the_second_of_two_says_so_and_after_a_kill_the_next_one_clears_up(
    in_use: str, address: str, tmp_path: Path
) -> None:
    with rebuild(address, tmp_path) as first:
        assert has_begun(first)
        with rebuild(address, tmp_path) as second:
            said, _nothing = second.communicate()
            assert (second.returncode, "being rebuilt already" in said) == (1, True)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    left = indices.being_filled()
    assert left and indices.in_use() == in_use
    assert find("flood").total == 1, "searches go on in the one that was in use"
    with rebuild(address, tmp_path) as third:
        said, _nothing = third.communicate("go on\n")
        assert third.returncode == 0, said
    assert indices.being_filled() is None
    assert indices.all_of_ours() == [in_use, indices.in_use()] != [in_use, in_use]
    assert (find("flood").total, Entry.objects.count()) == (1, 2)
