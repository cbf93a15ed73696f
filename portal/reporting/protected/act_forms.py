"""What a submitter does later, each as a form: complete, respond, withdraw, name another alternate contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import text
from portal.members.models import Organisation, Person
from portal.members.models.people import fold
from portal.reporting.protected import organisations
from portal.reporting.protected.enums import WithdrawalWish
from portal.reporting.protected.forms import no_colleague

WITHDRAW = "withdraw"  # the word that is typed


class LaterForm(forms.Form):
    """What a submitter does later. `once` is the mark by which a second press of the button is known."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)


class CureForm(LaterForm):
    words = text(
        _("What was missing?"),
        most=10_000,
        rows=5,
        help_text=_("Files that were missing: send them below first, then this."),
    )


class RespondForm(LaterForm):
    words = text(_("Why should the record be closed all the same?"), most=10_000, rows=5)


class WithdrawForm(LaterForm):
    """It cannot be undone, so it asks for the word."""

    wish = forms.ChoiceField(
        label=_("What should become of it?"), choices=WithdrawalWish.choices, widget=forms.RadioSelect
    )
    words = text(_("Anything that the desk should know?"), most=4_000, rows=2, required=False)
    sure = forms.CharField(
        label=_("Type the word: withdraw"),
        max_length=20,
        help_text=_("This cannot be undone. The desk decides at once what becomes of it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_sure(self) -> str:
        if self.cleaned_data["sure"].strip().casefold() != WITHDRAW:
            raise forms.ValidationError(_("Type the word withdraw, or leave the submission as it is."))
        return WITHDRAW


class AlternateForm(LaterForm):
    """Another contact of the same organisation, by address: members are listed nowhere."""

    alternate = forms.EmailField(
        label=_("Work e-mail address of the new alternate contact"),
        max_length=254,
        help_text=_("An active member of this portal in the same organisation."),
    )

    def __init__(self, *args: Any, person: Person, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person, self._organisation = person, organisation

    def clean_alternate(self) -> str:
        address = fold(self.cleaned_data["alternate"])
        if organisations.colleague(address, of=self._person, at=self._organisation) is None:
            raise forms.ValidationError(no_colleague())
        return address
