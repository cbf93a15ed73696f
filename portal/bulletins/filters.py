"""The filters of the lists, as forms whose fields stand in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.access.enums import Label
from portal.bulletins.enums import Kind
from portal.core.listings import ActiveFilter, address_without
from portal.vocabulary.models import County, Hazard, Sector

FIRST_YEAR = 2017


class ListFilter(forms.Form):
    """A filter form whose values come from the address; a value that is not a choice is refused in words."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.query = data

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Set what can be chosen in one of the fields."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def active(self) -> list[ActiveFilter]:
        """One chip for each filter that is on."""
        chips = []
        for name, field in self.fields.items():
            value = self.data.get(name)
            if value:
                words = dict(self._choices(field)).get(value) or _("not in the list")
                chips.append(ActiveFilter(f"{field.label}: {words}", address_without(self.query, name)))
        return chips

    @staticmethod
    def _choices(field: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in field.choices]

    def value(self, name: str) -> str:
        """The value chosen, or '' when it was not valid."""
        return str(self.cleaned_data.get(name) or "") if self.is_valid() or hasattr(self, "cleaned_data") else ""

    @property
    def is_off_the_list(self) -> bool:
        """Whether the address names a value that no filter knows; such a list is empty, not whole."""
        return not self.is_valid()


def _any(words: Any, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", words), *choices]


class BulletinFilter(ListFilter):
    """Sector, label, kind, year and county."""

    sector = forms.ChoiceField(label=_("Sector"), required=False)
    tlp = forms.ChoiceField(label=_("Label"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)
    county = forms.ChoiceField(label=_("County"), required=False)

    def __init__(self, data: QueryDict, *, years: list[int], labels: list[Label]) -> None:
        super().__init__(data)
        choices: dict[str, list[tuple[str, Any]]] = {
            "sector": _any(_("All sectors"), list(Sector.objects.values_list("slug", "name"))),
            "tlp": _any(_("All labels"), [(label.slug, label.value) for label in labels]),
            "kind": _any(_("All kinds"), list(Kind.choices)),
            "year": _any(_("All years"), [(str(year), str(year)) for year in years]),
            "county": _any(_("All counties"), list(County.objects.values_list("fips", "name"))),
        }
        for name, offered in choices.items():
            self.offer(name, offered)


class GuidanceFilter(ListFilter):
    """Sector and hazard."""

    sector = forms.ChoiceField(label=_("Sector"), required=False)
    hazard = forms.ChoiceField(label=_("Hazard"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        sectors = list(Sector.objects.values_list("slug", "name"))
        hazards = list(Hazard.objects.values_list("slug", "name"))
        self.offer("sector", _any(_("All sectors"), sectors))
        self.offer("hazard", _any(_("All hazards"), hazards))
