"""Pictures and files. The one address of Front that takes a file in."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from portal.members.limits import may_ask
from portal.reporting.drafting import Writing
from portal.reporting.enums import FileState, Section
from portal.reporting.models import Attachment
from portal.reporting.receiving import FileRefused, SealingHandler, too_large, too_many
from portal.reporting.views.activity import steps_at
from portal.reporting.views.gate import KIND, is_reporter, while_writing
from portal.vault import records

logger = logging.getLogger(__name__)
AROUND = 64 * 1024  # bytes that a form adds to its file
SAID = {
    FileState.CLEAN: gettext_lazy("The file was sealed and scanned."),
    FileState.WAITING: gettext_lazy(
        "The file was sealed. The scanner does not answer now; nobody can open it until it has."
    ),
    FileState.HELD: gettext_lazy("The file was sealed and is held: at the desk only two people together can open it."),
}


@never_cache
@require_safe
@while_writing
def files(request: HttpRequest, writing: Writing) -> HttpResponse:
    """What came in, and the way to send more."""
    rows = [(row, writing.facts_of(row).get("name", "")) for row in writing.files()]
    context = {
        "rows": rows,
        "most": settings.PORTAL_FILES_A_REPORT,
        "largest": settings.PORTAL_FILE_LARGEST // 1024**2,
        "is_full": len(rows) >= settings.PORTAL_FILES_A_REPORT,
        **steps_at(Section.FILES),
    }
    return render(request, "report/files.html", context)


@never_cache
@require_POST
@while_writing
def remove(request: HttpRequest, writing: Writing, identifier: UUID) -> HttpResponse:
    """Take a file out before the report is sent. The desk destroys it."""
    row = get_object_or_404(Attachment, uuid=identifier, report_uuid=writing.draft.uuid)
    with transaction.atomic():
        if writing.held() is None:
            messages.error(request, _("The report was sent meanwhile, with this file."))
            return redirect("report_receipt")
        Attachment.objects.filter(pk=row.pk, removed_at=None).update(removed_at=timezone.now())
    messages.success(request, _("The file was taken out."))
    return redirect("report_files")


@csrf_exempt
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take one file in. Who asks, from where and how much is settled before a byte of it is read.

    Django would read the whole request to find the token against forgery, so the view is exempt outside and protected
    inside, where whatever came in is thrown away again unless the token was right.
    """
    try:
        writing = _admitted(request)
        handler = SealingHandler(_key_of(writing), record=writing.draft.uuid)
    except FileRefused as problem:
        return _answer(request, str(problem), status=403)
    request.upload_handlers = [handler]
    try:
        return _receive(request, handler, writing)
    finally:
        handler.discard()


def _key_of(writing: Writing) -> records.DataKey:
    try:
        return writing.data_key()
    except records.VaultProblem:
        logger.exception("a file could not be sealed")
        raise FileRefused(
            _("Files cannot be sealed just now. Nothing of this one was kept; your report is. Try again later.")
        ) from None


@csrf_protect
def _receive(request: HttpRequest, handler: SealingHandler, writing: Writing) -> HttpResponse:
    request.FILES.keys()  # this reads the request, if the token did not stand in it
    try:
        row = handler.keep(writing)
    except FileRefused as problem:
        return _answer(request, str(problem), status=422)
    return _answer(request, str(SAID[FileState(row.state)]), row=row)


def _admitted(request: HttpRequest) -> Writing:
    """The draft that a file is for. Raises `FileRefused` before anything was read."""
    if not is_reporter(request):
        raise FileRefused(_("Your session has ended. Nothing of the file was kept; sign in and send it again."))
    if not _is_from_here(request):
        raise FileRefused(_("This did not come from the portal's own page. Nothing of the file was kept."))
    writing = Writing.of(request, KIND)
    if writing is None or writing.draft.sent_at is not None:
        raise FileRefused(_("There is no report under way in this browser. Nothing of the file was kept."))
    _check_quota(request, writing)
    return writing


def _is_from_here(request: HttpRequest) -> bool:
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc == request.get_host() and origin.scheme == request.scheme


def _check_quota(request: HttpRequest, writing: Writing) -> None:
    said = request.headers.get("Content-Length", "")
    length = int(said) if said.isdecimal() else 0
    if not length:
        raise FileRefused(_("The browser did not say how large the file is. Nothing of it was kept; try another one."))
    if length > settings.PORTAL_FILE_LARGEST + AROUND:
        raise FileRefused(too_large())
    if len(writing.files()) >= settings.PORTAL_FILES_A_REPORT:
        raise FileRefused(too_many())
    since = timezone.now() - timedelta(days=1)
    sent = (
        Attachment.objects.filter(owner=writing.draft.owner_id, stored_at__gt=since).aggregate(all=Sum("length"))["all"]
        or 0
    )
    is_much = sent + length > settings.PORTAL_UPLOADED_A_DAY
    if is_much or not may_ask(request, "upload", per_hour=settings.PORTAL_UPLOADS_PER_HOUR, per="user"):
        raise FileRefused(
            _("You have sent very many files today. This one was not kept, the rest is; send it tomorrow or call us.")
        )


def _answer(request: HttpRequest, sentence: str, *, row: Attachment | None = None, status: int = 200) -> HttpResponse:
    """For the script that shows progress as JSON, for everybody else the page of files with the sentence on top."""
    if "application/json" in request.headers.get("Accept", ""):
        facts: dict[str, Any] = {"sentence": sentence, "state": row.state if row is not None else FileState.REFUSED}
        return JsonResponse(facts, status=status)
    if not is_reporter(request):
        return render(request, "report/upload_refused.html", {"sentence": sentence}, status=status)
    (messages.success if row is not None else messages.error)(request, sentence)
    return redirect("report_files")
