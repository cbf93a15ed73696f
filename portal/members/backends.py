"""How a password, and how a session, finds its person."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from portal.members.models import Person
from portal.members.models.people import fold


class PersonBackend(AuthenticationBackend):
    """One address a person: the folded one. An address that waits to be confirmed signs nobody in.

    Known or not, an address costs one query and one hash of the password, so that the time tells nothing.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        email = fold(credentials.get("email") or credentials.get("username") or "")
        found: Person | None = Person.objects.filter(email=email).first()
        checked: Person | None = self._check_password(found, credentials.get("password") or "")
        return checked

    def get_user(self, user_id: Any) -> Person | None:
        """With the person, read all that their standing follows from: one query for each request, nearly always."""
        person: Person | None = Person.objects.of_request().filter(pk=user_id).first()
        return person if person is not None and person.is_active else None
