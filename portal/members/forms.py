"""Forms of sign-in and of one's own account."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members.models import UsedCode

CONSENT_TEXT = _(
    "This is a restricted system. Use is monitored, recorded and audited. Unauthorised use is prohibited and subject "
    "to criminal and civil penalties. Using this system means that you consent to this."
)


class SignInForm(LoginForm):
    """E-mail and password, under the notice that one consents to by signing in."""

    consent_text = CONSENT_TEXT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Work e-mail address")
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        self.fields.pop("remember", None)


def remember_code(person: int, code: str) -> bool:
    """Remember that a code was used, for as long as it could be accepted; False if it had been used before."""
    digest = hashlib.sha256(code.replace(" ", "").encode()).hexdigest()
    periods = 2 * mfa_settings.TOTP_TOLERANCE + 1
    lasting = timedelta(seconds=periods * mfa_settings.TOTP_PERIOD)
    return UsedCode.remember(person=person, digest=digest, lasting=lasting)


class _CodeOnce:
    """A code that was used stays used for as long as it could be accepted (RFC 6238, section 5.2).

    allauth remembers it for one period, while a tolerance of one accepts it for three.
    """

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # a mixin: allauth's form comes after it
        if remember_code(self.user.pk, code):
            return code
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(_CodeOnce, AuthenticateForm):
    """The code at sign-in."""


class EnrolForm(ActivateTOTPForm):
    """The code that sets up an app; it does not sign anybody in afterwards."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        remember_code(self.user.pk, code)
        return code


class CodeAgainForm(_CodeOnce, ReauthenticateForm):
    """The code when something sensitive asks for it again."""


class FeedTokenForm(forms.Form):
    """What a new feed token is for."""

    label = forms.CharField(
        label=_("What is this token for?"), help_text=_("For example: the feed reader on my phone."), max_length=60
    )
