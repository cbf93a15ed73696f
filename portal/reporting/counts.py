"""Counts of reports from their coded fields alone: nothing is opened for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.reporting.models import Case
from portal.vocabulary.behaviours import behaviours

MONTHS = 12


@dataclass(frozen=True)
class Period:
    """The months of one year, or the last twelve."""

    year: int | None = None

    @property
    def first(self) -> date:
        if self.year is not None:
            return date(self.year, 1, 1)
        today = timezone.localdate()
        months = today.year * MONTHS + today.month - MONTHS
        return date(months // MONTHS, months % MONTHS + 1, 1)

    @property
    def months(self) -> list[date]:
        first = self.first.year * MONTHS + self.first.month - 1
        return [date(number // MONTHS, number % MONTHS + 1, 1) for number in range(first, first + MONTHS)]

    def cases(self) -> Any:
        last = self.months[-1]
        after = date(last.year + last.month // MONTHS, last.month % MONTHS + 1, 1)
        rows = Case.objects.filter(report__submitted_at__date__gte=self.first)
        return rows.filter(report__submitted_at__date__lt=after)


Rows = list[tuple[str, int]]


def by_behaviour(period: Period) -> Rows:
    """The sixteen in their own order, and then those that name none."""
    found = dict(period.cases().values_list("behaviour").annotate(number=Count("pk")).order_by("behaviour"))
    rows = [(behaviour.label, found.get(code, 0)) for code, behaviour in behaviours().items()]
    return [*rows, (_("Not said, or purged"), sum(found.values()) - sum(number for _label, number in rows))]


def by_sector(period: Period) -> Rows:
    rows = period.cases().values_list("sector__name").annotate(number=Count("pk")).order_by("-number", "sector__name")
    return [(name or _("Not said, or purged"), number) for name, number in rows]


def by_county(period: Period) -> dict[str, int]:
    """By FIPS code; '' for reports that name no county."""
    rows = period.cases().values_list("county__fips").annotate(number=Count("pk")).order_by("county__fips")
    return {fips or "": number for fips, number in rows}


def by_month(period: Period) -> Rows:
    """Every month of the period, those without a report included."""
    month = TruncMonth("report__submitted_at")
    rows = period.cases().annotate(month=month).values_list("month").annotate(number=Count("pk")).order_by("month")
    found = {timezone.localtime(moment).date(): number for moment, number in rows}
    return [(date_format(first, "F Y"), found.get(first, 0)) for first in period.months]


def years() -> list[int]:
    """The years in which reports came in, the newest first."""
    return [moment.year for moment in Case.objects.dates("report__submitted_at", "year", order="DESC")]
