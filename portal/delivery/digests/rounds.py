"""The rounds of digests: one a rhythm, day and hour, over all who chose that hour.

A round may be late, be cut off or run twice: its row remembers how far it is, and each digest has its key.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from portal.delivery import people, queue
from portal.delivery.digests.contents import Contents
from portal.delivery.enums import DIGESTS, Rhythm
from portal.delivery.guarding import guarded
from portal.delivery.models import FIRST_HOUR, Choice, Delivery, DigestRound
from portal.delivery.when import digest_day, moment
from portal.members.audience import active_people

KIND = "digest"
PEOPLE_AT_ONCE = 500
# A round so late is left to the next one, which has all that it would have had.
LATEST = {Rhythm.DAILY: timedelta(hours=23), Rhythm.WEEKLY: timedelta(days=6, hours=23)}


def put_due(now: datetime) -> int:
    """Put the digests that are due into the outbox; returns how many."""
    for rhythm in DIGESTS:
        _begin(rhythm, now)
    rows = DigestRound.objects.filter(done_at=None)
    return sum(guarded(partial(_go_on, row, now), what=str(row)) for row in rows)


def _begin(rhythm: Rhythm, now: datetime) -> None:
    """A row for each hour that somebody chose and that has come."""
    weekday = settings.PORTAL_NEWS_WEEKDAY if rhythm is Rhythm.WEEKLY else None
    for hour in {FIRST_HOUR, *Choice.objects.order_by().values_list("digest_hour", flat=True).distinct()}:
        day = digest_day(now, hour=hour, weekday=weekday)
        at = moment(day, time(hour))
        if now - at < LATEST[rhythm]:
            DigestRound.objects.get_or_create(rhythm=rhythm, day=day, hour=hour, defaults={"at": at})


def _go_on(row: DigestRound, now: datetime) -> int:
    put = 0
    contents = Contents.of(row.at)
    while row.done_at is None:
        keys = _keys_after(row)
        rows = _rows(row, keys, contents, now)
        row.cursor = keys[-1] if keys else row.cursor
        row.done_at = now if len(keys) < PEOPLE_AT_ONCE else None
        with transaction.atomic():
            put += queue.put(rows)
            DigestRound.objects.filter(pk=row.pk).update(cursor=row.cursor, done_at=row.done_at)
    return put


def _keys_after(row: DigestRound) -> list[int]:
    """The keys of the next people who chose this hour, or never chose where it is the first one."""
    chose = Q(news_choice__digest_hour=row.hour)
    if row.hour == FIRST_HOUR:
        chose |= Q(news_choice=None)
    rows = active_people().filter(chose, pk__gt=row.cursor).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:PEOPLE_AT_ONCE])


def _rows(row: DigestRound, keys: list[int], contents: Contents, now: datetime) -> list[Delivery]:
    if not contents.items or not keys:
        return []
    readers = people.readers(keys)
    told = contents.told(list(readers))
    rhythm, period = Rhythm(row.rhythm), f"{row.rhythm}:{row.day.isoformat()}"
    return [
        queue.row(reader, kind=KIND, about=f"{period}:{row.pk}", once_for=period, now=now)
        for pk, reader in readers.items()
        if contents.of_reader(reader, rhythm=rhythm, told=told.get(pk, set()), at=now)
    ]
