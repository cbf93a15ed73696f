"""The list of the library, as one viewer sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.access.enums import Label
from portal.access.viewer import viewer_of
from portal.core.listings import address_without, paginate
from portal.library.documents import file_form
from portal.library.enums import DocumentKind
from portal.library.filters import LibraryFilter
from portal.library.models import DocumentReading, PortalDocument

PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """One document in the list. `page_count` is 0 where it has no pages or nobody has counted them."""

    document: PortalDocument
    page_count: int
    picture_url: str
    file_form: str


@dataclass(frozen=True)
class Door:
    """A way to another part of the library."""

    title: str
    url: str
    text: str


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """What of the library the viewer may read, filtered and paged. A larger search box replaces the header's."""
    readable: Any = PortalDocument.objects.in_library_for(viewer_of(request))
    offered = readable if request.GET.get("old") else readable.newest_versions()
    form = LibraryFilter(request.GET, rows=offered)
    rows = offered.none() if form.is_off_the_list else narrow(offered, form)
    listing = paginate(
        rows.order_by(F("dated").desc(nulls_last=True), "title", "pk").for_rows(),
        page=request.GET.get("page", ""),
        page_size=PAGE_SIZE,
        filter_form=form,
        active_filters=form.active(),
        empty_message=_empty(form),
    )
    context = {
        "page": {"title": _("Library"), "url": reverse("library")},
        "listing": listing,
        "rows": [as_row(document) for document in listing.rows],
        "doors": [] if form.active() or listing.page > 1 else _doors(form),
        "querystring_without_page": address_without(request.GET, "page").removeprefix("?"),
        "site_search_url": "",
    }
    return render(request, "library/library.html", context)


def narrow(rows: Any, form: LibraryFilter) -> Any:
    """Apply the filters that are on. What is for every sector is found under each."""
    chosen = {name: form.value(name) for name in ("kind", "publisher", "language", "evidence")}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    if sector := form.value("sector"):
        rows = rows.for_sector(sector)
    if hazard := form.value("hazard"):
        rows = rows.filter(hazards__slug=hazard)
    return rows


def as_row(document: PortalDocument) -> Row:
    reading: DocumentReading | None = getattr(document, "reading", None)
    if reading is None or not reading.is_read:
        return Row(document, 0, "", file_form(document))
    # A first page is content: above TLP:CLEAR it is shown where a reading of it is recorded, and not in a list.
    has_picture = bool(reading.picture) and document.label is Label.CLEAR
    picture_url = reverse("library_picture", args=[document.uuid]) if has_picture else ""
    return Row(document, reading.page_count if reading.has_pages else 0, picture_url, file_form(document))


def _doors(form: LibraryFilter) -> list[Door]:
    """The ways from the library's first page: none that leads to nothing."""
    ways = [
        (_("Protection plan"), _address_of("plan"), _("Sector by sector: versions, status, comments.")),
        (_("Templates"), _address_of_templates(form), _("To fill in, with examples where we have them.")),
        (_("Liability resources"), reverse("liability"), _("Which laws to read when you help in an emergency.")),
    ]
    return [Door(title, address, text) for title, address, text in ways if address]


def _address_of_templates(form: LibraryFilter) -> str:
    kind = DocumentKind.TEMPLATE.value
    return f"{reverse('library')}?kind={kind}" if form.has_choice("kind", kind) else ""


def _address_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _empty(form: LibraryFilter) -> str:
    if not form.active():
        return _("The library holds nothing yet that you can read.")
    return _("No document fits all of these filters. Take one away to see more, or search inside all documents.")
