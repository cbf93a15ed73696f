"""The full-text index over the pages of entries, which the database keeps by itself."""

from __future__ import annotations

from typing import Any

from django.db import migrations

COLUMNS = ("title", "identifiers", "summary", "text")
NEW = ", ".join(f"new.{name}" for name in COLUMNS)
OLD = ", ".join(f"old.{name}" for name in COLUMNS)
NAMES = ", ".join(COLUMNS)
PUT = f"INSERT INTO search_text(rowid, {NAMES}) VALUES (new.id, {NEW});"  # noqa: S608  (names of ours)
TAKE = f"INSERT INTO search_text(search_text, rowid, {NAMES}) VALUES ('delete', old.id, {OLD});"  # noqa: S608  (as above)

SQLITE = (
    f"CREATE VIRTUAL TABLE search_text USING fts5({NAMES}, content='search_entrypage', content_rowid='id',"
    " tokenize='porter unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER search_text_put AFTER INSERT ON search_entrypage BEGIN {PUT} END",
    f"CREATE TRIGGER search_text_take AFTER DELETE ON search_entrypage BEGIN {TAKE} END",
    f"CREATE TRIGGER search_text_change AFTER UPDATE ON search_entrypage BEGIN {TAKE} {PUT} END",
)
SQLITE_BACK = (
    "DROP TRIGGER search_text_put",
    "DROP TRIGGER search_text_take",
    "DROP TRIGGER search_text_change",
    "DROP TABLE search_text",
)
WEIGHTS = (("title", "A"), ("identifiers", "A"), ("summary", "B"), ("text", "D"))
VECTOR = " || ".join(f"setweight(to_tsvector('english', {name}), '{weight}')" for name, weight in WEIGHTS)
POSTGRES = (
    f"ALTER TABLE search_entrypage ADD COLUMN vector tsvector GENERATED ALWAYS AS ({VECTOR}) STORED",
    "CREATE INDEX search_entrypage_vector ON search_entrypage USING gin (vector)",
)
POSTGRES_BACK = ("ALTER TABLE search_entrypage DROP COLUMN vector",)


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
