"""Who is looking: a small frozen value, made once a request."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest

from portal.access import tokens
from portal.access.enums import Caveat


@dataclass(frozen=True)
class Viewer:
    """The tokens and clearances that somebody holds at this moment.

    Only an active member holds more than `everyone`: someone who has finished vetting, used a second factor in this
    session, accepted the agreements in force, and is not suspended, dormant, expired or locked. `portal.members`
    decides that; being staff adds nothing.
    """

    tokens: frozenset[str] = frozenset({tokens.EVERYONE})
    clearances: frozenset[Caveat] = field(default_factory=frozenset)
    person: int | None = None

    @property
    def is_member(self) -> bool:
        return tokens.MEMBERS in self.tokens


ANONYMOUS = Viewer()


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer that the members' middleware put on the request; nobody in particular where it did not run."""
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    return viewer
