"""Forms of sign-in and of one's own account."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import AddEmailForm, ChangePasswordForm, LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from cryptography.exceptions import InvalidTag
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.audit import Verb
from portal.core.validators import printable
from portal.members import locks
from portal.members.enums import FailureKind
from portal.members.mail import sign_in as mail
from portal.members.models import Person, UsedCode
from portal.members.models.people import fold
from portal.members.second_factor import BY_STAFF

CONSENT_TEXT = _(
    "This is a restricted system. Use is monitored, recorded and audited. Unauthorised use is prohibited and subject "
    "to criminal and civil penalties. Using this system means that you consent to this."
)
LONGEST_PASSWORD = 1024  # characters; a longer one would only cost time to hash
LONGEST_CODE = 40
CODES_OF_STAFF_LAST = timedelta(hours=24)


class SignInForm(LoginForm):
    """E-mail and password, under the notice that one consents to by signing in."""

    consent_text = CONSENT_TEXT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Work e-mail address")
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["login"].validators.append(printable)
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        _limit(self.fields["password"], LONGEST_PASSWORD)
        self.fields.pop("remember", None)


def _limit(field: Any, most: int) -> None:
    field.widget.attrs["maxlength"] = most
    field.validators.append(MaxLengthValidator(most))


def remember_code(person: int, code: str) -> bool:
    """Remember that a code was used, for as long as it could be accepted; False if it had been used before."""
    digest = hashlib.sha256(code.replace(" ", "").encode()).hexdigest()
    periods = 2 * mfa_settings.TOTP_TOLERANCE + 1
    lasting = timedelta(seconds=periods * mfa_settings.TOTP_PERIOD)
    return UsedCode.remember(person=person, digest=digest, lasting=lasting)


class _CodeOnce:
    """A code that counts once, and that a lock refuses.

    A code that was used stays used for as long as it could be accepted (RFC 6238, section 5.2); allauth remembers it
    for one period, while a tolerance of one accepts it for three. allauth's signal counts wrong codes; a used one is
    counted here.
    """

    user: Any
    authenticator: Any

    def clean_code(self) -> str:
        """Raises `SignInLocked` (locks.py) while a lock holds, also for the failure that made it."""
        request = context.request
        locks.refuse_locked(request, email=self.user.email)
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # a mixin: allauth's form comes after it
        except ValidationError:
            locks.refuse_locked(request, email=self.user.email)
            raise
        if remember_code(self.user.pk, code) and not self._is_stale():
            return code
        self._count(request)
        raise get_adapter().validation_error("incorrect_code")

    def _is_stale(self) -> bool:
        """A recovery code that staff gave on the telephone is for the same day."""
        of_staff = self.authenticator.type == Authenticator.Type.RECOVERY_CODES and self.authenticator.data.get(
            BY_STAFF
        )
        return bool(of_staff) and self.authenticator.created_at + CODES_OF_STAFF_LAST <= timezone.now()

    def _count(self, request: HttpRequest) -> None:
        email, network = locks.account_of(self.user.email), locks.network_of(request)
        locks.record_failure(email=email, network=network, kind=FailureKind.CODE)
        locks.refuse_locked(request, email=email)


class CodeForm(_CodeOnce, AuthenticateForm):
    """The code at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit(self.fields["code"], LONGEST_CODE)


class CodeAgainForm(_CodeOnce, ReauthenticateForm):
    """The code when something sensitive asks for it again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit(self.fields["code"], LONGEST_CODE)


class EnrolForm(ActivateTOTPForm):
    """The code that sets up an app; it does not sign anybody in afterwards.

    Until then the app's secret lies in the session, encrypted: allauth alone would put it there in clear, where
    whoever reads the session table finds it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        super(ActivateTOTPForm, self).__init__(*args, **kwargs)
        _limit(self.fields["code"], LONGEST_CODE)
        self.secret = secret_of(context.request, anew=not self.is_bound)

    def clean_code(self) -> str:
        code: str = super().clean_code()
        remember_code(self.user.pk, code)
        return code


def secret_of(request: HttpRequest, *, anew: bool) -> str:
    """The secret of the app that is being set up in this session; a new one with each page that shows it."""
    kept = None if anew else request.session.get(SECRET_SESSION_KEY)
    if kept:
        try:
            return str(decrypt(kept))
        except (InvalidTag, ValueError):  # made with another key: the page has to be shown again
            pass
    secret: str = generate_totp_secret()
    request.session[SECRET_SESSION_KEY] = encrypt(secret)
    return secret


class PasswordLinkForm(ResetPasswordForm):
    """Asks for a link to a new password. What is done does not depend on whether somebody has the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators.append(printable)
        _limit(self.fields["email"], locks.LONGEST_ADDRESS)

    def clean_email(self) -> str:
        return fold(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        mail.ask_for_password_link(email)
        # One event either way, as of the row above: the time it takes tells nothing.
        audit.record(Verb.PASSWORD_ASK, Person.objects.filter(email=email).first() or "")
        return email


class NewPasswordForm(ChangePasswordForm):
    """Changes one's password. The old one is asked for as at sign-in, so that wrong ones count and lock."""

    def clean_oldpassword(self) -> str:
        given: str = self.cleaned_data["oldpassword"]
        if not get_account_adapter().reauthenticate(self.user, given):
            raise get_account_adapter().validation_error("enter_current_password")
        return given


class NewAddressForm(AddEmailForm):
    """The address to change to. It holds once it is confirmed; whether it is somebody's is not said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New work e-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)
        self.fields["email"].validators.append(printable)
        _limit(self.fields["email"], locks.LONGEST_ADDRESS)

    def clean_email(self) -> str:
        email: str = fold(get_account_adapter().clean_email(self.cleaned_data["email"]))
        if email == self.user.email:
            raise ValidationError(_("That is your address already."), code="same")
        return email


class FeedTokenForm(forms.Form):
    """What a new feed token is for."""

    label = forms.CharField(
        label=_("What is this token for?"),
        help_text=_("For example: the feed reader on my phone."),
        max_length=60,
        validators=[printable],
    )
