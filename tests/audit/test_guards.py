"""What was recorded cannot be changed, removed or overwritten, by the application's own role either."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, guards, sealing
from portal.audit.checks import the_trail_is_append_only
from portal.audit.models import Event, Reference

Happen = Callable[[int], list[Event]]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trail_keys")]
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL knows no INSERT OR REPLACE")
on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite knows no TRUNCATE; `make test` runs this on PostgreSQL"
)


@pytest.fixture(autouse=True)
def trail(happen: Happen) -> None:
    happen(3)
    audit.record(audit.Verb.READ, "a:1", actor=audit.context.Actor(7))
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET why = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET sequence = sequence + 100",
        "DELETE FROM audit_seal WHERE sequence = 2",
        "UPDATE audit_checkpoint SET note = ''",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_reference SET value = '8'",
    ],
)
def test_the_database_refuses(statement: str) -> None:
    refused(statement)


def test_a_reference_can_be_erased() -> None:
    assert Reference.objects.all().delete()[0] == 1


@on_sqlite
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_insert_or_replace_does_not_overwrite(recursive: str) -> None:
    columns = "id, at, site, who, role, session, verb, about, purpose, outcome, why, address, request, facts"
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={recursive}")
    try:
        rest = columns.replace("why", "'forged'")
        refused(f"INSERT OR REPLACE INTO audit_event ({columns}) SELECT {rest} FROM audit_event")  # noqa: S608
        refused("INSERT OR REPLACE INTO audit_seal SELECT sequence + 9, event_id, leaf, link FROM audit_seal")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=ON")
    assert not Event.objects.filter(why="forged").exists()


@on_postgresql
@pytest.mark.parametrize("table", sorted(guards.APPEND_ONLY))
def test_a_table_is_not_emptied_at_a_stroke(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or PostgreSQL refuses for a reason of its own
    refused(f"TRUNCATE {table} CASCADE")


def test_a_missing_trigger_stops_the_start() -> None:
    assert the_trail_is_append_only(None, databases=["default"]) == []
    with transaction.atomic(), guards.lifted():
        (error,) = the_trail_is_append_only(None, databases=["default"])
    assert error.id == "audit.E001"
    assert "audit_event_no_update" in error.msg
