"""Health, theme and error pages."""

from __future__ import annotations

from django.conf import settings
from django.db import connections
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.core import notices
from portal.core.models import PortalSettings


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process can do its work: each database answers. Names no host and gives no reason to the outside.

    On Desk, work that must not be passed over stands beside it as numbers (`notices`); the site is ready all the same.
    """
    checks = {alias: _answers(alias) for alias in settings.DATABASES}
    is_ready = all(checks.values())
    said: dict[str, object] = {"status": "ready" if is_ready else "waiting", "checks": checks}
    if is_ready and (found := notices.of(timezone.now())):
        said["notices"] = found
    return JsonResponse(said, status=200 if is_ready else 503)


def _answers(alias: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The colours from the site settings, as a stylesheet of custom properties."""
    response = HttpResponse(PortalSettings.load(request).theme_css(), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may read Front's public pages; Desk is nobody's business."""
    body = (
        "User-agent: *\nDisallow: /\n"
        if settings.PORTAL_SITE_KIND == "desk"
        else "User-agent: *\nDisallow: /account/\n"
    )
    return HttpResponse(body, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when a form's token does not fit; what was typed is still in the browser's Back."""
    return render(request, "403_csrf.html", status=403)
