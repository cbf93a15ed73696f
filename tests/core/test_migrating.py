"""The tables that migrations make are those that the models describe, on either database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, router
from django.db.migrations.state import ProjectState

from portal.core.management.commands import migrate_all
from portal.core.migrating import in_less_time
from portal.core.routers import JOBS_APP

pytestmark = pytest.mark.django_db


def of_default() -> list[type[models.Model]]:
    """All but Wagtail's full-text table, whose columns SQLite makes up."""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    kept = [model for model in found if not model._meta.proxy and model.__name__ != "SQLiteFTSIndexEntry"]
    return [model for model in kept if router.allow_migrate_model("default", model)]


def in_the_database(model: type[models.Model]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, model._meta.db_table)


def test_each_table_has_the_columns_of_its_model() -> None:
    with connection.cursor() as cursor:
        for model in of_default():
            described = connection.introspection.get_table_description(cursor, model._meta.db_table)
            wanted = {field.column: bool(field.null) for field in model._meta.local_concrete_fields}
            there = {column.name: bool(column.null_ok) for column in described if column.name in wanted}
            assert there == wanted, model._meta.label


def test_each_relation_of_a_model_is_one_of_its_table() -> None:
    for model in of_default():
        relations: list[Any] = [f for f in model._meta.local_concrete_fields if isinstance(f, models.ForeignKey)]
        wanted = {
            (field.column, field.target_field.model._meta.db_table, field.target_field.column)
            for field in relations
            if field.db_constraint
        }
        there = {
            (entry["columns"][0], *entry["foreign_key"])
            for entry in in_the_database(model).values()
            if entry["foreign_key"]
        }
        assert there == wanted, model._meta.label


def test_each_named_rule_of_a_model_is_one_of_its_table() -> None:
    for model in of_default():
        longest = connection.ops.max_name_length() or 200  # PostgreSQL cuts what is longer
        named = {thing.name[:longest] for thing in [*model._meta.constraints, *model._meta.indexes]}
        assert named <= set(in_the_database(model)), model._meta.label


def test_what_is_unique_in_a_model_is_so_in_its_table() -> None:
    for model in of_default():
        wanted = {field.column for field in model._meta.local_concrete_fields if field.unique and not field.primary_key}
        there = {tuple(entry["columns"]) for entry in in_the_database(model).values() if entry["unique"]}
        assert {(column,) for column in wanted} <= there, model._meta.label


def test_the_jobs_database_takes_the_migrations_of_jobs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def note(*names: str, database: str, **options: Any) -> None:
        asked.append((database, *names))

    monkeypatch.setattr(migrate_all, "call_command", note)
    monkeypatch.setattr(migrate_all, "settings", SimpleNamespace(DATABASES={"default": {}, "vault": {}, "jobs": {}}))
    monkeypatch.setattr(migrate_all, "is_new", lambda alias: True)
    call_command("migrate_all", verbosity=0)
    assert asked == [("jobs", "migrate", JOBS_APP), ("default", "migrate"), ("vault", "migrate", "vault")]


def test_what_holds_data_is_migrated_as_django_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    states: Any = ProjectState
    seen = []
    monkeypatch.setattr(migrate_all, "call_command", lambda *names, **options: seen.append(states._find_reload_model))
    monkeypatch.setattr(migrate_all, "settings", SimpleNamespace(DATABASES={"default": {}, "vault": {}}))
    monkeypatch.setattr(migrate_all, "is_new", lambda alias: alias == "vault")
    call_command("migrate_all", verbosity=0)
    assert seen[0] is states._find_reload_model
    assert seen[1] is not states._find_reload_model


def test_afterwards_django_is_as_it_was() -> None:
    states: Any = ProjectState
    former = states._find_reload_model
    with in_less_time():
        assert states._find_reload_model is not former
    assert states._find_reload_model is former
    assert "get_swappable_settings_name" not in vars(apps)
