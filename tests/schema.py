"""The tables of the test database, migrated once and copied from then on.

To migrate takes most of a minute. A copy is kept under var/cache, named after everything that decides what migrating
makes: migrations, models, the trail's guards and the locked requirements.
"""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "cache" / "test-schema"
_call = management.call_command  # Django's own, whatever stands in its place meanwhile
DECIDING = ("**/migrations/*.py", "**/models.py", "**/models/*.py", "audit/guards.py", "core/grants/*.py")


@contextmanager
def migrated_once() -> Iterator[None]:
    """Inside, the first `migrate` of an SQLite test database fills it from the copy, or makes the copy."""
    with pytest.MonkeyPatch.context() as patch:

        def once(name: str, *args: Any, **options: Any) -> Any:
            alias = options.get("database", "")
            if name != "migrate" or alias != "default" or connections[alias].vendor != "sqlite":
                return _call(name, *args, **options)
            patch.undo()
            return _migrate_or_copy(alias, name, *args, **options)

        patch.setattr("django.core.management.call_command", once)
        yield


def _migrate_or_copy(alias: str, name: str, *args: Any, **options: Any) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = KEPT / f"{_name()}.sqlite3"
        if not kept.exists():
            _call(name, *args, **options)
            _copy(connections[alias], kept)
            return
    connections[alias].ensure_connection()
    with closing(sqlite3.connect(kept)) as source:
        source.backup(connections[alias].connection)


def _copy(connection: Any, kept: Path) -> None:
    """Keep what was made; older copies go, since nobody asks for them again."""
    for old in KEPT.glob("*.sqlite3"):
        old.unlink()
    half_made = kept.with_suffix(".part")
    half_made.unlink(missing_ok=True)
    with closing(sqlite3.connect(half_made)) as target:
        connection.connection.backup(target)
    half_made.rename(kept)


def _name() -> str:
    """A digest over what decides the tables."""
    found = sorted(
        {path for pattern in DECIDING for room in ("portal", "search") for path in (ROOT / room).glob(pattern)}
    )
    digest = hashlib.sha256()
    for path in [*found, ROOT / "requirements" / "run.txt", Path(__file__)]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]
