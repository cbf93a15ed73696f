"""Visits and briefings on Front: asking for one, and one's own requests with where they stand."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.core.listings import paginate
from portal.meetings import visits
from portal.meetings.visits_forms import AskForm
from portal.members.requests import person_of


@login_required
@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """What this member asked for, and what became of it."""
    viewer = viewer_of(request)
    if not viewer.is_member:
        raise Http404
    return render(request, "concerns/visits.html", {"listing": paginate(visits.own(viewer), page=_page(request))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Ask. What was typed is kept when it is refused."""
    if not viewer_of(request).is_member:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not visits.has_too_many(person_of(request).pk):
            return _asked(request, form)
        form.add_error(None, _("Ten of your requests are still ahead. Please wait until some have taken place."))
    return render(request, "concerns/visit_new.html", {"form": form}, status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: AskForm) -> HttpResponse:
    given = form.cleaned_data
    row, is_new = visits.ask(person_of(request).pk, form.facts(), words=given["words"], once=given["once"])
    if is_new:
        audit.record(Verb.VISIT_ASK, row)
    messages.success(request, _("Your request was sent. You are told by mail what becomes of it."))
    return redirect("visits")


def _page(request: HttpRequest) -> str:
    return request.GET.get("page", "")
