"""Searches that members keep: kept, changed, and run as their owner when it is time to tell of what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access.viewer import Viewer
from portal.delivery import queue
from portal.members.models import Person
from search import synonyms
from search.asked import Asked, read
from search.engines import engine
from search.enums import Alerts
from search.facets import Names
from search.listing import Row, rows_of
from search.models import Entry, SavedSearch
from search.queries import understand
from search.questions import Ask, Found

MOST = 50  # of one person
MOST_TOLD = 20  # things in one mail; the page has the rest
PAUSES = {Alerts.AT_ONCE: timedelta(0), Alerts.DAILY: timedelta(days=1), Alerts.WEEKLY: timedelta(days=7)}
# What was entered just now may still be in a transaction, or on its way to the index; it is told of the next time.
SETTLED = timedelta(minutes=5)
KIND = "saved_search"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class NotSaved(Exception):
    """Why a search could not be kept or changed, as a sentence for its owner."""


@dataclass(frozen=True)
class Kept:
    """A saved search as its owner's page shows it."""

    row: SavedSearch
    asked: Asked
    words: str


@dataclass(frozen=True)
class News:
    """What is new in a saved search for its owner: the first rows, and how many there are in all."""

    rows: Sequence[Row]
    count: int


def asked_by(row: SavedSearch) -> Asked:
    return read(QueryDict(row.address))


def kept_by(person: Person) -> list[Kept]:
    """All of one person, by name."""
    rows, names = list(SavedSearch.objects.filter(person=person)), Names.load()
    return [Kept(row, asked, _in_words(asked, names)) for row in rows for asked in [asked_by(row)]]


def _in_words(asked: Asked, names: Names) -> str:
    words = [f"“{asked.shown}”"] if asked.shown else []
    return " · ".join(words + [names.in_words(name, value) for name, value in asked.pairs])


def save(person: Person, *, name: str, address: str, alerts: str) -> SavedSearch:
    """Keep a search. Raises `NotSaved`."""
    if SavedSearch.objects.filter(person=person).count() >= MOST:
        raise NotSaved(_("You have saved 50 searches, and no more can be kept. Delete one first."))
    row = SavedSearch(person=person, name=name, address=address, alerts=alerts, told_until=timezone.now())
    _write(lambda: row.save(force_insert=True))
    return row


def change(row: SavedSearch, *, name: str, alerts: str) -> None:
    """Rename it, or choose how often mail comes. Who begins to have mail is told of what comes from then on."""
    changes: dict[str, Any] = {"name": name, "alerts": alerts}
    if row.alerts == Alerts.NONE and alerts != Alerts.NONE:
        changes["told_until"] = timezone.now()
    _write(lambda: SavedSearch.objects.filter(pk=row.pk).update(**changes))


def _write(function: Any) -> None:
    try:
        with transaction.atomic():
            function()
    except IntegrityError:
        raise NotSaved(_("Another of your searches has this name. Choose another name; nothing was changed.")) from None


def ask_for_mail(now: datetime) -> int:
    """Ask for a mail of each saved search that is due and may have something new; returns how many were asked for."""
    until = now - SETTLED
    return sum(_ask_for_one(row, until) for row in _due(until))


def _due(until: datetime) -> list[SavedSearch]:
    return [
        row
        for alerts, pause in PAUSES.items()
        for row in SavedSearch.objects.filter(alerts=alerts, told_until__lte=until - pause)
    ]


def _ask_for_one(row: SavedSearch, until: datetime) -> bool:
    """Whoever moves `told_until` on puts the mail: of two that run at the same time, one."""
    with transaction.atomic():
        unmoved = SavedSearch.objects.filter(pk=row.pk, told_until=row.told_until)
        if not unmoved.update(told_until=until):
            return False
        if not Entry.objects.filter(entered_at__gt=row.told_until, entered_at__lte=until).exists():
            return False
        about = f"{row.pk}:{_as_number(row.told_until)}:{_as_number(until)}"
        queue.ask_for(row.person_id, kind=KIND, about=about, now=until + SETTLED)
    return True


def _as_number(moment: datetime) -> int:
    """Microseconds since 1970: a message's row holds 80 characters."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(number: str) -> datetime:
    return EPOCH + int(number) * MICROSECOND


def news_in(row: SavedSearch, viewer: Viewer, *, after: datetime, until: datetime) -> News:
    """What was entered in between, has all the words, and can be read by this viewer now.

    Raises `SearchUnavailable`: the mail then waits.
    """
    asked = asked_by(row)
    query = understand(asked.typed, synonyms=synonyms.groups())
    ask = Ask(viewer=viewer, query=query, at=timezone.now(), facets=asked.facets, entered_after=after, is_strict=True)
    found = engine().find(ask)
    hits = Entry.objects.filter(pk__in=[hit.entry for hit in found.hits], entered_at__lte=until)
    in_time = set(hits.values_list("pk", flat=True))
    rows = rows_of([hit for hit in found.hits if hit.entry in in_time], viewer)
    return News(rows[:MOST_TOLD], _count(found, len(rows)))


def _count(found: Found, shown: int) -> int:
    """What was left out of one page of hits is left out of the count as well."""
    return found.total - (len(found.hits) - shown)
