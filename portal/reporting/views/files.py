"""Pictures and files. The addresses of Front that take a file in: for a draft, and for a report that was sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
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
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from portal.members.limits import may_ask
from portal.members.requests import person_of
from portal.reporting import questionnaires
from portal.reporting.drafting import Writing
from portal.reporting.enums import DraftKind, FileState
from portal.reporting.models import Attachment
from portal.reporting.questionnaires import FILES
from portal.reporting.receiving import (
    Destination,
    FileRefused,
    IntoDraft,
    MarkedAsPcii,
    SealingHandler,
    banners_in,
    no_report,
    too_large,
)
from portal.reporting.reopening import IntoReport, key_in, reports_of
from portal.reporting.views.gate import is_reporter, while_writing
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
    asked = questionnaires.of_kind(writing.draft.kind)
    found = [(row, writing.facts_of(row)) for row in writing.files()]
    rows = [(row, facts.get("name", ""), banners_in(facts)) for row, facts in found]
    context = {
        "rows": rows,
        "most": settings.PORTAL_FILES_A_REPORT,
        "largest": settings.PORTAL_FILE_LARGEST // 1024**2,
        "is_full": len(rows) >= settings.PORTAL_FILES_A_REPORT,
        "previous": asked.address_before(FILES),
        "next": asked.address_after(FILES),
        **asked.steps_at(FILES),
    }
    return render(request, asked.template("files"), context)


@never_cache
@require_POST
@while_writing
def remove(request: HttpRequest, writing: Writing, identifier: UUID) -> HttpResponse:
    """Take a file out before the report is sent. The desk destroys it."""
    asked = questionnaires.of_kind(writing.draft.kind)
    row = get_object_or_404(Attachment, uuid=identifier, report_uuid=writing.draft.uuid)
    with transaction.atomic():
        if writing.held() is None:
            messages.error(request, str(asked.said.sent_with_file))
            return redirect(asked.names["receipt"])
        Attachment.objects.filter(pk=row.pk, removed_at=None).update(removed_at=timezone.now())
    messages.success(request, _("The file was taken out."))
    return redirect(asked.names["files"])


@csrf_exempt
@require_POST
def upload(request: HttpRequest, of: DraftKind = DraftKind.ACTIVITY) -> HttpResponse:
    """Take one file in for the draft under way."""
    return _take(request, lambda: _draft(request, of), back=reverse(questionnaires.of_kind(of).names["files"]))


@csrf_exempt
@require_POST
def add(request: HttpRequest, number: str, of: DraftKind = DraftKind.ACTIVITY) -> HttpResponse:
    """Take one file in for a report that was sent, with its code at hand or without it."""
    back = reverse(questionnaires.of_kind(of).names["one"], args=[number])
    return _take(request, lambda: _report(request, number, of), back=back)


def _take(request: HttpRequest, find: Callable[[], Destination], *, back: str) -> HttpResponse:
    """Take one file in. Who asks, from where and how much is settled before a byte of it is read.

    Django would read the whole request to find the token against forgery, so the views are exempt outside and
    protected inside, where whatever came in is thrown away again unless the token was right.
    """
    try:
        destination = _admitted(request, find)
        handler = SealingHandler(_key_of(destination), record=destination.record)
    except FileRefused as problem:
        return _answer(request, str(problem), back=back, status=403)
    request.upload_handlers = [handler]
    try:
        return _receive(request, handler, destination, back)
    finally:
        handler.discard()


def _key_of(destination: Destination) -> records.DataKey:
    try:
        return destination.data_key()
    except records.VaultProblem:
        logger.exception("a file could not be sealed")
        raise FileRefused(
            _("Files cannot be sealed just now. Nothing of this one was kept; what you wrote is. Try again later.")
        ) from None


@csrf_protect
def _receive(request: HttpRequest, handler: SealingHandler, destination: Destination, back: str) -> HttpResponse:
    request.FILES.keys()  # this reads the request, if the token did not stand in it
    try:
        row = handler.keep(destination)
    except MarkedAsPcii as problem:
        return _answer(request, _with_way_to_cisa(str(problem)), back=back, status=422)
    except FileRefused as problem:
        return _answer(request, str(problem), back=back, status=422)
    return _answer(request, f"{SAID[FileState(row.state)]} {_about(handler.banners)}".strip(), back=back, row=row)


def _with_way_to_cisa(sentence: str) -> str:
    return format_html('{} <a href="{}">{}</a>', sentence, reverse("protected_pcii"), _("Submit to CISA yourself"))


def _about(banners: Sequence[str]) -> str:
    return (
        _("Its marking is kept with it as it came: %(banners)s.") % {"banners": "; ".join(banners)} if banners else ""
    )


def _admitted(request: HttpRequest, find: Callable[[], Destination]) -> Destination:
    """What a file is for. Raises `FileRefused` before anything was read, and `Http404`."""
    if not is_reporter(request):
        raise FileRefused(_("Your session has ended. Nothing of the file was kept; sign in and send it again."))
    if not _is_from_here(request):
        raise FileRefused(_("This did not come from the portal's own page. Nothing of the file was kept."))
    destination = find()
    length = _announced_length(request)
    destination.insist_on_open()
    _check_quota(request, length, owner=destination.owner)
    return destination


def _draft(request: HttpRequest, of: DraftKind) -> IntoDraft:
    writing = Writing.of(request, of)
    if writing is None:
        raise FileRefused(no_report())
    return IntoDraft(writing)


def _report(request: HttpRequest, number: str, of: DraftKind) -> IntoReport:
    person = person_of(request)
    report = get_object_or_404(reports_of(person, of), number=number)
    return IntoReport(report, owner=person.pk, code_key=lambda: key_in(request, report))


def _is_from_here(request: HttpRequest) -> bool:
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc == request.get_host() and origin.scheme == request.scheme


def _announced_length(request: HttpRequest) -> int:
    said = request.headers.get("Content-Length", "")
    length = int(said) if said.isdecimal() else 0
    if not length:
        raise FileRefused(_("The browser did not say how large the file is. Nothing of it was kept; try another one."))
    if length > settings.PORTAL_FILE_LARGEST + AROUND:
        raise FileRefused(too_large())
    return length


def _check_quota(request: HttpRequest, length: int, *, owner: int) -> None:
    since = timezone.now() - timedelta(days=1)
    sent = Attachment.objects.filter(owner=owner, stored_at__gt=since).aggregate(all=Sum("length"))["all"] or 0
    is_much = sent + length > settings.PORTAL_UPLOADED_A_DAY
    if is_much or not may_ask(request, "upload", per_hour=settings.PORTAL_UPLOADS_PER_HOUR, per="user"):
        raise FileRefused(
            _("You have sent very many files today. This one was not kept, the rest is; send it tomorrow or call us.")
        )


def _answer(
    request: HttpRequest, sentence: str, *, back: str, row: Attachment | None = None, status: int = 200
) -> HttpResponse:
    """For the script that shows progress as JSON, for everybody else the page they came from with the sentence on top.

    The script loads the page again when a file was kept, and finds the sentence there as well.
    """
    is_script = "application/json" in request.headers.get("Accept", "")
    has_link = isinstance(sentence, SafeString)  # which the script cannot show; the next page does
    if is_reporter(request) and (row is not None or has_link or not is_script):
        (messages.success if row is not None else messages.error)(request, sentence)
    if is_script:
        said = strip_tags(sentence) if has_link else sentence
        facts: dict[str, Any] = {"sentence": said, "state": row.state if row is not None else FileState.REFUSED}
        return JsonResponse(facts, status=status)
    if not is_reporter(request):
        return render(request, "report/upload_refused.html", {"sentence": sentence, "back": back}, status=status)
    return redirect(back)
