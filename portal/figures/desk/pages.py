"""Figures on Desk: all measures of a year, their CSV, and their release to everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core.actions import ActionRefused
from portal.figures import csv_file, pages, tables
from portal.figures.actions import READERS, RELEASERS, ReleaseYear, WithdrawYear, floor_of, proposed
from portal.figures.forms import WithdrawForm
from portal.figures.models import Edition, Figure
from portal.members.requests import person_of
from portal.members.roles import for_roles


def years_measured() -> list[int]:
    """The years of which there is a number, and this one, the newest first."""
    measured = set(Figure.objects.order_by().values_list("year", flat=True).distinct())
    return sorted(measured | {timezone.localdate().year}, reverse=True)


def _year(request: HttpRequest, years: list[int]) -> int:
    """The year that was asked for; this one if none was. Raises `Http404` for one of which there is nothing."""
    asked = (request.POST if request.method == "POST" else request.GET).get("year", "")
    if not asked:
        return timezone.localdate().year
    found = {str(year): year for year in years}.get(asked)
    if found is None:
        raise Http404
    return found


@for_roles(*READERS)
@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """The measures of one year."""
    return _page(request)


def _page(request: HttpRequest, *, form: WithdrawForm | None = None) -> HttpResponse:
    years = years_measured()
    year = _year(request, years)
    last = Figure.objects.filter(year=year).order_by("-computed_at").values_list("computed_at", flat=True).first()
    context: dict[str, Any] = {
        "year": year,
        "years": years,
        "sections": pages.sections(tables.for_desk(year), floor=tables.DESK_FLOOR),
        "computed_at": last,
        "edition": Edition.objects.current().filter(year=year).select_related("released_by").first(),
        "may_release": person_of(request).has_role(*RELEASERS),
        "has_ended": year < timezone.localdate().year,
        "form": form or WithdrawForm(),
        "is_withdrawing": form is not None,
    }
    return render(request, "desk/figures/figures.html", context, status=422 if form else 200)


@for_roles(*READERS)
@require_safe
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """The same numbers as a CSV."""
    year = _year(request, years_measured())
    audit.record(Verb.FIGURES_EXPORT, facts={"year": year})
    response = csv_file.answer(tables.for_desk(year), year=year, name=f"figures-{year}.csv")
    response["Cache-Control"] = "private, no-store"
    return response


@for_roles(*RELEASERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def release(request: HttpRequest) -> HttpResponse:
    """What would be public, exactly as it would be, and the button that releases it."""
    year, refused = _year(request, years_measured()), ""
    if request.method == "POST":
        try:
            ReleaseYear(by=person_of(request), year=year).execute()
        except ActionRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Released. Everybody can see the figures of %(year)d now.") % {"year": year})
            return redirect(f"{reverse('desk_figures')}?year={year}")
    floor = floor_of(year)
    context = {
        "year": year,
        "floor": floor,
        "sections": pages.sections(proposed(year), floor=floor),
        "edition": Edition.objects.current().filter(year=year).first(),
        "has_ended": year < timezone.localdate().year,
        "refused": refused,
    }
    return render(request, "desk/figures/release.html", context, status=422 if refused else 200)


@for_roles(*RELEASERS)
@require_POST
@never_cache
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the released figures of a year away."""
    year, form = _year(request, years_measured()), WithdrawForm(request.POST)
    edition = Edition.objects.current().filter(year=year).first()
    if edition is None:
        messages.warning(request, _("Nothing of that year is released. Nothing was changed."))
        return redirect(f"{reverse('desk_figures')}?year={year}")
    if form.is_valid():
        try:
            WithdrawYear(edition=edition, by=person_of(request), why=form.cleaned_data["why"]).execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Withdrawn. The page of %(year)d is gone.") % {"year": year})
            return redirect(f"{reverse('desk_figures')}?year={year}")
    return _page(request, form=form)
