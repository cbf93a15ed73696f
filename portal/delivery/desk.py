"""Delivery on Desk: how many messages stand where, and what failed. Nobody's name or address is listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.delivery.actions import CARETAKERS, RetryDeliveries
from portal.delivery.enums import State
from portal.delivery.models import Delivery
from portal.members.requests import person_of
from portal.members.roles import for_roles

SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "all": None}


@dataclass(frozen=True)
class StateCount:
    """How many messages are in a state."""

    state: str
    words: str | Promise
    count: int


@for_roles(*CARETAKERS)
@require_safe
def delivery(request: HttpRequest) -> HttpResponse:
    """Counts by state of a span of time, and the messages of one state, the newest first."""
    span = request.GET.get("span", "week") if request.GET.get("span") in SPANS else "week"
    chosen = request.GET.get("state") if request.GET.get("state") in State.values else State.FAILED.value
    rows = _since(SPANS[span])
    listing = paginate(rows.filter(state=chosen).order_by("-pk"), page=request.GET.get("page", ""))
    context = {
        "counts": _counts(rows),
        "listing": listing,
        "chosen": chosen,
        "heading": State(str(chosen)).label,
        "span": span,
        "failed": Delivery.objects.filter(state=State.FAILED).count(),
        "late": Delivery.objects.filter(state=State.QUEUED, due_at__lte=timezone.now() - timedelta(hours=1)).count(),
        "querystring": f"state={chosen}&span={span}",
    }
    return render(request, "desk/delivery/delivery.html", context)


def _since(span: timedelta | None) -> Any:
    rows = Delivery.objects.all()
    return rows.filter(queued_at__gt=timezone.now() - span) if span else rows


def _counts(rows: Any) -> list[StateCount]:
    counted = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    return [StateCount(state.value, state.label, counted.get(state.value, 0)) for state in State]


@for_roles(*CARETAKERS)
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Try again all that failed."""
    try:
        count = RetryDeliveries(by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        words = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", count)
        messages.success(request, words % {"count": count})
    return redirect("desk_delivery")
