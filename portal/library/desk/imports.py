"""Zips that were sent: how far each is, row by row; stopped and resumed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.core.rows import get_row
from portal.library.desk.access import EDITORS
from portal.library.desk.actions import ResumeImport, StopImport
from portal.library.enums import Outcome
from portal.library.models import BundleImport
from portal.library.tasks import import_waiting_bundles
from portal.members.requests import person_of
from portal.members.roles import for_roles

ACTS: dict[str, Any] = {"stop": StopImport, "resume": ResumeImport}
STOPPED = gettext_lazy("Stopped. What was taken in stays; what waits is kept for two weeks.")
RESUMED = gettext_lazy("It goes on with what waits.")


def _counted(rows: Any) -> Any:
    """Imports with how many of their rows wait, were refused, and were taken in."""
    waits, refused = Q(rows__state=Outcome.WAITING), Q(rows__state=Outcome.REFUSED)
    counts = {"waiting": Count("rows", filter=waits), "refused": Count("rows", filter=refused)}
    return rows.select_related("by").annotate(total=Count("rows"), **counts).order_by("-started_at", "-pk")


@for_roles(*EDITORS)
@require_safe
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """What was sent within half a year, the latest first."""
    listing = paginate(_counted(BundleImport.objects.all()), page=request.GET.get("page", ""))
    return render(request, "desk/library/imports.html", {"listing": listing})


@for_roles(*EDITORS)
@require_safe
@never_cache
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one is. What was refused, or left out, comes first."""
    found = get_row(_counted(BundleImport.objects.all()), pk)
    rows = found.rows.select_related("document")
    only = request.GET.get("only", "")
    shown = rows.exclude(why="") if only == "told" else rows
    context = {
        "run": found,
        "listing": paginate(shown.order_by("pk"), page=request.GET.get("page", "")),
        "decided": found.total - found.waiting,
        "told": rows.exclude(why="").count(),
        "only": only,
    }
    return render(request, "desk/library/import.html", context)


@for_roles(*EDITORS)
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Stop it, or let it go on."""
    if verb not in ACTS:
        raise Http404
    try:
        ACTS[verb](run=get_row(BundleImport.objects.all(), pk), by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(STOPPED if verb == "stop" else RESUMED))
        if verb == "resume":
            import_waiting_bundles.enqueue()
    return redirect("desk_library_import", pk=pk)
