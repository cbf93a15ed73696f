"""What a role may do on a PostgreSQL server, and where that differs from the table of grants.

Rights are asked for as the server would judge them: those that come from PUBLIC or from another role count as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from portal.core.grants import guards
from portal.core.grants.rights import ALL, Grant
from portal.core.grants.sql import TABLES, TRIGGER, function_name, guard_body, guard_name

Right = tuple[str, str, str]  # table, verb, column; `*` for the whole table
TABLE_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
COLUMN_VERBS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
OURS = "n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'"

WHOLE = f"""
    SELECT c.relname, verb, '*' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN unnest(%s::text[]) AS verb
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {OURS} AND has_table_privilege(%s, c.oid, verb)
"""  # noqa: S608  (constants of this file)
SINGLE = f"""
    SELECT c.relname, verb, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN unnest(%s::text[]) AS verb
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {OURS}
    AND NOT has_table_privilege(%s, c.oid, verb) AND has_column_privilege(%s, c.oid, a.attnum, verb)
"""  # noqa: S608  (constants of this file)
SEQUENCES = f"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND {OURS} AND (has_sequence_privilege(%s, c.oid, 'USAGE')
    OR has_sequence_privilege(%s, c.oid, 'SELECT') OR has_sequence_privilege(%s, c.oid, 'UPDATE'))
"""  # noqa: S608  (constants of this file)
ATTRIBUTES = """
    SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
    EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid),
    EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)
    OR EXISTS (SELECT FROM pg_database d WHERE d.datdba = r.oid AND d.datname = current_database()),
    has_database_privilege(r.oid, current_database(), 'TEMPORARY')
    OR has_database_privilege(r.oid, current_database(), 'CREATE'),
    has_schema_privilege(r.oid, current_schema(), 'CREATE')
    FROM pg_roles r WHERE r.rolname = %s
"""
ATTRIBUTE_WORDS = (
    "is a superuser",
    "passes row security by",
    "may make roles",
    "may make databases",
    "may replicate",
    "belongs to another role",
    "owns something in the database",
    "may make temporary tables or schemas",
    "may make tables",
)
FUNCTIONS = """
    SELECT p.proname, p.prosrc, p.prosecdef FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
    AND p.proname LIKE 'portal\\_%%'
"""
TRIGGERS = """
    SELECT c.relname, t.tgenabled, p.proname, pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = current_schema()::regnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname = %s
"""


def differences(connection: BaseDatabaseWrapper, *, alias: str, role: str) -> list[str]:
    """Where the server differs from the table of grants, each in one line; empty if nowhere."""
    return [
        *attributes(connection, role),
        *_rights_that_differ(connection, TABLES[alias], role),
        *(guards_that_differ(connection) if alias == "default" else ()),
    ]


def exists(connection: BaseDatabaseWrapper, role: str) -> bool:
    return bool(_rows(connection, "SELECT FROM pg_roles WHERE rolname = %s", [role]))


def attributes(connection: BaseDatabaseWrapper, role: str) -> Iterator[str]:
    """What the role is or may beside the rights on tables, and must not."""
    for row in _rows(connection, ATTRIBUTES, [role]):
        yield from (f"the role {words}" for is_so, words in zip(row, ATTRIBUTE_WORDS, strict=True) if is_so)


def current_role(connection: BaseDatabaseWrapper) -> str:
    """The role under which this connection works."""
    [[name]] = _rows(connection, "SELECT current_user")
    return str(name)


def may_connect(connection: BaseDatabaseWrapper, role: str) -> bool:
    """Whether the role may connect to the database of this connection."""
    [[may]] = _rows(connection, "SELECT has_database_privilege(%s, current_database(), 'CONNECT')", [role])
    return bool(may)


def rights(connection: BaseDatabaseWrapper, role: str) -> set[Right]:
    """Every right on tables and columns that the role has."""
    whole = _rows(connection, WHOLE, [list(TABLE_VERBS), role])
    single = _rows(connection, SINGLE, [list(COLUMN_VERBS), role, role])
    return {(str(table), str(verb), str(column)) for table, verb, column in [*whole, *single]}


def _rights_that_differ(connection: BaseDatabaseWrapper, table: tuple[Grant, ...], role: str) -> Iterator[str]:
    there, there_tables = rights(connection, role), set(connection.introspection.table_names())
    wanted = {(grant.table, *right) for grant in table for right in grant.rights()}
    yield from (f"{right_in_words(right)} is given and must not be" for right in sorted(there - wanted))
    yield from (f"{right_in_words(right)} is missing" for right in sorted(wanted - there))
    unknown = there_tables - {grant.table for grant in table}
    yield from (f"{name} stands in no row of the table of grants" for name in sorted(unknown))
    for [name] in _rows(connection, SEQUENCES, [role] * 3):
        yield f"{name}: a right on a sequence is given and must not be"


def right_in_words(right: Right) -> str:
    table, verb, column = right
    return f"{table}: {verb}" if (column,) == ALL else f"{table}: {verb} ({column})"


def guards_that_differ(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Guards that are missing, switched off or other than they should be."""
    bodies = {name: (body, definer) for name, body, definer in _rows(connection, FUNCTIONS)}
    for signature, body in guards.FUNCTIONS.items():
        if bodies.get(function_name(signature)) != (body, True):
            yield f"{function_name(signature)}: the function is missing or other than it should be"
    triggers = {table: facts for table, *facts in _rows(connection, TRIGGERS, [TRIGGER])}
    for table, rows in guards.guarded_tables().items():
        verbs = {row.verb for row in rows}
        if not _holds(triggers.get(table), table, verbs) or bodies.get(guard_name(table)) != (guard_body(rows), False):
            yield f"{table}: the guard of its rows is missing, switched off or other than it should be"


def _holds(facts: list[Any] | None, table: str, verbs: set[str]) -> bool:
    """Whether a trigger runs its table's function before each of the verbs, for each row."""
    if facts is None:
        return False
    state, function, definition = facts
    head = definition.partition(" ON ")[0].partition(" BEFORE ")[2]
    is_whole = " FOR EACH ROW EXECUTE FUNCTION " in definition and " WHEN " not in definition
    return state in {"O", "A"} and function == guard_name(table) and is_whole and set(head.split(" OR ")) == verbs


def _rows(connection: BaseDatabaseWrapper, query: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params if params is not None else [])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
