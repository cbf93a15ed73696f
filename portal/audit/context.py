"""Whose doing it is: the request, the job or the command in hand, as the trail writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django_guid import get_guid

from portal.audit.enums import Kept
from portal.core.addresses import client_address

SESSION_LENGTH = 22


@dataclass(frozen=True)
class Actor:
    """A person by primary key, or None for nobody; and in which role they act, in the words of docs/roles.md."""

    person: int | None = None
    role: str = ""


@dataclass
class Doing:
    """One request, job or command, and the refusals that wait until no transaction can take them away."""

    request: HttpRequest | None = None
    actor: Actor | None = None
    waiting: list[dict[str, Any]] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)  # keys of events; what was rolled back is not there any more
    opened: set[tuple[str, str]] = field(default_factory=set)


_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)
_identify: list[Callable[[HttpRequest], Actor]] = []


def identify_with(function: Callable[[HttpRequest], Actor]) -> None:
    """Say who is behind a request; the room that knows people registers it."""
    _identify[:] = [function]


def current() -> Doing:
    """What is being done now; without a request, one for all that this thread does."""
    now = _doing.get()
    if now is None:
        now = Doing()
        _doing.set(now)
    return now


@contextmanager
def doing(*, request: HttpRequest | None = None, actor: Actor | None = None) -> Iterator[Doing]:
    """What is recorded inside is of this request, or of this actor."""
    token = _doing.set(Doing(request=request, actor=actor))
    try:
        yield current()
    finally:
        _doing.reset(token)


def begin(request: HttpRequest) -> None:
    """From here on, until the next request of this thread, what is recorded is of `request`."""
    _doing.set(Doing(request=request))


def end() -> None:
    _doing.set(None)


def actor() -> Actor:
    """Who acts now. Without a request it is the process: jobs, the clock and commands act for nobody."""
    now = current()
    if now.actor is not None:
        return now.actor
    if now.request is None:
        return Actor(role=settings.PORTAL_SITE)
    return _identify[0](now.request) if _identify else Actor()


def note(keys: Iterable[int]) -> None:
    """Remember which events this request has written; a process without requests would remember for ever."""
    now = current()
    if now.request is not None:
        now.recorded.extend(keys)


def session_reference(request: HttpRequest | None, kept: Kept) -> str:
    """What tells the sessions of a person apart. The key has 160 random bits, so nobody finds it from this.

    Plain reads have another one than decisions: after an erasure no sign-in tells whose a read was.
    """
    session = getattr(request, "session", None)
    key = getattr(session, "session_key", None)
    return hashlib.sha256(f"{kept.value}\0{key}".encode()).hexdigest()[:SESSION_LENGTH] if key else ""


def address(request: HttpRequest | None) -> str:
    return client_address(request) if request is not None else ""


def request_id() -> str:
    return get_guid() or ""
