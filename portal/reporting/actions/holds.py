"""A legal hold on a report of suspicious activity: a duty to keep, which stops a purge for as long as it lasts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.reporting import contents, disposals, retention
from portal.reporting.actions.cases import CaseAction, with_key
from portal.reporting.enums import EntryKind, Stage
from portal.reporting.models import LegalHold
from portal.reporting.refusals import ReasonMissing

KEPT = tuple(stage for stage in Stage if stage is not Stage.PURGED)


class OnHoldAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("A legal hold is on it already. Nothing was changed."))


class NothingHeld(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This hold was lifted before. Nothing was changed."))


@dataclass(frozen=True)
class PlaceCaseHold(CaseAction):
    """Keep it, whatever was proposed. Who sent it is told that there is a hold, and not what for."""

    verb = Verb.CASE_HOLD
    ROLES = disposals.TWO
    STAGES = KEPT

    matter: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.matter.strip():
            raise ReasonMissing
        if retention.is_on_hold(self.case.report):
            raise OnHoldAlready

    def perform(self) -> LegalHold:
        row: LegalHold = LegalHold.objects.create(report=self.case.report, placed_by=self.by)
        said = json.dumps({"matter": self.matter}).encode()
        row.matter = with_key(lambda: contents.key_of(self.case.report).seal(row.field, said))
        row.save(update_fields=["matter"])
        self.record(EntryKind.HOLD)
        outbox.put("report_hold", self.case.report.number)
        return row


@dataclass(frozen=True)
class LiftCaseHold(CaseAction):
    verb = Verb.CASE_LIFT
    ROLES = disposals.TWO
    STAGES = KEPT

    reasons: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.reasons.strip():
            raise ReasonMissing
        if not retention.is_on_hold(self.case.report):
            raise NothingHeld

    def perform(self) -> None:
        rows = LegalHold.objects.filter(report=self.case.report, lifted_at=None)
        rows.update(lifted_by=self.by, lifted_at=timezone.now())
        self.record(EntryKind.HOLD_LIFTED, details={"reasons": self.reasons})
        outbox.put("report_hold", self.case.report.number)
