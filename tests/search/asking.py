"""Short ways to put something that can be found, and to ask for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from portal.access.enums import Label
from portal.access.rule import Marking
from portal.access.viewer import ANONYMOUS, Viewer
from portal.bulletins.models import BulletinPage
from search import indexing
from search.engines import engine, is_outside
from search.models import Change, Entry
from search.queries import Phrase, understand
from search.questions import MARK, UNMARK, Ask, Found
from search.registry import Projection, Source, Text

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CLEAR = Marking(Label.CLEAR)


def is_confirmed() -> bool:
    return not is_outside() or not Change.objects.filter(is_confirmed=False).exists()


def find(typed: str, viewer: Viewer = ANONYMOUS, *, synonyms: Sequence[Sequence[Phrase]] = (), **given: Any) -> Found:
    """What an engine finds; `given` are fields of `Ask`, or facets."""
    fields = {name: given.pop(name) for name in ("at", "first", "size", "entered_after", "is_strict") if name in given}
    query = understand(typed, synonyms=synonyms)
    return engine().find(Ask(viewer=viewer, query=query, **{"at": timezone.now(), **fields}, facets=given))


def titles(found: Found) -> list[str]:
    return [hit.title.replace(MARK, "").replace(UNMARK, "") for hit in found.hits]


def body(text: str) -> str:
    return json.dumps([{"type": "text", "value": f"<p>{text}</p>"}])


@dataclass(frozen=True)
class Thing:
    """Something to be found that needs no row of its own."""

    pk: int
    projection: Projection
    stands: Marking = field(default_factory=lambda: CLEAR)

    def marking(self) -> Marking:
        return self.stands


SOURCE = Source(model=BulletinPage, kinds={}, project=lambda thing: thing.projection, address=lambda thing: "")


def put(key: int, title: str = "", *, pages: Sequence[str] = (), marking: Marking = CLEAR, **given: Any) -> Entry:
    """Enter a thing with this text, or these pages; `text` is a text without pages."""
    texts = [Text(0, given.pop("text"))] if "text" in given else [Text(at + 1, text) for at, text in enumerate(pages)]
    facts = {"kind": "bulletin", "title": title or f"Thing {key}", "dated": LONG_AGO, "texts": texts, **given}
    indexing.enter(SOURCE, Thing(key, Projection(**facts), marking))
    return Entry.objects.get(object_id=key)
