"""House rules of sign-in that a person could forget."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

USERNAME_CALLABLE = "portal.members.axes.username"


@register()
def locks_are_for_one_account(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """members.E001: without its own user-name reader django-axes locks neighbours at the same address."""
    by_account = settings.AXES_LOCKOUT_PARAMETERS == [["username", "ip_address"]]
    if settings.AXES_USERNAME_CALLABLE == USERNAME_CALLABLE and by_account:
        return []
    return [Error(f"AXES_USERNAME_CALLABLE must be {USERNAME_CALLABLE}, locking name and address.", id="members.E001")]


@register()
def each_site_has_its_own_sessions(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """members.E002: a session table shared by both sites would let Front's sessions open Desk."""
    wanted = f"portal.members.sessions.{settings.PORTAL_SITE_KIND}"
    if wanted == settings.SESSION_ENGINE:
        return []
    return [Error(f"SESSION_ENGINE must be {wanted}.", id="members.E002")]


@register(Tags.database)
def no_demo_account_in_production(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """members.E003: everybody knows the demo accounts' password."""
    if settings.PORTAL_DEMO or not databases or "default" not in databases or not _is_migrated():
        return []
    from portal.members.models import Person

    if not Person.objects.filter(is_demo=True, is_active=True).exists():
        return []
    return [Error("A demo account is active; set its is_active to false before serving.", id="members.E003")]


def _is_migrated() -> bool:
    try:
        return "members_person" in connections["default"].introspection.table_names()
    except DatabaseError:
        return False
