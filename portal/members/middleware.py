"""What every request must pass before a view sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.members import gate
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import refuse_page
from portal.members.second_factor import has_factor, was_used_in
from portal.members.sessions.clock import Ending, clock_of, why_over
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
    "mfa_reauthenticate_webauthn",
    "mfa_login_webauthn",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "session_extend",
    "live",
    "ready",
    "theme",
    "logo",
}

# Where a factor is set up: the password alone opens these only as long as there is none.
ENROLMENT = {"mfa_activate_totp", "mfa_add_webauthn"}

# What a page fetches by itself does not show that somebody is there. Wagtail's editor asks every few seconds.
NOT_ACTIVITY = {"live", "ready", "theme", "logo", "session_extend"}
NOT_ACTIVITY_NAMESPACES = {"wagtailadmin_editing_sessions"}

_keeping: set[str] = set()


def keeps_what_was_typed(*names: str) -> None:
    """Say of addresses that they keep what is sent to them even when the session is over, and lead to sign-in then."""
    _keeping.update(names)


def limit_sessions(get_response: GetResponse) -> GetResponse:
    """End sessions that are over, and note the use of the others (`sessions/clock.py` has the rule).

    Whoever comes back to a session that is over is led to sign-in and from there back to the page they asked for; from
    a form, to the form's page. Nothing of what they sent is kept on the server, save by addresses that say so.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        session: Any = request.session
        ending = why_over(session.facts, person_of(request))
        if ending:
            return _end(request, ending) or get_response(request)
        clock = clock_of(session.facts)
        if clock and clock.is_to_be_touched and _is_activity(request):
            session.touch(clock.at)
        clock = clock_of(session.facts, person=request.user.pk)
        setattr(request, "session_clock", clock)  # noqa: B010  (HttpRequest has no such attribute to type)
        return get_response(request)

    return middleware


def _end(request: HttpRequest, ending: Ending) -> HttpResponse | None:
    """End the session; where to, unless the page is open to everybody."""
    back = _page_of_the_form(request) if request.method == "POST" else request.get_full_path()
    is_kept = _keeps(request)
    logout(request)
    messages.warning(request, _why(ending, had_typed=request.method == "POST" and not is_kept))
    if is_kept or _is_open(request) or _is_password_reset(request):
        return None
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def _why(ending: Ending, *, had_typed: bool) -> str:
    minutes = int(settings.PORTAL_SESSION_IDLE.total_seconds() // 60)
    hours = int(settings.PORTAL_SESSION_LONGEST.total_seconds() // 3600)
    words = {
        Ending.IDLE: _("You were signed out because nothing was done for %(minutes)s minutes.") % {"minutes": minutes},
        Ending.LONGEST: _("You were signed out: a session lasts %(hours)s hours at most.") % {"hours": hours},
        Ending.ENDED: _("This session was ended. Sign in again."),
    }[ending]
    kept = _("Nothing was sent. Forms that keep a draft have kept what you typed, in this tab.")
    return f"{words} {kept}" if had_typed else words


def _page_of_the_form(request: HttpRequest) -> str:
    """The page on which a form was filled in: it may be another than the address it is sent to."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.path


def _keeps(request: HttpRequest) -> bool:
    match = _match(request)
    return request.method == "POST" and match is not None and match.url_name in _keeping


def _is_activity(request: HttpRequest) -> bool:
    match = _match(request)
    if match is None:
        return True
    return match.url_name not in NOT_ACTIVITY and not NOT_ACTIVITY_NAMESPACES.intersection(match.namespaces)


def require_second_factor(get_response: GetResponse) -> GetResponse:
    """Refuse every session that has not used a second factor everything but sign-in and enrolment.

    Enrolment as well, once its person has a factor: it may have been set up elsewhere meanwhile. The Wagtail admin is
    included. On Desk a session is refused as well unless its person is staff.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return _refuse_anonymous(request) or get_response(request)
        if not was_used_in(request):
            return get_response(request) if _is_open_without_factor(request) else redirect(_next_step(request))
        if settings.PORTAL_SITE_KIND == "desk" and not _is_for(person_of(request), request):
            refuse_page(request)
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
    if _is_open(request) or gate.is_led_staff(person):
        return True
    if request.path_info.startswith("/admin/") and not person.has_perm("wagtailadmin.access_admin"):
        return False
    return person.is_vetted and (person.is_superuser or person.has_role(*StaffRole))


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _is_open(request: HttpRequest) -> bool:
    match = _match(request)
    return match is not None and match.url_name in OPEN_NAMES


def _is_open_without_factor(request: HttpRequest) -> bool:
    match = _match(request)
    is_enrolment = match is not None and match.url_name in ENROLMENT
    return _is_open(request) and not (is_enrolment and has_factor(request.user))


def _is_password_reset(request: HttpRequest) -> bool:
    match = _match(request)
    return match is not None and (match.url_name or "").startswith("account_reset_password")


def _next_step(request: HttpRequest) -> str:
    return reverse("account_logout" if has_factor(request.user) else "mfa_activate_totp")


def attach_viewer(get_response: GetResponse) -> GetResponse:
    """Put the viewer on the request, made when first asked for and then kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        setattr(request, "viewer", SimpleLazyObject(lambda: build_viewer(request)))  # noqa: B010  (HttpRequest has no such attribute to type)
        return get_response(request)

    return middleware
