"""What happens around a request, and around every action."""

from __future__ import annotations

from typing import Any

from django.core.signals import request_finished, request_started
from django.db.models import Model
from django.dispatch import receiver
from django_tasks.signals import task_finished

from portal.access.refusals import refused
from portal.access.rule import Verdict
from portal.audit import context
from portal.audit.context import Actor
from portal.audit.enums import Verb
from portal.audit.recording import flush_or_tell, ran, record, refuse
from portal.core import actions, commands


@receiver(request_started)
def begin_anew(sender: Any, **kwargs: Any) -> None:
    """A thread serves many requests: nothing of the one before may be taken for this one's."""
    _write_and_end()


@receiver(request_finished)
def write_refusals(sender: Any, **kwargs: Any) -> None:
    """The answer has been sent: now what was refused is written."""
    _write_and_end()


def _write_and_end() -> None:
    """Nothing of one request stays for the next, not what could not be written either."""
    try:
        flush_or_tell()
    finally:
        context.end()


@receiver(task_finished)
def write_refusals_of_a_job(sender: Any, **kwargs: Any) -> None:
    flush_or_tell()


@receiver(refused)
def record_refusal_of_the_rule(sender: Any, thing: Model, found: Verdict, **kwargs: Any) -> None:
    refuse(Verb.READ, thing, why=found.name)


@receiver(commands.ran)
def record_command(sender: Any, name: str, facts: dict[str, Any], **kwargs: Any) -> None:
    ran(name, **facts)


def record_action(told: actions.Told) -> None:
    """Every action is in the trail, done or refused; tests/audit refuses one without a verb of the vocabulary."""
    verb, about = Verb(told.action.verb), told.about or ""
    if told.refused:
        refuse(verb, about, why=told.refused, facts=told.action.recorded_facts())
    else:
        record(verb, about, facts=told.action.recorded_facts(), actor=_actor(told.action))


def _actor(action: actions.Action) -> Actor | None:
    """Outside a request, the person whom the action names as its doer."""
    by = getattr(action, "by", None)
    if context.current().request is not None or by is None:
        return None
    return Actor(person=by.pk)


actions.tell(record_action)
