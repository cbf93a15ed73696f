"""What must hold before a process starts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from portal.audit import guards, keys
from portal.core.environment import DESK_SITES

SIGNING_SITE = "desk-worker"
YEAR = 12  # months; CJIS Security Policy, AU-11


@register(Tags.database)
def the_trail_is_append_only(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """audit.E001: every trigger that keeps the trail from being changed is in its place, and does what it should."""
    if "default" not in (databases or []) or "audit_event" not in connections["default"].introspection.table_names():
        return []
    missing = guards.missing(connections["default"])
    if not missing:
        return []
    words = f"The trail can be changed: these triggers are missing or do nothing: {', '.join(missing)}."
    return [Error(words, hint="Migrate `audit` back to 0001 and forth again, and run `audit_verify`.", id="audit.E001")]


@register()
def only_desk_signs(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """audit.E002: the desk's worker has a key to sign checkpoints with, and Front knows no folder of them."""
    if settings.PORTAL_SITE not in DESK_SITES:
        return []
    try:
        if settings.PORTAL_SITE == SIGNING_SITE:
            keys.signer()
        keys.verifiers()
    except keys.TrailKeyProblem as problem:
        return [Error(str(problem), hint="manage.py audit_newkey makes a pair.", id="audit.E002")]
    return []


@register()
def the_witness_is_on_the_web(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """audit.E003: checkpoints go out by HTTPS, to a name that can be looked up; plain HTTP only to this machine."""
    if not settings.PORTAL_TRAIL_WITNESS_URL or _is_on_the_web(settings.PORTAL_TRAIL_WITNESS_URL):
        return []
    return [Error("PORTAL_TRAIL_WITNESS_URL must be an address that begins with https://.", id="audit.E003")]


def _is_on_the_web(text: str) -> bool:
    try:
        address = urlsplit(text)
        is_name = bool((address.hostname or "").encode("idna")) and address.port != 0
    except ValueError:  # no address, no port, no name
        return False
    is_local = address.scheme == "http" and address.hostname in {"localhost", "127.0.0.1", "::1"}
    return is_name and not re.search(r"\s", text) and (address.scheme == "https" or is_local)


@register()
def the_trail_is_kept_for_a_year(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """audit.E004: neither events nor whom they mean go within a year."""
    return [
        Error(f"{name} must be {YEAR} or more.", id="audit.E004")
        for name in ("PORTAL_TRAIL_MONTHS", "PORTAL_TRAIL_READS_MONTHS")
        if getattr(settings, name) < YEAR
    ]
