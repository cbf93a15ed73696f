"""Taking a search, or the proof of one event, out of the portal: with a purpose, and recorded."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.audit.exporting import Export, Shape
from portal.audit.models import Event
from portal.core.listings import address_without
from portal.oversight import exports, things
from portal.oversight.desk.gate import for_auditors, seen
from portal.oversight.desk.search import names_in
from portal.oversight.desk.stories import event_or_404, show_event
from portal.oversight.exports import Extract, NoProofs
from portal.oversight.forms import ExportForm, PurposeForm, TrailFilter


@for_auditors
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """Ask what the events of a search are wanted for, then send them."""
    search, form = TrailFilter(request.GET), ExportForm(request.POST or None)
    extract = Extract.of(search.events())
    if request.method == "POST" and form.is_valid() and extract.count and not extract.is_too_large:
        try:
            return _download(_begin(extract, form.cleaned_data, search))
        except NoProofs as refusal:
            form.add_error(None, str(refusal))
    return _ask(request, search, extract, form)


def _begin(extract: Extract, given: dict[str, Any], search: TrailFilter) -> Export:
    shape, filters = Shape(given["format"]), search.in_full()
    return exports.begin(extract, shape=shape, given=given, filters=filters, about=_about(search))


def _ask(request: HttpRequest, search: TrailFilter, extract: Extract, form: ExportForm) -> HttpResponse:
    seen("export", count=extract.count, filters=search.in_facts())
    context = {
        "form": form,
        "extract": extract,
        "active": search.active(names=names_in(search, request)),
        "back_url": reverse("desk_audit") + address_without(request.GET, "page"),
    }
    return render(request, "desk/audit/export.html", context, status=422 if request.method == "POST" else 200)


@for_auditors
@require_POST
def proof(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One event with the proof that it is in the trail, without any other event."""
    event, form = event_or_404(pk), PurposeForm(request.POST)
    if not form.is_valid():
        return show_event(request, event, form, status=422)
    extract, name = Extract.of(Event.objects.filter(pk=event.pk)), f"audit.event:{event.pk}"
    try:
        made = exports.begin(extract, shape=Shape.JSON, given=form.cleaned_data, filters={"event": name}, about=name)
    except NoProofs as refusal:
        form.add_error(None, str(refusal))
        return show_event(request, event, form, status=422)
    return _download(made)


def _about(search: TrailFilter) -> str:
    """The one thing or person that a search is about, as the trail names it."""
    given = search.cleaned_data
    return given["about"] or (f"{things.PERSON}:{given['person']}" if given["person"] else "")


def _download(made: Export) -> StreamingHttpResponse:
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
