"""House rules of the core that a person could forget."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def atomic_requests_are_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """core.E001: a request is never one transaction; streams and mail would hold it open."""
    return [
        Error(f"ATOMIC_REQUESTS is on for the database {alias}.", id="core.E001")
        for alias, config in settings.DATABASES.items()
        if config.get("ATOMIC_REQUESTS")
    ]
