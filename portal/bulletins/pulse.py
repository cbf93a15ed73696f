"""'Was this useful?': one answer for each member and bulletin, and no list of who said what.

An answer stands under a mark instead of a name. The mark is made of the bulletin and the member with Front's own secret
key, so Desk cannot tell whose it is, and no two answers of one member look alike. Ninety days after the first release
the question closes: what was answered becomes two numbers, and the answers are deleted.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Min, Q, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.bulletins.models import BulletinPage, Feedback, PulseCount

ASKED_FOR = timedelta(days=90)
SALT = "portal.bulletins.pulse"


def mark_of(page: BulletinPage, person: int) -> str:
    """What stands for a member in their answer about one bulletin."""
    digest = salted_hmac(SALT, f"{page.public_id}:{person}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_asked(page: BulletinPage, *, now: datetime | None = None) -> bool:
    """Whether the question can be answered: on Front, whose key the marks are made with, until it closes."""
    if settings.PORTAL_SITE_KIND != "front":
        return False
    first = page.releases.aggregate(first=Min("released_at"))["first"]
    return first is not None and (now or timezone.now()) < first + ASKED_FOR


def answer_of(page: BulletinPage, person: int) -> Feedback | None:
    return Feedback.objects.filter(page=page, reader=mark_of(page, person)).first()


def keep(page: BulletinPage, person: int, *, was_useful: bool) -> None:
    """Keep an answer, or put it in the place of the one before. Of when, the day alone is kept."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    given = {"was_useful": was_useful, "given_at": today}
    Feedback.objects.update_or_create(page=page, reader=mark_of(page, person), defaults=given)


def close_due(now: datetime) -> int:
    """Turn the answers about each bulletin whose question has closed into two numbers. Returns how many bulletins."""
    first = BulletinPage.objects.filter(feedback__isnull=False).annotate(first=Min("releases__released_at"))
    due = first.filter(Q(first__lte=now - ASKED_FOR) | Q(first=None)).values_list("pk", flat=True)
    for page in list(due):
        _close(page, now)
    return len(due)


@transaction.atomic
def _close(page: int, now: datetime) -> None:
    """Count exactly the answers that are deleted, so that one that comes meanwhile is in the next count."""
    rows = list(Feedback.objects.select_for_update().filter(page=page).values_list("pk", "was_useful"))
    yes = sum(was_useful for _pk, was_useful in rows)
    kept, _is_new = PulseCount.objects.get_or_create(page_id=page, defaults={"closed_at": now})
    PulseCount.objects.filter(pk=kept.pk).update(
        useful=F("useful") + yes, not_useful=F("not_useful") + len(rows) - yes, closed_at=now
    )
    Feedback.objects.filter(pk__in=[pk for pk, _was_useful in rows]).delete()


def counts(pages: Any) -> tuple[int, int]:
    """How many found these bulletins useful, and how many did not: what is still open and what was counted."""
    open_ones = Feedback.objects.filter(page__in=pages).aggregate(
        yes=Count("pk", filter=Q(was_useful=True)), no=Count("pk", filter=Q(was_useful=False))
    )
    closed = PulseCount.objects.filter(page__in=pages).aggregate(yes=Sum("useful"), no=Sum("not_useful"))
    return open_ones["yes"] + (closed["yes"] or 0), open_ones["no"] + (closed["no"] or 0)
