"""News as it is told: the thing behind each row, as it stands, with its tokens and its topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Max

from portal.access.crowds import Stored, stored
from portal.access.enums import Label
from portal.delivery.choosing import rhythm_of
from portal.delivery.enums import Rhythm
from portal.delivery.models import News
from portal.delivery.people import Reader
from portal.delivery.sources import Source, Topics, kind_topic, source_named


@dataclass(frozen=True)
class Item:
    """One piece of news. `is_newest`: no later version of the same thing is news."""

    news: News
    source: Source
    stored: Stored
    is_newest: bool

    @property
    def thing(self) -> Any:
        return self.stored.thing

    @cached_property
    def topics(self) -> Topics:
        """Asked of the room when it is needed: a thing that its room cannot describe spoils no other."""
        return self.source.topics(self.thing)

    @property
    def label(self) -> Label:
        found: Label = self.thing.label
        return found

    @property
    def kind(self) -> str:
        return kind_topic(self.source, self.topics.kind)

    @property
    def title(self) -> str:
        """What may stand in a message: above TLP:GREEN the safe title."""
        words = self.source.title if self.label.may_leave_in_full else self.source.safe_title
        return one_line(words(self.thing))

    @property
    def summary(self) -> str:
        return one_line(self.source.summary(self.thing)) if self.label.may_leave_in_full else ""

    @property
    def address(self) -> str:
        return self.source.permalink(self.thing)

    def may_be_read_by(self, reader: Reader, *, at: datetime) -> bool:
        return self.stored.may_be_read_by(reader.viewer, at=at)

    def rhythm_for(self, reader: Reader) -> Rhythm:
        is_named = reader.token in self.stored.tokens
        return rhythm_of(reader.chosen, self.topics, kind=self.kind, is_named=is_named)


def one_line(words: str) -> str:
    """The words without line ends, and without signs that do not show: none of them may begin a header."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(str(words).split())).strip()


def items_of(rows: Sequence[News]) -> dict[int, Item]:
    """The news by key, without those whose thing or source is gone. A fixed number of queries a source."""
    by_source: dict[str, list[News]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    found = (item for name, of_it in by_source.items() for item in _of_source(name, of_it))
    return {item.news.pk: item for item in found}


def _of_source(name: str, rows: Sequence[News]) -> Iterable[Item]:
    source = source_named(name)
    if source is None:
        return
    keys = {row.object_id for row in rows}
    newest = dict(
        News.objects.filter(source=name, object_id__in=keys)
        .order_by("object_id")
        .values_list("object_id")
        .annotate(newest=Max("pk"))
    )
    things = stored(source.rows(keys).values())
    for row in rows:
        thing = things.get(row.object_id)
        if thing is not None:
            yield Item(row, source, thing, newest[row.object_id] == row.pk)
