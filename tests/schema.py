"""The tables of the test database, migrated once and copied from then on.

To migrate takes most of a minute. A copy is kept, named after everything that decides what migrating makes:
migrations, models, the trail's guards and the locked requirements. On SQLite it is a file under var/cache; on
PostgreSQL a database of the same server, which stands as template for the others.
"""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import django
import pytest
from django.core import management
from django.db import connection as default_connection, connections

from portal.core.migrating import in_less_time

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "cache" / "test-schema"
PREFIX = "portal_kept_"
ADVISORY_LOCK = 7046029254386353131  # any number, as long as all who test on one server take the same
_call = management.call_command  # Django's own, whatever stands in its place meanwhile
DECIDING = ("**/migrations/*.py", "**/models.py", "**/models/*.py", "audit/guards.py", "core/grants/*.py")


@contextmanager
def migrated_once() -> Iterator[None]:
    """Inside, the first `migrate` of a test database fills it from the copy, or makes the copy."""
    with pytest.MonkeyPatch.context() as patch:

        def once(name: str, *args: Any, **options: Any) -> Any:
            alias = options.get("database", "")
            migrate_or_copy = ON.get(connections[alias].vendor) if alias == "default" and name == "migrate" else None
            if migrate_or_copy is None:
                return _call(name, *args, **options)
            patch.undo()
            with in_less_time():
                return migrate_or_copy(connections[alias], lambda: _call(name, *args, **options))

        patch.setattr("django.core.management.call_command", once)
        yield


def _on_sqlite(connection: Any, migrate: Callable[[], Any]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = KEPT / f"{_name()}.sqlite3"
        if not kept.exists():
            migrate()
            _keep_file(connection, kept)
            return
    connection.ensure_connection()
    with closing(sqlite3.connect(kept)) as source:
        source.backup(connection.connection)


def _keep_file(connection: Any, kept: Path) -> None:
    """Keep what was made; older copies go, since nobody asks for them again."""
    for old in KEPT.glob("*.sqlite3"):
        old.unlink()
    half_made = kept.with_suffix(".part")
    half_made.unlink(missing_ok=True)
    with closing(sqlite3.connect(half_made)) as target:
        connection.connection.backup(target)
    half_made.rename(kept)


def _on_postgresql(connection: Any, migrate: Callable[[], Any]) -> None:
    """The lock is the server's, since others may test on it; it ends with the connection to no database."""
    kept, filled = f"{PREFIX}{_name()}", connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {str(name) for (name,) in cursor.fetchall()}
        if kept not in there:
            migrate()
        connection.close()  # a database in use is no template, and is not replaced
        if kept in there:
            _copy_database(cursor, kept, filled)
            return
        for old in there:
            cursor.execute(f"DROP DATABASE {_quoted(old)}")
        _copy_database(cursor, filled, kept)


def _copy_database(cursor: Any, source: str, target: str) -> None:
    cursor.execute(f"DROP DATABASE IF EXISTS {_quoted(target)}")
    cursor.execute(f"CREATE DATABASE {_quoted(target)} TEMPLATE {_quoted(source)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


ON: dict[str, Callable[[Any, Callable[[], Any]], None]] = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}


def _name() -> str:
    """A digest over what decides the tables."""
    found = sorted(
        {path for pattern in DECIDING for room in ("portal", "search") for path in (ROOT / room).glob(pattern)}
    )
    digest = hashlib.sha256()
    for path in [*found, ROOT / "requirements" / "run.txt", Path(__file__)]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]


def keep() -> None:
    """Make the copy ahead, so that of several workers none waits for it."""
    django.setup()
    creation: Any = default_connection.creation
    with migrated_once():
        former = default_connection.settings_dict["NAME"]
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    creation.destroy_test_db(former, verbosity=0)


if __name__ == "__main__":
    keep()
