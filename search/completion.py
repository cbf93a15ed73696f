"""What the box offers while somebody types: words from what this viewer may read, and from nothing else."""

from __future__ import annotations

from django.utils import timezone

from portal.access.viewer import Viewer
from search.engines import engine
from search.queries import LONGEST, clean
from search.questions import SearchUnavailable
from search.templatetags.search import plain

MOST = 8
SHORTEST = 2  # signs; of fewer everything begins so


def offers(viewer: Viewer, typed: str) -> list[str]:
    """What was typed with its last word completed, at most `MOST` lines. Nothing where the engine is away."""
    line = clean(typed)
    if len(line) > LONGEST or not typed[-1:].strip():
        return []
    before, space, beginning = line.rpartition(" ")
    sign = beginning[: len(beginning) - len(beginning.lstrip('-"'))]
    beginning = beginning[len(sign) :].casefold()
    if len(beginning) < SHORTEST:
        return []
    try:
        words = engine().complete(viewer, beginning, at=timezone.now(), most=MOST)
    except SearchUnavailable:
        return []
    return [f"{before}{space}{sign}{plain(word)}" for word in words[:MOST]]
