"""What a browser sends of a passkey (WebAuthn Level 2, W3C): whatever it is, it is checked before it is believed."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.validators import printable
from portal.members.second_factor import site_origin

LONGEST_CREDENTIAL = 20_000  # characters; real ones have two or three thousand
LONGEST_NAME = 60
# What parsing hostile bytes ends in, in the libraries below.
MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


class CredentialField(forms.JSONField):
    """A credential as JSON: of what was sent, only what WebAuthn defines is kept, and all of it is text."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_CREDENTIAL:
            raise _refusal()
        try:
            return _defined_parts(super().to_python(value))
        except MALFORMED:
            raise _refusal() from None

    def bound_data(self, data: Any, initial: Any) -> str:
        """A page that is shown again asks the browser anew; what was sent is not given back."""
        return ""

    def prepare_value(self, value: Any) -> str:
        return ""


def _defined_parts(sent: dict[str, Any]) -> dict[str, Any]:
    if sent["type"] != "public-key":
        raise ValueError
    response = {name: _text(sent["response"][name]) for name in RESPONSE_PARTS if sent["response"].get(name)}
    properties = (sent.get("clientExtensionResults") or {}).get("credProps") or {}
    return {
        "id": _text(sent["id"]),
        "rawId": _text(sent["rawId"]),
        "type": "public-key",
        "response": response,
        "clientExtensionResults": {"credProps": {"rk": True}} if properties.get("rk") is True else {},
    }


RESPONSE_PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError
    return value


def _refusal() -> Any:
    return get_adapter().validation_error("incorrect_code")


class _OneTry:
    """One challenge, one try: whatever comes of it, the challenge is void afterwards.

    Beyond what the library checks (challenge, host, signature, user verification) the origin must be the site's own:
    the library would also take any host below it.
    """

    cleaned_data: dict[str, Any]

    def _from_this_site(self, credential: dict[str, Any], parse: Any) -> None:
        if parse(credential).response.client_data.origin != site_origin():
            raise _refusal()

    def _in_one_try(self, check: Any, credential: dict[str, Any], parse: Any) -> Any:
        try:
            self._from_this_site(credential, parse)
            return check()
        except forms.ValidationError:
            raise
        except MALFORMED:
            raise _refusal() from None
        finally:
            auth.clear_state()


class _Assertion(_OneTry):
    """A passkey that is used. The device must have verified its user (fingerprint, face or PIN)."""

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        check = super().clean_credential  # type: ignore[misc]  # a mixin: allauth's form comes after it
        found: Authenticator = self._in_one_try(check, credential, auth.parse_authentication_response)
        return found


class AddPasskeyForm(_OneTry, AddWebAuthnForm):
    """A passkey that is added."""

    credential = CredentialField()
    name = forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("So that you know it again, for example: my work laptop."),
        required=False,
        max_length=LONGEST_NAME,
        validators=[printable],
    )
    passwordless = None

    def clean(self) -> dict[str, Any]:
        credential = self.cleaned_data.get("credential")
        if not credential or self.errors:
            return self.cleaned_data
        cleaned: dict[str, Any] = self._in_one_try(super().clean, credential, auth.parse_registration_response)
        return cleaned


class PasskeySignInForm(_Assertion, LoginWebAuthnForm):
    """Sign-in with a passkey alone."""

    credential = CredentialField()


class PasskeyCodeForm(_Assertion, AuthenticateWebAuthnForm):
    """A passkey in place of a code, after the password."""

    credential = CredentialField()


class PasskeyAgainForm(_Assertion, ReauthenticateWebAuthnForm):
    """A passkey when something sensitive asks again."""

    credential = CredentialField()


class RenamePasskeyForm(EditWebAuthnForm):
    """What a passkey is called."""

    name = forms.CharField(label=_("Name of this passkey"), max_length=LONGEST_NAME, validators=[printable])
