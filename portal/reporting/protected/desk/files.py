"""The files of a submission on Desk: safe copies, part by part, with the purpose that was given for opening it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import audit
from portal.audit import Verb
from portal.files.enums import PartForm
from portal.files.plain_pictures import is_plain
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.reporting import safe_copies
from portal.reporting.actions.evidence import HANDLERS
from portal.reporting.desk import evidence as shown
from portal.reporting.models import Evidence, Holding, SafeCopyPart
from portal.reporting.protected import people, planners
from portal.reporting.protected.desk import opening
from portal.reporting.protected.enums import UsePurpose
from portal.vault import records


def rows_of(kept: Holding) -> list[shown.FileRow]:
    """The files of a submission, with a fixed number of queries."""
    return shown.rows_of(shown.evidence_rows().filter(holding=kept).order_by("attachment__stored_at", "pk"))


@for_roles(*people.READERS, planners.ROLE)
@require_safe
def file(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The safe copy of one file, a page at a time, with what was left out beside it."""
    row = get_object_or_404(shown.evidence_rows().exclude(holding=None), pk=identifier)
    kept = _kept(request, row)
    if not _has_purpose(request, kept):
        return redirect(_page_for(request), identifier=kept.report.uuid)
    context = shown.file_context(row, page=request.GET.get("page", ""))
    _record_opening(request, row, [part.part.number for part in context["parts"]])
    number = kept.report.number
    context |= {
        "part_route": "desk_protected_file_part",
        "parent_title": _("Submission %(number)s") % {"number": number},
        "parent_url": reverse(_page_for(request), args=[kept.report.uuid]),
        "may_ask_for_files": person_of(request).has_role(*HANDLERS),
    }
    return render(request, "desk/evidence/file.html", context)


@for_roles(*people.READERS, planners.ROLE)
@require_safe
def part(request: HttpRequest, identifier: uuid.UUID, number: int) -> HttpResponse:
    """One picture of a safe copy. It is shown in a page of the desk and nowhere else."""
    rows = SafeCopyPart.objects.select_related("evidence__attachment", "evidence__holding__report")
    rows = rows.exclude(evidence__holding=None)
    found = get_object_or_404(rows, evidence_id=identifier, number=number, form=PartForm.PICTURE.value)
    kept = _kept(request, found.evidence)
    if not _has_purpose(request, kept):
        return redirect(_page_for(request), identifier=kept.report.uuid)
    try:
        picture = safe_copies.opened(found)
    except (records.VaultProblem, OSError):
        raise Http404 from None
    if not is_plain(picture):
        raise Http404
    _record_opening(request, found.evidence, [number])
    return shown.picture_response(picture, f"copy-{number}")


def _kept(request: HttpRequest, row: Evidence) -> Holding:
    """Its submission, for one of the desk who is no party to it, or a planner who is named for it now.

    Raises `Http404`.
    """
    kept: Holding = row.holding
    if people.is_party(person_of(request), kept.report) or not planners.may_open(person_of(request), kept):
        refuse_page(request)
    return kept


def _has_purpose(request: HttpRequest, kept: Holding) -> bool:
    """Whether it was said what for. A planner's is the one for which they are named now."""
    said = opening.purpose_of(request, kept)
    if person_of(request).has_role(*people.READERS):
        return bool(said)
    row = planners.found_for(person_of(request), kept)
    return row is not None and said == row.purpose


def _page_for(request: HttpRequest) -> str:
    """The page of the submission for this person, where they are asked what for."""
    return "desk_protected_one" if person_of(request).has_role(*people.READERS) else "desk_planning_one"


def _record_opening(request: HttpRequest, row: Any, numbers: list[int]) -> None:
    """In the trail each part; for the submitter a use, also where the page of the submission was left long ago."""
    opening.record_use(request, row.holding)
    purpose = UsePurpose(opening.purpose_of(request, row.holding)).label
    audit.record(Verb.COPY_OPEN, row.attachment, purpose=str(purpose), facts={"parts": numbers})
