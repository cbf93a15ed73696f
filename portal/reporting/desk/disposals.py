"""What waits for a second person to destroy it, of every kind; batches that were approved; and signed certificates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.core.queues import Place
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting import batches, disposals
from portal.reporting.actions.batches import ApproveBatch, ResumeBatch, StopBatch
from portal.reporting.enums import BatchState
from portal.reporting.models import DisposalBatch, DisposalItem, LegalHold, RecordsRequest
from portal.reporting.tasks import work_on_disposals

LONGEST_KEY = 18  # digits that the databases can hold
WORD = "destroy"  # typed, so that nobody does it by a slip
ACTS: dict[str, Any] = {"stop": StopBatch, "resume": ResumeBatch}
STOPPED = gettext_lazy("Stopped. What was destroyed stays so; what waits is untouched.")
RESUMED = gettext_lazy("It goes on with what waits.")
RELATED = ("report__holding", "report__case", "redress", "proposed_by")


@for_roles(*disposals.TWO)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """What one person proposed; sent as a form, what of it is approved."""
    rows = _waiting(person_of(request))
    if request.method == "POST":
        return _approve(request, rows)
    context = {
        "listing": paginate(rows.select_related(*RELATED), page=request.GET.get("page", "")),
        "batches": _counted(DisposalBatch.objects.filter(done_at=None)),
        "word": WORD,
        "me": person_of(request).pk,
    }
    return render(request, "desk/disposals/overview.html", context)


def _waiting(person: Any) -> Any:
    """Without what a batch is about to decide; with what stands against each."""
    held = LegalHold.objects.filter(report=OuterRef("report"), lifted_at=None)
    asked = RecordsRequest.objects.filter(holdings=OuterRef("report"), answered_at=None)
    in_hand = DisposalItem.objects.filter(
        disposal=OuterRef("pk"), state=BatchState.WAITING, batch__in=batches.running().values("pk")
    )
    rows = disposals.waiting_for_second(person).filter(~Exists(in_hand))
    return rows.annotate(has_hold=Exists(held), has_request=Exists(asked))


def _approve(request: HttpRequest, rows: Any) -> HttpResponse:
    keys = [
        key for key in request.POST.getlist("disposal") if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY
    ]
    chosen = tuple(rows.filter(pk__in=keys).select_related("report", "redress"))
    if request.POST.get("word", "").strip().lower() != WORD:
        messages.error(request, _("Choose what is to be destroyed, and type the word. Nothing was destroyed."))
        return redirect("desk_disposals")
    try:
        batch: DisposalBatch = ApproveBatch(rows=chosen, by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, _("%(why)s Nothing was destroyed.") % {"why": refusal})
        return redirect("desk_disposals")
    work_on_disposals.enqueue()
    return redirect("desk_disposal_batch", pk=batch.pk)


def _counted(rows: Any) -> Any:
    """Batches with how many of their rows were destroyed, were refused, and wait."""
    counts = {state.value: Count("items", filter=Q(items__state=state)) for state in BatchState}
    return rows.select_related("by").annotate(total=Count("items"), **counts).order_by("-started_at", "-pk")


@for_roles(*disposals.TWO)
@require_safe
@never_cache
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a batch is, row by row. What is one's own business is not shown, as everywhere on Desk."""
    person = person_of(request)
    found = get_object_or_404(_counted(DisposalBatch.objects.all()), pk=pk)
    theirs = Q(disposal=None) | Q(disposal__in=disposals.of_others(person).values("pk"))
    items = found.items.filter(theirs).select_related("disposal").order_by("pk")
    context = {
        "batch": found,
        "listing": paginate(items, page=request.GET.get("page", "")),
        "decided": found.total - found.waiting,
        "is_mine": found.by_id == person.pk,
    }
    return render(request, "desk/disposals/batch.html", context)


@for_roles(*disposals.TWO)
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Stop a batch, or let it go on."""
    if verb not in ACTS:
        raise Http404
    found = get_object_or_404(DisposalBatch, pk=pk)
    try:
        ACTS[verb](batch=found, by=person_of(request)).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(STOPPED if verb == "stop" else RESUMED))
        if verb == "resume":
            work_on_disposals.enqueue()
    return redirect("desk_disposal_batch", pk=pk)


@for_roles(*disposals.TWO)
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate as a file, byte for byte as it was signed. Raises `Http404` while it is not."""
    row = get_object_or_404(
        disposals.of_others(person_of(request)).select_related("report", "redress").exclude(certificate=""), pk=pk
    )
    audit.record(Verb.PRINT, row.thing, facts={"sheet": "certificate"})
    response = HttpResponse(row.certificate, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_("certificate")}-{row.number}.txt"'
    return response


@queues.source(order=35)
def waiting(person: Any) -> list[queues.Queue]:
    """What others proposed: one's own proposals wait for somebody else."""
    if not person.has_role(*disposals.TWO):
        return []
    count = disposals.waiting_for_second(person).exclude(proposed_by=person).count()
    label = gettext_lazy("Waits for a second person to destroy it")
    return [queues.Queue(label, reverse("desk_disposals"), count)] if count else []


@queues.place_source(order=13)
def places(person: Any) -> list[Place]:
    label = gettext_lazy("Disposals")
    return [Place(label, reverse("desk_disposals"))] if person.has_role(*disposals.TWO) else []
