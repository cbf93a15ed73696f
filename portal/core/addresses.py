"""Whose request is it: the one place that reads the client's address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address of the client, for locks, limits and the trail alike.

    With `PORTAL_PROXY_DEPTH` n, the n-th address from the right of X-Forwarded-For is the one that the outermost
    trusted proxy saw; what stands further left was typed by the client. Without proxies the header is ignored.
    """
    depth = settings.PORTAL_PROXY_DEPTH
    direct: str = request.META.get("REMOTE_ADDR", "")
    if not depth:
        return direct
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return forwarded[-depth] if len(forwarded) >= depth else direct
