"""Give Front's database account the rights of the table of grants, and no other."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.core import commands
from portal.core.grants import server, sql
from portal.core.models import PortalSettings

DEADLOCK = "40P01"  # PostgreSQL's error codes, appendix A
TURNS = 3


class Command(BaseCommand):
    help = (
        "Print what gives Front's account its rights on PostgreSQL, as SQL; or run it (--apply), or compare (--check). "
        "Exit code 0: done, or no difference; 1: the server differs or refused; 2: wrong use, or a database without "
        "roles (SQLite)."
    )

    requires_system_checks = ()  # rights are given before the rest of an installation is complete

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--front", metavar="ROLE", required=True, help="the account of Front and its worker")
        parser.add_argument("--vault", action="store_true", help="in the vault's database, not in the content's")
        verb = parser.add_mutually_exclusive_group()
        verb.add_argument("--apply", action="store_true", help="run the statements, in one transaction")
        verb.add_argument("--check", action="store_true", help="name what the server has otherwise than the table")

    def handle(self, *args: Any, **options: Any) -> None:
        alias, role = "vault" if options["vault"] else "default", options["front"]
        connection = _with_roles(alias)
        if not sql.is_role_name(role):
            raise CommandError("A role's name has small letters, digits, - and _ here.", returncode=2)
        if options["apply"]:
            self._apply(connection, alias, role)
        elif options["check"]:
            self._check(connection, alias, role)
        else:
            self.stdout.write("BEGIN;")
            self.stdout.write("".join(f"{statement};\n" for statement in _statements(connection, alias, role)))
            self.stdout.write("COMMIT;")

    def _apply(self, connection: BaseDatabaseWrapper, alias: str, role: str) -> None:
        _must_exist(connection, role)
        try:
            _run(connection, alias, role)
        except DatabaseError as problem:
            raise CommandError(f"The server refused, and nothing was changed: {problem}", returncode=1) from None
        commands.ran.send(sender=type(self), name="database_roles", facts={"database": alias, "role": role})
        self.stdout.write(f"{role} has the rights of the table in the database {alias}.")
        self._check(connection, alias, role)

    def _check(self, connection: BaseDatabaseWrapper, alias: str, role: str) -> None:
        _must_exist(connection, role)
        found = [*server.differences(connection, alias=alias, role=role), *_way_to_the_jobs(alias, role)]
        if found:
            raise CommandError("The server differs from the table of grants:\n" + "\n".join(found), returncode=1)
        self.stdout.write("No difference.")


def _run(connection: BaseDatabaseWrapper, alias: str, role: str) -> None:
    """All of it in one transaction; again where the server ended it for the sake of another one."""
    for turn in range(1, TURNS + 1):
        try:
            return _run_once(connection, alias, role)
        except OperationalError as problem:
            if turn == TURNS or getattr(problem.__cause__, "sqlstate", "") != DEADLOCK:
                raise


def _run_once(connection: BaseDatabaseWrapper, alias: str, role: str) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in _statements(connection, alias, role):
            cursor.execute(statement)
        if alias == "default":
            PortalSettings.load()  # Front reads this row on every page, and may not make it


def _with_roles(alias: str) -> BaseDatabaseWrapper:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        raise CommandError(
            "This database has no roles: whoever opens its file reads and changes all of it. Use PostgreSQL.",
            returncode=2,
        )
    return connection


def _must_exist(connection: BaseDatabaseWrapper, role: str) -> None:
    if not server.exists(connection, role):
        raise CommandError(f"There is no role {role} on this server. Make it first: CREATE ROLE.", returncode=2)


def _statements(connection: BaseDatabaseWrapper, alias: str, role: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = cursor.fetchone()
    ours = sql.statements(alias=alias, role=role, database=database, schema=schema)
    jobs = _jobs_database(alias, role)
    return [*ours, *(sql.without_connection(role=role, database=jobs) if jobs else ())]


def _jobs_database(alias: str, role: str) -> str:
    """The name of the database of the desk's jobs, if this process knows it and it is on the server of the content."""
    jobs = _jobs(alias)
    if jobs is None or _server(jobs) != _server(connections["default"]):
        return ""
    return str(jobs.settings_dict["NAME"])


def _way_to_the_jobs(alias: str, role: str) -> list[str]:
    jobs = _jobs(alias)
    if jobs is None or not server.exists(jobs, role) or not server.may_connect(jobs, role):
        return []
    return ["the role may connect to the database of the desk's jobs"]


def _jobs(alias: str) -> BaseDatabaseWrapper | None:
    if alias != "default" or "jobs" not in connections or connections["jobs"].vendor != "postgresql":
        return None
    return connections["jobs"]


def _server(connection: BaseDatabaseWrapper) -> tuple[str, str]:
    return str(connection.settings_dict["HOST"]), str(connection.settings_dict["PORT"])
