"""Forms of saved searches, and of the synonyms that staff edit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as now_, gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from search import synonyms
from search.asked import Asked, NoSuchPage, read
from search.enums import Alerts
from search.models import SavedSearch
from search.queries import clean, understand

LONGEST_NAME = 80


class NameForm(forms.Form):
    """How a saved search is called, and whether its owner has mail of it."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    alerts = forms.ChoiceField(label=_("Mail about what is new"), choices=Alerts.choices, initial=Alerts.NONE)

    def clean_name(self) -> str:
        name = clean(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Give it a name of letters or figures."))
        return name


class SaveForm(NameForm):
    """Keep a search. `address` is its query string, which is understood anew before it is kept."""

    address = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    @classmethod
    def about(cls, asked: Asked) -> SaveForm:
        return cls(initial={"address": asked.query_string(), "name": asked.shown[:LONGEST_NAME]}, auto_id="save-%s")

    def clean_address(self) -> str:
        try:
            asked = read(QueryDict(self.cleaned_data["address"]))
        except (NoSuchPage, ValueError):
            asked = Asked()
        if not asked or understand(asked.typed).is_noise:
            raise forms.ValidationError(_("There is nothing in this search to look for. Nothing was saved."))
        address = asked.query_string()
        if len(address) > _longest():
            raise forms.ValidationError(_("This search is too long to be saved. Take words or filters away."))
        return address


def _longest() -> int:
    field: Any = SavedSearch._meta.get_field("address")
    return int(field.max_length)


class SynonymsForm(WagtailAdminModelForm):
    """At least two words or phrases, each of which says something."""

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        phrases = synonyms.phrases_of(words)
        if len(phrases) < 2:  # noqa: PLR2004  (a pair)
            raise forms.ValidationError(_("Write at least two words or phrases, with a comma between them."))
        for phrase in phrases:
            if len(phrase) > synonyms.LONGEST_PHRASE or synonyms.says_nothing(phrase):
                words_of_it = " ".join(phrase)[:LONGEST_NAME]
                raise forms.ValidationError(
                    now_("“%(phrase)s” is too long, or has only words that search leaves out.")
                    % {"phrase": words_of_it}
                )
        return words
