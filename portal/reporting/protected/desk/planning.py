"""What a planner sees: the submissions for which they are named now, each opened with a purpose, and nothing else."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import queues
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting.models import Holding, NamedPlanner
from portal.reporting.protected import planners
from portal.reporting.protected.desk import files, opening, reading
from portal.reporting.protected.enums import UsePurpose


class PurposeForm(forms.Form):
    """The purpose for which they were named: they say it, and the submitter reads it."""

    purpose = forms.ChoiceField(
        label=_("What do you open it for?"),
        widget=forms.RadioSelect,
        help_text=_("The submitter sees your role, your agency, this purpose and the time. Not your name."),
    )

    def __init__(self, *args: Any, row: NamedPlanner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["purpose"]
        field.choices = [(row.purpose, UsePurpose(row.purpose).label)]


@for_roles(planners.ROLE)
@require_safe
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """The submissions for which this person is named now, by their number."""
    rows = planners.holdings_of(person_of(request)).select_related("report__organisation", "sector", "county")
    listing = paginate(rows.order_by("submitted_on", "pk"), page=request.GET.get("page", ""))
    return render(request, "desk/planning/list.html", {"listing": listing})


@for_roles(planners.ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The submission, or first the question what it is opened for. Sent as a form, the answer to that question."""
    kept, row = _named(request, identifier)
    form = PurposeForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        opening.keep_purpose(request, kept, UsePurpose(row.purpose))
        return redirect("desk_planning_one", identifier=identifier)
    if request.method == "POST" or opening.purpose_of(request, kept) != row.purpose:
        context = {"kept": kept, "form": form}
        return render(request, "desk/planning/purpose.html", context, status=422 if form.errors else 200)
    opening.record_opening(request, kept)
    context = {"kept": kept, "written": reading.for_planners(kept), "files": files.rows_of(kept)}
    return render(request, "desk/planning/one.html", context)


def _named(request: HttpRequest, identifier: uuid.UUID) -> tuple[Holding, NamedPlanner]:
    """A submission by its report's id, for who is named for it at this moment. Raises `Http404`."""
    rows = Holding.objects.select_related("report__organisation", "sector", "county")
    kept: Holding = get_object_or_404(rows, report__uuid=identifier)
    row = planners.found_for(person_of(request), kept)
    if row is None:
        refuse_page(request)
    return kept, row


@queues.source(order=9)
def waiting(person: Any) -> list[queues.Queue]:
    """How many submissions a planner may open."""
    if not person.has_role(planners.ROLE):
        return []
    found = planners.holdings_of(person).count()
    return [queues.Queue(_("Submissions that you plan with"), reverse("desk_planning"), found)] if found else []


@queues.place_source(order=12)
def places(person: Any) -> list[queues.Place]:
    if not person.has_role(planners.ROLE):
        return []
    return [queues.Place(_("Submissions that you plan with"), reverse("desk_planning"))]
