"""The person behind a request."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from portal.members.models import Person


def person_of(request: HttpRequest) -> Person:
    """The signed-in person. Raises `Http404` for nobody; views that need a person ask for sign-in before."""
    if not isinstance(request.user, Person):
        raise Http404
    return request.user
