"""Alarms about what lasts until somebody mends it: raised once for each cause, and again each day that it goes on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.members import alarms
from portal.members.enums import AlarmKind
from portal.members.models import Alarm
from portal.reporting import mail


def alarm_about(kind: AlarmKind, *, since: datetime, now: datetime) -> bool:
    """Alarm staff about a trouble that began at `since`, unless they were told of it within a day; says whether.

    An alarm of before that nobody closed is closed: the new one stands for it.
    """
    if Alarm.objects.filter(kind=kind, raised_at__gte=max(since, now - alarms.DAY)).exists():
        return False
    with transaction.atomic():
        Alarm.objects.open().filter(kind=kind).update(closed_at=now, finding=_("Raised anew by the portal."))
        mail.tell_of_trouble(alarms.raise_alarm(kind))
    return True
