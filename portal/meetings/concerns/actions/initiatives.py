"""What staff do with initiatives. They are given up with words, never deleted; a figure is corrected in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.meetings.concerns.actions.concerns import CONCERN_STAFF
from portal.meetings.models import Initiative, InitiativeFigure
from portal.members.models import Person
from portal.members.refusals import Incomplete, only_for

FACTS = (
    *("title", "year", "committee", "owner_office", "owner", "measure", "target"),
    *("is_public", "done_on", "dropped_on", "outcome"),
)


def _set(row: Initiative, facts: dict[str, Any]) -> None:
    for name in FACTS:
        setattr(row, name, facts[name])
    row.save()


def _is_complete(facts: dict[str, Any]) -> None:
    """Raises `Incomplete` where it ended without a word, or was both delivered and given up."""
    if facts["done_on"] and facts["dropped_on"]:
        raise Incomplete(_("It was either delivered or given up. Nothing was stored."))
    if facts["dropped_on"] and not facts["outcome"].strip():
        raise Incomplete(_("Say why it was given up. Nothing was stored."))


@dataclass(frozen=True)
class MakeInitiative(Action):
    """Enter a deliverable, with who answers for it and what it is measured by."""

    verb = Verb.INITIATIVE_MAKE

    by: Person
    facts: dict[str, Any] = field(repr=False)

    def recorded_about(self) -> models.Model | None:
        return None  # the initiative, which is there afterwards

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        _is_complete(self.facts)

    def perform(self) -> Initiative:
        made = Initiative()
        _set(made, self.facts)
        return made


@dataclass(frozen=True)
class EditInitiative(Action):
    """Change what is said of it, or how it ended."""

    verb = Verb.INITIATIVE_EDIT

    initiative: Initiative
    by: Person
    facts: dict[str, Any] = field(repr=False)

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        _is_complete(self.facts)

    def perform(self) -> None:
        _set(self.initiative, self.facts)


@dataclass(frozen=True)
class EnterFigure(Action):
    """Enter the measure of one year; entered again, the later one stands."""

    verb = Verb.INITIATIVE_FIGURE

    initiative: Initiative
    by: Person
    year: int
    figure: Decimal
    note: str = field(default="", repr=False)

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        if self.year > timezone.localdate().year:
            raise Incomplete(_("That year has not come yet. Nothing was stored."))

    def perform(self) -> InitiativeFigure:
        facts = {"figure": self.figure, "note": self.note, "by": self.by, "at": timezone.now()}
        row, _is_new = InitiativeFigure.objects.update_or_create(
            initiative=self.initiative, year=self.year, defaults=facts
        )
        return row
