"""How long concerns and requests for visits are kept: what was written in them, and what was answered.

That somebody raised or asked something, when, for which sector, and what became of it, stays.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from portal.core import tick
from portal.meetings.concerns.stages import raisers_of
from portal.meetings.models import Concern, Recommendation, VisitRequest
from portal.meetings.models.concerns import CONCERN, VISIT
from portal.vault import naming, records

AT_ONCE = 200  # in one minute
BY = "retention"


@tick.step("meetings: concerns and requests for visits destroyed")
def destroy_ended(now: datetime) -> int:
    """Destroy the words of those whose time has ended; gives of how many. Only Desk writes to them.

    The key goes first: whoever is killed in between leaves one that opens no longer and is due at the next minute, and
    never a key without what it opens.
    """
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    concerns = sum(_destroy_with_merged(row, now) for row in list(ended_concerns(now)[:AT_ONCE]))
    return concerns + sum(_destroy_visit(row, now) for row in list(ended_visits(now)[:AT_ONCE]))


def ended_concerns(now: datetime) -> Any:
    """Those that were closed so long ago, the first to be closed on top. What is open stays, however old."""
    if settings.PORTAL_CONCERNS_KEPT is None:
        return Concern.objects.none()
    rows = Concern.objects.filter(purged_at=None, closed_at__lte=now - settings.PORTAL_CONCERNS_KEPT)
    return rows.only("pk", "uuid").order_by("closed_at", "pk")


def ended_visits(now: datetime) -> Any:
    """Those that are done or declined since so long ago. What is new or planned stays, however old."""
    if settings.PORTAL_VISITS_KEPT is None:
        return VisitRequest.objects.none()
    rows = VisitRequest.objects.filter(purged_at=None, moved_at__lte=now - settings.PORTAL_VISITS_KEPT)
    return rows.ended().only("pk", "uuid").order_by("moved_at", "pk")


def _destroy_with_merged(concern: Concern, now: datetime) -> int:
    """It goes last, after those that were merged into it: where this is cut off, it is due again with the rest."""
    merged = Concern.objects.filter(pk__in=set(raisers_of(concern)) - {concern.pk}, purged_at=None)
    return sum(_destroy_concern(row, now) for row in [*merged.only("pk", "uuid").order_by("pk"), concern])


def _destroy_concern(concern: Concern, now: datetime) -> bool:
    records.destroy(concern.record, by=BY)
    with transaction.atomic():
        Recommendation.objects.filter(concern=concern.pk).update(words="", reply="")
        emptied = {"title": "", "words": "", "agencies": "", "details": b"", "closing_words": ""}
        return bool(Concern.objects.filter(pk=concern.pk, purged_at=None).update(**emptied, purged_at=now))


def _destroy_visit(visit: VisitRequest, now: datetime) -> bool:
    records.destroy(visit.record, by=BY)
    rows = VisitRequest.objects.filter(pk=visit.pk, purged_at=None)
    return bool(rows.update(words=b"", answer="", wished="", purged_at=now))


def _named_concerns(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those with details that a key opens; one that was destroyed names nothing any more."""
    return set(Concern.objects.filter(uuid__in=identifiers, purged_at=None).values_list("uuid", flat=True))


def _named_visits(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(VisitRequest.objects.filter(uuid__in=identifiers, purged_at=None).values_list("uuid", flat=True))


naming.register(CONCERN, _named_concerns)
naming.register(VISIT, _named_visits)
