"""What became of one's reports. The status and the last words need no code; everything that was written does."""

from __future__ import annotations

import hashlib
import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core.listings import paginate
from portal.members.limits import may_ask
from portal.members.requests import person_of
from portal.reporting import receiving, reopening
from portal.reporting.enums import Status
from portal.reporting.forms.sending import AddForm, CodeForm
from portal.reporting.models import Report
from portal.reporting.views.gate import for_reporters
from portal.vault import records

logger = logging.getLogger(__name__)
ONCE_LASTS = 24 * 3600  # seconds


@never_cache
@for_reporters
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """One's own reports, newest first."""
    rows = reopening.own_reports(person_of(request)).order_by("-submitted_at", "-pk")
    listing = paginate(rows, page=request.GET.get("page", ""))
    standing = reopening.standing_of(list(listing.rows))
    return render(
        request,
        "report/status.html",
        {"listing": listing, "rows": [(row, standing[row.pk]) for row in listing.rows]},
    )


@never_cache
@for_reporters
def report(request: HttpRequest, number: str) -> HttpResponse:
    """One report: where it stands; with the code, what was sent and what the desk wrote."""
    row = _own(request, number)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        if not may_ask(request, "receipt", per_hour=settings.PORTAL_RECEIPT_TRIES_PER_HOUR, per="key", key=row.number):
            form.add_error(None, _("The code was tried too often. Wait an hour; status and last words stay readable."))
        elif reopening.open_with(row, words) is None:
            form.add_error("words", _("This code does not open this report. Look at the number, and at each word."))
        else:
            answer = redirect("report_one", number=row.number)
            reopening.leave_cookie(answer, row, words)
            return answer
    return _show(request, row, form=form, add=new_add_form())


@never_cache
@for_reporters
@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add words to a report."""
    row = _own(request, number)
    form = AddForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form=CodeForm(), add=form)
    if not may_ask(request, "report-add", per_hour=settings.PORTAL_REPORTS_PER_HOUR, per="user"):
        form.add_error(None, _("You have added much within an hour. This was not sent; it stays below, send it later."))
        return _show(request, row, form=CodeForm(), add=form)
    if not _is_first(row, form):
        return redirect("report_one", number=row.number)  # a second press of the button
    problem = _why_not_added(request, row, form)
    if problem:
        cache.delete(_once_key(row, form))  # it did not go: the next press is the first
        form.add_error(None, problem)
        return _show(request, row, form=CodeForm(), add=form)
    messages.success(request, _("Your words went to the desk, sealed."))
    return redirect("report_one", number=row.number)


def _is_first(row: Report, form: AddForm) -> bool:
    """Whether this form was not sent before. Without its mark it counts as new."""
    return not form.cleaned_data.get("once") or cache.add(_once_key(row, form), 1, ONCE_LASTS)


def _once_key(row: Report, form: AddForm) -> str:
    digest = hashlib.sha256(form.cleaned_data.get("once", "").encode()).hexdigest()  # keys take no blanks
    return f"report-add:{row.pk}:{digest}"


def _why_not_added(request: HttpRequest, row: Report, form: AddForm) -> str:
    """Add the words; empty, or the sentence that says why they were not added. They stay in the form then."""
    try:
        if reopening.add(row, form.cleaned_data["words"], key=reopening.key_in(request, row)):
            return ""
    except (records.VaultProblem, IntegrityError):
        logger.exception("an addition could not be kept")
        return str(_("Your words could not be kept just now. They stay below; send them later."))
    return str(_("Nothing was added: the report is closed, or full. Your words stay below; report them anew."))


@never_cache
@for_reporters
@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Put the code away again."""
    answer = redirect("report_one", number=_own(request, number).number)
    reopening.forget_cookie(answer)
    return answer


def new_add_form() -> AddForm:
    return AddForm(initial={"once": secrets.token_urlsafe(12)})


def _own(request: HttpRequest, number: str) -> Report:
    found: Report = get_object_or_404(reopening.own_reports(person_of(request)), number=number)
    return found


def _show(request: HttpRequest, row: Report, *, form: CodeForm, add: AddForm) -> HttpResponse:
    key = reopening.key_in(request, row)
    standing = reopening.standing_of([row])[row.pk]
    context: dict[str, Any] = {
        "report": row,
        "standing": standing,
        "opened": reopening.read(row, key) if key is not None else None,
        "form": form,
        "add": add,
        "is_closed": standing.status == Status.CLOSED and not add.is_bound,
        "takes_files": standing.status != Status.CLOSED,
        **_room_for_files(row),
    }
    is_wrong = form.is_bound or add.is_bound
    return render(request, "report/one.html", context, status=422 if is_wrong else 200)


def _room_for_files(row: Report) -> dict[str, Any]:
    return {
        "files": receiving.number_of_files(row.uuid),
        "is_full": receiving.is_full(row.uuid),
        "most": settings.PORTAL_FILES_A_REPORT,
        "largest": settings.PORTAL_FILE_LARGEST // 1024**2,
    }
