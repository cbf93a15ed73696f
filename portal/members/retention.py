"""What becomes of applications that have ended: keys are destroyed first, then what they sealed is deleted."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from portal.members.enums import ApplicationState
from portal.members.models import Application
from portal.vault import records

UNSENT = (ApplicationState.STARTED, ApplicationState.WITHDRAWN)


def destroy_ended(now: datetime) -> int:
    """Destroy what was written in applications that ended long ago, or that never reached the desk.

    One that was taken back before it was sent goes at once, one that nobody has touched for
    PORTAL_APPLICATION_ABANDONED leaves nothing. What reached the desk is a record: its outcome stays, and what was
    written goes after PORTAL_REFUSAL_KEPT (RSMo 109.260). Both follow from what Desk saw: Front writes the rest, and
    would otherwise have Desk destroy what it likes.
    """
    _note(now)
    due = _ended(now).filter(Q(parts__isnull=False) | Q(links__isnull=False)).values_list("pk", flat=True).distinct()
    destroyed = sum(_destroy_if_due(pk, now) for pk in list(due))
    started = list(_started(now).values_list("pk", flat=True))
    return destroyed + sum(_forget(pk, now) for pk in started)


def note_arrival(application: Application, at: datetime) -> None:
    """Note that an application reached the desk, whatever becomes of it on Front."""
    Application.objects.filter(pk=application.pk, reached_desk_at=None).update(reached_desk_at=at)


def _note(now: datetime) -> None:
    """Note what Desk sees: which applications have reached it, and which were taken back."""
    Application.objects.filter(reached_desk_at=None).exclude(state__in=UNSENT).update(reached_desk_at=now)
    Application.objects.filter(reached_desk_at=None, submitted_at__isnull=False).update(reached_desk_at=now)
    taken_back = Application.objects.filter(state=ApplicationState.WITHDRAWN, withdrawal_seen_at=None)
    taken_back.update(withdrawal_seen_at=now)


def _ended(now: datetime) -> QuerySet[Application]:
    long_ago = now - settings.PORTAL_REFUSAL_KEPT
    withdrawn = Q(state=ApplicationState.WITHDRAWN)
    unsent = withdrawn & Q(reached_desk_at=None)
    old = withdrawn & Q(withdrawal_seen_at__lte=long_ago)
    refused = Q(state=ApplicationState.REFUSED, decided_at__lte=long_ago)
    ended: QuerySet[Application] = Application.objects.filter(unsent | old | refused)
    return ended


def _destroy_if_due(pk: int, now: datetime) -> int:
    """Look once more right before: it may have moved on, and keys do not come back."""
    still_due = _ended(now).filter(pk=pk).first()
    return _destroy(still_due) if still_due else 0


def _destroy(application: Application) -> int:
    for review in application.captain_reviews.all():
        records.destroy(review.record, by="retention")
    records.destroy(application.record, by="retention")
    application.captain_reviews.update(shown=b"", words=b"")
    application.entries.update(details=b"")
    application.parts.all().delete()
    application.links.all().delete()
    return 1


def _started(now: datetime) -> QuerySet[Application]:
    """Never sent, and untouched: neither a page was saved nor a link mailed."""
    written = Coalesce(Max("parts__saved_at"), "created_at")
    mailed = Coalesce(Max("links__sent_at"), "created_at")
    started = Application.objects.filter(state=ApplicationState.STARTED).annotate(touched=Greatest(written, mailed))
    untouched: QuerySet[Application] = started.filter(touched__lte=now - settings.PORTAL_APPLICATION_ABANDONED)
    return untouched


def _forget(pk: int, now: datetime) -> int:
    """Leave nothing of one that was never sent. It is ended first: from then on nobody can send it any more."""
    if not _started(now).filter(pk=pk).exists():
        return 0
    if not Application.objects.filter(pk=pk, state=ApplicationState.STARTED).update(state=ApplicationState.WITHDRAWN):
        return 0
    application = Application.objects.get(pk=pk)
    _destroy(application)
    application.entries.all().delete()
    application.delete()
    return 1
