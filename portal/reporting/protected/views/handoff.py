"""The guided hand-off to CISA: what counts first, the package, and what one has made.

What is sent here is kept nowhere. As with files of reports, who asks, from where and how much is settled before a byte
is read; the token against forgery stands in what is read, so the view is exempt outside and protected inside.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.listings import paginate
from portal.members.limits import may_ask
from portal.members.requests import person_of
from portal.reporting.models import HandOff
from portal.reporting.protected import organisations
from portal.reporting.protected.handoff import making
from portal.reporting.protected.handoff.forms import NumberForm, PackageForm
from portal.reporting.protected.handoff.package import Zipped
from portal.reporting.protected.handoff.spool import Spool, SpoolingHandler
from portal.reporting.views.gate import for_reporters, is_reporter

AROUND = 1024 * 1024  # bytes that the form adds to its files


class PackageRefused(Exception):
    """Nothing is packed. The message is a sentence or two for the person."""

    def __init__(self, sentence: str, *, status: int) -> None:
        super().__init__(sentence)
        self.status = status


@never_cache
@for_reporters
@require_safe
def first(request: HttpRequest) -> HttpResponse:
    """What PCII is and is not, and which order counts, before anything is typed."""
    return render(request, "protected/pcii.html", {"how_to": making.how_to()})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def package(request: HttpRequest) -> HttpResponseBase:
    """The form; sent, the package as a download."""
    return _take(request) if request.method == "POST" else _ask(request)


@for_reporters
def _ask(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    own = organisations.submitting(person).first()
    known = {
        "once": uuid4(),
        "name": person.name,
        "email": person.email,
        "entity": own.name if own is not None else "",
    }
    return _page(request, PackageForm(person=person, initial=known))


def _take(request: HttpRequest) -> HttpResponseBase:
    """Whatever came in is let go of, unless it is on its way out in the answer, which lets go of it at its end."""
    try:
        _admit(request)
    except PackageRefused as refusal:
        context = {"sentence": str(refusal), "is_reporter": is_reporter(request)}
        return render(request, "protected/pcii_refused.html", context, status=refusal.status)
    spool = Spool()
    handler = SpoolingHandler(spool)
    request.upload_handlers = [handler]
    answer: HttpResponseBase | None = None
    try:
        answer = _packed(request, spool)
    finally:
        handler.let_go()
        if answer is None or not answer.streaming:
            spool.close()
    return answer


@csrf_protect
def _packed(request: HttpRequest, spool: Spool) -> HttpResponseBase:
    person = person_of(request)
    form = PackageForm(request.POST, person=person, spool=spool)
    if not form.is_valid():
        return _page(request, form, status=422)
    made = making.note_made(person, form.described(), mark=form.mark)
    pieces = Zipped(form, spool, made_on=timezone.localdate(), how_to=making.how_to())
    answer = StreamingHttpResponse(pieces, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="for-cisa-{made.made_on:%Y-%m-%d}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def _admit(request: HttpRequest) -> None:
    """Raises `PackageRefused` before anything was read."""
    if not is_reporter(request):
        raise PackageRefused(
            _("Your session has ended. Nothing was kept, and no package was made. Sign in in another window, then go ")
            + _("back in this one: your browser may still have what you typed."),
            status=403,
        )
    origin = urlsplit(request.headers.get("Origin", ""))
    if not origin.netloc or origin.netloc != request.get_host() or origin.scheme != request.scheme:
        raise PackageRefused(_("This did not come from the portal's own page. Nothing of it was kept."), status=403)
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdecimal()) or len(length) > len(str(2**62)):
        raise PackageRefused(
            _("The browser did not say how large the files are. Nothing was kept; try another one."), status=411
        )
    if int(length) > settings.PORTAL_PACKAGE_LARGEST + AROUND:
        raise PackageRefused(too_large(), status=413)
    if not may_ask(request, "pcii", per_hour=settings.PORTAL_REPORTS_PER_HOUR, per="user"):
        raise PackageRefused(
            _("You have asked for many packages within an hour. Nothing was kept. Go back: your browser may still ")
            + _("have what you typed. Try again within the hour."),
            status=429,
        )


def too_large() -> str:
    most = settings.PORTAL_PACKAGE_LARGEST // 1024**2
    return _(
        "A package holds %(most)d MB at most. Nothing was kept, and none was made. Go back: your browser may still "
        "have what you typed. Leave out the largest files, and send those to CISA beside the package."
    ) % {"most": most}


def _page(request: HttpRequest, form: PackageForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "most": settings.PORTAL_FILES_A_REPORT,
        "largest": settings.PORTAL_FILE_LARGEST // 1024**2,
        "altogether": settings.PORTAL_PACKAGE_LARGEST // 1024**2,
    }
    return render(request, "protected/pcii_package.html", context, status=status)


@never_cache
@for_reporters
@require_safe
def made(request: HttpRequest) -> HttpResponse:
    """What one has made, newest first, each with CISA's number or a place for it."""
    return _made(request)


@never_cache
@for_reporters
@require_POST
def number(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Keep CISA's number with a hand-off."""
    row: HandOff = get_object_or_404(making.made_by(person_of(request)), uuid=identifier)
    form = NumberForm(request.POST, auto_id=f"id_{row.uuid}_%s")
    if not form.is_valid():
        return _made(request, wrong=(row, form))
    making.keep_number(row, form.cleaned_data["number"])
    messages.success(request, _("CISA's number is kept with the hand-off."))
    return redirect(reverse("protected_pcii_made"))


def _made(request: HttpRequest, *, wrong: tuple[HandOff, NumberForm] | None = None) -> HttpResponse:
    listing = paginate(making.made_by(person_of(request)), page=request.GET.get("page", ""))
    shown: list[tuple[HandOff, Any]] = [(row, _number_form(row)) for row in listing.rows]
    context = {"listing": listing, "rows": shown, "wrong": wrong}
    return render(request, "protected/pcii_made.html", context, status=422 if wrong else 200)


def _number_form(row: HandOff) -> NumberForm:
    return NumberForm(initial={"number": row.cisa_number}, auto_id=f"id_{row.uuid}_%s")
