"""The filters of the lists, as forms whose fields stand in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.access.enums import Label
from portal.bulletins.enums import Kind
from portal.core.filters import ListFilter, any_of
from portal.vocabulary.models import County, Hazard, Sector

FIRST_YEAR = 2017


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
            "sector": any_of(_("All sectors"), list(Sector.objects.values_list("slug", "name"))),
            "tlp": any_of(_("All labels"), [(label.slug, label.value) for label in labels]),
            "kind": any_of(_("All kinds"), list(Kind.choices)),
            "year": any_of(_("All years"), [(str(year), str(year)) for year in years]),
            "county": any_of(_("All counties"), list(County.objects.values_list("fips", "name"))),
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
        self.offer("sector", any_of(_("All sectors"), sectors))
        self.offer("hazard", any_of(_("All hazards"), hazards))
