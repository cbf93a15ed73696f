"""What becomes of applications that have ended: keys are destroyed first, then what they sealed is deleted."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from portal.members.enums import ApplicationState, VettingKind
from portal.members.models import Application
from portal.vault import records


def destroy_ended(now: datetime) -> int:
    """Destroy what was written in applications that ended long ago, or that never reached the desk.

    One that was taken back before it was sent goes at once, one that nobody has touched for
    PORTAL_APPLICATION_ABANDONED leaves nothing. What reached the desk is a record: its outcome stays, and what was
    written goes after PORTAL_REFUSAL_KEPT (RSMo 109.260).
    """
    long_ago = now - settings.PORTAL_REFUSAL_KEPT
    withdrawn = Q(state=ApplicationState.WITHDRAWN)
    unsent = withdrawn & Q(submitted_at=None)
    old = withdrawn & Q(entries__kind=VettingKind.WITHDRAWAL, entries__at__lte=long_ago)
    refused = Q(state=ApplicationState.REFUSED, decided_at__lte=long_ago)
    ended = Application.objects.filter(unsent | old | refused)
    due = ended.filter(Q(parts__isnull=False) | Q(links__isnull=False)).distinct()
    return sum(_destroy(row) for row in due) + sum(_forget(row, now) for row in _started(now))


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


def _forget(application: Application, now: datetime) -> int:
    """Leave nothing of one that was never sent; one sent a moment ago stays."""
    if not _started(now).filter(pk=application.pk).exists():
        return 0
    _destroy(application)
    application.entries.all().delete()
    application.delete()
    return 1
