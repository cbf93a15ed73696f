"""Initiatives on Desk: the list, making one, its facts and its figures by year."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.listings import paginate
from portal.core.rows import get_row
from portal.core.saying import done_and_said
from portal.meetings.concerns.actions import CONCERN_STAFF
from portal.meetings.concerns.actions.initiatives import EditInitiative, EnterFigure, MakeInitiative
from portal.meetings.concerns.desk import FORM_METHODS
from portal.meetings.concerns.desk_forms import FigureForm, InitiativeForm
from portal.meetings.models import Initiative
from portal.members.requests import person_of
from portal.members.roles import for_roles


@for_roles(*CONCERN_STAFF)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    rows = Initiative.objects.select_related("committee").order_by("-year", "title", "pk")
    listing = paginate(rows, page=request.GET.get("page", ""))
    return render(request, "desk/concerns/initiatives.html", {"listing": listing})


@for_roles(*CONCERN_STAFF)
@require_http_methods(FORM_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    form = InitiativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = done_and_said(request, form, MakeInitiative(person_of(request), **form.given()), _("Stored."))
        if made:
            return redirect("desk_initiative", pk=made.pk)
    return render(request, "desk/concerns/initiative.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(*CONCERN_STAFF)
@require_http_methods(FORM_METHODS)
def initiative(request: HttpRequest, pk: int) -> HttpResponse:
    """One initiative: its facts and its figures."""
    form = InitiativeForm(request.POST or None, instance=get_row(Initiative, pk))
    if request.method == "POST" and form.is_valid():
        action = EditInitiative(get_row(Initiative, pk), person_of(request), **form.given())
        if done_and_said(request, form, action, _("Changed.")):
            return redirect("desk_initiative", pk=pk)
    return _page(request, pk, form=form)


@for_roles(*CONCERN_STAFF)
@require_POST
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the measure of a year; for a year that has one, it is corrected."""
    row, form = get_row(Initiative, pk), FigureForm(request.POST, auto_id="id_figure_%s")
    if form.is_valid() and done_and_said(
        request, form, EnterFigure(row, person_of(request), **form.given()), _("Stored.")
    ):
        return redirect("desk_initiative", pk=pk)
    return _page(request, pk, figures=form)


def _page(
    request: HttpRequest, pk: int, *, form: InitiativeForm | None = None, figures: FigureForm | None = None
) -> HttpResponse:
    row: Any = get_row(Initiative.objects.select_related("committee", "owner"), pk)
    context = {
        "initiative": row,
        "figures": row.figures.order_by("year"),
        "form": form or InitiativeForm(instance=row),
        "figure_form": figures or FigureForm(auto_id="id_figure_%s"),
    }
    is_bad = figures is not None or (form is not None and form.errors)
    return render(request, "desk/concerns/initiative.html", context, status=422 if is_bad else 200)
