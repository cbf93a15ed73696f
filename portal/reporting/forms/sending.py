"""The last page before a report is sent, and what comes after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import text
from portal.members.models import Person
from portal.vault import receipts, records

NOBODY = ("", _("Nobody"))


class SendForm(forms.Form):
    """Who else is told, chosen for each report; nobody by itself."""

    contact = forms.ChoiceField(
        label=_("Tell the security contact of your company that you filed a report?"),
        required=False,
        choices=[NOBODY],
        help_text=_("They get a mail with the number and nothing of what you wrote. They cannot open the report."),
    )

    def __init__(self, *args: Any, contacts: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._contacts = {str(person.pk): person for person in contacts}
        if not contacts:
            del self.fields["contact"]
            return
        choices = [NOBODY, *((key, person.name) for key, person in self._contacts.items())]
        self.fields["contact"].choices = choices  # type: ignore[attr-defined]

    def copy_to(self) -> Person | None:
        return self._contacts.get(self.cleaned_data.get("contact", ""))


class CodeForm(forms.Form):
    """The receipt code, as somebody copied it down."""

    words = forms.CharField(
        label=_("Receipt code"),
        max_length=200,
        help_text=_("Eight words. The first four letters of each are enough."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_words(self) -> str:
        try:
            return receipts.read_words(self.cleaned_data["words"])
        except records.CodeRefused as problem:
            raise forms.ValidationError(str(problem)) from None


class AddForm(forms.Form):
    """Something more, after a report was sent."""

    words = text(_("What do you want to add?"), most=10_000, rows=6)
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
