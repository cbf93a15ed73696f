"""Whether a certificate is the portal's: for anybody, without an account. The file is read and kept nowhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from portal.audit.notes import NoteRefused
from portal.members.limits import may_ask
from portal.reporting.protected import certificates

AROUND = 16 * 1024  # bytes that a form adds to its file
SCRIPT = "verify_certificate.py"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """The page; sent as a form with a file, what the file says and whether the portal signed just that.

    Django would read the whole request to find the token against forgery, so the view is exempt outside and protected
    inside, once its announced length is found small.
    """
    if request.method != "POST":
        return _page(request)
    if _announced(request) > certificates.LONGEST + AROUND:
        return _page(
            request, problem=_("This file is too large for a certificate. Nothing of it was read."), status=413
        )
    request.upload_handlers = [MemoryFileUploadHandler(request)]
    return _checked(request)


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script that checks a certificate on a machine of one's own, as it came with this release."""
    content = (settings.BASE_DIR / "scripts" / SCRIPT).read_bytes()
    answer = HttpResponse(content, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{SCRIPT}"'
    return answer


@csrf_protect
def _checked(request: HttpRequest) -> HttpResponse:
    if not may_ask(request, "certificate", per_hour=settings.PORTAL_REDRESS_PER_HOUR * 10, per="ip"):
        return _page(request, problem=_("Your network has asked very often. Try again within the hour."), status=429)
    file: Any = request.FILES.get("certificate")
    if file is None:
        return _page(request, problem=_("Choose the file of the certificate first."), status=422)
    try:
        found = certificates.check(file.read().decode())
    except (NoteRefused, UnicodeDecodeError):
        problem = _(
            "This is no certificate of this portal, or something in it was changed since. Ask whoever gave it to you "
            "for the file itself, byte for byte: a copy of its words is not enough."
        )
        return _page(request, problem=problem, status=422)
    return _page(request, found=found)


def _announced(request: HttpRequest) -> int:
    """The length that the browser announces; one that is missing or no number counts as too large."""
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < len(str(2**62)) else 2**62


def _page(
    request: HttpRequest, *, found: certificates.Checked | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"found": found, "problem": problem, "keys": certificates.public_keys()}
    return render(request, "certificate/check.html", context, status=status)
