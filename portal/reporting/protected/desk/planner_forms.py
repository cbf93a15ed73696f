"""What staff fill in about planners of a submission."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.members.forms.applications import text
from portal.members.models import Person
from portal.reporting.models import NamedPlanner
from portal.reporting.protected import planners
from portal.reporting.protected.desk.forms import WORDS, HoldingForm
from portal.reporting.protected.enums import UsePurpose

COVERED = _("I read what the submitter wrote under Who may see it. It covers this planner.")


class NameForm(HoldingForm):
    person = forms.ModelChoiceField(
        label=_("Planner"),
        queryset=Person.objects.none(),
        help_text=_("Only who holds the role of planner and has a place in a public agency stands here."),
    )
    purpose = forms.ChoiceField(label=_("What for"), choices=[(one.value, one.label) for one in planners.PURPOSES])
    reasons = text(
        _("Which plan it is, and why they need it"), most=WORDS, rows=3, help_text=_("Your words are sealed.")
    )
    is_covered = forms.BooleanField(label=COVERED, required=False)

    def prepare(self) -> None:
        found = planners.can_be_named(self.kept)
        field: Any = self.fields["person"]
        field.queryset = Person.objects.filter(pk__in=[person.pk for person in found if person.pk != self.by.pk])
        field.label_from_instance = _named

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "purpose": UsePurpose(self.cleaned_data["purpose"])}


class ChosenForm(HoldingForm):
    """One of the planners of this submission."""

    planner = forms.ModelChoiceField(label=_("Planner"), queryset=NamedPlanner.objects.none(), empty_label=None)

    def prepare(self) -> None:
        field: Any = self.fields["planner"]
        field.queryset = self.rows().select_related("person", "organisation")
        field.label_from_instance = _proposed

    def rows(self) -> Any:
        return self.kept.planners.filter(ended_at=None)


class ApproveForm(ChosenForm):
    is_covered = forms.BooleanField(label=COVERED, required=False)

    def rows(self) -> Any:
        return super().rows().filter(approved_at=None)


class EndForm(ChosenForm):
    """Whoever is named, or was proposed."""


def _named(person: Person) -> str:
    agency = planners.agency_of(person)
    return f"{person.name}, {agency.name if agency else '–'}"


def _proposed(row: NamedPlanner) -> str:
    return f"{row.person.name}, {row.organisation.name}: {UsePurpose(row.purpose).label}"
