"""House rules of releasing that a person could forget."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.models import Exists, OuterRef
from django.db.utils import DatabaseError


@register(Tags.database)
def every_public_bulletin_was_released(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """bulletins.E001: a bulletin is public without a release of the version shown."""
    if not databases or "default" not in databases or not _is_migrated():
        return []
    from portal.bulletins.models import BulletinPage, Release

    released = Release.objects.filter(page=OuterRef("pk"), revision=OuterRef("live_revision"))
    rows: Any = BulletinPage.objects.filter(live=True).exclude(Exists(released))
    return [
        Error(f"Bulletin {pk} is public without a release.", id="bulletins.E001")
        for pk in rows.values_list("pk", flat=True)
    ]


def _is_migrated() -> bool:
    try:
        return "bulletins_release" in connections["default"].introspection.table_names()
    except DatabaseError:
        return False
