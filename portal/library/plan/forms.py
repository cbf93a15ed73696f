"""What members and staff fill in about the plan."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.library.plan.comments import LONGEST, Said

LARGEST_PAGE = 100_000


def new_once() -> str:
    return str(uuid.uuid4())


class CommentForm(forms.Form):
    """A member's comment on a draft."""

    words = forms.CharField(
        label=_("Your comment"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "It is sealed: only the desk can open it. You will see the answer here, but not your own words. The answer "
            "is kept in clear, so it repeats nothing that must stay sealed."
        ),
    )
    page = forms.IntegerField(label=_("Page of the document"), required=False, min_value=1, max_value=LARGEST_PAGE)
    version = forms.IntegerField(widget=forms.HiddenInput)
    once = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=new_once)

    def said(self) -> Said:
        given: dict[str, Any] = self.cleaned_data
        return Said(given["words"], given["page"], given["once"])
