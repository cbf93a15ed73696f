"""What every request must pass before a view sees it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import SimpleLazyObject

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.second_factor import was_used_in
from portal.members.viewers import build_viewer

GetResponse = Callable[[HttpRequest], HttpResponse]

# What a session without a second factor may reach: signing out, and enrolling one.
OPEN_NAMES = {
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_email_verification_sent",
    "account_confirm_email",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "live",
    "ready",
    "theme",
    "logo",
}


def require_second_factor(get_response: GetResponse) -> GetResponse:
    """Refuse every session that has not used a second factor everything but sign-in and enrolment.

    The Wagtail admin is included. On Desk a session is refused as well unless its person is staff.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return _refuse_anonymous(request) or get_response(request)
        if not was_used_in(request):
            return get_response(request) if _is_open(request) else redirect(_next_step(request))
        if settings.PORTAL_SITE_KIND == "desk" and not _is_for(person_of(request), request):
            raise Http404
        return get_response(request)

    return middleware


def _refuse_anonymous(request: HttpRequest) -> HttpResponse | None:
    """Desk shows nothing to people who have not signed in."""
    if settings.PORTAL_SITE_KIND != "desk" or _is_open(request) or _is_password_reset(request):
        return None
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('account_login')}?{query}")


def _is_for(person: Person, request: HttpRequest) -> bool:
    """Whether an address of Desk is for this person: all of it is for staff, the Wagtail admin for its editors.

    To an editor's neighbour Wagtail would offer its log-in, which would lead straight back.
    """
    if _is_open(request):
        return True
    if request.path_info.startswith("/admin/") and not person.has_perm("wagtailadmin.access_admin"):
        return False
    return person.is_vetted and (person.is_superuser or person.has_role(*StaffRole))


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).url_name in OPEN_NAMES
    except Resolver404:
        return False


def _is_password_reset(request: HttpRequest) -> bool:
    try:
        return (resolve(request.path_info).url_name or "").startswith("account_reset_password")
    except Resolver404:
        return False


def _next_step(request: HttpRequest) -> str:
    from allauth.mfa.utils import is_mfa_enabled

    return reverse("account_logout" if is_mfa_enabled(request.user) else "mfa_activate_totp")


def attach_viewer(get_response: GetResponse) -> GetResponse:
    """Put the viewer on the request, made when first asked for and then kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        setattr(request, "viewer", SimpleLazyObject(lambda: build_viewer(request)))  # noqa: B010  (HttpRequest has no such attribute to type)
        return get_response(request)

    return middleware
