"""Releasing the figures of a year to everybody, and withdrawing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.figures import tables
from portal.figures.enums import Counts
from portal.figures.models import Edition, ReleasedFigure, ReleasedMeasure
from portal.figures.tables import Table
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, only_for

READERS = (StaffRole.MOP3_EDITOR, StaffRole.MIAC_SUPERVISOR, StaffRole.ADMINISTRATOR)
RELEASERS = (StaffRole.MOP3_EDITOR, StaffRole.MIAC_SUPERVISOR)


def proposed(year: int) -> list[Table]:
    """What an edition released now would hold.

    Numbers of people are released once. A later edition repeats the table as it was, word for word and number for
    number: two that differ by one would tell of one. That holds for what was released in any edition, withdrawn or not.
    """
    before = _people_released(year)
    return [before.get(table.name, table) for table in tables.for_everybody(year, floor=floor_of(year))]


def floor_of(year: int) -> int:
    """Below which number of people none is released of a year: as set, and never below that of an earlier edition."""
    before = Edition.objects.filter(year=year).aggregate(most=models.Max("floor"))["most"] or 0
    return max(int(settings.PORTAL_FIGURES_FLOOR), before)


def _people_released(year: int) -> dict[str, Table]:
    """The tables of people and times of a year, each as it was first released."""
    found: dict[str, Table] = {}
    for edition in Edition.objects.filter(year=year).order_by("number"):
        for table in tables.released(edition):
            if table.counts is not Counts.THINGS:
                found.setdefault(table.name, table)
    return found


@dataclass(frozen=True)
class ReleaseYear(Action):
    """Show the figures of a year that has ended to everybody."""

    verb = Verb.FIGURES_RELEASE

    by: Person
    year: int

    def recorded_about(self) -> models.Model | None:
        return None  # the edition, which is there afterwards

    def check(self) -> None:
        only_for(self.by, *RELEASERS)
        if self.year >= timezone.localdate().year:
            raise NotNow(_("The year has not ended: its figures can be released from 1 January on. Nothing was done."))
        if not any(row.number for table in proposed(self.year) for row in table.rows):
            raise Incomplete(_("There is no number of that year that could be shown. Nothing was released."))

    def perform(self) -> Edition:
        last = Edition.objects.filter(year=self.year).aggregate(last=models.Max("number"))["last"] or 0
        given, floor = proposed(self.year), floor_of(self.year)
        edition = _new_edition(year=self.year, number=last + 1, floor=floor, released_by=self.by)
        for place, table in enumerate(given):
            _store(edition, place, table)
        return edition


def _new_edition(**facts: Any) -> Edition:
    """Raises `NotNow` when somebody else made the same one meanwhile."""
    try:
        with transaction.atomic():
            edition: Edition = Edition.objects.create(**facts)
    except IntegrityError:
        raise NotNow(_("Somebody else released that year at this moment. Look at what they released.")) from None
    return edition


def _store(edition: Edition, place: int, table: Table) -> None:
    words = {name: str(getattr(table, name)) for name in ("title", "definition", "unit", "source", "heading")}
    kept = ReleasedMeasure.objects.create(
        edition=edition,
        name=table.name,
        place=place,
        section=table.section,
        counts=table.counts.value,
        shape=table.shape,
        is_within=table.is_within,
        **words,
    )
    ReleasedFigure.objects.bulk_create(
        ReleasedFigure(measure=kept, place=number, kind=row.kind, label=row.label, number=row.number)
        for number, row in enumerate(table.rows)
    )


@dataclass(frozen=True)
class WithdrawYear(Action):
    """Take the released figures of a year away: its page answers as if there had been none.

    Every edition goes, or the one before would show again. What was released stays stored, since numbers of people are
    never released in another form.
    """

    verb = Verb.FIGURES_WITHDRAW

    edition: Edition
    by: Person
    why: str = field(repr=False)

    def check(self) -> None:
        only_for(self.by, *RELEASERS)
        if self.edition.withdrawn_at is not None:
            raise NotNow(_("It was withdrawn before. Nothing was changed."))
        if not self.why.strip():
            raise Incomplete(_("Say why it is withdrawn. Nothing was changed."))

    def perform(self) -> None:
        rows = Edition.objects.filter(year=self.edition.year, withdrawn_at=None)
        rows.update(withdrawn_at=timezone.now(), withdrawn_by=self.by, why_withdrawn=self.why.strip())
