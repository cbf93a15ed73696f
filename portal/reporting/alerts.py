"""Urgent reports: who is alerted when, until somebody takes the report up, and of an emergency until the police know.

Front asks for the first mail in the transaction of sending. From the second on it is Desk, by its clock: the duty
officers again, then the supervisors as well, and on at the last interval until it is taken up. What the initial review
found to be an emergency has somebody, and is alerted for until its hand-off to the police is on record.

Of reports beyond the first few of an hour one mail an hour tells, to duty officers and supervisors, for as long as one
of them waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from portal.members.enums import StaffRole
from portal.reporting import mail, urgent
from portal.reporting.models import Case, Report
from portal.reporting.urgent import HOUR, STILL_WAITS


def first_alert_again(report: Report, sent: datetime) -> dict[str, Any]:
    """The fields of a new case that say when the next alert is due: Front has asked for the first.

    Empty for a report beyond the first few of its hour: `tell_of_more` tells of it.
    """
    if not report.is_urgent or not urgent.is_told_singly(report):
        return {}
    return {"alerts": 1, "next_alert_at": sent + settings.PORTAL_ALERTS_AFTER[0]}


def alert_due(now: datetime) -> int:
    """Alert again for every urgent report that waits for somebody, or for the police; gives how many."""
    due = Case.objects.open().filter(STILL_WAITS, next_alert_at__lte=now).values_list("pk", flat=True)
    return sum(_alert(pk, now) for pk in list(due))


def tell_of_more(now: datetime) -> int:
    """Once an hour, tell of the urgent reports that are not told of one by one; gives how many mails were asked for."""
    if mail.was_told_of_more(now - HOUR) or not urgent.beyond().exists():
        return 0
    return mail.alert_of_more()


@transaction.atomic
def _alert(pk: int, now: datetime) -> bool:
    rows = Case.objects.select_for_update(of=("self",)).filter(STILL_WAITS, pk=pk, next_alert_at__lte=now)
    case = rows.first()
    if case is None:
        return False
    is_late = case.alerts >= len(settings.PORTAL_ALERTS_AFTER)
    roles = (StaffRole.DUTY_OFFICER, StaffRole.MIAC_SUPERVISOR) if is_late else (StaffRole.DUTY_OFFICER,)
    mail.alert(case.report, *roles)
    case.alerts += 1
    case.next_alert_at = now + _until_next(case.alerts)
    case.save(update_fields=["alerts", "next_alert_at"])
    return True


def _until_next(alerts: int) -> timedelta:
    """How long after the alert of this number the next one comes; the last interval repeats."""
    after = (timedelta(0), *settings.PORTAL_ALERTS_AFTER)
    place = min(alerts, len(after) - 1)
    return after[place] - after[place - 1]
