"""From what somebody types to what an engine is asked: words, "phrases" and -exclusions, nothing else.

No engine ever sees the typed line. What it sees are clauses made of plain words, so that nothing typed can be an
operator of some query language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

LONGEST = 300  # characters that are looked at
MOST_CLAUSES = 24
LONGEST_WORD = 40
# Words that say nothing about what is meant. A line of nothing else is refused with a sentence.
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
PIECE = re.compile(r'(?P<out>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-"})
# Numbers by which documents are known: an advisory, a CVE, a section of a statute, a form, a publication.
IDENTIFIER = re.compile(r"[a-z]{0,8}[ -]?\d[\da-z]*(?:[.:-][\da-z]+)*", re.IGNORECASE)
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """What must be there, or must not: one of several ways to say the same, each one word or a phrase."""

    ways: tuple[Phrase, ...]
    is_excluded: bool = False

    @property
    def typed(self) -> Phrase:
        return self.ways[0]


@dataclass(frozen=True)
class Query:
    """What was typed, understood. `was_cut` says that it was longer than is looked at."""

    clauses: tuple[Clause, ...] = ()
    identifiers: tuple[str, ...] = ()
    was_cut: bool = False
    is_noise: bool = field(default=False)

    @property
    def wanted(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if not clause.is_excluded)

    @property
    def unwanted(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.is_excluded)

    def __bool__(self) -> bool:
        return bool(self.clauses)


def understand(typed: str, *, synonyms: Iterable[Iterable[Phrase]] = ()) -> Query:
    """The query in what somebody typed. Never raises, whatever it is.

    `is_noise` is set where something was typed and nothing in it can be looked for: stop words or punctuation alone.
    """
    line = clean(typed)
    pieces = [piece for piece in (_piece(match) for match in PIECE.finditer(line[:LONGEST])) if piece.typed]
    ways = _ways(synonyms)
    # Joined first: a name that is known may hold a stop word, such as 'continuity of operations'.
    told = [piece for piece in _joined(pieces, ways) if not _is_stop(piece)][:MOST_CLAUSES]
    clauses = tuple(Clause((c.typed, *ways.get(c.typed, ())), c.is_excluded) for c in told)
    return Query(
        clauses,
        identifiers=tuple(dict.fromkeys(identifiers_in(line[:LONGEST]))),
        was_cut=len(line) > LONGEST or len(pieces) > MOST_CLAUSES,
        is_noise=bool(typed.strip()) and not clauses,
    )


def clean(typed: str) -> str:
    """One line of plain text: no control characters, no halves of surrogate pairs, no marks of direction."""
    line = unicodedata.normalize("NFKC", typed.encode("utf-8", "ignore").decode()).translate(QUOTES)
    return " ".join("".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in line).split())


def words_of(text: str) -> Phrase:
    """The words of a text, in small letters, as they are compared."""
    return tuple(word.casefold().replace("’", "'")[:LONGEST_WORD] for word in WORD.findall(text))


def identifiers_in(line: str) -> list[str]:
    """What in a line may be the number of a document, in the spelling in which numbers are compared."""
    return [as_identifier(match.group()) for match in IDENTIFIER.finditer(line)]


def as_identifier(text: str) -> str:
    """`CVE 2023-1234`, `cve-2023-1234` and `CVE_2023_1234` are one number; so are `RSMo 44.045` and `44.045`."""
    plain = re.sub(r"[\s_-]+", "-", text.strip().casefold())
    return plain.removeprefix("rsmo-").removeprefix("rsmo")


def _piece(match: re.Match[str]) -> Clause:
    words = words_of(match["phrase"] if match["phrase"] is not None else match["word"])
    return Clause((words,), is_excluded=bool(match["out"]))


def _is_stop(clause: Clause) -> bool:
    return len(clause.typed) == 1 and clause.typed[0] in STOP_WORDS and not clause.is_excluded


def _ways(synonyms: Iterable[Iterable[Phrase]]) -> dict[Phrase, tuple[Phrase, ...]]:
    """For each phrase that has others, those others."""
    found: dict[Phrase, tuple[Phrase, ...]] = {}
    for group in synonyms:
        phrases = [phrase for phrase in group if phrase]
        for phrase in phrases:
            others = (*found.get(phrase, ()), *(other for other in phrases if other != phrase))
            found[phrase] = tuple(dict.fromkeys(others))
    return found


def _joined(clauses: list[Clause], ways: dict[Phrase, tuple[Phrase, ...]]) -> list[Clause]:
    """Single words that follow one another and together are known by another name become one clause."""
    longest = max((len(phrase) for phrase in ways), default=1)
    joined: list[Clause] = []
    place = 0
    while place < len(clauses):
        clause, used = _longest_at(clauses, place, ways, longest)
        joined.append(clause)
        place += used
    return joined


def _longest_at(
    clauses: list[Clause], place: int, ways: dict[Phrase, tuple[Phrase, ...]], longest: int
) -> tuple[Clause, int]:
    for size in range(min(longest, len(clauses) - place), 1, -1):
        run = clauses[place : place + size]
        phrase = tuple(clause.typed[0] for clause in run)
        if phrase in ways and all(len(clause.typed) == 1 and not clause.is_excluded for clause in run):
            return Clause((phrase,)), size
    return clauses[place], 1
