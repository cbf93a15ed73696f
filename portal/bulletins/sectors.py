"""The pages of the sectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.access.viewer import viewer_of
from portal.bulletins.models import BulletinPage, GuidancePage
from portal.members import offices
from portal.members.models import Term
from portal.vocabulary.models import Sector

SHOWN = 10


@dataclass(frozen=True)
class SectorRow:
    """One sector, with how much in it this viewer can read."""

    name: str
    slug: str
    bulletin_count: int
    guidance_count: int

    @property
    def url(self) -> str:
        return reverse("sector", args=[self.slug])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All sectors in force, each with its counts."""
    viewer = viewer_of(request)
    bulletins: Any = BulletinPage.objects.readable_by(viewer)
    guidance: Any = GuidancePage.objects.readable_by(viewer)
    named = _counts(bulletins.filter(is_cross_sector=False))
    shared = bulletins.filter(is_cross_sector=True).count()
    guides = _counts(guidance)
    rows = [
        SectorRow(sector.name, sector.slug, named.get(sector.pk, 0) + shared, guides.get(sector.pk, 0))
        for sector in Sector.objects.filter(closed_on=None)
    ]
    return render(request, "sectors/sector_index_page.html", {"sectors": rows, "cross_sector_count": shared})


def _counts(rows: Any) -> dict[int, int]:
    counted = rows.order_by().values("sectors").annotate(count=Count("pk", distinct=True))
    return {row["sectors"]: row["count"] for row in counted if row["sectors"]}


@require_safe
def sector(request: HttpRequest, slug: str) -> HttpResponse:
    """One sector: its newest bulletins and guidance."""
    row = get_object_or_404(Sector, slug=slug, closed_on=None)
    viewer = viewer_of(request)
    bulletins: Any = BulletinPage.objects.readable_by(viewer)
    bulletins = bulletins.for_sector(slug)
    guidance: Any = GuidancePage.objects.readable_by(viewer)
    guidance = guidance.filter(sectors=row)
    context = {
        "sector": row,
        "bulletins": bulletins.newest_first().for_rows()[:SHOWN],
        "bulletin_count": bulletins.count(),
        "guidance": guidance.newest_first().for_rows()[:SHOWN],
        "guidance_count": guidance.count(),
        "community": offices.public_communities().filter(sector=row).first(),
        "co_chairs": Term.objects.public().current().filter(office__community__sector=row),
    }
    return render(request, "sectors/sector_page.html", context)
