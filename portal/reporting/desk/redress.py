"""Redress on Desk: the privacy officer's queue, by what is due, and one request with its answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import redress
from portal.reporting.actions.redress import AnswerRedress
from portal.reporting.enums import RedressState
from portal.reporting.forms.redress import AnswerForm
from portal.reporting.models import Redress

ANSWERED = "answered"


@for_roles(*redress.OFFICERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Requests that wait, the first to be due on top; or those that were answered."""
    is_old = request.GET.get("show") == ANSWERED
    rows = Redress.objects.exclude(state=RedressState.RECEIVED).order_by("-answered_at", "-pk")
    listing = paginate(rows if is_old else redress.waiting(), page=request.GET.get("page", ""))
    context = {
        "listing": listing,
        "is_old": is_old,
        "querystring": f"show={ANSWERED}" if is_old else "",
        "now": timezone.now(),
    }
    return render(request, "desk/redress/queue.html", context)


@for_roles(*redress.OFFICERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """One request, opened, and its answer."""
    row = get_object_or_404(Redress.objects.select_related("answered_by"), uuid=identifier)
    asked = redress.asked_in(row)
    can_be_told = bool(asked.email or asked.reach)
    form = AnswerForm(request.POST or None, email=asked.email, can_be_told=can_be_told)
    if request.method == "POST" and form.is_valid() and _answer(request, row, form):
        return redirect("desk_redress")
    context = {
        "row": row,
        "asked": asked,
        "answer": redress.answer_of(row),
        "form": form,
        "is_waiting": row.state == RedressState.RECEIVED,
        "is_overdue": row.state == RedressState.RECEIVED and row.due_at < timezone.now(),
    }
    return render(request, "desk/redress/one.html", context, status=422 if form.errors else 200)


def _answer(request: HttpRequest, row: Redress, form: AnswerForm) -> bool:
    given: dict[str, Any] = {**form.cleaned_data, "outcome": RedressState(form.cleaned_data["outcome"])}
    try:
        AnswerRedress(redress=row, by=person_of(request), **given).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Answered. The clock of this request has stopped."))
    return True


@queues.source(order=36)
def waiting(person: Any) -> list[queues.Queue]:
    if not person.has_role(*redress.OFFICERS):
        return []
    rows = redress.waiting()
    overdue = rows.filter(due_at__lt=timezone.now()).count()
    return [queues.Queue(gettext_lazy("Redress requests"), reverse("desk_redress"), rows.count(), overdue)]
