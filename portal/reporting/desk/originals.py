"""Originals and held files: one person asks, another allows, the first takes the file once and prints the sheet."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.files import names
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting import custody, evidence, opening
from portal.reporting.actions.evidence import HANDLERS, AskOriginal, DecideOriginal, TakeOriginal, is_open, may_be_taken
from portal.reporting.desk.evidence import harmless, kind_in_words
from portal.reporting.enums import Stage
from portal.reporting.forms.evidence import AskForm
from portal.reporting.models import Case, Evidence, Holding, TwoPeopleRequest
from portal.reporting.protected import people
from portal.reporting.protected.desk import opening as protected_opening
from portal.reporting.protected.states import ENDED
from portal.reporting.summary import marks, running_mark
from portal.vault import records

RELATED = (
    *("evidence__attachment", "evidence__case__report", "evidence__holding__report"),
    *("asked_by", "allowed_by", "refused_by"),
)
BROKEN = gettext_lazy("The sealed file cannot be read now. Nothing was taken; tell whoever runs the portal.")


def _requests(person: Any) -> Any:
    """Without those of reports that this person sent: to a submitter the desk's side is not there."""
    rows = TwoPeopleRequest.objects.select_related(*RELATED).exclude(evidence__case__report__submitter=person)
    own = Holding.objects.exclude(pk__in=Holding.objects.of_others(person).values("pk"))
    return rows.exclude(evidence__holding__in=own)


def _request_for(request: HttpRequest, identifier: uuid.UUID) -> TwoPeopleRequest:
    """One request, for somebody who did not send the report. Raises `Http404`."""
    row = get_object_or_404(TwoPeopleRequest.objects.select_related(*RELATED), uuid=identifier)
    _not_own(request, row.evidence)
    return row


def _not_own(request: HttpRequest, found: Evidence) -> None:
    """Raises `Http404` for whoever sent what the file came with: to them the desk's side is not there."""
    if people.is_party(person_of(request), found.report):
        refuse_page(request)


def _ask_purpose(request: HttpRequest, kept: Case | Holding) -> HttpResponse | None:
    """The way to the question what it is opened for, where it was not asked yet."""
    if _purpose_of(request, kept):
        return None
    messages.info(request, _("Say first what you open this for. Then come back to the originals."))
    return redirect(_page_of(kept), identifier=kept.report.uuid)


def _purpose_of(request: HttpRequest, kept: Case | Holding) -> str:
    if isinstance(kept, Holding):
        return protected_opening.purpose_of(request, kept)
    return opening.purpose_of(request, kept)


def _page_of(kept: Case | Holding) -> str:
    return "desk_protected_one" if isinstance(kept, Holding) else "desk_report"


def _way_back(kept: Case | Holding) -> dict[str, str]:
    """Where the file came from, for the head of a page."""
    return {"came_from": kept.report.number, "came_from_url": reverse(_page_of(kept), args=[kept.report.uuid])}


