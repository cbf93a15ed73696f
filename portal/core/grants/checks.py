"""Front does not start with an account that could do what it must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.core.grants import server, sql

SITES = ("front", "worker")
HINT = "Run `database_roles --front ROLE --apply` on Desk, and give Front that role's address (docs/database-roles.md)."
MOST_NAMED = 5


@register()
def front_has_its_own_account(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """core.E006: Front's account has the rights of the table of grants and no other; PostgreSQL, in production.

    Whoever breaks into Front could otherwise set the password of staff, and come in by the desk's door. Asked when the
    checks may use databases; the worker's command never says so, so there it is asked always.
    """
    may_ask = bool(databases) or settings.PORTAL_SITE == "worker"
    if settings.PORTAL_SITE not in SITES or settings.PORTAL_DEMO or not may_ask:
        return []
    asked = [alias for alias in sql.TABLES if connections[alias].vendor == "postgresql"]
    return [message for alias in asked for message in _messages(alias)]


def _messages(alias: str) -> Iterator[CheckMessage]:
    try:
        found = excess(connections[alias], alias=alias)
    except DatabaseError as problem:
        found = [f"it could not be asked ({type(problem).__name__})"]
    if found:
        named = "; ".join(found[:MOST_NAMED]) + ("; and more" if len(found) > MOST_NAMED else "")
        yield Error(
            f"Front's account in the database {alias} may do more than Front: {named}.", hint=HINT, id="core.E006"
        )


def excess(connection: BaseDatabaseWrapper, *, alias: str) -> list[str]:
    """What the account of this connection may do beyond the table. What it lacks shows by itself, and stops nothing."""
    role = server.current_role(connection)
    wanted = {(grant.table, *right) for grant in sql.TABLES[alias] for right in grant.rights()}
    beyond = sorted(server.rights(connection, role) - wanted)
    return [
        *server.attributes(connection, role),
        *(server.right_in_words(right) for right in beyond),
        *(server.guards_that_differ(connection) if alias == "default" else ()),
    ]
