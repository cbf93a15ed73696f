"""What is news, and to whom a message of it goes at once.

Each source is looked through from where it was last left, with an overlap, since a release may be committed later than
it is dated. A piece of news is told to members in the order of their keys; each message has a key of its own, so that
work which was cut off, or is done twice, tells nobody twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from portal.delivery import people, queue
from portal.delivery.enums import Channel, Rhythm
from portal.delivery.guarding import guarded
from portal.delivery.items import Item, items_of
from portal.delivery.models import Delivery, News, Watch
from portal.delivery.people import Reader
from portal.delivery.sources import Source, sources

OVERLAP = timedelta(hours=1)
NOTED_EVERY = timedelta(minutes=5)  # less than the overlap: a turn that finds nothing need not write that down
PEOPLE_AT_ONCE = 500
KIND = "news"


def find(now: datetime) -> int:
    """Note what was released since each source was last looked through; returns how much is new."""
    return sum(guarded(partial(_find_in, source, now), what=source.name) for source in sources())


def _find_in(source: Source, now: datetime) -> int:
    watch, _made = Watch.objects.get_or_create(source=source.name, defaults={"begun_at": now, "seen_until": now})
    after = max(watch.begun_at, watch.seen_until - OVERLAP)
    found = [one for one in source.released(after, now) if after < one.at <= now]
    known = set(News.objects.filter(source=source.name, at__gt=after).values_list("object_id", "version"))
    rows = [
        News(source=source.name, object_id=one.object_id, version=one.version, at=one.at, found_at=now)
        for one in found
        if (one.object_id, one.version) not in known
    ]
    if rows or now - watch.seen_until > NOTED_EVERY:
        _note(watch, rows, now)
    return len(rows)


def _note(watch: Watch, rows: list[News], now: datetime) -> None:
    with transaction.atomic():
        News.objects.bulk_create(rows, ignore_conflicts=True)
        Watch.objects.filter(pk=watch.pk, seen_until__lt=now).update(seen_until=now)


def tell_at_once(now: datetime) -> int:
    """Put a message into the outbox for everybody who is told at once; returns how many were put."""
    rows = News.objects.filter(done_at=None)
    return sum(guarded(partial(_tell, row, now), what=str(row)) for row in rows)


def _tell(news: News, now: datetime) -> int:
    item = items_of([news]).get(news.pk)
    if item is None or not item.is_newest:
        News.objects.filter(pk=news.pk).update(done_at=now)
        return 0
    put = 0
    while news.done_at is None:
        put += _step(item, now)
    return put


def _step(item: Item, now: datetime) -> int:
    """The next people, and how far it is now, in one transaction."""
    news = item.news
    keys = people.keys_after(news.cursor, PEOPLE_AT_ONCE)
    rows = _rows(item, people.readers(keys), now)
    news.cursor = keys[-1] if keys else news.cursor
    news.done_at = now if len(keys) < PEOPLE_AT_ONCE else None
    with transaction.atomic():
        put = queue.put(rows)
        News.objects.filter(pk=news.pk).update(cursor=news.cursor, done_at=news.done_at)
    return put


def _rows(item: Item, readers: dict[int, Reader], now: datetime) -> list[Delivery]:
    elsewhere = item.source.told_by_name(item.thing)
    wanted = (
        reader
        for reader in readers.values()
        if reader.person.pk not in elsewhere
        and item.rhythm_for(reader) is Rhythm.AT_ONCE
        and item.may_be_read_by(reader, at=now)
    )
    return [row for reader in wanted for row in _rows_of(item, reader, now)]


def _rows_of(item: Item, reader: Reader, now: datetime) -> list[Delivery]:
    is_text = item.topics.is_critical and reader.chosen.wants_texts
    channels = (Channel.MAIL, Channel.TEXT) if is_text else (Channel.MAIL,)
    facts: dict[str, Any] = {"kind": KIND, "about": str(item.news.pk), "is_critical": item.topics.is_critical}
    return [queue.row(reader, channel=channel, now=now, **facts) for channel in channels]
