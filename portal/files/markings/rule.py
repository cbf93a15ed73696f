"""When a file is marked as PCII, and which CUI banners it carries, by its texts. Pure, and in linear time.

Marked is a file (6 CFR 29.6(c); CUI registry, 'Protected Critical Infrastructure Information') in which

1. a sentence says of itself that it is PCII: 'This document contains PCII.' The sentence begins a line, follows another
   sentence, or follows a short label ('WARNING:'). In quotation marks, or after words that announce an example
   ('marked as follows:'), it is quoted and says nothing of this file;
2. a banner names PCII ('CUI//SP-PCII') where banners stand: beside the content, or at the edge of half of the pages;
3. 'PCII' or its long form stands alone, but for words of handling, where headers and footers stand: in one of those
   that an Office file has apart; in a picture's metadata; or at two edges of pages, and on half of the pages at least.

A text that speaks about PCII is not marked: a title, a heading on one page, a word in a sentence, an entry of a list.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from portal.files.markings import banners
from portal.files.markings.enums import Place, Sign

EDGE = 3  # lines at either end of a page in which headers and footers stand
LONGEST_LINE = 400  # characters of a line that is looked at whole
MOST_BANNERS = 20
_WORDS = r"(?:PCII|Protected\s+Critical\s+Infrastructure\s+Information(?:\s*\(?PCII\)?)?)"
_THINGS = (
    r"(?:document|file|page|sheet|drawing|diagram|map|record|report|plan|study|assessment|e-?mail|message|letter|"
    r"material|package|product|presentation|slide|spreadsheet|workbook|image|picture|photo|photograph|video|recording|"
    r"attachment|enclosure|transmission|media|disk|disc|information|data)s?"
)
_SENTENCE = re.compile(
    rf"\b(?-i:This|THIS|These|THESE|The(?=\s+[ae])|THE(?=\s+[AE]))\s+(?:(?:attached|enclosed|electronic)\s+)?{_THINGS}\s+"
    rf"(?:contains?|is|are)\s+(?:protected\s+as\s+)?{_WORDS}"
    r"(?=\s*(?:[.,;:!)\]*]|$)|\s+(?:and|that|which|under|as|subject|within|pursuant|in\s+accordance|protected|exempt)\b)",
    re.IGNORECASE | re.MULTILINE,
)
# A label has four words at most.
_LABEL = r"[A-Z][A-Za-z]{0,20}(?: [A-Za-z]{1,20}){0,3}"
_OPENS = re.compile(rf"(?:^|[.!])[\s>*#|_\u2022\u2013\u2014-]{{0,20}}(?:(?P<label>{_LABEL}):[\s*]{{0,5}})?\Z")
_EXAMPLE = re.compile(r"\b(?:examples?|follows|following|samples?|reads|reading|says)\b", re.IGNORECASE)
_ANNOUNCES = re.compile(
    r"(?:\S+\s+){4,}\S*:|.*\b(?:examples?|follows|following|e\.g|samples?|reads|reading|states|wording|statement)\W*",
    re.IGNORECASE,
)
_HANDLING = (
    r"(?:UNCLASSIFIED|FOR\s+OFFICIAL\s+USE\s+ONLY|FOUO|U|CUI|CONTROLLED|SENSITIVE|WARNING|NOTICE|CONTAINS|"
    r"DO\s+NOT\s+(?:RELEASE|DISTRIBUTE)|(?:PAGE\s+)?\d{1,4}(?:\s+OF\s+\d{1,4})?)"
)
_ALONE = re.compile(rf"[\W_]*(?:{_HANDLING}[\W_]+){{0,4}}{_WORDS}(?:[\W_]+{_HANDLING}){{0,4}}[\W_]*", re.IGNORECASE)
_CAPITALS = re.compile(r"\bPCII\b|Protected|PROTECTED")
_SHORT = 160  # characters of such a line


@dataclass(frozen=True)
class Found:
    """What a file is marked with."""

    signs: frozenset[Sign] = frozenset()
    banners: tuple[str, ...] = ()

    @property
    def is_pcii(self) -> bool:
        return bool(self.signs)

    def with_(self, other: Found) -> Found:
        banners_of_both = tuple(dict.fromkeys([*self.banners, *other.banners]))[:MOST_BANNERS]
        return Found(self.signs | other.signs, banners_of_both)


@dataclass
class Finder:
    """Takes the texts of one file, one after the other. `found` gives what they amount to."""

    _signs: set[Sign] = field(default_factory=set)
    _banners: dict[str, None] = field(default_factory=dict)
    _pages: int = 0
    _edges: int = 0  # with the words alone
    _worded: int = 0  # pages with such an edge
    _bannered: int = 0  # pages with a banner of PCII at an edge

    def add(self, text: str, place: Place) -> None:
        """One page, or one value beside the content."""
        lines = _lines(text)
        if not lines:
            return
        if says_so(text):
            self._signs.add(Sign.STATEMENT)
        if place is Place.PAGE:
            self._add_page(lines)
        elif place is not Place.TOPIC:
            self._add_lines(lines, place)
        elif len(lines) == 1:
            self._add_banner(lines[0], place)

    def take(self, inner: Found) -> None:
        """What a file inside this one is marked with marks this one as well."""
        self._signs |= inner.signs
        for banner in inner.banners:
            self._banners.setdefault(banner)

    def found(self) -> Found:
        signs = set(self._signs)
        if self._bannered and 2 * self._bannered >= self._pages:
            signs.add(Sign.BANNER)
        if self._edges > 1 and 2 * self._worded >= self._pages:
            signs.add(Sign.WORDS)
        return Found(frozenset(signs), tuple(self._banners)[:MOST_BANNERS])

    def _add_page(self, lines: list[str]) -> None:
        self._pages += 1
        half = (len(lines) + 1) // 2
        top, bottom = lines[: min(EDGE, half)], lines[max(half, len(lines) - EDGE) :]
        edges = sum(any(is_alone(line) for line in edge) for edge in (top, bottom))
        self._edges += edges
        self._worded += bool(edges)
        seen = [self._keep(line) for line in (*top, *bottom)]
        self._bannered += any(banners.names_pcii(banner) for banner in seen)

    def _add_lines(self, lines: list[str], place: Place) -> None:
        for line in lines:
            self._add_banner(line, place)
            if place is not Place.LOOSE and is_alone(line):
                self._signs.add(Sign.WORDS)

    def _add_banner(self, line: str, place: Place) -> None:
        banner = banners.read(line)
        if banner and banners.is_bare(banner) and place is not Place.MARGIN:
            return
        if banners.names_pcii(self._keep(line)):
            self._signs.add(Sign.BANNER)

    def _keep(self, line: str) -> str:
        banner = banners.read(line)
        if banner and len(self._banners) < MOST_BANNERS:
            self._banners.setdefault(banner)
        return banner


def says_so(text: str) -> bool:
    """Whether a sentence says of itself that it is PCII, and is not quoted."""
    plain = _plain(text)
    return any(_is_said(plain, found.start()) for found in _SENTENCE.finditer(plain))


def is_alone(line: str) -> bool:
    """Whether the words stand alone in a line, but for words of handling and numbers of pages."""
    if len(line) > _SHORT or not _CAPITALS.search(line) or banners.read(line):
        return False
    return bool(_ALONE.fullmatch(line))


def _is_said(text: str, place: int) -> bool:
    start = text.rfind("\n", 0, place) + 1
    opens = _OPENS.search(text[max(start, place - LONGEST_LINE) : place])
    if not opens:
        return False
    if opens["label"]:
        return not _EXAMPLE.search(opens["label"])
    announced = text[max(0, start - LONGEST_LINE) : start].rstrip()
    return not _ANNOUNCES.fullmatch(announced[announced.rfind("\n") + 1 :].strip())


def _lines(text: str) -> list[str]:
    lines = (" ".join(line[:LONGEST_LINE].split()) for line in _plain(text).split("\n"))
    return [line for line in lines if line]


def _plain(text: str) -> str:
    """Without what cannot be seen, and with one form of each letter, so that nothing hides behind another."""
    folded = _LINE_ENDS.sub("\n", text)
    if folded.isascii():
        return _CONTROLS.sub("", folded)
    folded = unicodedata.normalize("NFKC", folded)
    return "".join(one for one in folded if one in "\n\t" or unicodedata.category(one) not in _UNSEEN)


_LINE_ENDS = re.compile(r"\r\n?|[\f\v\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
