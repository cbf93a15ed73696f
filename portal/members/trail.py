"""What this room tells the trail: who is behind a request, and what happens around signing in."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import (
    authentication_step_completed,
    email_changed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.models import ModelLogEntry, PageLogEntry

from portal import audit
from portal.audit import Verb, context
from portal.audit.context import Actor
from portal.members.enums import StaffRole
from portal.members.models import Person, StandingChange
from portal.members.models.people import fold

MEMBER, APPLICANT = "member", "not a member yet"


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person and the role in which they act."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return Actor()
    return Actor(person.pk, _roles_of(person))


def _roles_of(person: Person) -> str:
    """On Desk the roles that they hold; on Front staff are members like others."""
    is_desk = settings.PORTAL_SITE_KIND == "desk"
    held = sorted(role.value for role in StaffRole if is_desk and person.has_role(role))
    return ", ".join(held) or (MEMBER if person.is_vetted else APPLICANT)


context.identify_with(actor_of)


def account_of(user: Person) -> Person | str:
    """What an event of an account is about: nothing if its person does it, whom `who` names, else the account.

    `who` can be erased, and `about` cannot. Where nobody is signed in, or staff act, only `about` tells whose it is.
    """
    return "" if context.actor().person == user.pk else user


@receiver(user_logged_in)
def signed_in(sender: Any, user: Person, **kwargs: Any) -> None:
    audit.record(Verb.SIGN_IN, actor=Actor(user.pk, _roles_of(user)))


@receiver(user_logged_out)
def signed_out(sender: Any, user: Person | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(Verb.SIGN_OUT, actor=Actor(user.pk, _roles_of(user)))


@receiver(user_login_failed)
def password_was_wrong(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Of an address that nobody has, the address is not kept: people type passwords into the wrong field."""
    typed = fold(str(credentials.get("email") or credentials.get("username") or credentials.get("login") or ""))
    account = Person.objects.filter(email=typed).first()
    is_own = account is not None and context.actor().person == account.pk  # asked again in their own session
    audit.refuse(Verb.REAUTHENTICATE if is_own else Verb.SIGN_IN, account or "", why="password")


@receiver(authentication_failed)
def code_was_wrong(sender: Any, user: Person, **kwargs: Any) -> None:
    audit.refuse(Verb.SIGN_IN, user, why="second factor")


@receiver(authentication_step_completed)
def confirmed_who_they_are(
    sender: Any, user: Person, method: str, reauthenticated: bool = False, **kwargs: Any
) -> None:
    """Only what is asked again in a session; the steps of signing in are one event together."""
    if reauthenticated:
        audit.record(Verb.REAUTHENTICATE, account_of(user), facts={"method": method})


@receiver(authenticator_added)
def factor_was_added(sender: Any, user: Person, authenticator: Any, **kwargs: Any) -> None:
    audit.record(Verb.FACTOR_ADD, account_of(user), facts={"type": authenticator.type})


@receiver(authenticator_removed)
@receiver(authenticator_reset)
def factor_was_removed(sender: Any, user: Person, authenticator: Any, **kwargs: Any) -> None:
    audit.record(Verb.FACTOR_REMOVE, account_of(user), facts={"type": authenticator.type})


@receiver(password_changed)
@receiver(password_reset)
@receiver(password_set)
def password_was_changed(sender: Any, user: Person, **kwargs: Any) -> None:
    audit.record(Verb.PASSWORD_CHANGE, account_of(user))


@receiver(email_changed)
def address_was_changed(sender: Any, user: Person, **kwargs: Any) -> None:
    audit.record(Verb.ADDRESS_CHANGE, account_of(user))


@receiver(post_save, sender=StandingChange)
def standing_was_changed(sender: Any, instance: StandingChange, created: bool, **kwargs: Any) -> None:
    """By whomever: staff, the person, their organisation, or the portal's own rules."""
    if created:
        facts = {"standing": instance.standing, "reason": instance.reason}
        audit.record(Verb.STANDING, instance.person, facts=facts)


@receiver(post_save, sender=PageLogEntry)
@receiver(post_save, sender=ModelLogEntry)
def editor_was_used(sender: Any, instance: PageLogEntry | ModelLogEntry, created: bool, **kwargs: Any) -> None:
    """Wagtail writes a log of its own, which can be changed; what it says is told to the trail, without its words."""
    if created:
        model = instance.content_type.model_class() if instance.content_type else None
        about = f"{model._meta.label_lower}:{instance.object_id}" if model else ""
        audit.record(Verb.CONTENT, about, facts={"action": instance.action}, actor=_editor(instance))


def _editor(entry: PageLogEntry | ModelLogEntry) -> Actor | None:
    """In a request its person; elsewhere whom Wagtail names."""
    if context.current().request is not None or entry.user_id is None:
        return None
    return Actor(entry.user_id)
