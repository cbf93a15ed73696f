"""What staff change on Desk alone: their password, their address, their second factors, and how they stay members.

On PostgreSQL Front's account cannot write them (docs/database-roles.md): whoever broke into Front would otherwise come
in by the desk's door. Here it is said in a sentence before the database refuses, on every database alike.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from portal.members.models import Person

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger(__name__)
INSUFFICIENT_PRIVILEGE = "42501"  # SQLSTATE, PostgreSQL's appendix A
NAMES = {
    "account_change_password",
    "account_set_password",
    "account_email",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "validation",
}


class ChangedOnDesk(ImmediateHttpResponse):
    """Carries the page that says where staff change this."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(page(request))


def is_staff(person: Any) -> bool:
    """Whether an account is one of staff, by the same words as the guard of its row (portal/core/grants/guards.py)."""
    if not isinstance(person, Person):
        return False
    through = Person.user_permissions.through.objects
    return person.is_superuser or person.groups.exists() or through.filter(person=person.pk).exists()


def people_of_staff() -> QuerySet[Person]:
    """The accounts of staff, by the same words."""
    roles = Person.groups.through.objects.filter(person=OuterRef("pk"))
    permissions = Person.user_permissions.through.objects.filter(person=OuterRef("pk"))
    found: QuerySet[Person] = Person.objects.filter(Q(is_superuser=True) | Exists(roles) | Exists(permissions))
    return found


def is_closed_to(person: Any) -> bool:
    """Whether this site changes nothing about this account."""
    return settings.PORTAL_SITE_KIND == "front" and is_staff(person)


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "account/on_desk.html", {"desk_url": settings.PORTAL_DESK_URL}, status=403)


def keep_accounts_of_staff(get_response: GetResponse) -> GetResponse:
    """Say to staff where they change their own account; the same when the database refuses what they ask for.

    They are not signed in yet when it refuses to mark a recovery code as used.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _name(request) in NAMES and is_closed_to(request.user):
            return page(request)
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DatabaseError) or settings.PORTAL_SITE_KIND != "front":
            return None
        if getattr(exception.__cause__, "sqlstate", "") != INSUFFICIENT_PRIVILEGE:
            return None
        if request.user.is_authenticated and not is_staff(request.user):
            return None  # a fault of ours, not a limit of theirs
        logger.error("the database refused what Front may not write", extra={"view": _name(request)})
        return page(request)

    setattr(middleware, "process_exception", process_exception)  # noqa: B010  (Django looks for it on the function)
    return middleware


def _name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
