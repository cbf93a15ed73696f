"""What happens when people sign in, and what must never happen to circles."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.signals import authentication_failed, authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.db.models import F, ProtectedError
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from portal.core import outbox
from portal.members import locks, offices, own_address
from portal.members.enums import FailureKind
from portal.members.models import Community, FeedToken, FormerAddress, Organisation, Person, Visit
from portal.members.second_factor import FACTORS, replace_codes_of_staff
from portal.members.sessions.browsers import browser_name
from portal.members.standing import dormant_after
from portal.vocabulary.models import Sector


@receiver(user_logged_in)
def visit_began(sender: Any, user: Person, **kwargs: Any) -> None:
    """Remember when this visit and the one before began; 'new for you' counts from there.

    Signing in does not wake a dormant member: they say first that they are still with their employer.
    """
    now = timezone.now()
    visit = Visit.objects.filter(person=user)
    visit.update(began_at=now, previous_began_at=F("began_at"))
    visit.filter(active_at__gt=now - dormant_after(), active_at__lt=now).update(active_at=now)


@receiver(user_logged_in)
def session_began(sender: Any, request: Any, user: Person, **kwargs: Any) -> None:
    """Both limits of a session count from the sign-in, and its person can tell it from the others."""
    browser = browser_name(request.headers.get("User-Agent", ""))
    request.session.begin(at=timezone.now(), browser=browser, network=locks.network_of(request))


@receiver(authentication_failed)
def code_was_wrong(sender: Any, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """A wrong code counts as a wrong password does, at sign-in and when something asks for it again."""
    locks.record_failure(email=locks.account_of(user.email), network=locks.network_of(request), kind=FailureKind.CODE)


@receiver(authenticator_added)
def enrolling_is_using(sender: Any, request: HttpRequest, user: Person, authenticator: Any, **kwargs: Any) -> None:
    """Setting up an app takes a code from it, and adding a passkey its use: this session has used a second factor."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, method="mfa", type=authenticator.type)
        replace_codes_of_staff(user)


@receiver(email_changed)
def address_was_changed(
    sender: Any, user: Person, from_email_address: EmailAddress | None = None, **kwargs: Any
) -> None:
    """The old address is told, and tokens that were given out under it end."""
    if from_email_address is not None:
        former = FormerAddress.objects.create(person=user, email=from_email_address.email)
        outbox.put("address_changed", str(former.pk))
    _end_feed_tokens(user)


@receiver(password_changed)
@receiver(password_reset)
@receiver(password_set)
def password_was_changed(sender: Any, user: Person, **kwargs: Any) -> None:
    """Whoever had the old password may have made tokens with it, or have asked for another address."""
    _end_feed_tokens(user)
    own_address.forget_asked(user)


def _end_feed_tokens(person: Person) -> None:
    FeedToken.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())


@receiver(pre_delete, sender=Community)
@receiver(pre_delete, sender=Organisation)
@receiver(pre_delete, sender=Person)
def circles_are_closed_not_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Deleting a circle would silently change who may read what was restricted to it.

    Deleting a person would take them out of the record of who edited, released and read what.
    """
    raise ProtectedError(f"{instance} can be closed, but not deleted.", {instance})


@receiver(post_save, sender=Sector)
def a_sector_has_its_community(sender: Any, instance: Sector, raw: bool = False, **kwargs: Any) -> None:
    """A sector that the state adds is a community of the access rule from the first moment, and has co-chairs."""
    if not raw:
        offices.make_room_for(instance)
