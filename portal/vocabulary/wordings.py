"""The sectors that a document names in its own words.

CISA writes 'Multiple', 'Energy, Transportation Systems, and Water and Wastewater Systems', 'Critical Manuacturing', or
a whole sentence. `read_sectors` turns each of these into our sectors and keeps what it does not know, word for word: an
unknown wording must reach a person, never vanish. The names themselves are data: data/sector_wordings.json.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

# A sector note is a line or two. What follows is kept as unknown, unread.
LONGEST_NOTE: Final = 4_000

# A word is whatever stands between spaces and marks; an apostrophe belongs to it, a hyphen does not.
_WORD: Final = re.compile(
    r"[^\s\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u200b-\u2018\u201a-\u2060\ufeff]+"
)
_BREAK: Final = re.compile(r"[,;:/\\|&+•·▪*()\[\]{}…\r\n]|[.!?](?:\s|$)|\s[–—-]+\s")

# What slips of the pen may cost, by the length of the word meant. A letter too many, too few or in its neighbour's
# place costs one, a wrong letter two: 'Manuacturing' is read, while 'transformation' is not 'transportation'.
_ONE_SLIP_FROM: Final = 6
_TWO_SLIPS_FROM: Final = 10
_LONGEST_WORD: Final = 24


@dataclass(frozen=True, slots=True)
class SectorReading:
    """What a wording says about sectors.

    `slugs` are the sectors that it names, each once, in the order of naming. `is_cross_sector` is true where it speaks
    of many without naming them ('Multiple', 'and other sectors'). `unknown` holds every wording that could not be read,
    as it was written; `corrected` what was written with a slip, and the name that it was taken for.
    """

    slugs: tuple[str, ...] = ()
    is_cross_sector: bool = False
    unknown: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    written: str
    start: int
    end: int
    # Counts the breaks before it: words of one stretch ('space systems') belong together.
    stretch: int


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    text: str
    # Empty for a phrase that names no sector, as 'critical infrastructure'.
    slug: str


class _Wordings:
    """The data file, made ready for matching."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.names: dict[str, tuple[str, ...]] = {slug: tuple(names) for slug, names in data["sectors"].items()}
        self.capital_letters: dict[str, str] = data["capital_letters"]
        self.many = frozenset(data["many"])
        self.between = frozenset(data["between"])
        self.filler = frozenset(data["filler"])
        self.after_a_sector = frozenset(data["after_a_sector"])
        self.says_nothing = frozenset(data["says_nothing"])
        self.by_first_word: dict[str, list[_Name]] = defaultdict(list)
        self.vocabulary: dict[str, set[str]] = defaultdict(set)
        for slug, names in (*self.names.items(), ("", data["filler_phrases"])):
            for text in names:
                self._learn(text, slug)

    def _learn(self, text: str, slug: str) -> None:
        words = tuple(word.key for word in _split(text, self.between))
        self.by_first_word[words[0]].append(_Name(words, text, slug))
        if len(words) > 1:
            # 'CriticalManufacturing', as it comes out of a table that lost its spaces.
            self.by_first_word["".join(words)].append(_Name(("".join(words),), text, slug))
        for word in words:
            self.vocabulary[word[0]].add(word)

    def knows(self, key: str) -> bool:
        return key in self.vocabulary[key[0]] or key in self.by_first_word or key in self.noise

    @property
    def noise(self) -> frozenset[str]:
        return self.filler | self.many | self.after_a_sector


def read_sectors(text: str) -> SectorReading:
    """Read a free-text list of sectors. Takes any text, never raises, and drops no word that means something.

    Longer names win over shorter ones, from left to right. Punctuation and 'and' inside a name do not count.
    """
    end = len(text) if len(text) <= LONGEST_NOTE else max(text.rfind(" ", 0, LONGEST_NOTE), 1)
    note, rest = text[:end], text[end:].strip()
    words = list(_split(note, _WORDINGS.between))
    if " ".join(word.key for word in words) in _WORDINGS.says_nothing and not rest:
        return SectorReading()
    reading = _Reading(note, words)
    reading.read()
    return SectorReading(
        slugs=tuple(reading.slugs),
        is_cross_sector=reading.is_cross_sector,
        unknown=(*reading.unknown, rest) if rest else tuple(reading.unknown),
        corrected=tuple(reading.corrected),
    )


def known_names() -> dict[str, tuple[str, ...]]:
    """Every name on the list, by the slug of its sector."""
    return dict(_WORDINGS.names)


