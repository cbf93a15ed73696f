"""What a grant and a guard are."""

from __future__ import annotations

from dataclasses import dataclass, replace

ALL = ("*",)
Columns = tuple[str, ...]


@dataclass(frozen=True)
class Grant:
    """What Front may do with one table. A grant that names nothing is a decision too: every table has one."""

    table: str
    select: Columns = ()
    insert: bool = False
    update: Columns = ()
    delete: bool = False
    why: str = ""

    def rights(self) -> set[tuple[str, str]]:
        """The rights as pairs of verb and column, with `*` for the whole table."""
        rows = {("SELECT", column) for column in self.select} | {("UPDATE", column) for column in self.update}
        verbs = {"INSERT": self.insert, "DELETE": self.delete}
        return rows | {(verb, "*") for verb, is_given in verbs.items() if is_given}


@dataclass(frozen=True)
class Guard:
    """A condition on the rows that Front writes, in SQL over NEW and OLD. What is not true by it is refused.

    `words` say the condition to people.
    """

    table: str
    verb: str
    allows: str
    words: str


def reads(why: str, *tables: str) -> tuple[Grant, ...]:
    """Tables that Front reads and never writes."""
    return tuple(Grant(table, select=ALL, why=why) for table in tables)


def closed(why: str, *tables: str) -> tuple[Grant, ...]:
    """Tables that Front has no business with."""
    return tuple(Grant(table, why=why) for table in tables)


def with_parts(grant: Grant, *parts: str) -> tuple[Grant, ...]:
    """A table, and the tables of its many-to-many relations, all alike."""
    return (grant, *(replace(grant, table=f"{grant.table}_{part}") for part in parts))


def just_now(moment: str) -> str:
    """That a moment which Front writes is the present one: it dates nothing back, and nothing into the future."""
    return f"{moment} BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() + interval '1 minute'"


AUDIENCE = ("audience_communities", "audience_organisations", "audience_people")
PAGES = "published content, which Desk writes"
DESK = "used on Desk alone"


def marked(table: str, *parts: str) -> tuple[Grant, ...]:
    return with_parts(Grant(table, select=ALL, why=PAGES), *AUDIENCE, *parts)
