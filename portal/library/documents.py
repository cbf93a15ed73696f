"""One document of the library: what it is, what it may be used for, and the way to its pages and its file."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Max, Min, Q
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.access.enums import Label
from portal.access.querysets import get_readable_or_404
from portal.access.viewer import Viewer, viewer_of
from portal.core.listings import Listing, address_without, paginate
from portal.library import inside, versions, withdrawn
from portal.library.languages import language_name
from portal.library.models import DocumentPage, DocumentReading, PortalDocument
from portal.library.views import send
from portal.members import tallies

PAGES_LISTED = 20
BEGINNING = 160  # characters of a page that the list of pages shows
AN_HOUR = 3600  # seconds
LONGEST_CRUMB = 50  # characters of a title


@dataclass(frozen=True)
class Other:
    """Another document that this one speaks of, and where it opens: its page, or where it has none its file."""

    title: str
    url: str


@dataclass(frozen=True)
class FoundPage:
    """A page in the list of pages: its number, its name, and its beginning or the place that was found."""

    number: int
    name: str
    piece: str
    url: str


def get_document(request: HttpRequest, identifier: uuid.UUID, *related: str) -> PortalDocument:
    """The document of the library with this identifier. Raises `Http404` where the viewer may not read it."""
    rows = PortalDocument.objects.filter(in_library=True).select_related("reading", *related)
    row: PortalDocument = get_readable_or_404(rows, viewer_of(request), uuid=identifier)
    return row


def reading_of(document: PortalDocument) -> DocumentReading | None:
    """What was read in its file; None where nothing was, or not yet."""
    reading: DocumentReading | None = getattr(document, "reading", None)
    return reading if reading is not None and reading.is_read else None


def remember(request: HttpRequest, document: PortalDocument) -> None:
    """Record that it was opened. It counts for how much a person reads once an hour, however many of its pages."""
    person = viewer_of(request).person
    is_counted = document.label is not Label.CLEAR and request.method == "GET"
    if is_counted and cache.add(f"library-opened-{person}-{document.pk}", True, timeout=AN_HOUR):
        tallies.count_read(request, document)
    else:
        tallies.record_read(request, document)


def crumbs(document: PortalDocument) -> list[dict[str, str]]:
    """The way to what is below a document."""
    above = {"title": _("Library"), "url": reverse("library")}
    return [above, {"title": Truncator(document.title).chars(LONGEST_CRUMB), "url": document.get_absolute_url()}]


@require_safe
@withdrawn.is_told
def document(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """One document; with `?q=` its pages that have these words, with `?go=` a way to one page."""
    viewer, row = viewer_of(request), get_document(request, identifier)
    reading = reading_of(row)
    wanted = request.GET.get("go", "").strip()
    if wanted and reading and (address := _address_of_page(row, wanted)):
        return redirect(address)
    remember(request, row)
    words = inside.words_in(request.GET.get("q", ""))
    context = {
        "document": row,
        "reading": getattr(row, "reading", None),
        "page_label": row.label,
        "language_name": language_name(row.language),
        "file_form": file_form(row),
        "picture_url": reverse("library_picture", args=[row.uuid]) if reading and reading.picture else "",
        **_versions(row, viewer),
        **_others(row, viewer),
        **numbers(row),
        "sectors": row.sectors.all(),
        "hazards": row.hazards.all(),
        "evidence": row.evidence.all(),
        "words": words,
        "typed": request.GET.get("q", "")[: inside.LONGEST],
        "is_page_missing": bool(wanted),
        "pages": _pages(request, row, words) if reading else None,
        "querystring_without_page": address_without(request.GET, "page").removeprefix("?"),
    }
    return render(request, "library/document.html", context)


def _address_of_page(row: PortalDocument, wanted: str) -> str:
    """Where a page opens that somebody typed the number of; '' where there is none."""
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else -1  # noqa: PLR2004  (digits)
    is_there = DocumentPage.objects.filter(document=row, number=number).exists()
    return row.get_page_url(number) if is_there else ""


def _pages(request: HttpRequest, row: PortalDocument, words: tuple[str, ...]) -> Listing:
    """One page of the list of pages: those with all the words, or all of them."""
    rows = inside.pages_with(row, words)
    cut = {} if words else {"beginning": Substr("text", 1, BEGINNING)}
    rows = rows.annotate(**cut).defer("text") if cut else rows
    listing = paginate(rows, page=request.GET.get("page", ""), page_size=PAGES_LISTED)
    query = f"?{urlencode({'q': ' '.join(words)})}" if words else ""
    shown = [
        FoundPage(page.number, page.name, _piece(page, words), row.get_page_url(page.number) + query)
        for page in listing.rows
    ]
    return Listing(shown, listing.count, listing.page, listing.pages, page_size=PAGES_LISTED)


def _piece(page: Any, words: tuple[str, ...]) -> str:
    return inside.around(page.text, words) if words else " ".join(page.beginning.split())


def file_form(row: PortalDocument) -> str:
    """The format of its file as people call it: PDF, DOCX."""
    return PurePosixPath(row.filename).suffix.removeprefix(".").upper()[:8]


def numbers(row: PortalDocument) -> dict[str, int | None]:
    """The numbers of the first and the last of its pages whose text was read."""
    return dict(DocumentPage.objects.filter(document=row).aggregate(first_page=Min("number"), last_page=Max("number")))


def _versions(row: PortalDocument, viewer: Viewer) -> dict[str, Any]:
    """The other versions, and where the changes from the one before are shown, if there is one to compare with."""
    known = versions.of(row, viewer)
    is_known = any(version.pk == row.supersedes_id for version in known.older)
    return {"versions": known, "changes_url": reverse("library_changes", args=[row.uuid]) if is_known else ""}


def _others(row: PortalDocument, viewer: Viewer) -> dict[str, Any]:
    """The editable file, the example, and what this one is either of; as far as the viewer may read them."""
    keys = {"editable_file": row.editable_file_id, "example": row.example_id}
    readable: Any = PortalDocument.objects.readable_by(viewer)
    wanted = Q(pk__in=[key for key in keys.values() if key]) | Q(editable_file=row) | Q(example=row)
    rows: Sequence[PortalDocument] = list(readable.filter(wanted).order_by("title", "pk")[:PAGES_LISTED])
    by_key = {other.pk: _other(other) for other in rows}
    return {
        **{name: by_key.get(key) for name, key in keys.items() if key},
        "belongs_to": [_other(other) for other in rows if other.in_library and other.pk not in keys.values()],
    }


def _other(row: PortalDocument) -> Other:
    return Other(row.title, row.get_absolute_url() if row.in_library else row.download_url)


@require_safe
def picture(request: HttpRequest, identifier: uuid.UUID) -> HttpResponseBase:
    """Send the picture of the first page; shown in pages, so not as an attachment."""
    row = get_document(request, identifier)
    reading = reading_of(row)
    if reading is None or not reading.picture:
        raise Http404
    try:
        answer = send(reading.picture, name="", is_attachment=False)
    except FileNotFoundError:  # read again this moment: the next page names the new one
        raise Http404 from None
    tallies.record_read(request, row)
    return answer
