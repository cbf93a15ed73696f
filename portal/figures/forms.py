"""What staff send about figures."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class WithdrawForm(forms.Form):
    """Why released figures are taken away."""

    why = forms.CharField(
        label=_("Why are they withdrawn?"), max_length=300, help_text=_("For the desk; it is not shown to the public.")
    )
