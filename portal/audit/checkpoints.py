"""Signed tree heads: made after so many events or minutes, and at the end of each month."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from portal.audit import deliveries
from portal.audit.encoding import moment
from portal.audit.keys import signer
from portal.audit.merkle import Frontier
from portal.audit.models import Checkpoint, Seal, Segment
from portal.audit.notes import Head, sign
from portal.audit.retention.months import month_of
from portal.audit.sealing import lock, tail

CHUNK = 10_000


def make_if_due(*, now: datetime) -> Checkpoint | None:
    """Make a checkpoint when there is something new and it is time. Raises `TrailKeyProblem`."""
    return make(now=now) if is_due(now=now) else None


def is_due(*, now: datetime) -> bool:
    last = latest()
    new = tail().size - (last.size if last else 0)
    if new <= 0:
        return False
    if last is None or new >= settings.PORTAL_TRAIL_CHECKPOINT_EVENTS or month_of(now) != month_of(last.at):
        return True
    return now - last.at >= settings.PORTAL_TRAIL_CHECKPOINT_EVERY


def make(*, now: datetime) -> Checkpoint:
    """Sign the trail as it stands sealed; the last checkpoint again if nothing came since. Raises `TrailKeyProblem`."""
    signing = signer()
    with transaction.atomic():
        lock()
        last, end = latest(), tail()
        if last and end.size <= last.size:  # a tail that was cut is never signed for
            return last
        frontier = _begin(last).extended(_leaves(after=last.size if last else _begin(None).size, until=end.size))
        head = Head(signing.name, end.size, frontier.head(), end.link, moment(now))
        found, is_new = Checkpoint.objects.get_or_create(
            size=end.size,
            defaults={
                "at": now,
                "root": head.root,
                "link": head.link,
                "note": sign(head.body(), name=signing.name, key=signing.key),
                "frontier": frontier.as_text(),
                "closes_month": month_of(last.at) if last and month_of(last.at) < month_of(now) else None,
            },
        )
        if is_new:
            deliveries.plan(found)
    return found


def latest() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


def start_of_what_is_here() -> Frontier:
    """The tree up to the last dropped segment: what proofs over the rest stand on."""
    dropped = Segment.objects.exclude(dropped_at=None).order_by("-last").first()
    return Frontier.from_text(dropped.last, dropped.frontier) if dropped else Frontier()


def _begin(last: Checkpoint | None) -> Frontier:
    return Frontier.from_text(last.size, last.frontier) if last else start_of_what_is_here()


def _leaves(*, after: int, until: int) -> Any:
    rows = Seal.objects.filter(sequence__gt=after, sequence__lte=until).order_by("sequence")
    return (bytes(leaf) for leaf in rows.values_list("leaf", flat=True).iterator(CHUNK))