class _Reading:
    """One pass over the words of a note."""

    def __init__(self, note: str, words: Sequence[_Word]) -> None:
        self.note = note
        self.words = words
        self.slugs: dict[str, None] = {}
        self.corrected: dict[tuple[str, str], None] = {}
        self.unknown: dict[str, None] = {}
        self.is_cross_sector = False
        self._shouts = note.upper() == note
        self._stretches: dict[int, set[str]] = defaultdict(set)
        for word in words:
            self._stretches[word.stretch].add(word.key)
        self._with_sector: set[int] = set()
        # Words in a row that named no sector, and the stretch in which one was named last.
        self._leftover: list[_Word] = []
        self._runs: list[list[_Word]] = []
        self._sector_just_named: int | None = None

    def read(self) -> None:
        position = 0
        while position < len(self.words):
            name = self._name_at(position)
            span = self.words[position : position + (len(name.words) if name else 1)]
            if name and name.slug:
                self._take_sector(name, span)
            else:
                self._leave(span, is_filler=name is not None)
            position += len(span)
        self._close_run()
        for run in self._runs:
            self._judge(run)

    def _name_at(self, position: int) -> _Name | None:
        word = self.words[position]
        if slug := self._capital_letters(word):
            return _Name((word.key,), word.written, slug)
        return _best_name([word.key for word in self.words[position : position + _LONGEST_NAME]])

    def _capital_letters(self, word: _Word) -> str | None:
        """'IT' is a sector and 'it' a word, unless nothing else stands there."""
        slug = _WORDINGS.capital_letters.get(word.written.upper())
        alone = self._stretches[word.stretch] <= {word.key, "sector", "sectors", "industry", "systems"}
        return slug if alone or (word.written.isupper() and not self._shouts) else None

    def _take_sector(self, name: _Name, span: Sequence[_Word]) -> None:
        self._close_run()
        self.slugs[name.slug] = None
        self._with_sector.update(word.stretch for word in span)
        self._sector_just_named = span[-1].stretch
        if tuple(word.key for word in span) != name.words:
            self.corrected[self.note[span[0].start : span[-1].end], name.text] = None

    def _leave(self, span: Sequence[_Word], *, is_filler: bool) -> None:
        word = span[0]
        if self._leftover and self._leftover[-1].stretch != word.stretch:
            self._close_run()
        if word.stretch == self._sector_just_named and word.key in _WORDINGS.after_a_sector:
            return
        if not is_filler and word.key not in _WORDINGS.filler:
            self._sector_just_named = None
        if is_filler:
            # A phrase without meaning of its own: it keeps its place in a run only where a word follows it.
            self._leftover += [_Word("", w.written, w.start, w.end, w.stretch) for w in span]
        else:
            self._leftover.append(word)

    def _close_run(self) -> None:
        if self._leftover:
            self._runs.append(self._leftover)
            self._leftover = []

    def _judge(self, run: Sequence[_Word]) -> None:
        """Report the run as unknown, or as speaking of many, or pass over it as filler."""
        meaning = [word for word in run if word.key and word.key not in _WORDINGS.filler]
        if not meaning:
            return
        if any(word.key not in _WORDINGS.many for word in meaning):
            self.unknown[self.note[meaning[0].start : meaning[-1].end]] = None
        elif run[0].stretch not in self._with_sector:
            self.is_cross_sector = True


def _split(note: str, between: frozenset[str]) -> Iterator[_Word]:
    """The words of a note without those that only stand between two sectors."""
    stretch, end = 0, 0
    for match in _WORD.finditer(note):
        key = unicodedata.normalize("NFKC", match.group()).casefold().strip("'’")
        is_break = bool(_BREAK.search(note[end : match.start()])) or key in between
        stretch, end = stretch + is_break, match.end()
        if key and key not in between:
            yield _Word(key, match.group(), match.start(), match.end(), stretch)


def _best_name(keys: Sequence[str]) -> _Name | None:
    """The longest name that the words begin with; of those as long, the one with the fewest slips."""
    best: tuple[int, int] | None = None
    found: _Name | None = None
    for first in _readings(keys[0]):
        for name in _WORDINGS.by_first_word.get(first, ()):
            cost = _slips(name.words, keys)
            if cost is not None and (best is None or (-len(name.words), cost) < best):
                best, found = (-len(name.words), cost), name
    return found


def _slips(name: Sequence[str], keys: Sequence[str]) -> int | None:
    """What it costs to read the words as this name; None if it cannot be."""
    if len(keys) < len(name):
        return None
    total = 0
    for meant, key in zip(name, keys, strict=False):
        if meant not in (readings := _readings(key)):
            return None
        total += readings[meant]
    return total if total <= _MOST_SLIPS else None


@lru_cache(maxsize=4096)
def _readings(key: str) -> Mapping[str, int]:
    """The words of our vocabulary that this one may stand for, with the cost of each."""
    if len(key) > _LONGEST_WORD or _WORDINGS.knows(key):
        return {key: 0}
    readings = {}
    for meant in sorted(_WORDINGS.vocabulary.get(key[0], ())):
        allowed = (len(meant) >= _ONE_SLIP_FROM) + (len(meant) >= _TWO_SLIPS_FROM)
        if abs(len(meant) - len(key)) <= allowed and (cost := _distance(key, meant)) <= allowed:
            readings[meant] = cost
    return readings


def _distance(written: str, meant: str) -> int:
    """Edit distance where a swap of neighbours costs one and a wrong letter two (a letter lost and one added)."""
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for i, letter in enumerate(written, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            cost = above[j - 1] if letter == other else min(above[j], row[j - 1]) + 1
            if i > 1 and j > 1 and letter == meant[j - 2] and written[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]


_MOST_SLIPS: Final = 2
_DATA: Final = json.loads((Path(__file__).parent / "data" / "sector_wordings.json").read_text(encoding="utf-8"))
_WORDINGS: Final = _Wordings(_DATA)
_LONGEST_NAME: Final = max(len(name.words) for names in _WORDINGS.by_first_word.values() for name in names)
