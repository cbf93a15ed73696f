"""Words that mean the same, as staff wrote them down. A change counts from the next search on."""

from __future__ import annotations

from functools import lru_cache

from portal.members.enums import StaffRole
from portal.members.rights import may_edit
from search.models import Synonyms
from search.queries import STOP_WORDS, Phrase, words_of

EDITORS = (StaffRole.MOP3_EDITOR, StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)
LONGEST_PHRASE = 8  # words
# What an installation begins with: the field's own short names. The founding papers write two of them out in two ways.
FIRST = (
    ("EOC, emergency operations center, emergency operations centre", ""),
    ("COOP, continuity of operations", ""),
    ("BEOC, business emergency operations center, business emergency operations cell", "Both are in use."),
    ("MERR, emergency resource registry", ""),
    ("ERAC, external resource acquisition cell, emergency resources assistance cell", "Both are in use."),
    ("power, electric, electricity", ""),
    (
        "ICS, incident command system",
        "It also stands for industrial control systems; both are found.",
    ),
    ("SAR, suspicious activity report", ""),
    ("TLP, traffic light protocol", ""),
)

for _role in EDITORS:
    may_edit(_role, "search", "add_synonyms", "change_synonyms", "delete_synonyms")


@lru_cache(maxsize=1_000)
def phrases_of(words: str) -> tuple[Phrase, ...]:
    """The words and phrases of one row, each once, as they are compared."""
    said = (words_of(part) for part in words.split(","))
    return tuple(dict.fromkeys(phrase for phrase in said if phrase))


def groups() -> list[tuple[Phrase, ...]]:
    """All that are in use. One small query for each search, and nothing kept: what staff change counts at once."""
    rows = Synonyms.objects.filter(is_used=True).order_by("pk").values_list("words", flat=True)
    return [phrases_of(words) for words in rows]


def says_nothing(phrase: Phrase) -> bool:
    return all(word in STOP_WORDS for word in phrase)


def prepare() -> int:
    """Write the first ones where there are none at all; returns how many. What staff took out does not come back."""
    if Synonyms.objects.exists():
        return 0
    return len(Synonyms.objects.bulk_create([Synonyms(words=words, note=note) for words, note in FIRST]))
