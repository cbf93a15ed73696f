"""What was recorded cannot be changed, removed or overwritten, by the application's own role either."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, guards, sealing
from portal.audit.checks import the_trail_is_append_only
from portal.audit.models import Checkpoint, Event, Reference, Seal

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


def test_a_trigger_that_refuses_nothing_stops_the_start() -> None:
    """One with the right name is there, and lets everything pass."""
    table = "audit_event"
    idle = f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN false BEGIN SELECT 1; END"
    if connection.vendor == "postgresql":
        idle = (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (false)"
            f" EXECUTE FUNCTION {guards.FUNCTION}(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_update"
        )
    assert guards.missing(connection) == []
    with transaction.atomic(), connection.cursor() as cursor:
        place = "" if connection.vendor == "sqlite" else f" ON {table}"
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if place else "SELECT 1")
        cursor.execute(f"DROP TRIGGER {table}_no_update{place}")
        cursor.execute(idle)
        assert guards.missing(connection) == [f"{table}_no_update"]
        transaction.set_rollback(True)
    assert guards.missing(connection) == []


@on_postgresql
def test_a_function_that_refuses_nothing_stops_the_start() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        body = "$body$ BEGIN RETURN NEW; END $body$"
        cursor.execute(f"CREATE OR REPLACE FUNCTION {guards.FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS {body}")
        assert "audit_event_no_update" in guards.missing(connection)
        transaction.set_rollback(True)


def planted(table: str, number: float) -> str:
    """What somebody says to the database who wants a row at this place: like the last one."""
    columns = {"audit_seal": "999999, leaf, link", "audit_checkpoint": "at, root, link, note, frontier, closes_month"}
    names, key = columns[table].replace("999999", "event_id"), "sequence" if table == "audit_seal" else "size"
    like = f"SELECT {number}, {columns[table]} FROM {table} ORDER BY {key} DESC LIMIT 1"  # noqa: S608
    return f"INSERT INTO {table} ({key}, {names}) {like}"


@pytest.mark.parametrize("table", sorted(guards.OUT_OF_ORDER))
@pytest.mark.parametrize("place", [-1, 0, 2, 100, 2**62, 2**62 + 1, 2**63 - 1])
def test_no_place_can_be_taken_but_the_next(table: str, place: int) -> None:
    """Under a seal far behind an event would never be sealed, or nothing after it; and nothing would be signed."""
    refused(planted(table, place))


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a column of PostgreSQL takes whole numbers alone")
@pytest.mark.parametrize("table", sorted(guards.OUT_OF_ORDER))
@pytest.mark.parametrize("place", [4.5, 5.5, 1000000.5])
def test_no_place_is_a_fraction(table: str, place: float) -> None:
    refused(planted(table, place))


def test_after_what_was_refused_everything_goes_on(happen: Happen) -> None:
    refused(planted("audit_seal", 2**62))
    happen(1)
    assert sealing.seal(now=timezone.now()) == 1
    assert checkpoints.make(now=timezone.now()).size == 5


@pytest.mark.parametrize("place", [-1, 0, 2**62 + 1, 2**63 - 1])
def test_the_table_itself_has_no_place_before_the_first_nor_at_the_end_of_the_column(place: int) -> None:
    """By a condition that stays while the owner of the tables has the triggers down."""
    hidden = Event.objects.create(at=timezone.now(), site="front", who="nobody", verb="read", outcome="done")
    with transaction.atomic(), guards.lifted():
        with pytest.raises(IntegrityError, match="audit_seal_has_a_place"), transaction.atomic():
            Seal.objects.create(sequence=place, event_id=hidden.pk, leaf=bytes(32), link=bytes(32))
        with pytest.raises(IntegrityError, match="audit_checkpoint_has_a_size"), transaction.atomic():
            Checkpoint.objects.create(
                size=place, at=timezone.now(), root=bytes(32), link=bytes(32), note="", frontier=[], closes_month=None
            )
