"""House rules of sign-in that a person could forget."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

AXES_SETTINGS = {
    "AXES_USERNAME_CALLABLE": "portal.members.axes.username",
    "AXES_CLIENT_IP_CALLABLE": "portal.members.axes.client_address",
    "AXES_HANDLER": "portal.members.axes.LockHandler",
    "AXES_LOCKOUT_CALLABLE": "portal.members.axes.locked_response",
}


@register()
def locks_are_for_one_account(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """members.E001: without its own user-name reader django-axes locks neighbours at the same address.

    Without its own handler it counts apart from `locks.py`, and sees neither codes nor the /64 of an IPv6 address.
    """
    wrong = [name for name, value in AXES_SETTINGS.items() if getattr(settings, name, None) != value]
    if settings.AXES_LOCKOUT_PARAMETERS != [["username", "ip_address"]]:
        wrong.append("AXES_LOCKOUT_PARAMETERS")
    return [Error(f"{name} must be as portal/settings/base.py has it.", id="members.E001") for name in wrong]


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


@register(Tags.database)
def agreements_are_in_force(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """members.E004: without agreements in force everybody would read what is marked, bound to nothing.

    Front only: on Desk they are written.
    """
    is_asked = settings.PORTAL_SITE_KIND == "front" and not settings.PORTAL_DEMO
    if not is_asked or not databases or "default" not in databases or not _is_migrated("members_agreement"):
        return []
    from portal.members.agreements import kinds_without

    hint = "Write it on Desk, or begin with `manage.py prepare_agreements`."
    return [
        Error(f"No version of the agreement '{kind}' is in force.", hint=hint, id="members.E004")
        for kind in kinds_without()
    ]


def _is_migrated(table: str = "members_person") -> bool:
    try:
        return table in connections["default"].introspection.table_names()
    except DatabaseError:
        return False
