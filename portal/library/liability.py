"""The pages of the liability resources: the table, one provision, the finder, and the list of gaps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access.querysets import get_readable_or_404
from portal.access.viewer import viewer_of
from portal.library.finder import Answers, narrow
from portal.library.forms import FinderForm, ProvisionFilter
from portal.library.models import LiabilityGap, Provision
from portal.members import tallies


@require_safe
def provisions(request: HttpRequest) -> HttpResponse:
    """The table to compare, for one group of people or for all."""
    form = ProvisionFilter(request.GET or None)
    rows = list(Provision.objects.readable_by(viewer_of(request)))
    party = form.chosen("party")
    shown = [row for row in rows if not party or party in row.parties]
    context = {"provisions": shown, "filter_form": form, "is_filtered": bool(party), "is_due": _is_due(shown)}
    return render(request, "liability/provisions.html", context)


@require_safe
def provision(request: HttpRequest, slug: str) -> HttpResponse:
    """One provision, whole."""
    row = get_readable_or_404(Provision.objects.prefetch_related("gaps"), viewer_of(request), slug=slug)
    tallies.record_read(request, row)
    return render(request, "liability/provision.html", {"provision": row, "gaps": row.gaps.all()})


@require_safe
def finder(request: HttpRequest) -> HttpResponse:
    """Four questions, and the provisions to which they lead. The answers stand in the address and nowhere else."""
    form = FinderForm(request.GET if "party" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        rows = list(Provision.objects.readable_by(viewer_of(request)))
        answers: Answers = form.answers()
        concerns = narrow(rows, answers)
        unverified = [row for row in rows if not row.is_verified and answers.party in row.parties]
        due = _is_due([concern.provision for concern in concerns])
        context |= {"is_answered": True, "concerns": concerns, "unverified": unverified, "is_due": due}
    return render(request, "liability/finder.html", context)


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """What the law leaves open, for the committee."""
    readable = set(Provision.objects.readable_by(viewer_of(request)).values_list("pk", flat=True))
    rows = list(LiabilityGap.objects.prefetch_related("provisions"))
    near = [(gap, [row for row in gap.provisions.all() if row.pk in readable]) for gap in rows]
    return render(request, "liability/gaps.html", {"gaps": near})


def _is_due(rows: list[Provision]) -> bool:
    return any(row.is_due for row in rows)
