"""Holding a lock over minutes, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.db import connection

LOCK = 0x5EA2C4  # a number of ours among PostgreSQL's advisory locks


class AlreadyRunning(Exception):
    """Another process holds the lock."""


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one of all processes on this database. Raises `AlreadyRunning`."""
    with _on_postgres() if connection.vendor == "postgresql" else _on_sqlite():
        yield


@contextmanager
def _on_postgres() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def _on_sqlite() -> Iterator[None]:
    with _lock_file().open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield


def _lock_file() -> Path:
    """A file beside the database, which all its processes see; a database in memory has only one."""
    path = Path(str(connection.settings_dict["NAME"]))
    if not path.is_absolute() or not path.exists():
        path = Path(tempfile.gettempdir()) / f"portal-{sha256(str(path).encode()).hexdigest()[:16]}"
    return path.with_name(f"{path.name}-search-rebuild.lock")
