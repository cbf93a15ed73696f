"""What happens when people sign in, and what must never happen to circles."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.db.models import F, ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from portal.members.models import Community, Organisation, Person


@receiver(user_logged_in)
def visit_began(sender: Any, user: Person, **kwargs: Any) -> None:
    """Remember when this visit and the one before began; 'new for you' counts from there."""
    Person.objects.filter(pk=user.pk).update(visited_at=timezone.now(), previous_visit_at=F("visited_at"))


@receiver(authenticator_added)
def enrolling_is_using(sender: Any, request: HttpRequest, user: Person, authenticator: Any, **kwargs: Any) -> None:
    """Setting up an app takes a code from it, so this session has used a second factor."""
    if authenticator.type == authenticator.Type.TOTP:
        record_authentication(request, user, method="mfa", type=authenticator.type)


@receiver(pre_delete, sender=Community)
@receiver(pre_delete, sender=Organisation)
@receiver(pre_delete, sender=Person)
def circles_are_closed_not_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Deleting a circle would silently change who may read what was restricted to it.

    Deleting a person would take them out of the record of who edited, released and read what.
    """
    raise ProtectedError(f"{instance} can be closed, but not deleted.", {instance})
