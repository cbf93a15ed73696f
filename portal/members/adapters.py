"""What the portal changes in django-allauth."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest

from portal.core.addresses import client_address
from portal.members.second_factor import has_just_signed_in

PURPOSE = b"portal.members authenticator secret v1"


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; addresses are read in one place."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count no failures here.

        allauth would count them for the account alone, whatever address they come from, so that a stranger could
        keep a member out. django-axes counts them for account and address together, and
        allauth's limit of sign-ins for an address ('login') stays.
        """

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Do not ask twice for the password of somebody who has just given it in order to enrol."""
        request = context.request
        is_enrolling = app == "allauth.mfa" and not is_mfa_enabled(request.user)
        return not (is_enrolling and has_just_signed_in(request))

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.casefold()


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
        return bool(authenticator.type == authenticator.Type.RECOVERY_CODES)


def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(PURPOSE + settings.PORTAL_MFA_KEY.encode()).digest())
