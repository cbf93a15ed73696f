"""Approve a disposal batch, stop it, and let it go on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.members.models import Person
from portal.members.refusals import only_for
from portal.reporting import batches, disposals
from portal.reporting.models import Disposal, DisposalBatch


class NothingChosen(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Choose what is to be destroyed. What you proposed yourself another person approves."))


class NotRunning(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This batch does not run any more. Nothing was changed."))


class NotStopped(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Nobody stopped this batch, or it is done. Nothing was changed."))


class NotYourBatch(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Only who approved this batch lets it go on. What is left of it can be approved anew."))


@dataclass(frozen=True)
class ApproveBatch(Action):
    """The second person approves several proposals. Whether each may go is decided row by row, when it is its turn."""

    verb = Verb.DISPOSAL_BATCH

    rows: tuple[Disposal, ...]
    by: Person

    def recorded_about(self) -> Model | None:
        return None

    def check(self) -> None:
        only_for(self.by, *disposals.TWO)
        mine = any(row.proposed_by_id == self.by.pk for row in self.rows)
        if not self.rows or mine:
            raise NothingChosen

    def perform(self) -> DisposalBatch:
        return batches.begin(self.rows, by=self.by)


@dataclass(frozen=True)
class StopBatch(Action):
    """What was destroyed stays so; the row in hand is finished, and no other begun. Anybody of the two roles may."""

    verb = Verb.DISPOSAL_STOP

    batch: DisposalBatch
    by: Person

    def check(self) -> None:
        only_for(self.by, *disposals.TWO)
        if not self.batch.is_running:
            raise NotRunning

    def perform(self) -> None:
        self.batch.stopped_at = timezone.now()
        self.batch.save(update_fields=["stopped_at"])


@dataclass(frozen=True)
class ResumeBatch(Action):
    """It goes on with the rows that wait. The approval is that of one person, so nobody else lets it go on."""

    verb = Verb.DISPOSAL_RESUME

    batch: DisposalBatch
    by: Person

    def check(self) -> None:
        only_for(self.by, *disposals.TWO)
        if self.batch.stopped_at is None or self.batch.done_at is not None:
            raise NotStopped
        if self.batch.by_id != self.by.pk:
            raise NotYourBatch

    def perform(self) -> None:
        self.batch.stopped_at = None
        self.batch.save(update_fields=["stopped_at"])
