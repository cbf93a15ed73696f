"""What the portal changes in django-allauth."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.core.addresses import client_address
from portal.core.models import PortalSettings
from portal.members import desk_only, second_factor
from portal.members.mail import sign_in as mail
from portal.members.models import Person

PURPOSE = b"portal.members authenticator secret v1"
LONGEST_LABEL = 64  # bytes that a security key keeps of a name (CTAP 2.1)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; addresses are read in one place; mail goes through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count no failures here.

        allauth would count them for the account alone, whatever address they come from, so that a stranger could
        keep a member out. `locks.py` counts them for account and network together, and allauth's limit of sign-ins
        for an address ('login') stays.
        """

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Do not ask twice for the password of somebody who has just given it in order to enrol.

        Enrolling ends when the recovery codes, which are made with the first factor, were shown.
        """
        request = context.request
        if app != "allauth.mfa" or not second_factor.has_just_signed_in(request):
            return True
        is_enrolled = second_factor.has_factor(request.user)
        return is_enrolled and not second_factor.has_codes_not_shown(request.user)

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.casefold()

    def set_password(self, user: Any, password: str) -> None:
        """Write the password alone: Front has no right to a person's other columns.

        Raises `ChangedOnDesk` (desk_only.py) for the password of staff, on Front.
        """
        if desk_only.is_closed_to(user):
            raise desk_only.ChangedOnDesk(context.request)
        user.set_password(password)
        user.save(update_fields=["password"])

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Make a confirmed address the person's own, in both tables or in neither; refuse one that is taken."""
        with transaction.atomic():
            taken = Person.objects.filter(email=email_address.email).exclude(pk=email_address.user_id).exists()
            return not taken and bool(super().confirm_email(request, email_address))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell of a change. Of a changed address the old one is told, by the signal's handler."""
        mail.tell_of_change(template_prefix, person=user)

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """The new address gets the link; the present one is told now, not only when it is too late."""
        address = emailconfirmation.email_address
        mail.ask_to_confirm(address)
        if address.email != address.user.email:
            mail.tell_of_change("address_asked", person=address.user)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted at rest; allauth alone would store them in clear."""

    def encrypt(self, text: str) -> str:
        nonce = os.urandom(12)
        return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `InvalidTag` when the text was changed or another key made it."""
        raw = base64.b64decode(encrypted_text)
        return _cipher().decrypt(raw[:12], raw[12:], PURPOSE).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """The last second factor stays: without one an account could do nothing but enrol again."""
        return not second_factor.is_last(authenticator)

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Ask for a code also of somebody who has recovery codes alone, which staff made for a lost factor.

        allauth's sign-in asks for 'an app or a passkey' and would let a password alone pass.
        """
        asks_sign_in = types is not None and set(types) == set(second_factor.FACTORS)
        wanted = [*types, self._recovery_codes()] if asks_sign_in else types
        return bool(super().is_mfa_enabled(user, types=wanted))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Bind passkeys to the host of the site's own address, never to what a Host header says."""
        return {"id": second_factor.site_host(), "name": PortalSettings.load(context.request).name}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        shortened = {name: entity[name][:LONGEST_LABEL] for name in ("display_name", "name")}
        return {**entity, **shortened}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey")

    @staticmethod
    def _recovery_codes() -> Any:
        from allauth.mfa.models import Authenticator

        return Authenticator.Type.RECOVERY_CODES


def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(PURPOSE + settings.PORTAL_MFA_KEY.encode()).digest())
