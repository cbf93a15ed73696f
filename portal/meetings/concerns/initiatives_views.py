"""The deliverables of the years on Front: all for members, those that are public for everybody."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access.viewer import Viewer, viewer_of
from portal.core.listings import paginate
from portal.meetings.models import Initiative, InitiativeFigure
from portal.members import offices

FIGURES = Prefetch("figures", InitiativeFigure.objects.order_by("year"))
YEAR_DIGITS = 4


def readable(viewer: Viewer) -> Any:
    """Those that a viewer may see. Of a committee that does not show to everybody nothing shows here either."""
    known = offices.public_communities().values("pk")
    rows = Initiative.objects.filter(committee=None) | Initiative.objects.filter(committee__in=known)
    return rows if viewer.is_member else rows.filter(is_public=True)


@require_safe
def initiatives(request: HttpRequest) -> HttpResponse:
    """All of them by year, or with `?year=` those of one."""
    rows, asked = readable(viewer_of(request)), request.GET.get("year", "")
    years = list(rows.order_by("-year").values_list("year", flat=True).distinct())
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == YEAR_DIGITS else None
    shown = rows.filter(year=year) if year is not None else rows
    found = shown.select_related("committee").prefetch_related(FIGURES).order_by("-year", "title", "pk")
    listing = paginate(found, page=request.GET.get("page", ""))
    context = {"listing": listing, "years": years, "year": year, "querystring": f"year={year}" if year else ""}
    return render(request, "concerns/initiatives.html", context)
