"""The one rule of who may read a thing, and when.

It has three forms: on one object (`verdict`, `may_read`), on a queryset (`querysets.py`) and on a search index (with
search). tests/access holds them equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from django.utils import timezone

from portal.access import tokens
from portal.access.enums import Caveat, Label, Reach
from portal.access.viewer import Viewer


@dataclass(frozen=True)
class Audience:
    """Those named: primary keys of communities, organisations and people."""

    communities: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.communities or self.organisations or self.people)

    def tokens(self) -> frozenset[str]:
        return frozenset(
            {tokens.community(pk) for pk in self.communities}
            | {tokens.organisation(pk) for pk in self.organisations}
            | {tokens.person(pk) for pk in self.people}
        )


@dataclass(frozen=True)
class Marking:
    """Everything about a thing that decides who may read it."""

    label: Label
    reach: Reach = Reach.NAMED
    audience: Audience = field(default_factory=Audience)
    caveats: frozenset[Caveat] = frozenset()
    visible_from: datetime | None = None
    expires_at: datetime | None = None
    recalled_at: datetime | None = None
    is_published: bool = True

    def tokens(self) -> frozenset[str]:
        """The tokens of which a viewer needs one. A marking that breaks the table of labels is for nobody."""
        if not self.is_sound():
            return frozenset()
        if self.label is Label.CLEAR:
            return frozenset({tokens.EVERYONE})
        if self.label is Label.GREEN and self.reach is Reach.MEMBERS:
            return frozenset({tokens.MEMBERS})
        return self.audience.tokens()

    def enforced_caveats(self) -> frozenset[Caveat]:
        return frozenset(caveat for caveat in self.caveats if caveat.is_enforced)

    def is_sound(self) -> bool:
        """Whether label, reach, audience and caveats fit one another (docs/access.md, the table of labels)."""
        match self.label:
            case Label.CLEAR:
                return not self.audience and not self.enforced_caveats()
            case Label.GREEN if self.reach is Reach.MEMBERS:
                return not self.audience
            case Label.GREEN | Label.AMBER:
                return bool(self.audience)
            case Label.AMBER_STRICT:
                return bool(self.audience.organisations) and not (self.audience.communities or self.audience.people)
            case Label.RED:
                return bool(self.audience.people) and not (self.audience.communities or self.audience.organisations)
        return False


class HasMarking(Protocol):
    """A thing that is marked."""

    def marking(self) -> Marking: ...


class HasWindow(Protocol):
    """A thing with a window of time."""

    @property
    def visible_from(self) -> datetime | None: ...
    @property
    def recalled_at(self) -> datetime | None: ...
    @property
    def expires_at(self) -> datetime | None: ...


class Verdict(Enum):
    """What the rule says. Only READABLE opens a thing; ENDED and RECALLED are told to those who could read it."""

    READABLE = "readable"
    REFUSED = "refused"
    NOT_YET = "not yet"
    ENDED = "ended"
    RECALLED = "recalled"


def verdict(viewer: Viewer, thing: HasMarking, *, at: datetime | None = None) -> Verdict:
    """Say whether `viewer` may read `thing` at the moment `at` (now, if not given)."""
    marking = thing.marking()
    now = at or timezone.now()
    if not marking.is_published or not viewer.tokens & marking.tokens():
        return Verdict.REFUSED
    if not marking.enforced_caveats() <= viewer.clearances:
        return Verdict.REFUSED
    return in_time(marking, now)


def in_time(thing: HasWindow, now: datetime) -> Verdict:
    """What the window of time says of a thing that is for the viewer."""
    if thing.visible_from is not None and now < thing.visible_from:
        return Verdict.NOT_YET
    if thing.recalled_at is not None and now >= thing.recalled_at:
        return Verdict.RECALLED
    if thing.expires_at is not None and now >= thing.expires_at:
        return Verdict.ENDED
    return Verdict.READABLE


def may_read(viewer: Viewer, thing: HasMarking, *, at: datetime | None = None) -> bool:
    """Whether `viewer` may read `thing` at the moment `at` (now, if not given)."""
    return verdict(viewer, thing, at=at) is Verdict.READABLE
