"""The weekly review: the week so far, those that wait, those that are signed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.members.requests import person_of
from portal.oversight import reviews
from portal.oversight.actions import AlreadySigned, SignReview
from portal.oversight.desk.gate import for_auditors, seen
from portal.oversight.enums import Oddity
from portal.oversight.forms import SignForm
from portal.oversight.models import Review
from portal.oversight.oddities import Odd
from portal.oversight.weeks import Week


@for_auditors
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The present week so far, which nobody signs yet, and every review."""
    week = Week.of(timezone.now())
    listing = paginate(Review.objects.select_related("signed_by"), page=request.GET.get("page", ""))
    figures = reviews.figures(week)
    seen("reviews", count=listing.count)
    context = {"week": week, "figures": figures, "odd": by_kind(figures.odd), "listing": listing}
    return render(request, "desk/audit/reviews.html", context)


@for_auditors
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One week: its figures, what is odd about it, and what was found or the form for it."""
    return _show(request, _review(pk), SignForm())


@for_auditors
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign it. Who comes second is told so, and what they typed is not taken for the finding."""
    row, form = _review(pk), SignForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=422)
    try:
        SignReview(row, person_of(request), form.cleaned_data["finding"]).execute()
    except AlreadySigned as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_audit_review", pk=pk)
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, _review(pk), form, status=422)
    messages.success(request, _("Signed. The review is part of the trail now."))
    return redirect("desk_audit_review", pk=pk)


def _review(pk: int) -> Review:
    if pk > LARGEST_KEY:
        raise Http404
    found: Review = get_object_or_404(Review.objects.select_related("signed_by"), pk=pk)
    return found


def _show(request: HttpRequest, row: Review, form: SignForm, *, status: int = 200) -> HttpResponse:
    figures = reviews.figures(row.span)
    seen("review", count=figures.events, about=f"oversight.review:{row.pk}")
    signed = [(Oddity(kind).label, count) for kind, count in row.counts.items() if kind in Oddity.values]
    context: dict[str, Any] = {
        "review": row,
        "week": row.span,
        "figures": figures,
        "odd": by_kind(figures.odd),
        "signed_counts": signed,
        "form": form,
    }
    return render(request, "desk/audit/review.html", context, status=status)


def by_kind(odd: list[Odd]) -> list[tuple[str, list[Odd]]]:
    """The entries under the words of their kinds, in the order of the kinds."""
    grouped = [(str(kind.label), [row for row in odd if row.kind is kind]) for kind in Oddity]
    return [(label, rows) for label, rows in grouped if rows]
