"""Which staff may open which page of Desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from portal import audit
from portal.audit import Verb
from portal.members.enums import StaffRole

View = Callable[..., HttpResponse]


def for_roles(*roles: StaffRole) -> Callable[[View], View]:
    """A page for people with one of these roles; to others it does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if not user.is_authenticated or not user.has_role(*roles):
                refuse_page(request)
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the test of the table of roles
        return guarded

    return decorate


def refuse_page(request: HttpRequest) -> NoReturn:
    """Record that a page was refused for want of a role, and raise `Http404`: to this person it does not exist.

    A middleware stands before the address is resolved, so it is looked up here; one that leads nowhere leaves nothing.
    """
    match = request.resolver_match or _match(request)
    if match is not None:
        audit.refuse(Verb.LOOK, why="role", facts={"page": match.view_name})
    raise Http404


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None
