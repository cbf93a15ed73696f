"""What anybody fills in who asks for redress, and what the privacy officer answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now, gettext_lazy as _

from portal.core.validators import printable
from portal.members.forms.applications import line, text
from portal.reporting.enums import RedressKind, RedressState


class RedressForm(forms.Form):
    """A complaint or a request for correction. Only what is needed to look into it, and to answer."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=RedressKind.choices, widget=forms.RadioSelect)
    words = text(
        _("What happened, or what should be corrected?"),
        most=5000,
        rows=8,
        help_text=_("Say when and where, as far as you know. Leave out your social security number."),
    )
    name = line(_("Your name"), most=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        validators=[printable],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The answer goes there."),
    )
    reach = line(
        _("Or a telephone number or postal address"),
        most=300,
        required=False,
        help_text=_("Without any of these we look into it, and cannot answer you."),
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def answers(self) -> dict[str, str]:
        """What is sealed."""
        return {name: str(self.cleaned_data[name]) for name in ("words", "name", "email", "reach")}


class AnswerForm(forms.Form):
    """The answer to whoever asked, and the reasons for the file."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[
            (RedressState.ANSWERED.value, _("Answered: looked into, and put right where something was wrong")),
            (RedressState.REFUSED.value, _("Refused, with reasons")),
        ],
        widget=forms.RadioSelect,
    )
    letter = text(
        _("Your answer to them"),
        most=4000,
        rows=8,
        required=False,
        help_text=_(
            "It goes by mail, which is not sealed, where they gave an address; otherwise you tell them yourself. "
            "Neither confirm nor deny that a report about anybody is kept, unless the law lets you."
        ),
    )
    told = line(
        _("How you told them, if not by mail"),
        most=200,
        required=False,
        help_text=_("By telephone or letter, and when."),
    )
    reasons = text(_("Reasons, for the file"), most=4000, rows=4)

    def __init__(self, *args: Any, email: str, can_be_told: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email, self.can_be_told = email, can_be_told

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.email and not given.get("letter") and "letter" not in self.errors:
            self.add_error("letter", _now("They gave an e-mail address, so they get an answer. Write it."))
        if self.can_be_told and not self.email and not given.get("told") and "told" not in self.errors:
            self.add_error("told", _now("Say how you told them; they gave a way to reach them."))
        return given
