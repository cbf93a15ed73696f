"""The filters of the library's list: only values that occur in what the viewer may read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.core.filters import ListFilter, any_of
from portal.library.enums import DocumentKind
from portal.library.languages import language_name
from portal.library.models import EvidenceTag
from portal.vocabulary.models import Hazard, Sector

Choices = list[tuple[str, Any]]


class LibraryFilter(ListFilter):
    """Kind, sector, hazard, publisher, language, evidence, and whether older versions are listed.

    A filter that leaves no choice is left out, unless the address names it.
    """

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    hazard = forms.ChoiceField(label=_("Hazard"), required=False)
    publisher = forms.ChoiceField(label=_("Publisher"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    evidence = forms.ChoiceField(label=_("Evidence for"), required=False)
    old = forms.ChoiceField(label=_("Versions"), required=False)

    def __init__(self, data: QueryDict, *, rows: Any) -> None:
        super().__init__(data)
        for name, choices in _choices(rows).items():
            self.offer(name, choices)
            if len(choices) < FEWEST[name] and not data.get(name):
                del self.fields[name]

    def has_choice(self, name: str, value: str) -> bool:
        """Whether a value can be chosen."""
        field: Any = self.fields.get(name)
        return field is not None and value in dict(field.choices)


# How many choices, 'all' included, make a filter worth showing.
FEWEST = {"kind": 2, "sector": 2, "hazard": 2, "publisher": 3, "language": 3, "evidence": 2, "old": 2}


def _choices(rows: Any) -> dict[str, Choices]:
    """What occurs in these rows, in four queries."""
    facts = list(rows.order_by().values_list("kind", "publisher", "language", "is_cross_sector").distinct())
    kinds, publishers, languages, crossing = ({row[place] for row in facts} for place in range(4))
    named = Sector.objects.all() if True in crossing else Sector.objects.filter(pk__in=rows.values("sectors"))
    hazards = Hazard.objects.filter(pk__in=rows.values("hazards"))
    tags = EvidenceTag.objects.filter(pk__in=rows.values("evidence"))
    told = sorted(filter(None, publishers), key=str.casefold)
    return {
        "kind": any_of(_("All kinds"), [(value, label) for value, label in DocumentKind.choices if value in kinds]),
        "sector": any_of(_("All sectors"), list(named.values_list("slug", "name"))),
        "hazard": any_of(_("All hazards"), list(hazards.values_list("slug", "name"))),
        "publisher": any_of(_("All publishers"), [(name, name) for name in told]),
        "language": any_of(_("All languages"), [(code, language_name(code)) for code in sorted(languages)]),
        "evidence": any_of(_("All documents"), [(str(tag.pk), str(tag)) for tag in tags]),
        "old": any_of(_("Newest only"), [("1", _("Older ones as well"))]),
    }
