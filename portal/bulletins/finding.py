"""What of bulletins and guidance is found by search."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from portal.bulletins.models import BulletinPage, EmployeeSheetPage, GuidancePage
from portal.vocabulary.models import Sector
from search import registry
from search.registry import Projection, Source, Text

CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.IGNORECASE)


def text_of(body: Any) -> str:
    """The words of a body of blocks. What only points elsewhere, such as related bulletins, has words of its own."""
    pieces = [
        block.block.get_searchable_content(block.value)
        for block in body
        if block.block_type not in {"related", "attachments"}
    ]
    return strip_tags("\n".join(str(piece) for found in pieces for piece in found))


def of_bulletin(page: BulletinPage) -> Projection:
    """A bulletin: its words, its number and its CVEs. Handling, sources and closure basis are not searched."""
    text = f"{page.watch_for}\n{text_of(page.body)}"
    return Projection(
        kind="bulletin",
        title=page.title,
        summary=page.summary,
        texts=[Text(0, text)],
        identifiers=[number for number in (page.number, *page.cve_ids) if number],
        publisher=page.originator,
        sectors=sectors_of(page),
        dated=page.revised_at or page.issued_at,
    )


def sectors_of(page: BulletinPage) -> list[str]:
    """The sectors under which a bulletin is found: all of them where it concerns several without naming them."""
    sectors = Sector.objects.order_by("pk") if page.is_cross_sector else page.sectors.all()
    return [sector.slug for sector in sectors]


def of_guidance(page: GuidancePage) -> Projection:
    return Projection(
        kind="guidance",
        title=page.title,
        summary=page.summary,
        texts=[Text(0, text_of(page.body))],
        publisher=page.source_name,
        sectors=[sector.slug for sector in page.sectors.all()],
        hazards=[hazard.slug for hazard in page.hazards.all()],
        dated=page.last_published_at,
    )


def of_sheet(page: EmployeeSheetPage) -> Projection:
    return Projection(
        kind="sheet",
        title=page.title,
        texts=[Text(0, strip_tags(page.text))],
        publisher=page.prepared_by,
        dated=page.last_published_at,
    )


def address(page: Any) -> str:
    return str(page.get_url() or "")


def safe_title(page: BulletinPage | GuidancePage) -> str:
    return page.leakable_title


def permalink(page: BulletinPage | GuidancePage) -> str:
    return page.permalink


def in_sector(model: Any) -> Any:
    """The keys of the pages in which a sector shows: those that name it, and those for every sector."""

    def keys(sector: Sector) -> Any:
        shows = Q(sectors=sector) | Q(is_cross_sector=True) if model is BulletinPage else Q(sectors=sector)
        return model.objects.filter(shows).distinct().values_list("pk", flat=True)

    return keys


for model, kind, words, project in (
    (BulletinPage, "bulletin", _("Bulletin"), of_bulletin),
    (GuidancePage, "guidance", _("Guidance"), of_guidance),
):
    facts: dict[str, Any] = {"kinds": {kind: words}, "project": project, "address": address}
    facts |= {"follows": {Sector: in_sector(model)}, "unread": ("body",)}
    registry.register(Source(model=model, safe_title=safe_title, permalink=permalink, **facts))
# A sheet is always TLP:CLEAR: its own title may leave.
registry.register(
    Source(model=EmployeeSheetPage, kinds={"sheet": _("Employee sheet")}, project=of_sheet, address=address)
)
