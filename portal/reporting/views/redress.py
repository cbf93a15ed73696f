"""Redress, for anybody: no account is needed, and the answer is the same whatever is kept."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.audit import Verb
from portal.members.limits import may_ask
from portal.reporting import redress
from portal.reporting.forms.redress import RedressForm
from portal.reporting.models import ReportingSettings


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """The form. What was typed is kept when it is too often, or filled in wrongly."""
    form = RedressForm(request.POST if request.method == "POST" else None, initial={"once": redress.new_once()})
    if request.method == "POST" and form.is_valid():
        if may_ask(request, "redress", per_hour=settings.PORTAL_REDRESS_PER_HOUR, per="ip"):
            return _receive(form)
        form.add_error(None, _("From your network several requests came within the hour. Send this one later."))
        return _page(request, form, status=429)
    return _page(request, form, status=422 if form.errors else 200)


def _receive(form: RedressForm) -> HttpResponse:
    given = form.cleaned_data
    number = redress.receive(given["kind"], form.answers(), once=given["once"])
    audit.record(Verb.REDRESS, facts={"kind": given["kind"]})
    return redirect("redress_received", receipt=redress.receipt_for(number))


def _page(request: HttpRequest, form: RedressForm, *, status: int) -> HttpResponse:
    context = {"form": form, "days": ReportingSettings.load(request).redress_days}
    return render(request, "redress/ask.html", context, status=status)


@require_safe
@never_cache
def received(request: HttpRequest, receipt: str) -> HttpResponse:
    """The number, for an hour, to whoever has this address."""
    number = redress.number_in(receipt)
    if number is None:
        raise Http404
    context = {"number": number, "days": ReportingSettings.load(request).redress_days}
    return render(request, "redress/received.html", context)
