"""The exposure report on Desk."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.access.models import Marked
from portal.core.listings import paginate
from portal.members.enums import StaffRole
from portal.members.models import ExposureReport, Person
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.members.viewers import viewer_for

READERS = (StaffRole.MIAC_SUPERVISOR, StaffRole.PRIVACY_OFFICER, StaffRole.AUDITOR, StaffRole.ADMINISTRATOR)
MOST_DRIFT = 200
WORDS = {"label": _("marked wider"), "caveat": _("caveat taken off"), "readers": _("more than twice the readers")}


@for_roles(*READERS)
@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """The newest report. A title shows only to those who may read the thing itself."""
    report = ExposureReport.objects.order_by("-taken_at").first()
    figures = report.figures if report else {"beyond": [], "drift": []}
    listing = paginate(figures["beyond"], page=request.GET.get("page", ""))
    drift = figures["drift"][:MOST_DRIFT]
    titles = _titles(person_of(request), [row[0] for row in [*listing.rows, *drift]])
    context = {
        "report": report,
        "figures": figures,
        "listing": listing,
        "beyond": [(titles.get(row[0], ""), *row) for row in listing.rows],
        "drift": [(titles.get(row[0], ""), row[0], WORDS.get(row[1], row[1]), row[2], row[3]) for row in drift],
    }
    return render(request, "desk/members/exposure.html", context)


def _titles(person: Person, references: list[str]) -> dict[str, str]:
    """The titles of those things that this person may read: one query for each kind of thing."""
    keys: dict[str, set[int]] = {}
    for reference in references:
        label, _mark, pk = reference.rpartition(":")
        keys.setdefault(label, set()).add(int(pk))
    viewer = viewer_for(person)
    found: dict[str, str] = {}
    for label, pks in keys.items():
        model: Any = _model(label)
        if model is not None:
            readable = model.objects.readable_by(viewer).filter(pk__in=pks).values_list("pk", "title")
            found |= {f"{label}:{pk}": title for pk, title in readable}
    return found


def _model(label: str) -> type[Marked] | None:
    """The marked model of that name that has titles; a report may be older than the models."""
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    has_title = issubclass(model, Marked) and any(row.name == "title" for row in model._meta.concrete_fields)
    return model if has_title else None