@for_roles(*HANDLERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What was asked for, the newest first."""
    listing = paginate(_requests(person_of(request)), page=request.GET.get("page", ""))
    now = timezone.now()
    rows = [{"request": row, "state": state_of(row), "is_open": is_open(row, now)} for row in listing.rows]
    return render(request, "desk/evidence/originals.html", {"listing": listing, "requests": rows})


@for_roles(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Ask for the original of one file, or for a held one."""
    rows = Evidence.objects.select_related("attachment", "case__report", "holding__report")
    row = get_object_or_404(rows, pk=identifier)
    _not_own(request, row)
    if not _purpose_of(request, row.kept):
        return redirect(_page_of(row.kept), identifier=row.report.uuid)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = AskOriginal(evidence=row, by=person_of(request), **form.cleaned_data).execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked for. A second person decides on it."))
            return redirect("desk_original", identifier=made.uuid)
    context = {"row": row, "form": form, "facts": evidence.facts_of(row.attachment), **_way_back(row.kept)}
    return render(request, "desk/evidence/ask.html", context, status=422 if form.errors else 200)


@for_roles(*HANDLERS)
@require_safe
def original(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """One request: to whom and why, who asked and who decided, and what comes next."""
    row = _request_for(request, identifier)
    unsaid = _ask_purpose(request, row.evidence.kept)
    if unsaid is not None:
        return unsaid
    is_own, now = row.asked_by_id == person_of(request).pk, timezone.now()
    context = {
        "request_row": row,
        **_way_back(row.evidence.kept),
        "sheet": custody.sheet_of(row),
        "state": state_of(row),
        "is_own": is_own,
        "may_decide": not is_own and is_open(row, now) and row.allowed_at is None,
        "may_take": is_own and may_be_taken(row, now),
        "kind": kind_in_words(row.evidence.kind),
    }
    return render(request, "desk/evidence/original.html", context)


@for_roles(*HANDLERS)
@require_POST
def decide(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Allow or refuse, as the second person."""
    row = _request_for(request, identifier)
    is_allowed = request.POST.get("decision") == "allow"
    if not is_allowed and request.POST.get("decision") != "refuse":
        return redirect("desk_original", identifier=identifier)
    try:
        DecideOriginal(request=row, by=person_of(request), is_allowed=is_allowed).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Allowed. Whoever asked can take the file, once, within a day.") if is_allowed else _("Refused.")
        messages.success(request, said)
    return redirect("desk_original", identifier=identifier)


@for_roles(*HANDLERS)
@require_POST
def take(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Send the file to whoever asked for it, once. It is opened before it counts as taken."""
    row, by = _request_for(request, identifier), person_of(request)
    try:
        chunks = _begun(row)
        TakeOriginal(request=row, by=by).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    except (records.VaultProblem, evidence.NotThere):
        messages.error(request, str(BROKEN))
    else:
        return _download(row, custody.leaving(row, chunks, by=by))
    return redirect("desk_original", identifier=identifier)


@for_roles(*HANDLERS)
@require_safe
def sheet(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The chain-of-custody sheet, to be printed and signed. That it was made is recorded."""
    row = _request_for(request, identifier)
    unsaid = _ask_purpose(request, row.evidence.kept)
    if unsaid is not None:
        return unsaid
    audit.record(Verb.PRINT, row.evidence.attachment, facts={"sheet": "custody", "request": str(row.uuid)})
    context = {
        "sheet": custody.sheet_of(row),
        "request_row": row,
        **_way_back(row.evidence.kept),
        "marks": marks(),
        "running": {"value": running_mark()},
        "now": timezone.now(),
    }
    return render(request, "desk/evidence/sheet.html", context)


def state_of(row: TwoPeopleRequest) -> dict[str, str]:
    """Where a request stands, as a shape and a word."""
    found: tuple[tuple[bool, str, Callable[[], str]], ...] = (
        (row.refused_at is not None, "recalled", lambda: _("refused")),
        (row.taken_at is not None, "released", lambda: _("taken")),
        (may_be_taken(row, timezone.now()), "active", lambda: _("allowed")),
        (row.allowed_at is not None, "expired", lambda: _("allowed, and not taken in time")),
        (True, "waiting", lambda: _("waits for a second person")),
    )
    return next({"chip": chip, "words": words()} for holds, chip, words in found if holds)


def _begun(row: TwoPeopleRequest) -> Iterator[bytes]:
    """The stream, its first piece read: a file that does not open at all is not taken."""
    chunks = evidence.plaintext_of(row.evidence.attachment)
    first = next(chunks, b"")

    def whole() -> Iterator[bytes]:
        yield first
        yield from chunks

    return whole()


def _download(row: TwoPeopleRequest, pieces: Iterator[bytes]) -> HttpResponse:
    """Always an attachment of no type, so that no program opens it by itself."""
    response: HttpResponse = harmless(StreamingHttpResponse(pieces, content_type="application/octet-stream"))
    name = names.clean(evidence.facts_of(row.evidence.attachment).name)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@queues.source(order=32)
def waiting(person: Any) -> list[queues.Queue]:
    """Requests on which this person may decide."""
    if not person.has_role(*HANDLERS):
        return []
    rows = _requests(person).filter(allowed_at=None, refused_at=None).exclude(asked_by=person)
    rows = rows.exclude(evidence__case__stage=Stage.PURGED)  # what is destroyed waits for nobody
    rows = rows.exclude(evidence__holding__stage__in=ENDED)
    return [queues.Queue(gettext_lazy("Originals asked for"), reverse("desk_originals"), rows.count())]
