"""The full-text index of the database: which pages have the words, and where in them.

SQLite's FTS5 and PostgreSQL's tsvector, each kept by the database itself over the rows of `EntryPage` (migration 0002).
Both stem English words. Everything asked of them is built here from plain words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from search.models import EntryPage
from search.queries import Clause, Phrase
from search.questions import MARK, UNMARK
from search.ranking import IDENTIFIERS, SUMMARY, TEXT, TITLE

PAGES = EntryPage._meta.db_table
INDEX = "search_text"
MOST_PAGES = 100_000  # pages with the words that are ranked; the best ones
WORDS_IN_FRAGMENT = 32
SIGNS = frozenset("-_./:@+<>&~=?#")
WHOLE_TITLE = "HighlightAll=true"


@dataclass(frozen=True)
class Scored:
    """A page that has the words; the larger the score, the better."""

    page: int
    entry: int
    number: int
    score: float


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def matching(wanted: Sequence[Clause], unwanted: Sequence[Clause], *, is_loose: bool, visible: Any) -> list[Scored]:
    """The pages with the words, of the entries that `visible` selects; those with all clauses, or with any (loose)."""
    entries, parameters = visible.values("pk").query.sql_with_params()
    search = _postgres_search if is_postgres() else _sqlite_search
    sql, given = search(wanted, is_loose=is_loose)
    limits = [f"found.entry_id IN ({entries})"]
    given += list(parameters)
    for clause in unwanted:
        unwanted_sql, unwanted_given = _entries_with(clause)
        limits.append(f"found.entry_id NOT IN ({unwanted_sql})")
        given += unwanted_given
    whole = (
        f"WITH found AS MATERIALIZED ({sql}) SELECT id, entry_id, number, score FROM found WHERE {' AND '.join(limits)}"  # noqa: S608  (names of ours; everything typed is a parameter)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{whole} ORDER BY score DESC, id LIMIT {MOST_PAGES}", given)
        return [Scored(page, entry, number, float(score)) for page, entry, number, score in cursor.fetchall()]


def _sqlite_search(wanted: Sequence[Clause], *, is_loose: bool) -> tuple[str, list[Any]]:
    weights = f"{TITLE}, {IDENTIFIERS}, {SUMMARY}, {TEXT}"
    sql = (
        f"SELECT page.id, page.entry_id, page.number, -bm25({INDEX}, {weights}) AS score FROM {INDEX}"  # noqa: S608  (as above)
        f" JOIN {PAGES} page ON page.id = {INDEX}.rowid WHERE {INDEX} MATCH %s"
    )
    return sql, [sqlite_match(wanted, is_loose=is_loose)]


def sqlite_match(clauses: Iterable[Clause], *, is_loose: bool = False) -> str:
    """FTS5's own language (SQLite, 'Full-text Query Syntax'), in which every word is quoted."""
    groups = ["(" + " OR ".join(_quoted(way) for way in clause.ways) + ")" for clause in clauses]
    return (" OR " if is_loose else " AND ").join(groups)


def _quoted(phrase: Phrase) -> str:
    words = " ".join(phrase).replace('"', " ")
    return f'"{words}"'


def _postgres_search(wanted: Sequence[Clause], *, is_loose: bool) -> tuple[str, list[Any]]:
    asked, given = postgres_query(wanted, is_loose=is_loose)
    sql = (
        f"SELECT page.id, page.entry_id, page.number, ts_rank_cd('{{0.1, 0.3, 0.8, 1.0}}', page.vector, asked.query, 1)"  # noqa: S608  (as above)
        f" AS score FROM {PAGES} page, (SELECT {asked} AS query) asked WHERE page.vector @@ asked.query"
    )
    return sql, given


def postgres_query(clauses: Iterable[Clause], *, is_loose: bool = False) -> tuple[str, list[Any]]:
    """A tsquery out of plain words; PostgreSQL takes each phrase apart itself."""
    groups, given = [], []
    for clause in clauses:
        groups.append("(" + " || ".join("phraseto_tsquery('search_english', %s)" for _way in clause.ways) + ")")
        given += [plain(" ".join(way)) for way in clause.ways]
    return (" || " if is_loose else " && ").join(groups), given


def plain(text: str) -> str:
    """A text as PostgreSQL's index was given it (migration 0002): signs as blanks, letters without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(" " if sign in SIGNS else sign for sign in parts if not unicodedata.combining(sign))


def _entries_with(clause: Clause) -> tuple[str, list[Any]]:
    if is_postgres():
        asked, given = postgres_query([clause])
        return f"SELECT entry_id FROM {PAGES} WHERE vector @@ ({asked})", given  # noqa: S608  (as above)
    sql = f"SELECT entry_id FROM {INDEX} JOIN {PAGES} ON {PAGES}.id = {INDEX}.rowid WHERE {INDEX} MATCH %s"  # noqa: S608  (as above)
    return sql, [sqlite_match([clause])]


def fragments(wanted: Sequence[Clause], pages: Sequence[int]) -> dict[int, tuple[str, str]]:
    """For each page its title and a piece of its text, with what was found marked."""
    if not pages:
        return {}
    sql, given = (_postgres_fragments if is_postgres() else _sqlite_fragments)(wanted, pages)
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return {page: (title or "", text or "") for page, title, text in cursor.fetchall()}


def _sqlite_fragments(wanted: Sequence[Clause], pages: Sequence[int]) -> tuple[str, list[Any]]:
    places = ", ".join(["%s"] * len(pages))
    sql = (
        f"SELECT rowid, highlight({INDEX}, 0, %s, %s), snippet({INDEX}, 3, %s, %s, '…', {WORDS_IN_FRAGMENT})"  # noqa: S608  (as above)
        f" FROM {INDEX} WHERE {INDEX} MATCH %s AND rowid IN ({places})"
    )
    return sql, [MARK, UNMARK, MARK, UNMARK, sqlite_match(wanted, is_loose=True), *pages]


def _postgres_fragments(wanted: Sequence[Clause], pages: Sequence[int]) -> tuple[str, list[Any]]:
    asked, given = postgres_query(wanted, is_loose=True)
    marks = f"StartSel={MARK}, StopSel={UNMARK}"
    sql = (
        f"SELECT page.id, ts_headline('search_english', page.title, asked.query, %s),"  # noqa: S608  (as above)
        f" ts_headline('search_english', page.text, asked.query, %s) FROM {PAGES} page, (SELECT {asked} AS query) asked"
        f" WHERE page.id = ANY(%s)"
    )
    short = f"{marks}, MaxWords={WORDS_IN_FRAGMENT}, MinWords=12"
    return sql, [f"{marks}, {WHOLE_TITLE}", short, *given, list(pages)]
