"""The table of grants as docs/database-roles.md shows it."""

from __future__ import annotations

from collections.abc import Iterator

from portal.core.grants import guards
from portal.core.grants.rights import ALL, Columns, Grant
from portal.core.grants.sql import TABLES

HEAD = "| Table | SELECT | INSERT | UPDATE | DELETE | Why |\n|---|---|---|---|---|---|"
GUARDS_HEAD = "| Table | Verb | Allowed |\n|---|---|---|"


def grants(alias: str) -> str:
    """The grants of one database as a table in Markdown: first the tables with rights, then those without."""
    rows = sorted(TABLES[alias], key=lambda grant: (not grant.rights(), grant.table))
    return "\n".join([HEAD, *(_line(row) for row in rows)])


def rows_allowed() -> str:
    """The guards as a table in Markdown."""
    return "\n".join([GUARDS_HEAD, *(f"| `{row.table}` | {row.verb} | {row.words} |" for row in guards.GUARDS)])


def _line(grant: Grant) -> str:
    return f"| `{grant.table}` | {' | '.join(_cells(grant))} | {grant.why} |"


def _cells(grant: Grant) -> Iterator[str]:
    yield _columns(grant.select)
    yield "yes" if grant.insert else ""
    yield _columns(grant.update)
    yield "yes" if grant.delete else ""


def _columns(columns: Columns) -> str:
    return "yes" if columns == ALL else ", ".join(f"`{column}`" for column in columns)
