"""Concerns on Front: one's own with what became of them, and for co-chairs those of their sectors."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.access.viewer import Viewer, viewer_of
from portal.audit import Verb
from portal.core.actions import ActionRefused
from portal.core.listings import Listing, paginate
from portal.meetings.concerns import reading, stages
from portal.meetings.concerns.actions import MergeAsCoChair
from portal.meetings.concerns.forms import ConcernForm, IntoForm
from portal.meetings.models import Concern
from portal.members import offices
from portal.members.requests import person_of


def _member(request: HttpRequest) -> Viewer:
    viewer = viewer_of(request)
    if not viewer.is_member:
        raise Http404
    return viewer


def _stories(rows: Any, page: str) -> Listing:
    listing = paginate(rows, page=page)
    return Listing(stages.stories_of(listing.rows), listing.count, listing.page, listing.pages)


@login_required
@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """What this member raised, the newest first."""
    viewer = _member(request)
    context = {
        "listing": _stories(reading.own(viewer), request.GET.get("page", "")),
        "leads": offices.sectors_led_by(viewer.person).exists(),
    }
    return render(request, "concerns/own.html", context)


@login_required
@require_safe
@never_cache
def of_sector(request: HttpRequest) -> HttpResponse:
    """For co-chairs: what was raised in their sectors, without who raised it. To others it is not there."""
    viewer = _member(request)
    sectors = list(offices.sectors_led_by(viewer.person))
    if not sectors:
        raise Http404
    is_all = request.GET.get("all") is not None
    rows = reading.led(viewer) if is_all else reading.led(viewer).open()
    context = {
        "listing": _stories(rows, request.GET.get("page", "")),
        "sectors": sectors,
        "is_all": is_all,
        "querystring": "all" if is_all else "",
    }
    return render(request, "concerns/of_sector.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Raise a concern. What was typed is kept when it is refused."""
    _member(request)
    form = ConcernForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = person_of(request).pk
        if not reading.has_too_many(person):
            return _raised(request, form, person)
        form.add_error(None, _("Twenty of your concerns are open. Please wait until some are dealt with."))
    return render(request, "concerns/new.html", {"form": form}, status=422 if form.errors else 200)


def _raised(request: HttpRequest, form: ConcernForm, person: int) -> HttpResponse:
    given = form.cleaned_data
    row, is_new = reading.raise_one(person, form.facts(), details=given["details"], once=given["once"])
    if is_new:
        audit.record(Verb.CONCERN_RAISE, row)
    messages.success(request, _("Your concern was sent. You see here what becomes of it, and are told by mail."))
    return redirect(row)


@login_required
@require_safe
@never_cache
def concern(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """One concern, for who raised it and for the co-chairs of its sector."""
    return _page(request, _get(request, identifier))


@login_required
@require_POST
@never_cache
def merge(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """A co-chair says that it is the same as another one of the sector."""
    row = get_object_or_404(reading.led(_member(request)), uuid=identifier)
    form = IntoForm(request.POST, among=_others(request, row))
    if form.is_valid():
        try:
            MergeAsCoChair(concern=row, into=form.cleaned_data["into"], by=person_of(request)).execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Merged. Whoever raised it is told by mail."))
            return redirect(row)
    return _page(request, row, form=form)


def _get(request: HttpRequest, identifier: uuid.UUID) -> Concern:
    row: Concern = get_object_or_404(reading.readable(_member(request)), uuid=identifier)
    return row


def _others(request: HttpRequest, row: Concern) -> Any:
    return reading.led(viewer_of(request)).open().filter(sector=row.sector_id).exclude(pk=row.pk)


def _page(request: HttpRequest, row: Concern, *, form: IntoForm | None = None) -> HttpResponse:
    viewer, story = viewer_of(request), stages.story_of(row)
    is_led = reading.led(viewer).filter(pk=row.pk).exists()
    may_merge = is_led and not story.is_merged and row.closed_at is None
    context = {
        "story": story,
        "is_own": row.person_id == viewer.person,
        "is_led": is_led,
        "merged": row.merged.count(),
        "form": form or (IntoForm(among=_others(request, row)) if may_merge else None),
    }
    return render(request, "concerns/concern.html", context, status=422 if form else 200)
