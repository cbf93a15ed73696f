"""Append-only tables: the database itself refuses to change, remove or overwrite what was recorded.

On SQLite `INSERT OR REPLACE` removes the row before without firing a delete trigger, unless `recursive_triggers` is on
for the connection; a guard on insert refuses it in any case. On PostgreSQL the triggers are ENABLE ALWAYS, and
TRUNCATE has one of its own. Seals and checkpoints go on at their ends alone: one that was planted far behind would keep
every later one from its place. The owner of the tables can lift all of that: what then still finds it out is the
chain, held against a checkpoint outside.
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
# What no new row may be; the database asks for each row, and sees those that the same statement has put in before.
_END = (
    "COALESCE((SELECT max(sequence) FROM audit_seal),"
    " (SELECT max(last) FROM audit_segment WHERE dropped_at IS NOT NULL), 0)"
)
OUT_OF_ORDER: dict[str, str] = {
    "audit_seal": f"NEW.sequence <> 1 + {_END}",
    "audit_checkpoint": f"NEW.size <= COALESCE((SELECT max(size) FROM audit_checkpoint), 0) OR NEW.size > {_END}",  # noqa: S608  (our own words)
}
FUNCTION = "portal_append_only"
BODY = """
BEGIN
  RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is append-only: ' || lower(TG_OP) || ' refused';
END
"""
ORDER_BODY = """
BEGIN
  IF %s THEN
    RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is append-only: it goes on at its end alone';
  END IF;
  RETURN NEW;
END
"""
CREATE_FUNCTION = "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $body$%s$body$"
# What stands in pg_trigger.tgtype (src/include/catalog/pg_trigger.h): before it happens, for each row or not, at what.
EACH_ROW, BEFORE = 1, 2
TYPES = {
    "in_order": EACH_ROW | BEFORE | 4,
    "no_delete": EACH_ROW | BEFORE | 8,
    "no_update": EACH_ROW | BEFORE | 16,
    "no_truncate": BEFORE | 32,
}
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
    functions = {FUNCTION: BODY} | {f"{table}_in_order": _order_body(table) for table in OUT_OF_ORDER}
    made = [CREATE_FUNCTION % each for each in functions.items()]
    return [*made, *(statement for table in TABLES for statement in _postgresql(table))]


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
        (f"{table}_{kind}", table, TYPES[kind], _body(table, kind)) for table in TABLES for kind in _kinds(table)
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
    kinds = list(_kinds(table))
    if vendor == "sqlite":
        kinds = [kind for kind in kinds if kind != "no_truncate"] + ["no_replace"]
    return [f"{table}_{kind}" for kind in kinds]


def _kinds(table: str) -> dict[str, str]:
    """PostgreSQL's guards of a table, each with what it stands before."""
    kinds = {"no_update": "UPDATE"}
    if table in APPEND_ONLY:
        kinds |= {"no_delete": "DELETE", "no_truncate": "TRUNCATE"}
    return kinds | ({"in_order": "INSERT"} if table in OUT_OF_ORDER else {})


def _order_body(table: str) -> str:
    return ORDER_BODY % OUT_OF_ORDER[table]


def _body(table: str, kind: str) -> str:
    return _order_body(table) if kind == "in_order" else BODY


def _sqlite(table: str) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    same = " OR ".join(f"{column} = NEW.{column}" for column in TABLES[table])
    yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
    if table in APPEND_ONLY:
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  (names from the table above)
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}"
    if table in OUT_OF_ORDER:  # its columns of numbers take anything
        wrong = f"typeof(NEW.{TABLES[table][0]}) <> 'integer' OR {OUT_OF_ORDER[table]}"
        yield f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} WHEN {wrong} {refuse}"


def _postgresql(table: str) -> Iterator[str]:
    for kind, verb in _kinds(table).items():
        each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
        name = f"{table}_{kind}"
        function = name if kind == "in_order" else FUNCTION
        yield f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
