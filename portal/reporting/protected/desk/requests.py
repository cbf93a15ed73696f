"""Records requests: entering one, the list of what is held with its basis, its log as a file, and the answer."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting.models import RecordsRequest
from portal.reporting.protected import logs, people
from portal.reporting.protected.actions.duties import AnswerRequest, EnterRequest
from portal.reporting.protected.desk.forms import RequestForm


@for_roles(*people.CUSTODIANS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """The requests, those that are due first on top; sent as a form, a new one."""
    form = RequestForm(request.POST if request.method == "POST" else None, by=person_of(request))
    if request.method == "POST" and form.is_valid():
        made = _entered(request, form)
        if made is not None:
            messages.success(request, _("Entered. What it touches is neither withdrawn, returned nor destroyed."))
            return redirect("desk_request", pk=made.pk)
    rows = RecordsRequest.objects.order_by("answered_at", "due_at", "pk").prefetch_related("holdings")
    context = {
        "listing": paginate(rows, page=request.GET.get("page", "")),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "desk/protected/requests.html", context, status=422 if form.errors else 200)


def _entered(request: HttpRequest, form: RequestForm) -> RecordsRequest | None:
    try:
        made: RecordsRequest = EnterRequest(by=person_of(request), **form.cleaned_data).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    return made


def _request_for(request: HttpRequest, pk: int) -> RecordsRequest:
    """One request, for somebody who is no party to what it touches. Raises `Http404`."""
    found: RecordsRequest = get_object_or_404(RecordsRequest.objects.select_related("entered_by", "answered_by"), pk=pk)
    if any(people.is_party(person_of(request), kept.report) for kept in found.holdings.select_related("report")):
        refuse_page(request)
    return found


@for_roles(*people.CUSTODIANS)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What is held, on which basis it is closed, and what of it is separable. Nothing is opened for it."""
    found = _request_for(request, pk)
    context = {"asked": found, "rows": logs.rows_of(found), "is_late": found.due_at <= timezone.now()}
    return render(request, "desk/protected/request.html", context)


@for_roles(*people.CUSTODIANS)
@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """The same list as a table for a spreadsheet. That it was taken out is recorded."""
    found = _request_for(request, pk)
    audit.record(Verb.REQUEST_EXPORT, found)
    response: Any = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="records-request-{found.pk}.csv"'
    writer = csv.writer(response)
    writer.writerow(logs.HEADINGS)
    writer.writerows(logs.cells(row) for row in logs.rows_of(found))
    return response


@for_roles(*people.CUSTODIANS)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that it was answered."""
    found = _request_for(request, pk)
    try:
        AnswerRequest(request=found, by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Recorded as answered. What it barred can be done again."))
    return redirect("desk_request", pk=pk)
