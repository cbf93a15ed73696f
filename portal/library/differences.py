"""What changed between two versions of a text: passages, in order, with the pages on which they stand.

The work grows with the length of the texts and no faster, whatever stands in them. Passages that occur once on both
sides hold the two together; only what lies between two of these is compared piece by piece, and only where it is short.
Where too much changed to be told apart, a whole stretch is one change.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain, groupby, islice

MOST_CHARACTERS = 4_000_000  # of one text
MOST_PASSAGES = 40_000  # of one text
MOST_CHANGES = 200  # that are shown
LONGEST_SHOWN = 2_000  # characters of one side of a change
SHORT = 40  # passages of a stretch that are compared piece by piece
DEEPEST = 6  # how often a stretch is held together by passages that occur once in it alone
RUNNING_LINES = 2  # lines at the top and the bottom of a page that may be its running head or foot
FEWEST_PAGES, FEWEST_LINES = 4, 6  # with fewer pages, or lines on a page, nothing is taken for a running head
# Where a passage ends: a blank line, a line that begins a point of a list, or the end of a sentence.
BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[•▪●◦‣*–-]|\(?\w{1,3}[.)])[ \t])|(?<=[.!?;:])\s+(?=[\"“(]?[A-Z0-9•])")
CELLS = " | "  # between the cells of a row, as tables are read
WORD = re.compile(r"\s*\S+\s*")
NUMBER = re.compile(r"\d+")
NOT_WORDS = re.compile(r"[\W_]+")
Pages = Sequence[tuple[int, str]]
Piece = tuple[str, bool]
Stretch = tuple[int, int, int, int]  # from and to on the old side, from and to on the new side


class Kind(StrEnum):
    """What became of a passage."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One stretch of text that differs. A side that has nothing there has no page and no text."""

    kind: Kind
    old_page: int | None
    new_page: int | None
    old: str
    new: str


@dataclass(frozen=True)
class Differences:
    """The changes in the order of the text. `is_cut_short` says that there is more than is shown, or was compared."""

    changes: list[Change]
    is_cut_short: bool = False


@dataclass(frozen=True)
class Passage:
    """A sentence or a point of a list, with the page on which it begins. `key` is what is compared."""

    page: int
    text: str
    key: str


def between(old_pages: Pages, new_pages: Pages) -> Differences:
    """The changes from one text to another; each is given as its pages, by number and text. Never raises.

    Layout, capitals and punctuation do not count, nor do lines that stand at the top or bottom of most pages.
    """
    old, old_is_cut = _passages(old_pages)
    new, new_is_cut = _passages(new_pages)
    found = stretches([passage.key for passage in old], [passage.key for passage in new])
    changes = [_change(old[a:b], new[c:d]) for a, b, c, d in found[:MOST_CHANGES]]
    is_longer = any(len(change.old) == LONGEST_SHOWN or len(change.new) == LONGEST_SHOWN for change in changes)
    return Differences(changes, old_is_cut or new_is_cut or is_longer or len(found) > MOST_CHANGES)


def _change(old: Sequence[Passage], new: Sequence[Passage]) -> Change:
    kind = Kind.CHANGED if old and new else Kind.REMOVED if old else Kind.ADDED
    return Change(kind, _page(old), _page(new), _shown(old), _shown(new))


def _page(passages: Sequence[Passage]) -> int | None:
    return passages[0].page if passages else None


def _shown(passages: Sequence[Passage]) -> str:
    return "\n".join(passage.text for passage in passages)[:LONGEST_SHOWN]


def marked(change: Change) -> tuple[list[Piece], list[Piece]]:
    """Both sides of a change in pieces, each with whether it differs from the other side."""
    old, new = WORD.findall(change.old), WORD.findall(change.new)
    found = stretches([_key(word) for word in old], [_key(word) for word in new])
    return _marked(old, [(a, b) for a, b, _c, _d in found]), _marked(new, [(c, d) for _a, _b, c, d in found])


