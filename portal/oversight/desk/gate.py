"""Who may see the trail, and that each look at it is in the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.http import HttpResponseBase

from portal import audit
from portal.audit import Verb
from portal.members.enums import StaffRole
from portal.members.roles import for_roles

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def for_auditors(view: View) -> View:
    """A page or a file of the trail; to all but auditors it does not exist."""
    guard: Any = for_roles(StaffRole.AUDITOR)
    guarded: View = guard(view)
    return guarded


def seen(page: str, *, count: int, about: str = "", filters: Iterable[str] = ()) -> None:
    """Record that a page of the trail was read: which, about what, which filters were set, how many events it found."""
    audit.record(Verb.TRAIL_READ, about, facts={"page": page, "filters": list(filters), "count": count})
