"""Owners are told before the day on which a version is due, when it has passed, and when comments wait for them.

Each cell remembers for which day its owner was told, so that a reminder goes out once, however often `tick` runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from portal.core import outbox, tick
from portal.library.models import PlanCell
from portal.library.plan.cells import SOON
from portal.library.plan.entitled import MANAGERS, OWNERS
from portal.members.models import Person

FRESH = timedelta(days=1)  # of comments that came in since, an owner is told once a day at most
AGAIN = timedelta(days=7)  # of comments that still wait


@tick.step("library: the protection plan")
def remind(now: datetime) -> int:
    """Ask for the mails that are due; gives of how many cells. Desk alone writes to cells."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    return _of_due_days(now) + _of_comments(now)


def recipients(cell: PlanCell) -> list[int]:
    """Whom a reminder is for: the owner, if they can open Desk, and else the editors."""
    staff = Person.objects.active().filter(groups__name__in=[role.value for role in OWNERS])
    owner = list(staff.filter(pk=cell.owner_id).distinct().values_list("pk", flat=True))
    editors = Person.objects.active().filter(groups__name__in=[role.value for role in MANAGERS]).distinct()
    return owner or list(editors.order_by("pk").values_list("pk", flat=True))


def _of_due_days(now: datetime) -> int:
    today = timezone.localtime(now).date()
    near = Q(due_on__gte=today, due_on__lte=today + SOON)
    told = _tell_for_day("soon_told_for", near)
    return told + _tell_for_day("overdue_told_for", Q(due_on__lt=today))


def _tell_for_day(mark: str, due: Q) -> int:
    """Tell of those that are due and of whose present day nobody was told."""
    untold = Q(**{mark: None}) | ~Q(**{mark: F("due_on")})
    rows = list(PlanCell.objects.filter(due & untold))
    return sum(_tell(cell, "plan_due", Q(**{mark: getattr(cell, mark)}), **{mark: cell.due_on}) for cell in rows)


def _of_comments(now: datetime) -> int:
    waiting = PlanCell.objects.filter(versions__comments__answered_at=None, versions__comments__isnull=False)
    newest = waiting.annotate(newest=Max("versions__comments__at"))
    is_fresh = Q(comments_told_at__lte=now - FRESH, newest__gt=F("comments_told_at"))
    due = newest.filter(Q(comments_told_at=None) | Q(comments_told_at__lte=now - AGAIN) | is_fresh)
    return sum(
        _tell(cell, "plan_comments_wait", Q(comments_told_at=cell.comments_told_at), comments_told_at=now)
        for cell in list(due)
    )


def _tell(cell: PlanCell, kind: str, before: Q, **told: object) -> bool:
    """Mark a cell as told and ask for the mails, unless somebody else did at the same moment."""
    with transaction.atomic():
        if not PlanCell.objects.filter(before, pk=cell.pk).update(**told):
            return False
        for person in recipients(cell):
            outbox.put(kind, f"{cell.pk}:{person}")
    return True
