"""Requests for redress whose time has ended, what was proposed, and the certificates of those that were destroyed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import retention
from portal.reporting.actions.retention import PURGERS
from portal.reporting.actions.retention_redress import DeclineRedressPurge, ProposeRedressPurge
from portal.reporting.enums import ScheduleClass
from portal.reporting.forms.retention_redress import PurgeRedressForm
from portal.reporting.models import Disposal, Redress

DESTROYED, PROPOSED = "destroyed", "proposed"


@for_roles(*PURGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """By number, kind and dates alone: nobody opens a request here. Sent as a form, one is proposed."""
    form = PurgeRedressForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_proposed(request, form):
        return redirect(f"{reverse('desk_retention_redress')}?show={PROPOSED}")
    shown = request.GET.get("show", "")
    listing = paginate(_rows(shown), page=request.GET.get("page", ""))
    context = {
        "listing": listing,
        "form": form,
        "shown": shown,
        "querystring": f"show={shown}" if shown in {DESTROYED, PROPOSED} else "",
        "schedule": retention.schedule_of(ScheduleClass.REDRESS),
    }
    return render(request, "desk/retention/redress.html", context, status=422 if form.errors else 200)


def _rows(shown: str) -> Any:
    """Requests that are due; or the disposals that somebody proposed, or that are done."""
    disposals = Disposal.objects.exclude(redress=None).select_related("redress", "proposed_by", "approved_by")
    if shown == DESTROYED:
        return disposals.exclude(approved_at=None).order_by("-approved_at", "-pk")
    if shown == PROPOSED:
        return disposals.filter(approved_at=None)
    return retention.redress_ended()


def _is_proposed(request: HttpRequest, form: PurgeRedressForm) -> bool:
    try:
        ProposeRedressPurge(redress=form.cleaned_data["number"], by=person_of(request)).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Proposed. A second person approves it; until then nothing is destroyed."))
    return True


@for_roles(*PURGERS)
@require_POST
def decline(request: HttpRequest, identifier: Any) -> HttpResponse:
    """Take back a proposal to destroy one."""
    found = get_object_or_404(Redress, uuid=identifier)
    try:
        DeclineRedressPurge(redress=found, by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. Nothing is destroyed; that it was proposed stays in the trail."))
    return redirect("desk_retention_redress")


@queues.source(order=37)
def waiting(person: Any) -> list[queues.Queue]:
    """Those that are due, none of them late as long as no approved schedule lets anybody destroy them."""
    if not person.has_role(*PURGERS):
        return []
    count = retention.redress_ended().count()
    late = count if retention.schedule_of(ScheduleClass.REDRESS) else 0
    return [queues.Queue(gettext_lazy("Redress requests to destroy"), reverse("desk_retention_redress"), count, late)]
