"""Which staff may open which page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.bulletins.models import BulletinPage, GuidancePage
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.roles import refuse_page

View = Callable[..., HttpResponse]

EDITORS = (StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)
DECIDERS = (StaffRole.MIAC_SUPERVISOR, StaffRole.PRIVACY_OFFICER)
SIGNERS = (StaffRole.MIAC_SUPERVISOR, StaffRole.MIAC_ANALYST, StaffRole.PRIVACY_OFFICER)
BULLETIN_STAFF = (*EDITORS, StaffRole.PRIVACY_OFFICER)
# Who answers 'may I share this wider?', by the type of the page.
ANSWERERS = {BulletinPage: EDITORS, GuidancePage: (StaffRole.MOP3_EDITOR,)}


def answers_for(person: Person) -> list[type[BulletinPage | GuidancePage]]:
    """The types of pages about which this person answers readers' questions."""
    return [kind for kind, roles in ANSWERERS.items() if person.has_role(*roles)]


def for_roles(*roles: StaffRole) -> Callable[[View], View]:
    """A page for people with one of these roles; to others it does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if not user.is_authenticated or not user.has_role(*roles):
                refuse_page(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
