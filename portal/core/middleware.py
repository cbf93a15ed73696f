"""Headers that every answer carries."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

GetResponse = Callable[[HttpRequest], HttpResponse]

ADMIN_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-src": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
}


def deny_storing(get_response: GetResponse) -> GetResponse:
    """Keep every answer out of shared and private caches, unless its view set Cache-Control itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def loosen_policy_for_admin(get_response: GetResponse) -> GetResponse:
    """Give the Wagtail admin, and nothing else, the policy that its inline scripts and styles need."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.PORTAL_SITE_KIND == "desk" and request.path_info.startswith("/admin/"):
            response["Content-Security-Policy"] = "; ".join(f"{k} {' '.join(v)}" for k, v in ADMIN_POLICY.items())
        return response

    return middleware
