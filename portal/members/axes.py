"""What django-axes does here: it asks before each password, and reports each wrong one. `locks.py` counts and decides.

axes keeps no record of its own: with two counts, neither could be told to the person who is locked out.
"""

from __future__ import annotations

from typing import Any

from axes.handlers.base import AxesHandler
from axes.signals import user_locked_out
from django.http import HttpRequest, HttpResponse

from portal.members import locks
from portal.members.enums import FailureKind


def username(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The account that was tried.

    allauth's e-mail sign-in passes `email`, which django-axes 8 does not look for: without this it finds no name,
    and five failures of one person lock everybody behind the same address.
    """
    given = credentials or {}
    tried = given.get("email") or given.get("username") or (request.POST.get("login") if request is not None else "")
    return locks.account_of(tried)


def client_address(request: HttpRequest) -> str:
    """The network that locks go by, so that axes and the portal mean the same one."""
    return locks.network_of(request)


def locked_response(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Say that this account is locked for this network, for how long, and what else to do."""
    lock = locks.holding(email=username(request, credentials), network=locks.network_of(request))
    return locks.locked_page(request, lock)


class LockHandler(AxesHandler):
    """Puts the portal's own locks behind what django-axes asks and reports."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return locks.holding(email=username(request, credentials), network=locks.network_of(request)) is not None

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        """Count a wrong password. Nothing counts without a request: commands and tests sign nobody in."""
        if request is None:
            return
        email, network = username(request, credentials), locks.network_of(request)
        if locks.record_failure(email=email, network=network, kind=FailureKind.PASSWORD):
            request.axes_locked_out = True
            request.axes_credentials = credentials
            user_locked_out.send("axes", request=request, username=email, ip_address=network)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        locks.forget_failures(email=user.email, network=locks.network_of(request))

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """For the commands that django-axes brings (`axes_reset`): the same as `account_release`."""
        return locks.release(email=username, network=ip_address)

    def post_save_access_attempt(self, instance: Any, **kwargs: Any) -> None:
        """Records of axes are left over from before; nothing follows from them."""

    def post_delete_access_attempt(self, instance: Any, **kwargs: Any) -> None:
        """Nor from their going."""
