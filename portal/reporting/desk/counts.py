"""Counts by behaviour, sector, county and month, as pictures with tables."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.members.roles import for_roles
from portal.reporting import counts
from portal.reporting.counts import Period
from portal.reporting.people import READERS


@for_roles(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The last twelve months, or a year; from coded fields alone."""
    years = counts.years()
    period = _period(request, years)
    context = {
        "period": period,
        "years": years,
        "by_behaviour": counts.by_behaviour(period),
        "by_sector": counts.by_sector(period),
        "by_county": counts.by_county(period),
        "by_month": counts.by_month(period),
        "first": period.months[0],
        "last": period.months[-1],
    }
    return render(request, "desk/counts/counts.html", context)


def _period(request: HttpRequest, years: list[int]) -> Period:
    asked = request.GET.get("year", "")
    if not asked:
        return Period()
    if asked not in {str(year) for year in years}:
        raise Http404
    return Period(int(asked))
