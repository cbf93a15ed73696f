"""Which staff may open which page of Desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse

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
    """Record that a page was refused for want of a role, and raise `Http404`: to this person it does not exist."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    audit.refuse(Verb.LOOK, why="role", facts={"page": page})
    raise Http404
