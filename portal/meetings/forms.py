"""What members fill in about a meeting."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.meetings.enums import Coming


class NeedForm(forms.Form):
    """What somebody needs to take part."""

    words = forms.CharField(
        label=_("What do you need to take part?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("And how to reach you. Only the organiser reads it, and it is destroyed a week after the meeting."),
    )


class AnswerForm(forms.Form):
    """Whether somebody comes."""

    coming = forms.ChoiceField(label=_("Will you come?"), choices=Coming.choices, widget=forms.RadioSelect)


class OutcomeForm(forms.Form):
    """What became of an action item."""

    outcome = forms.CharField(label=_("What became of it"), max_length=300)
