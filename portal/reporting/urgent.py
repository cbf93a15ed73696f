"""Of which urgent reports the desk is told one by one, and which wait beyond that.

A member who means mischief, or somebody who holds Front, can send urgent reports without end. So of each hour by the
clock only the first few are told of one by one, and fewer of any one member, who could else crowd out all others. Of
the rest the desk is told together (`alerts.tell_of_more`). Both sites reckon it from the rows of reports alone; at
intake it is settled for good: a case that is alerted for has its `next_alert_at`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q

from portal.reporting.enums import Review
from portal.reporting.models import Case, Report

HOUR = timedelta(hours=1)
# `next_alert_at` of an emergency is empty once the police were told.
STILL_WAITS = Q(taken_up_at=None) | Q(review=Review.EMERGENCY)


def is_told_singly(report: Report) -> bool:
    """Whether a report is among the first of its hour. What was sent later never changes the answer."""
    hour = report.submitted_at.replace(minute=0, second=0, microsecond=0)
    before = Report.objects.activity().filter(is_urgent=True, submitted_at__gte=hour, submitted_at__lt=hour + HOUR)
    before = before.filter(pk__lt=report.pk).order_by()
    of_one: int = settings.PORTAL_URGENT_TOLD_SINGLY_OF_ONE
    if before.filter(submitter=report.submitter_id).count() >= of_one:
        return False
    most: int = settings.PORTAL_URGENT_TOLD_SINGLY
    members = before.values("submitter").annotate(reports=Count("pk")).values_list("reports", flat=True)[:most]
    return sum(min(reports, of_one) for reports in members) < most


def is_alerted_for(case: Case) -> bool:
    """Whether the alerts of a case go on at this moment."""
    return bool(Case.objects.open().filter(STILL_WAITS, pk=case.pk, next_alert_at__isnull=False).exists())


def beyond() -> Any:
    """Cases of urgent reports that nobody has taken up, and of which no mail tells one by one."""
    return Case.objects.open().filter(report__is_urgent=True, taken_up_at=None, next_alert_at=None)
