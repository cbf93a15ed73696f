"""Requests for visits and briefings on Desk: the queue, and one of them, opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core import queues
from portal.core.actions import Action
from portal.core.listings import paginate
from portal.core.rows import get_row
from portal.core.saying import done_and_said
from portal.meetings import visits_forms as forms
from portal.meetings.concerns import sealed
from portal.meetings.concerns.actions import visits as actions
from portal.meetings.models import VisitRequest
from portal.meetings.visits import VISIT_STAFF
from portal.members.requests import person_of
from portal.members.roles import for_roles


@dataclass(frozen=True)
class VisitVerb:
    """A step of a request."""

    title: str | Promise
    form: Callable[..., Any]
    action: Callable[..., Action]
    done: str | Promise
    is_destructive: bool = False


VERBS = {
    "plan": VisitVerb(
        gettext_lazy("Plan it"),
        forms.PlanForm,
        actions.PlanVisit,
        gettext_lazy("Planned. Whoever asked is told by mail."),
    ),
    "done": VisitVerb(
        gettext_lazy("Note that it took place"), forms.DoneForm, actions.NoteDone, gettext_lazy("Noted.")
    ),
    "decline": VisitVerb(
        gettext_lazy("Decline it"),
        forms.DeclineForm,
        actions.DeclineVisit,
        gettext_lazy("Declined. Whoever asked is told by mail."),
        is_destructive=True,
    ),
}


@for_roles(*VISIT_STAFF)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Those that are new or planned, the oldest on top; with `?all` the others as well, the newest on top."""
    is_all = request.GET.get("all") is not None
    rows = VisitRequest.objects.defer("words").select_related("sector", "county", "person")
    rows = rows.order_by("-asked_at", "-pk") if is_all else rows.ahead().order_by("asked_at", "pk")
    context = {
        "listing": paginate(rows, page=request.GET.get("page", "")),
        "is_all": is_all,
        "querystring": "all" if is_all else "",
    }
    return render(request, "desk/visits/visits.html", context)


@for_roles(*VISIT_STAFF)
@require_safe
@never_cache
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, opened."""
    return _page(request, pk)


@for_roles(*VISIT_STAFF)
@require_POST
@never_cache
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    row, verb = get_row(VisitRequest, pk), VERBS.get(name)
    if verb is None:
        raise Http404
    form = verb.form(request.POST, auto_id=f"id_{name}_%s")
    if form.is_valid():
        action = verb.action(visit=row, by=person_of(request), **form.given())
        if done_and_said(request, form, action, str(verb.done)):
            return redirect("desk_visit", pk=pk)
    return _page(request, pk, bad=(name, form))


def _page(request: HttpRequest, pk: int, *, bad: tuple[str, Any] | None = None) -> HttpResponse:
    rows = VisitRequest.objects.select_related("sector", "county", "person", "answered_by")
    row: VisitRequest = get_row(rows, pk)
    refused, is_ahead = bad[0] if bad else "", row.state in actions.AHEAD
    verbs = [
        (name, verb, bad[1] if bad and name == refused else verb.form(auto_id=f"id_{name}_%s"))
        for name, verb in VERBS.items()
        if is_ahead or name == refused
    ]
    context = {"visit": row, "words": sealed.opened(row, bytes(row.words)), "verbs": verbs, "opened": refused}
    return render(request, "desk/visits/visit.html", context, status=422 if bad else 200)


@queues.source(order=74)
def visit_queues(person: Any) -> list[queues.Queue]:
    if not person.has_role(*VISIT_STAFF):
        return []
    new, passed = VisitRequest.objects.waiting().count(), VisitRequest.objects.passed().count()
    label = gettext_lazy("Visits and briefings asked for")
    return [queues.Queue(label, reverse("desk_visits"), new + passed, passed)]
