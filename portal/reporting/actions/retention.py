"""Validate or purge: what happens to a report when its time ends."""

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
from portal.reporting import retention
from portal.reporting.actions.cases import sealed_entry
from portal.reporting.contents import add_entry
from portal.reporting.enums import Disposition, EntryKind, PurgeBasis, Stage
from portal.reporting.models import Case, Purge, ReportingSettings
from portal.reporting.refusals import Gone, OwnReport, ReasonMissing

VALIDATORS = (StaffRole.RECORDS_CUSTODIAN, StaffRole.MIAC_SUPERVISOR)
PURGERS = (StaffRole.RECORDS_CUSTODIAN,)


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
                "The reporting settings still name no approved schedule, so this report stays held. "
                "Nothing was destroyed."
            )
        )


@dataclass(frozen=True)
class EndOfCase(Action):
    """What is decided at the end of a report. In the trail it is about the report."""

    case: Case
    by: Person

    ROLES: ClassVar[tuple[StaffRole, ...]]

    def recorded_about(self) -> Model:
        return self.case.report

    def check(self) -> None:
        only_for(self.by, *self.ROLES)
        if self.case.report.submitter_id == self.by.pk:
            raise OwnReport
        if self.case.stage == Stage.PURGED:
            raise Gone


@dataclass(frozen=True)
class ValidateCase(EndOfCase):
    """Keep a report longer: somebody read it, and says why and until when (at most five years from now)."""

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
        said = {"reason": self.reason, "before": f"{self.case.retain_until}", "until": f"{self.until}"}
        sealed_entry(self.case, EntryKind.VALIDATED, by=self.by, details=said)
        self.case.retain_until, self.case.is_purge_held = self.until, False
        self.case.save(update_fields=["retain_until", "is_purge_held"])


@dataclass(frozen=True)
class PurgeCase(EndOfCase):
    """Destroy a report, its files and every copy of its keys. Without an approved schedule it is held instead.

    Gives the certificate, or None when it was held.
    """

    verb = Verb.CASE_PURGE
    ROLES = PURGERS

    basis: PurgeBasis

    def check(self) -> None:
        super().check()
        if self.case.stage != Stage.CLOSED:
            raise StillOpen
        if self.basis is PurgeBasis.ENDED and not retention.is_due(self.case):
            raise NotDue
        if self.case.is_purge_held and not self._schedule:
            raise HeldAlready

    def perform(self) -> Purge | None:
        if self._schedule:
            return retention.purge(self.case, by=self.by, basis=self.basis, schedule=self._schedule)
        add_entry(self.case, EntryKind.PURGE_HELD, by=self.by, code=self.basis)
        self.case.is_purge_held = True
        self.case.save(update_fields=["is_purge_held"])
        return None

    @property
    def _schedule(self) -> str:
        return str(ReportingSettings.load().purge_schedule).strip()
