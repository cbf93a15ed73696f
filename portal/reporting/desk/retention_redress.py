"""Requests for redress whose time has ended, and the certificates of those that were destroyed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import retention
from portal.reporting.actions.retention import PURGERS
from portal.reporting.actions.retention_redress import PurgeRedress
from portal.reporting.forms.retention_redress import PurgeRedressForm
from portal.reporting.models import ReportingSettings
from portal.reporting.models.retention import RedressPurge

DESTROYED = "destroyed"


@for_roles(*PURGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """By number, kind and dates alone: nobody opens a request here."""
    form = PurgeRedressForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_purged(request, form):
        return redirect(f"{reverse('desk_retention_redress')}?show={DESTROYED}")
    is_gone = request.GET.get("show") == DESTROYED
    gone = RedressPurge.objects.select_related("redress", "by")
    listing = paginate(gone if is_gone else retention.redress_ended(), page=request.GET.get("page", ""))
    context = {
        "listing": listing,
        "form": form,
        "is_gone": is_gone,
        "querystring": f"show={DESTROYED}" if is_gone else "",
        "schedule": ReportingSettings.load(request).purge_schedule.strip(),
    }
    return render(request, "desk/retention/redress.html", context, status=422 if form.errors else 200)


def _is_purged(request: HttpRequest, form: PurgeRedressForm) -> bool:
    try:
        PurgeRedress(redress=form.cleaned_data["number"], by=person_of(request)).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Destroyed. Its certificate is the first below."))
    return True


@queues.source(order=37)
def waiting(person: Any) -> list[queues.Queue]:
    """Those that are due, none of them late as long as no approved schedule lets anybody destroy them."""
    if not person.has_role(*PURGERS):
        return []
    count = retention.redress_ended().count()
    late = count if ReportingSettings.load().purge_schedule.strip() else 0
    return [queues.Queue(gettext_lazy("Redress requests to destroy"), reverse("desk_retention_redress"), count, late)]
