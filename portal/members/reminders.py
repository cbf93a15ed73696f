"""Members who stay away are told before they go dormant, once for each time away and each warning."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from portal.core import outbox
from portal.members.enums import Standing
from portal.members.models import Person, Reminder
from portal.members.standing import dormant_after


def warn_of_dormancy(now: datetime) -> int:
    """Send the warning that is due to each who is away; of several that are due, the last."""
    warnings = sorted(settings.PORTAL_DORMANT_WARNINGS)
    ends = [timedelta(days=days) for days in warnings[1:]] + [dormant_after()]
    return sum(_warn(days, until, now) for days, until in zip(warnings, ends, strict=True))


def kind_of(days: int) -> str:
    return f"dormant_{days}"


def _warn(days: int, until: timedelta, now: datetime) -> int:
    """Warn those who were last here `days` days ago or more, and less than `until` ago."""
    told = Reminder.objects.filter(person=OuterRef("pk"), kind=kind_of(days), about=OuterRef("visit__active_at"))
    away = Person.objects.filter(
        standing=Standing.ACTIVE,
        is_active=True,
        validated_until__gt=now,
        visit__active_at__lte=now - timedelta(days=days),
        visit__active_at__gt=now - until,
    )
    due = list(away.exclude(Exists(told)).values_list("pk", "visit__active_at"))
    return sum(_tell(pk, days, active_at, now) for pk, active_at in due)


def _tell(pk: int, days: int, active_at: datetime, now: datetime) -> bool:
    with transaction.atomic():
        row, is_new = Reminder.objects.get_or_create(
            person_id=pk, kind=kind_of(days), about=active_at, defaults={"sent_at": now}
        )
        if is_new:
            outbox.put("dormancy_warning", str(row.pk))
    return is_new
