"""Whose request is it: the one place that reads the client's address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address of the client, for locks, limits and the trail alike.

    With `PORTAL_PROXY_DEPTH` n, the n-th address from the right of X-Forwarded-For is the one that the outermost
    trusted proxy saw; what stands further left was typed by the client. Without proxies the header is ignored. Some
    proxies write the port as well; what is no address at all counts as not there, and the direct one is given.
    """
    depth = settings.PORTAL_PROXY_DEPTH
    direct: str = request.META.get("REMOTE_ADDR", "")
    if not depth:
        return direct
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return (_address_in(forwarded[-depth]) if len(forwarded) >= depth else "") or direct


def _address_in(text: str) -> str:
    """The address in `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`; '' if it is none of these."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    # A zone means something on one machine alone (RFC 4007, section 6), and databases refuse it.
    return "" if isinstance(found, IPv6Address) and found.scope_id else str(found)
