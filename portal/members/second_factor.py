"""Second factors: whether a session has proven one, and which of them may go."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from portal.members.models import Person

SESSION_KEY = "account_authentication_methods"
STRONG_METHODS = {"mfa"}
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
BY_STAFF = "made_by_staff"
SEEN = "viewed_at"  # allauth's name for 'these codes were shown'


class LastFactor(Exception):
    """The last second factor stays: without one an account could do nothing but enrol again."""


def has_just_signed_in(request: HttpRequest) -> bool:
    """Whether the newest record of this session is younger than allauth's limit for re-entering the password."""
    newest: float = max((record.get("at", 0) for record in _records(request)), default=0)
    return time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def was_used_in(request: HttpRequest) -> bool:
    """Whether this session used a second factor: a code of an app, a passkey, or a recovery code beside one of these.

    allauth appends a record to the session for each factor it has verified; the record of a password alone, or of a
    re-entered password, is of another method. A recovery code alone is what staff give to somebody who lost their
    factor: it leads to a new one, and to nothing else.
    """
    strong = [record for record in _records(request) if record.get("method") in STRONG_METHODS]
    if any(record.get("type") != Authenticator.Type.RECOVERY_CODES for record in strong):
        return True
    return bool(strong) and has_factor(request.user)


def has_factor(person: Any) -> bool:
    """Whether an app or a passkey is set up. Recovery codes stand in for one; they are none."""
    return Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists()


def has_codes_not_shown(person: Any) -> bool:
    """Whether recovery codes were made that their owner has not seen."""
    codes = Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return codes is not None and SEEN not in codes.data


def is_last(authenticator: Authenticator) -> bool:
    """Whether this site could not be signed in to without it. A passkey of the other site does not count here."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return False
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS).exclude(pk=authenticator.pk)
    return not any(other.type == Authenticator.Type.TOTP or is_of_this_site(other) for other in others)


def is_of_this_site(passkey: Authenticator) -> bool:
    """Whether a passkey was made for this site's host (WebAuthn Level 2, section 6.1: rpIdHash)."""
    from hashlib import sha256

    bound_to: bytes = passkey.wrap().authenticator_data.rp_id_hash
    return bound_to == sha256(site_host().encode()).digest()


def remove(request: HttpRequest, authenticator: Authenticator) -> None:
    """Remove a factor of the person who asks. Raises `LastFactor`.

    Two browsers may remove the last two at the same moment; the person's row is held until one of them is done.
    """
    from allauth.mfa.totp.internal.flows import deactivate_totp
    from allauth.mfa.webauthn.internal.flows import remove_authenticator

    with transaction.atomic():
        Person.objects.select_for_update().get(pk=authenticator.user_id)
        if is_last(authenticator):
            raise LastFactor
        is_app = authenticator.type == Authenticator.Type.TOTP
        (deactivate_totp if is_app else remove_authenticator)(request, authenticator)


def replace_codes_of_staff(person: Person) -> None:
    """With a new factor the codes that staff made are over; new ones wait to be shown to their owner."""
    codes = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is not None and codes.data.get(BY_STAFF):
        codes.delete()
        RecoveryCodes.activate(person)


def site_url() -> str:
    """The address under which people know this site; passkeys bind to its host, whatever a Host header says."""
    url: str = settings.PORTAL_DESK_URL if settings.PORTAL_SITE_KIND == "desk" else settings.PORTAL_FRONT_URL
    return url


def site_host() -> str:
    return urlsplit(site_url()).hostname or ""


def site_origin() -> str:
    """Scheme, host and port, as a browser names them (RFC 6454, section 6.2)."""
    parts = urlsplit(site_url())
    return f"{parts.scheme}://{parts.netloc}"


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = request.session.get(SESSION_KEY) or []
    return records
