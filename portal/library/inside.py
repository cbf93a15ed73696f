"""Looking for words inside one document: pages that have them all, and where on a page they stand.

Plain words, whatever their case, also as parts of longer ones. Stems and synonyms are the search page's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import Q

from portal.library.models import DocumentPage, PortalDocument

LONGEST = 200  # characters of what was typed that are looked at
MOST_WORDS = 8
AROUND = 120  # characters; twice as many are shown of a page on which something was found
MOST_PLACES, NEAR = 200, 12  # places that are looked at, and of these, behind each
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def words_in(typed: str) -> tuple[str, ...]:
    """The words that somebody typed, each once. Never raises, and nothing in them is an operator."""
    line = typed.encode("utf-8", "ignore").decode()[:LONGEST]
    return tuple(dict.fromkeys(word.casefold() for word in WORD.findall(line)))[:MOST_WORDS]


def pages_with(document: PortalDocument, words: tuple[str, ...]) -> Any:
    """The pages that have all the words in their text or their name."""
    rows = DocumentPage.objects.filter(document=document)
    for word in words:
        rows = rows.filter(Q(text__icontains=word) | Q(name__icontains=word))
    return rows.order_by("number")


def around(text: str, words: tuple[str, ...]) -> str:
    """A piece of a text, around the place where most of the words stand together."""
    middle = _best_place(text, words) if words else 0
    start, end = max(0, middle - AROUND // 2), middle + 3 * AROUND // 2
    piece = " ".join(text[start:end].split())
    return f"{'… ' if start else ''}{piece}{' …' if end < len(text) else ''}"


def _best_place(text: str, words: tuple[str, ...]) -> int:
    """The first of the places, as far as they are looked at, with most different words right behind it."""
    found = [(match.start(), match[0].casefold()) for match in islice(_pattern(words).finditer(text), MOST_PLACES)]
    best, place = 0, 0
    for number, (start, _word) in enumerate(found):
        near = {word for at, word in found[number : number + NEAR] if at - start < AROUND}
        if len(near) > best:
            best, place = len(near), start
    return place


def pieces(text: str, words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words."""
    if not words:
        yield text, False
        return
    for place, piece in enumerate(_pattern(words).split(text)):
        if piece:
            yield piece, place % 2 == 1


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One group, so that splitting by it gives what was found as every other piece; longer words first."""
    ways = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(f"({ways})", re.IGNORECASE)
