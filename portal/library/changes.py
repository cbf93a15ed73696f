"""What changed between a version of a document and the one before it, as far as the texts of both were read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access.enums import Label
from portal.access.viewer import viewer_of
from portal.core.listings import Listing, paginate
from portal.library import differences
from portal.library.documents import crumbs, get_document, reading_of, remember
from portal.library.models import DocumentPage, PortalDocument
from portal.library.withdrawn import is_told

PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """One change as it is shown, with where its pages open."""

    change: differences.Change
    old: list[differences.Piece]
    new: list[differences.Piece]
    old_url: str
    new_url: str


@require_safe
@is_told
def changes(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The changes, page by page. Where the former version is not for the viewer, there is nothing to compare."""
    document = get_document(request, identifier)
    former = _former(request, document)
    remember(request, document)
    remember(request, former)
    stricter = _stricter(document, former)
    context: dict[str, Any] = {"document": document, "former": former, "crumbs": crumbs(document)}
    context |= {"stricter": stricter, "page_label": stricter.label}
    if reading_of(document) and reading_of(former):
        found = differences.between(_texts(former), _texts(document))
        context |= {"found": found, "listing": _listing(request, found, former=former, document=document)}
    return render(request, "library/changes.html", context)


def _former(request: HttpRequest, document: PortalDocument) -> PortalDocument:
    rows: Any = PortalDocument.objects.in_library_for(viewer_of(request)).select_related("reading")
    former: PortalDocument | None = rows.filter(pk=document.supersedes_id).first() if document.supersedes_id else None
    if former is None:
        raise Http404
    return former


def _listing(
    request: HttpRequest, found: differences.Differences, *, former: PortalDocument, document: PortalDocument
) -> Listing:
    listing = paginate(found.changes, page=request.GET.get("page", ""), page_size=PAGE_SIZE)
    rows = [
        Row(change, *differences.marked(change), _url(former, change.old_page), _url(document, change.new_page))
        for change in listing.rows
    ]
    return Listing(rows, listing.count, listing.page, listing.pages, page_size=PAGE_SIZE)


def _url(document: PortalDocument, page: int | None) -> str:
    return "" if page is None else document.get_page_url(page)


def _texts(document: PortalDocument) -> list[tuple[int, str]]:
    return list(DocumentPage.objects.filter(document=document).order_by("number").values_list("number", "text"))


def _stricter(document: PortalDocument, former: PortalDocument) -> PortalDocument:
    """Of the two that are quoted on the page, the one whose label lets it go less far."""
    order = list(Label)
    return max(document, former, key=lambda one: order.index(one.label))
