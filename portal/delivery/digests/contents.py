"""What belongs into a digest: all that came lately, is for this rhythm by present choices, and was not told before.

So nothing is lost when somebody changes their choices between two digests, and nothing comes twice.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.delivery.choosing import is_stopped
from portal.delivery.enums import Rhythm, State
from portal.delivery.items import Item, items_of
from portal.delivery.models import Delivery, News
from portal.delivery.people import Reader

logger = logging.getLogger("portal.delivery")
LOOKS_BACK = timedelta(days=14)
MOST_ITEMS = 1_000  # of all news of two weeks, the newest
TELLING = (State.QUEUED, State.SENT, State.DELIVERED, State.BOUNCED)


@dataclass(frozen=True)
class Contents:
    """The news of the last two weeks up to a moment, the newest first."""

    until: datetime
    items: Sequence[Item]

    @classmethod
    def of(cls, until: datetime) -> Contents:
        rows = News.objects.filter(at__gt=until - LOOKS_BACK, at__lte=until).order_by("-at", "-pk")[:MOST_ITEMS]
        found = items_of(list(rows))
        return cls(until, [item for item in found.values() if item.is_newest and _is_sound(item)])

    def told(self, people: Sequence[int], *, but: Sequence[int] = ()) -> dict[int, set[int]]:
        """The news that each person was told, or is about to be told at once. `but`: not counting these messages."""
        rows = Delivery.objects.filter(person__in=people, queued_at__gt=self.until - 2 * LOOKS_BACK, state__in=TELLING)
        found: dict[int, set[int]] = defaultdict(set)
        for person, kind, about, carried in rows.exclude(pk__in=but).values_list(
            "person_id", "kind", "about", "carried"
        ):
            found[person].update([int(about)] if kind == "news" else carried if kind == "digest" else [])
        return found

    def of_reader(self, reader: Reader, *, rhythm: Rhythm, told: set[int], at: datetime) -> list[Item]:
        """What this person is told now. The access rule is asked of each."""
        return [
            item
            for item in self.items
            if item.news.pk not in told and _belongs(item, reader, rhythm) and item.may_be_read_by(reader, at=at)
        ]


def _belongs(item: Item, reader: Reader, rhythm: Rhythm) -> bool:
    """What is wanted at once and was told to everybody else is told late with the next daily mail, and not never."""
    wanted = item.rhythm_for(reader)
    is_late = wanted is Rhythm.AT_ONCE and rhythm is Rhythm.DAILY and item.news.done_at is not None
    return wanted is rhythm or (is_late and not is_stopped(reader.chosen, rhythm))


def _is_sound(item: Item) -> bool:
    """Whether its room can say what it is about; where not, the others are told without it."""
    try:
        return bool(item.topics)
    except Exception:
        logger.exception("a piece of news cannot be described", extra={"news": item.news.pk})
        return False
