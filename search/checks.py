"""House rules of search that a person could forget."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection

from portal.access.models import Marked
from search import registry


@register()
def what_is_found_is_marked(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """search.E001: a model that can be found is not `Marked`, so nobody could say who may find it."""
    return [
        Error(f"{source.model._meta.label} can be found but is not marked.", obj=source.model, id="search.E001")
        for source in registry.sources()
        if not issubclass(source.model, Marked)
    ]


@register()
def sqlite_has_full_text(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """search.E002: this SQLite was built without FTS5, on which the database's search stands."""
    if connection.vendor != "sqlite":
        return []
    with sqlite3.connect(":memory:") as database:
        has_it = database.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]
    return [] if has_it else [Error("This SQLite has no full-text index (FTS5).", id="search.E002")]


@register()
def elasticsearch_is_reached_in_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """search.E003: texts of restricted bulletins, and a key, would cross a network in clear."""
    parts = urlsplit(settings.PORTAL_ELASTICSEARCH_URL)
    if parts.scheme in {"", "https"} or parts.hostname in {"127.0.0.1", "::1", "localhost"}:
        return []
    return [Error("ELASTICSEARCH_URL does not begin with https:// and is not this machine.", id="search.E003")]
