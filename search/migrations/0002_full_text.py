"""The full-text index over the pages of entries, which the database keeps by itself."""

from __future__ import annotations

import unicodedata
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
# PostgreSQL's parser takes `ICSA-23-010-01` for signed numbers and `example.com` for a host. Signs become blanks before
# it looks, and letters lose their accents, as SQLite's index does by itself (`search.fulltext.plain` for what is asked).
SIGNS = "-_./:@+<>&~=?#"
ACCENTED = {sign: unicodedata.normalize("NFKD", sign) for sign in map(chr, range(0xC0, 0x180))}
PLAIN = {sign: parts[0] for sign, parts in ACCENTED.items() if len(parts) > 1 and parts[0].isascii()}
FROM, TO = SIGNS + "".join(PLAIN), " " * len(SIGNS) + "".join(PLAIN.values())
VECTOR = " || ".join(
    f"setweight(to_tsvector('search_english', translate({name}, '{FROM}', '{TO}')), '{weight}')"
    for name, weight in WEIGHTS
)
POSTGRES = (
    # English stems, and no stop words: phrases hold them.
    "CREATE TEXT SEARCH DICTIONARY search_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION search_english (COPY = english)",
    "ALTER TEXT SEARCH CONFIGURATION search_english ALTER MAPPING REPLACE english_stem WITH search_stem",
    f"ALTER TABLE search_entrypage ADD COLUMN vector tsvector GENERATED ALWAYS AS ({VECTOR}) STORED",
    "CREATE INDEX search_entrypage_vector ON search_entrypage USING gin (vector)",
)
POSTGRES_BACK = (
    "ALTER TABLE search_entrypage DROP COLUMN vector",
    "DROP TEXT SEARCH CONFIGURATION search_english",
    "DROP TEXT SEARCH DICTIONARY search_stem",
)


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
