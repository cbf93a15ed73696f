"""What time moves on in this room. All of it is Desk's: Front cannot read who is told what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from portal.core import notices, tick
from portal.delivery import finding, reports, sending
from portal.delivery.digests import rounds
from portal.delivery.enums import State
from portal.delivery.models import Delivery, DigestRound, News, ProviderReport

SECONDS = 30.0  # of one tick; the command `deliver` goes on meanwhile
AN_HOUR = timedelta(hours=1)
ROWS_AT_ONCE = 5_000


def _of_desk(name: str) -> Callable[[tick.Step], tick.Step]:
    def register(function: tick.Step) -> tick.Step:
        tick.step(name)(lambda now: function(now) if settings.PORTAL_SITE_KIND == "desk" else 0)
        return function

    return register


@_of_desk("delivery: 1 what is new")
def find(now: datetime) -> int:
    return finding.find(now) + finding.tell_at_once(now)


@_of_desk("delivery: 2 daily and weekly mail")
def put_digests(now: datetime) -> int:
    return rounds.put_due(now)


@_of_desk("delivery: 3 messages that wait")
def send(now: datetime) -> int:
    return sending.send_waiting(seconds=SECONDS)


@_of_desk("delivery: 4 what became of them")
def settle(now: datetime) -> int:
    return reports.handle(now) + reports.count_refused(now) + reports.mark_bounced(now)


@_of_desk("delivery: 5 old rows")
def forget(now: datetime) -> int:
    """Delete what is older than PORTAL_NEWS_KEPT, a few thousand a time. What waits is never deleted."""
    before = now - settings.PORTAL_NEWS_KEPT
    old = (
        Delivery.objects.exclude(state=State.QUEUED).filter(queued_at__lt=before),
        News.objects.filter(found_at__lt=before).exclude(done_at=None),
        DigestRound.objects.filter(at__lt=before).exclude(done_at=None),
        ProviderReport.objects.filter(at__lt=before).exclude(handled_at=None),
    )
    gone = 0
    for rows in old:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])
        gone += rows.model._default_manager.filter(pk__in=keys).delete()[0] if keys else 0
    return gone


@notices.source("messages overdue")
def overdue(now: datetime) -> int:
    """How many wait for more than an hour after they were due: the mail server, or the worker, is away."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    return Delivery.objects.filter(state=State.QUEUED, due_at__lte=now - AN_HOUR).count()
