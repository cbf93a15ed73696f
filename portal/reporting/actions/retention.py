"""Validate or purge: what happens to a report when its time ends. A purge takes two people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import only_for
from portal.reporting import disposals, retention
from portal.reporting.actions.cases import sealed_entry
from portal.reporting.contents import add_entry
from portal.reporting.enums import Disposition, EntryKind, PurgeBasis, ScheduleClass, Stage
from portal.reporting.models import Case, Disposal
from portal.reporting.people import role_of
from portal.reporting.refusals import Gone, OwnReport, ReasonMissing

VALIDATORS = PURGERS = disposals.TWO


class NotYet(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This report is not near its end; nothing was changed. It is looked at 90 days before."))


class TooLong(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("A report is kept for at most five years from today. Nothing was changed."))


class NotLonger(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("The new date must lie after today and after the present one. Nothing was changed."))


class HandedOver(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("This report was handed over to the criminal-intelligence system, so it is not kept longer here.")
        )


class StillOpen(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("The desk still works on this report. Close it first; nothing was destroyed."))


class NotDue(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The time of this report has not ended. Before that it is purged only if it should not be kept at all.")
        )


class HeldAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The retention schedule still has no approved number for reports, so this report stays held. "
                "Nothing was destroyed."
            )
        )


class OnHold(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("A legal hold is on this report. Until it is lifted nothing of it is destroyed. Nothing was changed.")
        )


class ProposedAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Somebody proposed to destroy this already. A second person approves it."))


class NotProposed(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Nobody proposes to destroy this any more. Nothing was destroyed."))


class OneOfTwo(ActionRefused):
    """It takes two people, and this would be one."""

    def __init__(self) -> None:
        super().__init__(_("You proposed this yourself. A second person approves it; nothing was destroyed."))


@dataclass(frozen=True)
class EndOfCase(Action):
    """What is decided at the end of a report. In the trail it is about the report."""

    case: Case
    by: Person

    ROLES: ClassVar[tuple[StaffRole, ...]]

    def recorded_about(self) -> Model:
        return self.case.report

    @property
    def role(self) -> StaffRole:
        """The capacity in which it is done."""
        return role_of(self.by, *self.ROLES) or self.ROLES[0]

    def check(self) -> None:
        only_for(self.by, *self.ROLES)
        if self.case.report.submitter_id == self.by.pk:
            raise OwnReport
        if self.case.stage == Stage.PURGED:
            raise Gone


@dataclass(frozen=True)
class ValidateCase(EndOfCase):
    """Keep a report longer: somebody read it, and says why and until when (at most five years from now).

    A proposal to destroy it is taken back with that.
    """

    verb = Verb.CASE_VALIDATE
    ROLES = VALIDATORS

    reason: str = field(repr=False)
    until: date

    def check(self) -> None:
        super().check()
        if self.case.disposition == Disposition.INTELLIGENCE:
            raise HandedOver
        if not self.reason.strip():
            raise ReasonMissing
        self._check_dates()

    def _check_dates(self) -> None:
        if self.case.retain_until > timezone.localdate() + retention.Window.QUARTER.days:
            raise NotYet
        if self.until <= max(timezone.localdate(), self.case.retain_until):
            raise NotLonger
        if self.until > retention.latest_date():
            raise TooLong

    def perform(self) -> None:
        if retention.proposal_of(self.case.report):
            retention.take_back(self.case, by=self.by)
        said = {"reason": self.reason, "before": f"{self.case.retain_until}", "until": f"{self.until}"}
        sealed_entry(self.case, EntryKind.VALIDATED, by=self.by, details=said)
        self.case.retain_until, self.case.is_purge_held = self.until, False
        self.case.save(update_fields=["retain_until", "is_purge_held"])


@dataclass(frozen=True)
class EndOfTime(EndOfCase):
    """What a purge asks for at both steps: the desk is done with it, its time has ended, and nothing holds it."""

    ROLES = PURGERS

    def check_end(self, finding: PurgeBasis) -> None:
        if self.case.stage != Stage.CLOSED:
            raise StillOpen
        if finding is PurgeBasis.ENDED and not retention.is_due(self.case):
            raise NotDue
        if retention.is_on_hold(self.case.report):
            raise OnHold

    @property
    def schedule(self) -> str:
        return retention.schedule_of(ScheduleClass.REPORT)


@dataclass(frozen=True)
class ProposePurge(EndOfTime):
    """The first of two people. Without an approved schedule the report is held instead, and that is on record.

    Gives the proposal, or None when it was held.
    """

    verb = Verb.CASE_PURGE_ASK

    basis: PurgeBasis

    def check(self) -> None:
        super().check()
        self.check_end(self.basis)
        if retention.proposal_of(self.case.report):
            raise ProposedAlready
        if self.case.is_purge_held and not self.schedule:
            raise HeldAlready

    def perform(self) -> Disposal | None:
        if not self.schedule:
            self._hold()
            return None
        self.case.is_purge_held = False
        self.case.save(update_fields=["is_purge_held"])
        return retention.propose(self.case, by=self.by, role=self.role, finding=self.basis, schedule=self.schedule)

    def _hold(self) -> None:
        add_entry(self.case, EntryKind.PURGE_HELD, by=self.by, code=self.basis)
        self.case.is_purge_held = True
        self.case.save(update_fields=["is_purge_held"])


@dataclass(frozen=True)
class PurgeCase(EndOfTime):
    """Approve it as the second person: the report, its files and every copy of its keys are destroyed.

    What may have changed since it was proposed is looked at once more, while the case is held.
    """

    verb = Verb.CASE_PURGE

    def check(self) -> None:
        super().check()
        found = retention.proposal_of(self.case.report)
        if found is None:
            raise NotProposed
        if found.proposed_by_id == self.by.pk:
            raise OneOfTwo
        self.check_end(PurgeBasis(found.finding))
        if not self.schedule:
            raise HeldAlready

    def perform(self) -> Disposal:
        row = retention.proposal_of(self.case.report)
        if row is None:
            raise NotProposed
        return retention.purge(self.case, row, by=self.by, role=self.role)


@dataclass(frozen=True)
class DeclinePurge(EndOfCase):
    """Do not destroy it: the proposal is taken back, by whoever made it or by another."""

    verb = Verb.CASE_PURGE_DECLINE
    ROLES = PURGERS

    def check(self) -> None:
        super().check()
        if retention.proposal_of(self.case.report) is None:
            raise NotProposed

    def perform(self) -> None:
        retention.take_back(self.case, by=self.by)
