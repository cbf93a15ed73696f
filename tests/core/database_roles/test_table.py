"""The table of grants, the command that applies it, and what is asked at the start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.core.management import CommandError
from django.db import connections

from portal.core.grants import checks, guards, page, server, sql
from portal.core.grants.rights import ALL
from portal.core.management.commands import database_roles
from portal.core.routers import VaultRouter
from tests.core.database_roles.conftest import ALIASES, AsFront, World, execute, on_postgresql, run


def tables_of(alias: str) -> set[str]:
    """The tables of every model, and the one of migrations, as the router deals them out."""
    models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    there = {
        model._meta.db_table
        for model in models
        if VaultRouter().allow_migrate(alias, model._meta.app_label, model_name=model._meta.model_name) is not False
    }
    return (there - {"wagtailsearch_indexentry_fts"}) | {"django_migrations"}  # the one is SQLite's own


@pytest.mark.parametrize("alias", ALIASES)
def test_every_table_stands_in_the_table_of_grants_once(alias: str) -> None:
    named = [grant.table for grant in sql.TABLES[alias]]
    assert sorted(named) == sorted(tables_of(alias))


def test_every_column_that_is_named_is_there() -> None:
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    wrong = [
        f"{grant.table}.{column}"
        for grant in (*sql.TABLES["default"], *sql.TABLES["vault"])
        for column in {*grant.select, *grant.update} - set(ALL)
        if column not in {field.column for field in models[grant.table]._meta.local_concrete_fields}
    ]
    assert not wrong


def test_every_grant_says_why_and_every_guard_is_of_a_right_that_is_given() -> None:
    grants = {grant.table: grant for grant in sql.TABLES["default"]}
    assert all(grant.why for grant in grants.values())
    assert not [row for row in guards.GUARDS if row.verb not in {verb for verb, _column in grants[row.table].rights()}]


def test_the_page_shows_the_table() -> None:
    text = (Path(django_settings.BASE_DIR) / "docs" / "database-roles.md").read_text()
    parts = {"content": page.grants("default"), "vault": page.grants("vault"), "rows": page.rows_allowed()}
    for name, expected in parts.items():
        assert text.partition(f"<!-- {name} -->\n\n")[2].partition(f"\n\n<!-- /{name} -->")[0] == expected, name


def test_without_roles_it_says_so(db: None) -> None:
    if connections["default"].vendor == "postgresql":
        pytest.skip("PostgreSQL has roles")
    with pytest.raises(CommandError, match="no roles") as caught:
        run("--front", "portal_front", "--check")
    assert caught.value.returncode == 2


@on_postgresql
@pytest.mark.parametrize("name", ["", "no_such_role", 'a"; DROP TABLE x; --', "A", "a" * 64])
def test_what_is_no_role_is_refused(db: None, name: str) -> None:
    with pytest.raises(CommandError) as caught:
        run("--front", name, "--apply")
    assert caught.value.returncode == 2


@on_postgresql
def test_applied_again_it_is_the_same(role: str, db: None) -> None:
    before = server.rights(connections["default"], role)
    assert "No difference." in run("--front", role, "--apply")
    assert server.rights(connections["default"], role) == before


CHANGES = {
    "members_person: UPDATE (standing) is given": "GRANT UPDATE (standing) ON members_person TO {role}",
    "members_desksession: SELECT is given": "GRANT SELECT ON members_desksession TO PUBLIC",
    "members_visit: SELECT is missing": "REVOKE SELECT ON members_visit FROM {role}",
    "members_person: the guard of its rows": "ALTER TABLE members_person DISABLE TRIGGER portal_guard",
    "portal_is_staff: the function": (
        "CREATE OR REPLACE FUNCTION portal_is_staff(person bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false'"
    ),
    "members_alarm: the guard of its rows": "DROP TRIGGER portal_guard ON members_alarm",
    "the role belongs to another role": "GRANT pg_read_all_data TO {role}",
    "the role may make roles": "ALTER ROLE {role} CREATEROLE",
    "stray stands in no row": "CREATE TABLE stray (id int)",
}


@on_postgresql
@pytest.mark.parametrize(("words", "change"), CHANGES.items())
def test_a_difference_is_named_and_applying_mends_what_it_may(role: str, db: None, words: str, change: str) -> None:
    execute(change.format(role=role))
    with pytest.raises(CommandError) as caught:
        run("--front", role, "--check")
    assert caught.value.returncode == 1
    assert words in str(caught.value)
    if words.startswith(("the role", "stray")):
        return
    if "DISABLE" in change:
        execute("ALTER TABLE members_person ENABLE TRIGGER portal_guard")
    assert "No difference." in run("--front", role, "--apply")


def test_guarded_tables_are_held_before_a_right_is_touched() -> None:
    first, *_others = sql.statements(alias="default", role="portal_front", database="content", schema="public")
    assert first.startswith("LOCK TABLE ")
    assert all(f'"{table}"' in first for table in guards.guarded_tables())


ENDED = "DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$"


@on_postgresql
@pytest.mark.parametrize(("times", "ends_well"), [(1, True), (2, True), (3, False)])
def test_what_the_server_ends_for_the_sake_of_another_is_run_again(
    role: str, db: None, monkeypatch: pytest.MonkeyPatch, times: int, ends_well: bool
) -> None:
    usual, ends = database_roles._statements, iter([[ENDED]] * times)
    monkeypatch.setattr(database_roles, "_statements", lambda *args: [*usual(*args), *next(ends, [])])
    if ends_well:
        assert "No difference." in run("--front", role, "--apply")
    else:
        with pytest.raises(CommandError, match="The server refused, and nothing was changed: deadlock"):
            run("--front", role, "--apply")


@on_postgresql
def test_what_is_printed_is_what_is_run(role: str, db: None) -> None:
    printed = run("--front", role)
    assert printed.startswith("BEGIN;")
    execute(printed.replace("BEGIN;", "", 1).replace("COMMIT;", ""))
    assert "No difference." in run("--front", role, "--check")


def test_the_jobs_of_the_desk_are_closed_to_everybody_but_their_owner() -> None:
    assert sql.without_connection(role="portal_front", database="jobs") == [
        'REVOKE ALL ON DATABASE "jobs" FROM PUBLIC, "portal_front"'
    ]


def refusals(**changed: Any) -> list[str]:
    found = checks.front_has_its_own_account(None, **{"databases": ["default"], **changed})
    return [message.msg for message in found if message.id == "core.E006"]


@on_postgresql
def test_front_does_not_start_as_the_owner_of_the_tables(as_front: AsFront, settings: Any) -> None:
    assert len(refusals()) == 2
    assert "the role is a superuser" in refusals()[0]
    with as_front():
        assert refusals() == []
    settings.PORTAL_SITE = "worker"
    assert refusals(databases=None)
    settings.PORTAL_SITE = "desk"
    assert refusals() == []


@on_postgresql
def test_front_does_not_start_when_a_guard_is_off(as_front: AsFront) -> None:
    execute("ALTER TABLE members_person DISABLE TRIGGER portal_guard")
    with as_front():
        assert "members_person: the guard" in refusals()[0]


def test_the_start_asks_whose_account_it_is() -> None:
    """In a process of its own: this file has registered the check by importing it."""
    script = "import django, sys; django.setup(); sys.exit('portal.core.grants.checks' not in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=django_settings.BASE_DIR, check=False)
    assert done.returncode == 0


@on_postgresql
def test_every_check_of_the_start_can_be_asked_as_front(as_front: AsFront, world: World) -> None:
    with as_front():
        found = {message.id for message in run_checks(databases=["default"])}
    assert "bulletins.E001" not in found
    assert "access.E004" not in found
