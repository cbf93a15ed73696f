"""Append-only tables: the database itself refuses to change, remove or overwrite what was recorded.

On SQLite `INSERT OR REPLACE` removes the row before without firing a delete trigger, unless `recursive_triggers` is on
for the connection; a guard on insert refuses it in any case. On PostgreSQL the triggers are ENABLE ALWAYS, and
TRUNCATE has one of its own. The owner of the tables can lift all of that: what then still finds it out is the chain,
held against a checkpoint outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as default_connection, transaction

# Each table with the columns of which no two rows may share one.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "audit_event": ("id",),
    "audit_seal": ("sequence", "event_id"),
    "audit_checkpoint": ("size",),
    "audit_segment": ("month",),
}
NO_UPDATE: dict[str, tuple[str, ...]] = {"audit_reference": ("reference",)}  # may be erased, never be changed
TABLES = {**APPEND_ONLY, **NO_UPDATE}
FUNCTION = "portal_append_only"
BODY = """
BEGIN
  RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is append-only: ' || lower(TG_OP) || ' refused';
END
"""
CREATE_FUNCTION = f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body${BODY}$body$"
# What stands in pg_trigger.tgtype (src/include/catalog/pg_trigger.h): before it happens, for each row or not, at what.
EACH_ROW, BEFORE = 1, 2
TYPES = {"no_delete": EACH_ROW | BEFORE | 8, "no_update": EACH_ROW | BEFORE | 16, "no_truncate": BEFORE | 32}
# Triggers on the tables that statements without a schema mean, always on, without a condition or columns of their own.
STANDING = """
SELECT t.tgname, c.relname, t.tgtype, p.prosrc FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr::text = ''
AND l.lanname = 'plpgsql' AND pg_table_is_visible(c.oid)
"""


def creating(vendor: str) -> list[str]:
    """The statements that put the guards up."""
    if vendor == "sqlite":
        return [statement for table in TABLES for statement in _sqlite(table)]
    return [CREATE_FUNCTION, *(statement for table in TABLES for statement in _postgresql(table))]


def dropping(vendor: str) -> list[str]:
    """The statements that take the guards down."""
    names = [(name, table) for table in TABLES for name in _names(table, vendor)]
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name, _table in names]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in names]


def missing(connection: Any) -> list[str]:
    """The guards that are not there, or do not do what they should: by the definition that the database has of them."""
    standing = _of_sqlite(connection) if connection.vendor == "sqlite" else _of_postgresql(connection)
    names = (name for table in TABLES for name in _names(table, connection.vendor))
    return sorted(name for name in names if name not in standing)


def _of_sqlite(connection: Any) -> set[str]:
    """SQLite keeps the statement as it was given."""
    expected = {_name_in(statement): statement for table in TABLES for statement in _sqlite(table)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name for name, statement in cursor.fetchall() if statement == expected.get(name)}


def _of_postgresql(connection: Any) -> set[str]:
    expected = {
        (name, table, TYPES[name.removeprefix(f"{table}_")], BODY)
        for table in TABLES
        for name in _names(table, connection.vendor)
    }
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        return {row[0] for row in cursor.fetchall() if tuple(row) in expected}


def _name_in(statement: str) -> str:
    return statement.split()[2]  # CREATE TRIGGER name


@contextmanager
def lifted(connection: Any = default_connection) -> Iterator[None]:
    """Take the guards down for one transaction, which only the owner of the tables can; they are back when it ends."""
    with transaction.atomic(using=connection.alias):
        _run(connection, dropping(connection.vendor))
        yield
        _run(connection, creating(connection.vendor))


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _names(table: str, vendor: str) -> list[str]:
    kinds = ["no_update"] + (["no_delete"] if table in APPEND_ONLY else [])
    kinds += ["no_replace"] if vendor == "sqlite" else (["no_truncate"] if table in APPEND_ONLY else [])
    return [f"{table}_{kind}" for kind in kinds]


def _sqlite(table: str) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    same = " OR ".join(f"{column} = NEW.{column}" for column in TABLES[table])
    yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
    if table in APPEND_ONLY:
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  (names from the table above)
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}"


def _postgresql(table: str) -> Iterator[str]:
    kinds = {"no_update": "UPDATE"}
    if table in APPEND_ONLY:
        kinds |= {"no_delete": "DELETE", "no_truncate": "TRUNCATE"}
    for kind, verb in kinds.items():
        each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
        name = f"{table}_{kind}"
        yield f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH {each} EXECUTE FUNCTION {FUNCTION}()"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
