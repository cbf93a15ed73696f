"""From a person and a session to a `Viewer`."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Q, Value
from django.http import HttpRequest
from django.utils import timezone

from portal.access import tokens
from portal.access.viewer import ANONYMOUS, Viewer
from portal.members.models import Person
from portal.members.second_factor import was_used_in


def viewer_for(person: Person) -> Viewer:
    """What `person` holds when active: everyone, members, their communities, organisations, themselves."""
    if not person.is_vetted:
        return Viewer(person=person.pk)
    held = {tokens.EVERYONE, tokens.MEMBERS, tokens.person(person.pk)}
    communities = _current(person.community_memberships, "community")
    for kind, pk in communities.union(_current(person.affiliations, "organisation"), all=True):
        held.add(tokens.community(pk) if kind == "community" else tokens.organisation(pk))
    return Viewer(frozenset(held), person.clearances, person.pk)


def _current(rows: Any, circle: str) -> Any:
    """The circles that a person is in now, each as its kind and key."""
    still = Q(ended_at=None) | Q(ended_at__gt=timezone.now())
    current = rows.filter(still, **{f"{circle}__closed_at": None})
    return current.annotate(circle=Value(circle, CharField())).values_list("circle", f"{circle}_id")


def build_viewer(request: HttpRequest) -> Viewer:
    """The viewer behind a request. Without a second factor used in this session one is nobody in particular."""
    if not request.user.is_authenticated or not was_used_in(request):
        return ANONYMOUS
    return viewer_for(request.user)
