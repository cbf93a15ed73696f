"""The filters of the queue. They stand in the address and hold codes alone, nothing of any report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.core.listings import ActiveFilter, address_without
from portal.reporting import records_of_case as history
from portal.reporting.enums import Stage
from portal.reporting.models import Case
from portal.vocabulary.behaviours import behaviour_choices
from portal.vocabulary.models import County, Sector

ALL = "all"
MINE, NOBODY = "mine", "nobody"
WAITS: dict[str, Callable[[QuerySet[Case]], QuerySet[Case]]] = {
    "review": lambda cases: cases.exclude(hand_off_review_due_at=None),
    "closing": history.with_closing_proposed,
    "warning": history.with_warning_waiting,
}


def _all(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases


class QueueFilter(forms.Form):
    """Which cases the queue shows; without any filter those that are open."""

    stage = forms.ChoiceField(label=_("State"), required=False)
    whose = forms.ChoiceField(
        label=_("Who has it"),
        required=False,
        choices=[("", _("Anybody or nobody")), (MINE, _("I have it")), (NOBODY, _("Nobody has it"))],
    )
    urgent = forms.ChoiceField(
        label=_("Urgent"), required=False, choices=[("", _("Urgent or not")), ("yes", _("Urgent only"))]
    )
    waits = forms.ChoiceField(
        label=_("Waits for"),
        required=False,
        choices=[
            ("", _("Anything")),
            ("review", _("the review of a hand-off")),
            ("closing", _("closing words to allow")),
            ("warning", _("a warning to release")),
        ],
    )
    behaviour = forms.ChoiceField(label=_("Behaviour"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    county = forms.ChoiceField(label=_("County"), required=False)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        self.query = query
        self._offer("stage", [("", _("Open ones")), (ALL, _("Closed ones as well")), *Stage.choices])
        self._offer("behaviour", [("", _("Any behaviour")), *behaviour_choices()])
        self._offer("sector", [("", _("Any sector")), *((row.slug, row.name) for row in Sector.objects.all())])
        self._offer("county", [("", _("Any county")), *((row.fips, row.name) for row in County.objects.all())])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def cases(self, person: Any) -> QuerySet[Case]:
        """What fits. A value that is none, typed into the address, finds nothing rather than everything."""
        if not self.is_valid():
            none: QuerySet[Case] = Case.objects.none()
            return none
        given = self.cleaned_data
        coded = {"behaviour": "behaviour", "sector": "sector__slug", "county": "county__fips"}
        wanted = Q(**{field: given[name] for name, field in coded.items() if given[name]})
        if given["urgent"]:
            wanted &= Q(report__is_urgent=True)
        whose = {MINE: Q(assigned_to=person.pk), NOBODY: Q(assigned_to=None)}.get(given["whose"], Q())
        waits = WAITS.get(given["waits"], _all)
        found: QuerySet[Case] = waits(self._in_stage(given["stage"]).filter(wanted & whose))
        return found

    def _in_stage(self, stage: str) -> Any:
        if not stage:
            return Case.objects.open()
        return Case.objects.all() if stage == ALL else Case.objects.filter(stage=stage)

    def active(self) -> list[ActiveFilter]:
        """One chip for each filter that is on."""
        given = self.cleaned_data if self.is_valid() else {}
        return [
            ActiveFilter(self._in_words(name, value), address_without(self.query, name))
            for name, value in given.items()
            if value
        ]

    def _in_words(self, name: str, value: str) -> str:
        field: Any = self.fields[name]
        return f"{field.label}: {dict(field.choices).get(value, value)}"
