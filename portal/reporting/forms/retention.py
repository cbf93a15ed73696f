"""What is filled in when a report's time ends, and when something is looked up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now, gettext_lazy as _

from portal.members.forms.applications import line, text
from portal.reporting import seen_before
from portal.reporting.enums import DigestKind, PurgeBasis
from portal.reporting.forms.desk import CaseForm
from portal.reporting.models import Case


class ValidateForm(forms.Form):
    """Keep a report longer."""

    reason = text(
        _("Why is it still needed?"), most=1000, rows=3, help_text=_("Read the report first. Your words are sealed.")
    )
    until = forms.DateField(
        label=_("Keep it until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At most five years from today."),
    )


class HoldForm(CaseForm):
    matter = text(
        _("Matter"),
        most=1_000,
        rows=2,
        help_text=_("Whose duty it is and since when. Sealed; who sent the report learns only that there is a hold."),
    )


class LiftForm(CaseForm):
    reasons = text(_("Why"), most=1_000, rows=2, help_text=_("Your words are sealed."))


class PurgeForm(forms.Form):
    """Propose to destroy a report. The number is typed, so that nobody does it by a slip."""

    basis = forms.ChoiceField(label=_("Why has it no further value?"), choices=PurgeBasis.choices)
    number = line(_("Number of the report, to confirm"), most=20)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"].strip().upper()
        if typed != self.case.report.number.upper():
            raise forms.ValidationError(_now("This is not the number of this report. Nothing was destroyed."))
        return typed


class LookUpForm(forms.Form):
    """One thing that may have been seen before, and what it is asked for. What is typed is kept nowhere."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=DigestKind.choices, widget=forms.RadioSelect)
    value = line(
        _("The plate, number, address or registration"),
        most=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The whole of it, as it was seen. Spaces and dashes do not matter. Names cannot be looked up."),
    )
    purpose = line(_("What do you need it for?"), most=200, help_text=_("Such as the number of the case."))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("value") and given.get("kind") and not seen_before.digest_of(given["kind"], given["value"]):
            self.add_error(
                "value", _now("This is too short, or not of the kind that you chose. Nothing was looked up.")
            )
        return given
