"""What is filled in to propose that an answered request for redress is destroyed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _now, gettext_lazy as _

from portal.members.forms.applications import line
from portal.reporting.models import Redress


class PurgeRedressForm(forms.Form):
    """The number is typed, so that nobody does it by a slip."""

    number = line(_("Number of the request, to confirm"), most=20)

    def clean_number(self) -> Redress:
        found: Redress | None = Redress.objects.filter(number=self.cleaned_data["number"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(_now("No request has this number. Nothing was destroyed."))
        return found
