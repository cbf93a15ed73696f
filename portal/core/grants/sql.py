"""The table of grants as statements for PostgreSQL.

All of them may be run again: rights are taken away first and given anew, in one transaction, so that a role never has
more than the table and a process under it never has less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from portal.core.grants import content, guards, vault
from portal.core.grants.rights import ALL, Grant, Guard

TABLES: dict[str, tuple[Grant, ...]] = {"default": content.TABLE, "vault": vault.TABLE}
TRIGGER = "portal_guard"
OLD_GUARDS = """DO $old$
DECLARE old text;
BEGIN
  FOR old IN SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE t.tgname = '%(trigger)s' AND n.nspname = %(schema)s AND c.relname NOT IN (%(kept)s)
  LOOP
    EXECUTE 'DROP TRIGGER %(trigger)s ON ' || old;
  END LOOP;
END
$old$"""
GUARD_BODY = """
BEGIN
  IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
%s  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END
"""
GUARD_CONDITION = """    IF TG_OP = '%s' AND (%s) IS NOT TRUE THEN
      RAISE insufficient_privilege USING MESSAGE = 'permission denied for this row of %s';
    END IF;
"""
ROLE_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,62}")  # PostgreSQL keeps 63 bytes of a name


def is_role_name(name: str) -> bool:
    """Whether this is a name that the statements can carry. It stands in them in quotes."""
    return ROLE_NAME.fullmatch(name) is not None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def statements(*, alias: str, role: str, database: str, schema: str) -> list[str]:
    """What gives `role` the rights of the table in one database, and takes every other right away."""
    name, place = quoted(role), quoted(schema)
    ours = [*_closing(name, quoted(database), place), *_granting(name, place, TABLES[alias])]
    if alias != "default":
        return ours
    return [_holding(place), *ours, *_functions(name, schema), *_triggers(schema)]


def without_connection(*, role: str, database: str) -> list[str]:
    """What keeps a role out of the database of the desk's jobs."""
    return [f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC, {quoted(role)}"]


def guard_name(table: str) -> str:
    return f"{TRIGGER}_{table}"


def function_name(signature: str) -> str:
    return signature.partition("(")[0]


def _holding(schema: str) -> str:
    """Take first what the triggers lock in any case.

    A right that is given changes a table's row in pg_class, and the server's own cleaning (autovacuum) of that table
    waits for that row while a trigger would wait for the cleaning: neither would ever come to its end.
    """
    tables = ", ".join(f"{schema}.{quoted(table)}" for table in guards.guarded_tables())
    return f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"


def _closing(role: str, database: str, schema: str) -> Iterator[str]:
    """Take everything away. Of a table's rights, those for single columns go with it (GRANT's manual)."""
    yield f"REVOKE ALL ON DATABASE {database} FROM {role}"
    yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE {database} TO {role}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    for kind in ("TABLES", "SEQUENCES"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM PUBLIC, {role}"
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM {role}"


def _granting(role: str, schema: str, table: Iterable[Grant]) -> Iterator[str]:
    for grant in table:
        verbs = ", ".join(_verbs(grant))
        if verbs:
            yield f"GRANT {verbs} ON {schema}.{quoted(grant.table)} TO {role}"


def _verbs(grant: Grant) -> Iterator[str]:
    for verb, columns in (("SELECT", grant.select), ("UPDATE", grant.update)):
        if columns == ALL:
            yield verb
        elif columns:
            yield f"{verb} ({', '.join(quoted(column) for column in columns)})"
    if grant.insert:
        yield "INSERT"
    if grant.delete:
        yield "DELETE"


def _functions(role: str, schema: str) -> Iterator[str]:
    for signature, body in guards.FUNCTIONS.items():
        place = f"{quoted(schema)}.{signature}"
        yield (
            f"CREATE OR REPLACE FUNCTION {place} RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER"
            f" SET search_path = pg_catalog, {quoted(schema)}, pg_temp AS $guard${body}$guard$"
        )
        yield f"REVOKE ALL ON FUNCTION {place} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {place} TO {role}"


def _triggers(schema: str) -> Iterator[str]:
    place = quoted(schema)
    yield _dropping_old_guards(schema)
    for table, rows in guards.guarded_tables().items():
        function = f"{place}.{quoted(guard_name(table))}()"
        yield (
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = pg_catalog, {place}, pg_temp AS $guard${guard_body(rows)}$guard$"
        )
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        verbs = " OR ".join(row.verb for row in rows)
        yield (
            f"CREATE OR REPLACE TRIGGER {TRIGGER} BEFORE {verbs} ON {place}.{quoted(table)}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}"
        )


def _dropping_old_guards(schema: str) -> str:
    """Triggers of tables that need none any more. Those that stay are replaced, which locks their tables less."""
    kept = ", ".join(f"'{table}'" for table in guards.guarded_tables())
    return OLD_GUARDS % {"trigger": TRIGGER, "schema": literal(schema), "kept": kept}


def guard_body(rows: tuple[Guard, ...]) -> str:
    """What a guard's trigger runs. It holds for every role but the owner of the table and who may act as the owner.

    A condition that gives NULL allows nothing.
    """
    return GUARD_BODY % "".join(GUARD_CONDITION % (row.verb, row.allows, row.table) for row in rows)