def _marked(words: list[str], differing: list[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    last = 0
    for start, end in differing:
        pieces += [("".join(words[last:start]), False), ("".join(words[start:end]), True)]
        last = end
    pieces.append(("".join(words[last:]), False))
    return [piece for piece in pieces if piece[0]]


# --- passages ------------------------------------------------------------------------------------


def _passages(pages: Pages) -> tuple[list[Passage], bool]:
    """The passages of a text; and whether it was too long to take all of it."""
    kept, is_cut = _within(pages)
    whole = _in_whole_sentences(without_running_lines(kept))
    pieces = (_passage(page, piece) for page, text in whole for piece in _pieces(text))
    found = list(islice((passage for passage in pieces if passage.key), MOST_PASSAGES + 1))
    return found[:MOST_PASSAGES], is_cut or len(found) > MOST_PASSAGES


def _pieces(text: str) -> Iterator[str]:
    """A text at its breaks; each row of a table is a piece of its own."""
    for is_row, group in groupby(text.split("\n"), key=lambda line: CELLS in line):
        lines = list(group)
        yield from lines if is_row else BREAK.split("\n".join(lines))


def _passage(page: int, piece: str) -> Passage:
    text = " ".join(piece.split())
    return Passage(page, text, _key(text))


def _key(text: str) -> str:
    return NOT_WORDS.sub(" ", text.casefold()).strip()


def _within(pages: Pages) -> tuple[list[tuple[int, str]], bool]:
    left = MOST_CHARACTERS
    kept: list[tuple[int, str]] = []
    for number, text in pages:
        if left <= 0:
            return kept, True
        kept.append((number, text[:left]))
        left -= len(text)
    return kept, left < 0


def without_running_lines(pages: Pages) -> list[tuple[int, str]]:
    """The pages without lines that stand, but for numbers, at the top or the bottom of half of them or more."""
    if len(pages) < FEWEST_PAGES:
        return list(pages)
    split = [(number, [line for line in text.split("\n") if line.strip()]) for number, text in pages]
    seen = Counter(form for _number, lines in split for form in {_form(line) for line in _edges(lines)})
    running = {form for form, times in seen.items() if times * 2 >= len(pages)}
    return [
        (number, "\n".join(_without_edges(text.split("\n"), running)) if running else text) for number, text in pages
    ]


def _edges(lines: list[str]) -> list[str]:
    return lines[:RUNNING_LINES] + lines[-RUNNING_LINES:] if len(lines) >= FEWEST_LINES else []


def _form(line: str) -> str:
    return NUMBER.sub("#", " ".join(line.split()).casefold())


def _without_edges(lines: list[str], running: set[str]) -> list[str]:
    """The lines without running ones among the first and the last that are not blank."""
    places = [place for place, line in enumerate(lines) if line.strip()]
    if len(places) < FEWEST_LINES:
        return lines
    edges = {*places[:RUNNING_LINES], *places[-RUNNING_LINES:]}
    return [line for place, line in enumerate(lines) if place not in edges or _form(line) not in running]


def _in_whole_sentences(pages: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The pages, each with the end of its last sentence, which may stand on the next."""
    held: tuple[int, str] | None = None
    for number, text in pages:
        if held is None:
            held = (number, text.strip())
            continue
        head, rest = _split_off(text) if _is_open(held[1]) else ("", text)
        yield held[0], f"{held[1]}\n{head}"
        held = (number, rest.strip())
    if held is not None:
        yield held


def _is_open(text: str) -> bool:
    return bool(text) and text[-1] not in ".!?:;"


def _split_off(text: str) -> tuple[str, str]:
    """What belongs to the sentence before, and the rest; nothing where the page begins anew."""
    start = text.lstrip()
    if not start[:1].islower():
        return "", text
    found = BREAK.search(start)
    return (start[: found.start()], start[found.end() :]) if found else (start, "")


# --- comparing -----------------------------------------------------------------------------------


def stretches(old: Sequence[str], new: Sequence[str]) -> list[Stretch]:
    """Where two lists differ: the stretches, in order, outside of which both are the same, item by item."""
    return list(_joined(_between(old, new, (0, len(old), 0, len(new)), DEEPEST)))


def _between(old: Sequence[str], new: Sequence[str], stretch: Stretch, depth: int) -> Iterator[Stretch]:
    a, b, c, d = _trimmed(old, new, stretch)
    if a == b or c == d:
        if a != b or c != d:
            yield a, b, c, d
        return
    anchors = _anchors(old[a:b], new[c:d]) if depth else []
    if not anchors:
        yield from _piece_by_piece(old, new, (a, b, c, d))
        return
    last_old, last_new = a, c
    for i, j in chain(((a + i, c + j) for i, j in anchors), [(b, d)]):
        yield from _between(old, new, (last_old, i, last_new, j), depth - 1)
        last_old, last_new = i + 1, j + 1


def _trimmed(old: Sequence[str], new: Sequence[str], stretch: Stretch) -> Stretch:
    """A stretch without what is the same at its beginning and its end."""
    a, b, c, d = stretch
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return a, b, c, d


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places of what occurs once on either side, as many as stand in the same order on both."""
    in_old, in_new = Counter(old), Counter(new)
    places = {key: place for place, key in enumerate(new) if in_new[key] == 1}
    pairs = [(place, places[key]) for place, key in enumerate(old) if in_old[key] == 1 and key in places]
    return _rising(pairs)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second places rise as their first do (patience sorting)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_place, other) in enumerate(pairs):
        pile = bisect_left(tops, other)
        before.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [other]
        ends[pile : pile + 1] = [index]
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _piece_by_piece(old: Sequence[str], new: Sequence[str], stretch: Stretch) -> Iterator[Stretch]:
    """A short stretch compared passage by passage; a long one that nothing holds together is one change."""
    a, b, c, d = stretch
    if b - a > SHORT or d - c > SHORT:
        yield stretch
        return
    for tag, i, j, k, m in SequenceMatcher(None, old[a:b], new[c:d], autojunk=False).get_opcodes():
        if tag != "equal":
            yield a + i, a + j, c + k, c + m


def _joined(found: Iterable[Stretch]) -> Iterator[Stretch]:
    """Stretches that touch become one."""
    held: Stretch | None = None
    for stretch in found:
        if held is not None and (held[1], held[3]) == (stretch[0], stretch[2]):
            held = (held[0], stretch[1], held[2], stretch[3])
            continue
        if held is not None:
            yield held
        held = stretch
    if held is not None:
        yield held
