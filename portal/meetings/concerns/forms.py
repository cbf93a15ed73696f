"""What members fill in about concerns, and co-chairs about two that are the same."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.validators import one_line
from portal.meetings.concerns.enums import REGION_CHOICES, ConcernKind
from portal.meetings.concerns.sealed import new_once
from portal.meetings.models import Concern
from portal.members.forms.membership import PLAIN
from portal.vocabulary.models import Sector

LONGEST = 4000
MOST_OFFERED = 50
FACTS = ("sector", "kind", "title", "words", "agencies", "region")


def long_text(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 6) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=required,
        help_text=help_text,
        validators=PLAIN,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ConcernForm(forms.Form):
    """A concern."""

    sector = forms.ModelChoiceField(
        label=_("Sector"), queryset=Sector.objects.filter(closed_on=None), empty_label=_("choose one")
    )
    kind = forms.ChoiceField(label=_("What is it about?"), choices=ConcernKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("In one line"), max_length=160, validators=[*PLAIN, one_line])
    words = long_text(
        _("What happens, and what would help?"),
        help_text=_("The co-chairs of the sector read this, without your name, and staff. Name no weak point here."),
    )
    agencies = forms.CharField(
        label=_("Which agencies?"),
        max_length=300,
        required=False,
        validators=PLAIN,
        help_text=_("Who made the rule, or who asks the same question."),
    )
    region = forms.ChoiceField(label=_("Where?"), choices=REGION_CHOICES, required=False)
    details = long_text(
        _("Details for staff alone"),
        required=False,
        rows=4,
        help_text=_("Sealed: only the desk can open it, and you do not see it here again."),
    )
    once = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput, initial=new_once)

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}


class IntoForm(forms.Form):
    """Which one is kept."""

    into = forms.ModelChoiceField(
        label=_("It is the same as"),
        queryset=Concern.objects.none(),
        empty_label=_("choose one"),
        help_text=_("That one is kept. Whoever raised this one sees what becomes of it, and none of its words."),
    )

    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["into"]
        keys = list(among.order_by("-raised_at", "-pk").values_list("pk", flat=True)[:MOST_OFFERED])
        chosen.queryset = Concern.objects.on_front().filter(pk__in=keys)
        chosen.label_from_instance = lambda row: row.title
