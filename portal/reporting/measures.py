"""How long submitters wait for a first answer: what the desk is measured on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from portal.reporting.models import Case

LOOKED_BACK = timedelta(days=90)
MOST = 20_000  # cases that are counted


@dataclass(frozen=True)
class FirstAnswers:
    """The times of the last 90 days; None while there is nothing to measure."""

    count: int
    median: timedelta | None
    ninetieth: timedelta | None

    @property
    def is_measured(self) -> bool:
        return self.median is not None


def first_answers(*, now: datetime | None = None) -> FirstAnswers:
    """Median and 90th percentile over the cases that got their first answer in the last 90 days. One query."""
    since = (now or timezone.now()) - LOOKED_BACK
    rows = Case.objects.filter(first_answer_at__gte=since).order_by("-first_answer_at")
    pairs = rows.values_list("report__submitted_at", "taken_in_at", "first_answer_at")[:MOST]
    # Front writes when a report was sent; Desk saw it by the time it was taken in.
    waited = sorted(max(answered - min(sent, taken), timedelta(0)) for sent, taken, answered in pairs if answered)
    return FirstAnswers(len(waited), percentile(waited, 50), percentile(waited, 90))


def percentile(ordered: list[timedelta], part: int) -> timedelta | None:
    """The smallest value that at least `part` of a hundred do not pass (nearest rank); None of nothing."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * part / 100) - 1)]
