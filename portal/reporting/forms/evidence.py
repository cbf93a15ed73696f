"""What the desk fills in about files."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import line, text


class AskForm(forms.Form):
    """To whom a file goes, and why; both are sealed with the report."""

    to = line(
        _("To whom does it go?"),
        most=200,
        help_text=_("The office and the case number there. For a held file that stays here, write 'the desk'."),
    )
    why = text(_("Why is the original needed, and not the safe copy?"), most=1000, rows=3)
