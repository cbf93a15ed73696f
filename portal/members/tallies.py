"""One account that reads far more than is usual for it is noticed, and fetches no more than so much an hour.

Each opening of a thing above TLP:CLEAR, and each download, adds one to the person's tally of the day. `tick` compares:
when a day passes PORTAL_READS_THAT_ALARM, and so many times (PORTAL_READS_OVER_USUAL) what is usual for the person,
staff are alarmed, once for each day. What is usual is the median of those of the last thirty days on which the person
read something. A tally says how many, never what.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal import audit
from portal.access.enums import Label
from portal.access.models import Marked
from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.members import alarms
from portal.members.enums import AlarmKind
from portal.members.limits import may_ask
from portal.members.models import Person, ReadTally

REMEMBERED = timedelta(days=30)
LATE = timedelta(days=1)  # a scheduler that was down over midnight still looks at the day before
HOUR = 3600  # seconds


def count(person: int | None, *, things: int = 1) -> None:
    """Add to a person's tally of today: one query, and one more for the first of a day."""
    if person is None or things < 1:
        return
    row = {"person_id": person, "day": timezone.localdate()}
    if not ReadTally.objects.filter(**row).update(count=F("count") + things):
        _, is_new = ReadTally.objects.get_or_create(**row, defaults={"count": things})
        if not is_new:  # another request of theirs was first
            ReadTally.objects.filter(**row).update(count=F("count") + things)


def count_read(request: HttpRequest, thing: Marked, *, verb: Verb = Verb.READ) -> None:
    """Count and record that somebody opened or downloaded a thing. HEAD shows nobody anything."""
    if request.method == "GET" and thing.label is not Label.CLEAR:
        count(viewer_of(request).person)
    record_read(request, thing, verb=verb)


def record_read(request: HttpRequest, thing: Marked, *, verb: Verb = Verb.READ) -> None:
    """Record it in the trail: every download, and the opening of what is not for everyone."""
    if request.method == "GET" and (verb is Verb.DOWNLOAD or thing.label is not Label.CLEAR):
        audit.record(verb, thing, facts={"label": thing.label.value})


def usual(person: int, day: date) -> float:
    """The median of what a person read on the days on which they read something, within thirty days before `day`."""
    days = ReadTally.objects.filter(person_id=person, day__lt=day, day__gte=day - REMEMBERED, count__gt=0)
    return median([*days.values_list("count", flat=True)] or [0])


def is_unusual(tally: ReadTally) -> bool:
    """Whether a day passes both numbers."""
    if tally.count <= settings.PORTAL_READS_THAT_ALARM:
        return False
    return tally.count > settings.PORTAL_READS_OVER_USUAL * usual(tally.person_id, tally.day)


def alarm_of_much_reading(now: datetime) -> int:
    """Alarm staff of each day that is unusual; returns how many. Safe to run twice at the same time."""
    since = timezone.localtime(now).date() - LATE
    rows = ReadTally.objects.filter(day__gte=since, alarmed_at=None, count__gt=settings.PORTAL_READS_THAT_ALARM)
    return sum(_alarm(tally, now) for tally in rows.select_related("person") if is_unusual(tally))


def _alarm(tally: ReadTally, now: datetime) -> bool:
    with transaction.atomic():
        if not ReadTally.objects.filter(pk=tally.pk, alarmed_at=None).update(alarmed_at=now):
            return False
        person: Person = tally.person
        alarms.raise_alarm(AlarmKind.READS_MUCH, about=person.email, person=person)
    return True


def forget_old(now: datetime) -> int:
    """Delete tallies that no longer say what is usual."""
    before = timezone.localtime(now).date() - REMEMBERED - LATE
    gone, _each = ReadTally.objects.filter(day__lt=before).delete()
    return gone


# --- limits --------------------------------------------------------------------------------------


def may_fetch(request: HttpRequest, what: str, *, account: int | None, per_account: int, per_network: int) -> bool:
    """Count one fetch for the account, if there is one, and for the network; False when one has had enough."""
    if not may_ask(request, f"{what}-network", per_hour=per_network, per="ip"):
        return False
    return account is None or may_ask(request, what, per_hour=per_account, per="key", key=str(account))


def may_download(request: HttpRequest) -> bool:
    return may_fetch(
        request,
        "download",
        account=viewer_of(request).person,
        per_account=settings.PORTAL_DOWNLOADS_PER_HOUR,
        per_network=settings.PORTAL_DOWNLOADS_PER_HOUR_OF_NETWORK,
    )


def may_fetch_feed(request: HttpRequest, *, account: int | None) -> bool:
    return may_fetch(
        request,
        "feed",
        account=account,
        per_account=settings.PORTAL_FEEDS_PER_HOUR,
        per_network=settings.PORTAL_FEEDS_PER_HOUR_OF_NETWORK,
    )


def too_much(request: HttpRequest) -> HttpResponse:
    """Say so, and when to come back (RFC 6585 section 4)."""
    return with_retry(render(request, "membership/too_much.html", status=429))


def with_retry(response: HttpResponse) -> HttpResponse:
    """An hour, after which everything that was counted is forgotten."""
    response["Retry-After"] = str(HOUR)
    return response


def things_above_clear(rows: Iterable[Any]) -> int:
    return sum(row.label is not Label.CLEAR for row in rows)
