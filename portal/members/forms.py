"""Forms of sign-in and of one's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

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


class FeedTokenForm(forms.Form):
    """What a new feed token is for."""

    label = forms.CharField(
        label=_("What is this token for?"), help_text=_("For example: the feed reader on my phone."), max_length=60
    )
