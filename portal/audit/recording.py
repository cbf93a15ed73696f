"""How every room writes to the trail."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from portal.audit import context, encoding, references
from portal.audit.context import Actor
from portal.audit.enums import Kept, Outcome, Verb

if TYPE_CHECKING:
    from portal.audit.models import Event

NOBODY, SYSTEM = "nobody", "system"
logger = logging.getLogger("portal.trail")
Facts = Mapping[str, str | int | bool | list[str] | list[int]]


def record(
    verb: Verb,
    about: Model | str = "",
    *,
    purpose: str = "",
    facts: Facts | None = None,
    actor: Actor | None = None,
    kept: Kept | None = None,
) -> None:
    """Record that something was done, in the transaction of what is recorded.

    Takes the verb, what it was done to (a row, or a reference like those of `name_of`), the purpose where one was
    asked, and facts: counts, filters, codes, never content, passwords, codes, tokens or what somebody wrote. Who, from
    where and in which session is taken from the request, job or command in hand, unless `actor` says it.
    Raises what the database raises: what cannot be recorded must not be done.
    """
    row = _row(verb, about, Outcome.DONE, purpose=purpose, facts=facts, actor=actor, kept=kept)
    now = context.current()
    if now.request is None and not _is_in_transaction():
        flush(now)
    _insert([row], kept or verb.kept)


def record_openings(verb: Verb, abouts: Iterable[str]) -> None:
    """Record that each of these was opened, once in a request however often its page asks; one query for all.

    What is rolled back was not recorded, and is when it is opened again.
    """
    now = context.current()
    fresh = [about for about in dict.fromkeys(abouts) if (verb, about) not in now.opened]
    if not fresh:
        return
    _insert([_row(verb, about, Outcome.DONE) for about in fresh], verb.kept)
    if now.request is not None:
        _once_it_stands(lambda: now.opened.update((verb, about) for about in fresh))


def _once_it_stands(function: Callable[[], None]) -> None:
    """Now, or when the transaction that is open has been committed."""
    if _is_in_transaction():
        transaction.on_commit(function)
    else:
        function()


def ran(command: str, **facts: str | int | bool) -> None:
    """Record that somebody at the server ran a command that changes or shows what matters, and in which account."""
    record(Verb.COMMAND, facts={"command": command, "account": getpass.getuser(), **facts})


def record_if_there_is_a_trail(verb: Verb, about: str) -> None:
    """Record what may be done before the database is there: the first keys are made before its tables."""
    try:
        is_there = "audit_event" in connection.introspection.table_names()
    except DatabaseError:
        is_there = False
    if is_there:
        record(verb, about)


def refuse(verb: Verb, about: Model | str = "", *, why: str, facts: Facts | None = None) -> None:
    """Record that something was refused, and why in one code word.

    It commits on its own: inside a transaction, which may be rolled back because of the refusal, it waits until there
    is none, and in a request until the answer was sent, so that nobody can tell by the time whether the thing exists.
    A job's or command's waits for the next event, the next tick or the job's end.
    """
    row = _row(verb, about, Outcome.REFUSED, why=why, facts=facts)
    now = context.current()
    now.waiting.append(row)
    if now.request is not None:
        return
    if _is_in_transaction():
        transaction.on_commit(lambda: flush(now), robust=True)  # what was done is done; the refusal waits on
        return
    flush(now)


def flush(now: context.Doing | None = None) -> int:
    """Write the refusals that wait; returns how many. The caller stands outside any transaction of the portal.

    Raises what the database raises; what is not written then waits on.
    """
    waiting = (now or context.current()).waiting
    written = 0
    while waiting:
        _insert(waiting[:1], Verb(waiting[0]["verb"]).kept)
        del waiting[0]
        written += 1
    return written


def flush_or_tell() -> None:
    """The same where nobody comes back to try again: what cannot be written is told of in the log, and let go."""
    waiting = context.current().waiting
    while waiting:
        try:
            flush()
        except Exception as problem:  # noqa: BLE001  (it stands between two people's requests, whatever it was)
            _tell_lost(waiting.pop(0), problem)


def _tell_lost(row: dict[str, Any], problem: Exception) -> None:
    """The line has no person and no network address: in the log nothing can be erased, and the request leads there."""
    fields = {name: value for name, value in row.items() if name not in {"person", "address"}}
    told = {**fields, "at": encoding.moment(row["at"])}
    logger.error("event not written", extra={"event": told, "problem": type(problem).__name__})


def name_of(thing: Model | str) -> str:
    """How the trail names a thing: its type and primary key, and none of its words."""
    if isinstance(thing, str):
        return thing
    concrete: Any = thing._meta.concrete_model or type(thing)
    return f"{concrete._meta.label_lower}:{thing.pk}"


def _row(  # every field of an event has its place here
    verb: Verb,
    about: Model | str,
    outcome: Outcome,
    *,
    why: str = "",
    purpose: str = "",
    facts: Facts | None = None,
    actor: Actor | None = None,
    kept: Kept | None = None,
) -> dict[str, Any]:
    encoding.refuse_unfit(dict(facts or {}))
    acting = actor or context.actor()
    request = context.current().request
    return {
        "at": timezone.now(),
        "site": settings.PORTAL_SITE,
        "person": acting.person,
        "role": acting.role,
        "session": context.session_reference(request, kept or verb.kept),
        "verb": verb.value,
        "about": name_of(about),
        "purpose": purpose,
        "outcome": outcome.value,
        "why": why,
        "address": context.address(request),
        "request": context.request_id(),
        "facts": dict(facts or {}),
    }


def _insert(rows: list[dict[str, Any]], kept: Kept) -> None:
    from portal.audit.models import Event

    with transaction.atomic():  # references and events, or neither
        events = [_event(row, kept) for row in rows]
        if len(events) == 1:
            events[0].save(force_insert=True)
        else:
            Event.objects.bulk_create(events)
    context.note(event.pk for event in events)
    transaction.on_commit(lambda: _mirror(events))


def _event(row: dict[str, Any], kept: Kept) -> Event:
    from portal.audit.models import Event

    who, address = _who(row, kept), _address(row, kept)
    return Event(**{name: value for name, value in row.items() if name != "person"} | {"who": who, "address": address})


def _who(row: dict[str, Any], kept: Kept) -> str:
    if row["person"] is None:
        return NOBODY if row["session"] or row["address"] else SYSTEM
    return references.reference_to(kind=references.PERSON, value=str(row["person"]), kept=kept, at=row["at"])


def _address(row: dict[str, Any], kept: Kept) -> str:
    if not row["address"]:
        return ""
    return references.reference_to(kind=references.ADDRESS, value=row["address"], kept=kept, at=row["at"])


def _mirror(events: list[Event]) -> None:
    """One log line for each event, with its fields and nothing else, for whoever watches the logs."""
    for event in events:
        fields = {name: getattr(event, name) for name in encoding.FIELDS}
        logger.info("event", extra={"event": {**fields, "at": encoding.moment(event.at)}})


def _is_in_transaction() -> bool:
    """Whether a transaction of the portal's own is open; the one around a test is not."""
    return any(not block._from_testcase for block in connection.atomic_blocks)  # type: ignore[attr-defined]
