"""What members and staff fill in about visits and briefings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.meetings.concerns.enums import VisitKind
from portal.meetings.concerns.forms import long_text
from portal.meetings.concerns.sealed import new_once
from portal.members.forms.membership import PLAIN
from portal.vocabulary.models import County, Sector

MOMENT = "%Y-%m-%dT%H:%M"
LONGEST_ANSWER = 1000


class AskForm(forms.Form):
    """A request. It is short on purpose: staff ask for the rest."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you ask for?"), choices=VisitKind.choices, widget=forms.RadioSelect
    )
    sector = forms.ModelChoiceField(
        label=gettext_lazy("Sector"),
        queryset=Sector.objects.filter(closed_on=None),
        required=False,
        empty_label=gettext_lazy("none in particular"),
    )
    county = forms.ModelChoiceField(
        label=gettext_lazy("County"),
        queryset=County.objects.all(),
        required=False,
        empty_label=gettext_lazy("none in particular"),
    )
    wished = forms.CharField(
        label=gettext_lazy("When would it suit you?"), max_length=120, required=False, validators=PLAIN
    )
    words = long_text(
        gettext_lazy("Where, for whom, and about what?"),
        help_text=gettext_lazy("Sealed: only the desk can open it. You see the answer here, and not your own words."),
    )
    once = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput, initial=new_once)

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "sector", "county", "wished")}


def _answer(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_ANSWER,
        validators=PLAIN,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever asked reads this. It is kept in clear: repeat nothing that must stay sealed."),
    )


class PlanForm(forms.Form):
    """For when it is planned."""

    planned_for = forms.DateTimeField(
        label=gettext_lazy("Planned for"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT],
    )
    answer = _answer(gettext_lazy("In words"), required=False)

    def clean_planned_for(self) -> datetime:
        given: datetime = self.cleaned_data["planned_for"]
        if given < timezone.now():
            raise forms.ValidationError(_("That moment has passed already."))
        return given

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class DoneForm(forms.Form):
    """That it took place."""

    answer = _answer(gettext_lazy("In words"), required=False)

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class DeclineForm(forms.Form):
    """Why it cannot be."""

    answer = _answer(gettext_lazy("Why, in words"), required=True)

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
