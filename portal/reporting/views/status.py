"""What became of one's reports. The status and the last words need no code; everything that was written does."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

from django import forms
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
from portal.reporting import questionnaires, receiving, reopening
from portal.reporting.enums import Section, Status
from portal.reporting.forms.sending import AddForm, CodeForm
from portal.reporting.models import LegalHold, Report
from portal.reporting.views.gate import for_reporters
from portal.vault import records

logger = logging.getLogger(__name__)
ONCE_LASTS = 24 * 3600  # seconds
Show = Callable[..., HttpResponse]  # request, row; forms that came back with their mistakes


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
    return open_with_code(request, _own(request, number), show=_show)


def open_with_code(request: HttpRequest, row: Report, *, show: Show) -> HttpResponse:
    """The page of what was sent; with the right code it is opened in this browser for a while."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words, asked = form.cleaned_data["words"], questionnaires.of_kind(row.kind)
        if not may_ask(request, "receipt", per_hour=settings.PORTAL_RECEIPT_TRIES_PER_HOUR, per="key", key=row.number):
            form.add_error(None, _("The code was tried too often. Wait an hour; status and last words stay readable."))
        elif reopening.open_with(row, words) is None:
            form.add_error("words", str(asked.said.wrong_code))
        else:
            answer = redirect(asked.names["one"], number=row.number)
            reopening.leave_cookie(answer, row, words)
            return answer
    return show(request, row, code=form)


@never_cache
@for_reporters
@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add words to a report."""
    row = _own(request, number)
    form = AddForm(request.POST)
    if take(request, row, form):
        return redirect("report_one", number=row.number)
    return _show(request, row, add=form)


def take(request: HttpRequest, row: Report, form: forms.Form, *, name: str = Section.ADDED.value) -> bool:
    """Send to the desk what somebody writes later; False where it was not, and the form says why.

    A second press of the button is as good as the first, and adds nothing.
    """
    if not form.is_valid():
        return False
    if not may_ask(request, "report-add", per_hour=settings.PORTAL_REPORTS_PER_HOUR, per="user"):
        form.add_error(None, _("You have added much within an hour. This was not sent; it stays below, send it later."))
        return False
    if not _is_first(row, form):
        return True
    problem = _why_not_added(request, row, form, name)
    if problem:
        cache.delete(_once_key(row, form))  # it did not go: the next press is the first
        form.add_error(None, problem)
        return False
    messages.success(request, _("Your words went to the desk, sealed."))
    return True


def _is_first(row: Report, form: forms.Form) -> bool:
    """Whether this form was not sent before. Without its mark it counts as new."""
    return not form.cleaned_data.get("once") or cache.add(_once_key(row, form), 1, ONCE_LASTS)


def _once_key(row: Report, form: forms.Form) -> str:
    digest = hashlib.sha256(form.cleaned_data.get("once", "").encode()).hexdigest()  # keys take no blanks
    return f"report-add:{row.pk}:{digest}"


def _why_not_added(request: HttpRequest, row: Report, form: forms.Form, name: str) -> str:
    """Add what was written; empty, or the sentence that says why it was not added. It stays in the form then."""
    said = {field: value for field, value in form.cleaned_data.items() if field not in {"once", "sure"}}
    try:
        if reopening.add(row, said, key=reopening.key_in(request, row), name=name):
            return ""
    except (records.VaultProblem, IntegrityError):
        logger.exception("an addition could not be kept")
        return str(_("Your words could not be kept just now. They stay below; send them later."))
    return str(questionnaires.of_kind(row.kind).said.takes_no_words)


@never_cache
@for_reporters
@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Put the code away again."""
    row = _own(request, number)
    answer = redirect("report_one", number=row.number)
    reopening.forget_cookie(answer, row.kind)
    return answer


def new_add_form() -> AddForm:
    return AddForm(initial={"once": new_mark()})


def new_mark() -> str:
    """By which a second press of a button is known."""
    return secrets.token_urlsafe(12)


def _own(request: HttpRequest, number: str) -> Report:
    found: Report = get_object_or_404(reopening.own_reports(person_of(request)), number=number)
    return found


def _show(
    request: HttpRequest, row: Report, *, code: CodeForm | None = None, add: AddForm | None = None
) -> HttpResponse:
    standing = reopening.standing_of([row])[row.pk]
    code, add = code or CodeForm(), add or new_add_form()
    context: dict[str, Any] = {
        "standing": standing,
        "add": add,
        "takes_words": standing.status != Status.CLOSED or add.is_bound,
        "takes_files": standing.status != Status.CLOSED,
        "hold": LegalHold.objects.filter(report=row.pk, lifted_at=None).only("id", "placed_at").first(),
        **sent_context(request, row, code=code),
    }
    is_wrong = code.is_bound or add.is_bound
    return render(request, "report/one.html", context, status=422 if is_wrong else 200)


def sent_context(request: HttpRequest, row: Report, *, code: CodeForm) -> dict[str, Any]:
    """What the pages of both kinds show: what the code at hand opens, and how much room there is for files."""
    key = reopening.key_in(request, row)
    return {
        "of": questionnaires.of_kind(row.kind),
        "report": row,
        "form": code,
        "opened": reopening.read(row, key) if key is not None else None,
        "files": receiving.number_of_files(row.uuid),
        "is_full": receiving.is_full(row.uuid),
        "most": settings.PORTAL_FILES_A_REPORT,
        "largest": settings.PORTAL_FILE_LARGEST // 1024**2,
    }
