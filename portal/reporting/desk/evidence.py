"""The files of a case on Desk: what they are, and their safe copies, part by part. Originals stay sealed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now, gettext_lazy as _
from django.views.decorators.http import require_safe

from portal import audit
from portal.audit import Verb
from portal.core import queues
from portal.core.listings import paginate
from portal.files.enums import Kind, PartForm
from portal.files.kinds import BY_KIND
from portal.files.plain_pictures import content_type, is_plain
from portal.members.roles import for_roles
from portal.reporting import contents, opening, safe_copies
from portal.reporting.actions.evidence import HANDLERS, KINDS, is_open
from portal.reporting.contents import FileFacts
from portal.reporting.enums import CopyState, FileState
from portal.reporting.models import Case, Evidence, SafeCopyPart, TwoPeopleRequest
from portal.reporting.people import DESK, READERS
from portal.reporting.reading import visible
from portal.vault import records

SANDBOX = "default-src 'none'; sandbox"
PARTS_A_PAGE = 2  # a picture of a page, and its text
CHIPS = {
    FileState.WAITING: "waiting",
    FileState.CLEAN: "active",
    FileState.HELD: "locked",
    FileState.REFUSED: "recalled",
}


@dataclass(frozen=True)
class FileRow:
    """A file as the case page lists it."""

    evidence: Evidence
    facts: FileFacts
    request: TwoPeopleRequest | None = None

    @property
    def name(self) -> str:
        return visible(self.facts.name) or str(self.evidence.attachment_id)

    @property
    def chip(self) -> str:
        return CHIPS[FileState(self.evidence.state)]

    @property
    def kind(self) -> str:
        return kind_in_words(self.evidence.kind)

    @property
    def has_copy(self) -> bool:
        return bool(self.evidence.copy_state == CopyState.MADE)

    @property
    def can_be_asked_for(self) -> bool:
        return self.request is None and self.evidence.state in KINDS and not self.evidence.is_gone


def evidence_context(case: Case, person: Any) -> dict[str, Any]:
    """What `desk/reports/case_evidence.html` shows: the files of a case, with a fixed number of queries."""
    return {
        "case_files": rows_of(evidence_rows().filter(case=case).order_by("attachment__stored_at", "pk")),
        "may_ask_for_files": person.has_role(*HANDLERS) and case.report.submitter_id != person.pk,
    }


def evidence_rows() -> Any:
    rows = Evidence.objects.select_related("attachment", "case__report", "holding__report")
    return rows.prefetch_related("requests")


def rows_of(found: Any) -> list[FileRow]:
    """Files as a page lists them."""
    rows = list(found)
    return [_row(row, facts) for row, facts in zip(rows, _facts_of(rows), strict=True)]


def file_context(row: Evidence, *, page: str) -> dict[str, Any]:
    """What `desk/evidence/file.html` shows of a file's safe copy, a page at a time."""
    aside = safe_copies.aside_of(row)
    listing = paginate(row.parts.order_by("number"), page=page, page_size=PARTS_A_PAGE)
    parts = [safe_copies.shown(part, _title(aside, part)) for part in listing.rows]
    return {"row": _row(row, _facts_of([row])[0]), "parts": parts, "listing": listing, "aside": aside}


def _row(row: Evidence, facts: FileFacts) -> FileRow:
    now = timezone.now()
    return FileRow(row, facts, next((asked for asked in row.requests.all() if is_open(asked, now)), None))


def _facts_of(rows: list[Evidence]) -> list[FileFacts]:
    files = [row.attachment for row in rows]
    opened = contents.open_all([(file.record, file.facts_field, bytes(file.facts)) for file in files])
    return [
        FileFacts(
            file, str(said.get("name", "")), str(said.get("declared", "")), str(said.get("sha256", "")), bool(said)
        )
        for file, said in zip(files, opened, strict=True)
    ]


@for_roles(*READERS)
@require_safe
def file(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """The safe copy of one file, a page at a time, with what was left out beside it."""
    row = get_object_or_404(evidence_rows().exclude(case=None), pk=identifier)
    if not opening.purpose_of(request, row.case):
        return redirect("desk_report", identifier=row.case.report.uuid)
    context = file_context(row, page=request.GET.get("page", ""))
    _record_opening(request, row, [part.part.number for part in context["parts"]])
    context |= {
        "part_route": "desk_file_part",
        "parent_title": _now("Report %(number)s") % {"number": row.case.report.number},
        "parent_url": reverse("desk_report", args=[row.case.report.uuid]),
        "may_ask_for_files": _may_ask(request, row.case),
    }
    return render(request, "desk/evidence/file.html", context)


@for_roles(*READERS)
@require_safe
def part(request: HttpRequest, identifier: uuid.UUID, number: int) -> HttpResponse:
    """One picture of a safe copy. It is shown in a page of the desk and nowhere else."""
    rows = SafeCopyPart.objects.select_related("evidence__attachment", "evidence__case__report")
    rows = rows.exclude(evidence__case=None)
    found = get_object_or_404(rows, evidence_id=identifier, number=number, form=PartForm.PICTURE.value)
    case = found.evidence.case
    if not opening.purpose_of(request, case):
        return redirect("desk_report", identifier=case.report.uuid)
    try:
        picture = safe_copies.opened(found)
    except (records.VaultProblem, OSError):
        raise Http404 from None
    if not is_plain(picture):
        raise Http404
    _record_opening(request, found.evidence, [number])
    return picture_response(picture, f"copy-{number}")


@queues.source(order=71)
def not_started(person: Any) -> list[queues.Queue]:
    """A tile that is there only while files wait for the program that makes safe copies."""
    if not person.has_role(*DESK):
        return []
    waiting = safe_copies.not_started().exclude(case__report__submitter=person).count()
    label = _("Safe copies that wait: their program does not start")
    return [queues.Queue(label, reverse("desk_reports"), waiting, waiting)] if waiting else []


def kind_in_words(kind: str) -> str:
    """A kind of file as Desk found it, by its usual ending."""
    try:
        return BY_KIND[Kind(kind)].extensions[0].upper() if kind else ""
    except (KeyError, ValueError, IndexError):
        return kind


def harmless(response: Any) -> Any:
    """The headers of architecture.md, 'Files'."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


def picture_response(picture: bytes, name: str) -> HttpResponse:
    kind = content_type(picture)
    response: HttpResponse = harmless(HttpResponse(picture, content_type=kind))
    response["Content-Disposition"] = f'inline; filename="{name}.{kind.removeprefix("image/")}"'
    return response


def _title(aside: safe_copies.Aside, part: SafeCopyPart) -> str:
    return aside.titles[part.number - 1] if part.number <= len(aside.titles) else str(part.number)


def _may_ask(request: HttpRequest, case: Case) -> bool:
    person: Any = request.user
    return bool(person.has_role(*HANDLERS) and case.report.submitter_id != person.pk)


def _record_opening(request: HttpRequest, row: Evidence, numbers: list[int]) -> None:
    """Each opening is in the trail, with the purpose that was given for the case."""
    purpose = opening.Purpose(opening.purpose_of(request, row.case)).label
    audit.record(Verb.COPY_OPEN, row.attachment, purpose=str(purpose), facts={"parts": numbers})
