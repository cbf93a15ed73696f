"""How often one network, account or address may ask for something."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def may_ask(request: HttpRequest, action: str, *, per_hour: int, per: str, key: str = "") -> bool:
    """Count one request for `action`; False when there were `per_hour` within the last hour already.

    `per` is what is counted by: 'ip' (the client's network), 'user', or 'key' (`key`, kept as a digest only).
    Requests that were refused do not count.
    """
    config = {action: f"{per_hour}/1h/{per}"}
    return bool(ratelimit.consume(request, app="portal", action=action, config=config, key=key or None, limit_get=True))
