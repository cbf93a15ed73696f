"""Words that were nearly typed right, drawn from what one viewer may read."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from search.models import EntryWord

SHORTEST = 4  # letters; of shorter words everything is near
MOST_LOOKED_AT = 5_000
LIKENESS = 0.75
LETTERS_APART = 2  # in length


def nearest(word: str, visible: Any) -> str:
    """The word that is meant, or the same word where it is known, short, or like none.

    `visible` selects the entries that the viewer may read; no other word is ever looked at.
    """
    words = EntryWord.objects.filter(entry__in=visible)
    if len(word) < SHORTEST or not word.isalpha() or words.filter(word=word).exists():
        return word
    alike = words.filter(word__startswith=word[0]).order_by().values_list("word", flat=True).distinct()
    near = [one for one in alike[:MOST_LOOKED_AT] if abs(len(one) - len(word)) <= LETTERS_APART]
    found = get_close_matches(word, near, n=1, cutoff=LIKENESS)
    return found[0] if found else word
