"""The lists of bulletins and guidance, as one viewer sees them."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import ExtractYear
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.access.enums import Label
from portal.access.viewer import Viewer, viewer_of
from portal.bulletins.filters import BulletinFilter, GuidanceFilter
from portal.bulletins.models import BulletinPage, GuidancePage
from portal.core.listings import Listing, address_without, paginate


def _canonical(request: HttpRequest) -> Any:
    """The address's query with spellings people use: `TLP:GREEN` as well as `green`."""
    query = request.GET.copy()
    if tlp := query.get("tlp"):
        query["tlp"] = tlp.upper().removeprefix("TLP:").lower().replace("+", "-").replace(" ", "-")
    return query


def bulletin_listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list of bulletins: what `request.viewer` may read, filtered and paged."""
    viewer = viewer_of(request)
    readable: Any = BulletinPage.objects.readable_by(viewer)
    form = BulletinFilter(_canonical(request), years=_years(readable), labels=_labels(viewer))
    rows = readable.none() if form.is_off_the_list else narrow(readable, form)
    listing = paginate(
        rows.newest_first().for_rows(),
        page=request.GET.get("page", ""),
        filter_form=form,
        active_filters=form.active(),
        empty_message=_empty(form),
    )
    return {"listing": listing, "querystring_without_page": _without_page(request)}


def narrow(rows: Any, form: BulletinFilter) -> Any:
    """Apply the filters that are on."""
    if sector := form.value("sector"):
        rows = rows.for_sector(sector)
    if label := Label.from_slug(form.value("tlp")):
        rows = rows.filter(tlp=label)
    if kind := form.value("kind"):
        rows = rows.filter(kind=kind)
    if year := form.value("year"):
        rows = rows.filter(issued_at__year=int(year))
    if county := form.value("county"):
        rows = rows.filter(counties__fips=county)
    return rows


def _years(rows: Any) -> list[int]:
    """The years in which this viewer has something to read; others are not offered."""
    years = rows.order_by().annotate(year=ExtractYear("issued_at")).values_list("year", flat=True).distinct()
    return sorted({year for year in years if year}, reverse=True)


def _labels(viewer: Viewer) -> list[Label]:
    return list(Label) if viewer.is_member else [Label.CLEAR]


def _empty(form: BulletinFilter) -> str:
    if not form.active():
        return _("No bulletin is published yet that you can read.")
    return _("No bulletin fits all of these filters. Take one away to see more.")


def _without_page(request: HttpRequest) -> str:
    return address_without(request.GET, "page").removeprefix("?")


def guidance_listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list of guidance."""
    rows: Any = GuidancePage.objects.readable_by(viewer_of(request))
    form = GuidanceFilter(request.GET)
    if form.is_off_the_list:
        rows = rows.none()
    if sector := form.value("sector"):
        rows = rows.filter(sectors__slug=sector)
    if hazard := form.value("hazard"):
        rows = rows.filter(hazards__slug=hazard)
    listing: Listing = paginate(
        rows.newest_first().for_rows(),
        page=request.GET.get("page", ""),
        filter_form=form,
        active_filters=form.active(),
        empty_message=_("No guidance fits these filters. Take one away to see more.")
        if form.active()
        else _("No guidance is published yet that you can read."),
    )
    return {"listing": listing, "querystring_without_page": _without_page(request)}
