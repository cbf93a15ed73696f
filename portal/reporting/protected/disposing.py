"""What becomes of a protected submission: on which authority it goes, what is certified of it, and what is emptied.

What follows (keys, files, signature) is the same for every record: portal/reporting/disposals.py.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import contents, disposals, evidence
from portal.reporting.disposals import finish_begun
from portal.reporting.enums import CopyState, ScheduleClass, Trigger
from portal.reporting.models import (
    Attachment,
    Determination,
    Disposal,
    Draft,
    Evidence,
    Holding,
    HoldingEntry,
    LegalHold,
    SafeCopyPart,
    ScheduleEntry,
    TwoPeopleRequest,
)
from portal.reporting.protected.enums import Stage, Wish

__all__ = ["BY_LAW", "basis_for", "begin", "ends_on", "finish_begun", "propose"]

BY_LAW = "decision under RSMo 610.021(19)(c)"
SHA256 = re.compile(r"[0-9a-f]{64}")  # what was sealed may be anything, and a certificate has lines
# A decision of (19)(c) is on a record that is closed, or whose submitter asked for it. The others need a schedule.
BY_SCHEDULE = frozenset({Stage.OPEN, Stage.UNPROTECTED})
COLLECT_DAYS = 30  # that a submitter has to collect what is to be returned


def basis_for(stage: Stage) -> str:
    """On which authority a record of this stage may be destroyed (RSMo 109.260); empty where there is none."""
    if stage not in BY_SCHEDULE:
        return BY_LAW
    number = ScheduleEntry.of(ScheduleClass.OPEN).number
    return f"approved schedule {number}" if number else ""


def ends_on(kept: Holding) -> date | None:
    """The day on which its time under the schedule ends; None where the schedule names no days, or (19)(c) decides."""
    entry = ScheduleEntry.of(ScheduleClass.OPEN)
    if kept.stage not in BY_SCHEDULE or not entry.days:
        return None
    determined = timezone.localdate(kept.determined_at) if kept.determined_at else kept.submitted_on
    begins = determined if entry.trigger == Trigger.DETERMINED else kept.submitted_on
    return begins + timedelta(days=entry.days)


def basis_now(kept: Holding) -> str:
    """On which authority this record may be destroyed: what was to be returned keeps that of its first decision."""
    decided = Disposal.objects.filter(report=kept.report).first()
    return decided.basis if decided else basis_for(Stage(kept.stage))


def collected_until(kept: Holding) -> date | None:
    """The last day on which its submitter may collect what is to be returned; None where nothing is."""
    decided = Disposal.objects.filter(report=kept.report).first()
    if kept.stage != Stage.RETURNING or decided is None:
        return None
    return timezone.localdate(decided.proposed_at) + timedelta(days=COLLECT_DAYS)


def propose_anew(kept: Holding, *, by: Person, role: StaffRole) -> Disposal:
    """Nobody collected it: it is to be destroyed instead, and whoever decides so is the first of two people now."""
    row: Disposal = Disposal.objects.get(report=kept.report)
    row.how, row.proposed_by, row.proposed_as, row.proposed_at = Wish.DESTROY, by, role.value, timezone.now()
    row.save(update_fields=["how", "proposed_by", "proposed_as", "proposed_at"])
    return row


def propose(kept: Holding, *, how: Wish, basis: str, by: Person, role: StaffRole) -> Disposal:
    """The first of two people. `how` is what becomes of it; the files and hashes are taken down by the second."""
    return disposals.propose(by=by, role=role, basis=basis, report=kept.report, how=how)


def begin(row: Disposal, *, by: Person, role: StaffRole) -> None:
    """Take down what is certified, empty every row, and destroy the keys once this is committed.

    Raises `KeyNotHeld` and `KeyRingProblem`: without the hashes nothing is destroyed.
    """
    kept = row.holding
    evidence.insist_on_key(kept.report)
    facts = contents.files_of(kept.report)
    row.hashes = sorted(found.sha256 if SHA256.fullmatch(found.sha256) else "unreadable" for found in facts)
    row.files = len(facts)
    _empty(kept)
    disposals.begin(row, by=by, role=role)


def _empty(kept: Holding) -> None:
    """Take out all but number, dates, stages, who did what when, and what its submitter was promised to see."""
    report = kept.report
    SafeCopyPart.objects.filter(evidence__holding=kept).delete()
    TwoPeopleRequest.objects.filter(evidence__holding=kept).update(details=b"")
    Evidence.objects.filter(holding=kept).update(
        why="", copy_why="", kind="", removed=[], metadata=b"", copy_state=CopyState.NONE, banners=[], markings=""
    )
    Attachment.objects.filter(report_uuid=report.uuid).update(facts=b"", kind="", length=0)
    HoldingEntry.objects.filter(holding=kept).update(details=b"")
    Determination.objects.filter(holding=kept).update(reasons=b"")
    LegalHold.objects.filter(report=report).update(matter=b"")
    kept.separations.all().delete()
    kept.products.update(title="")
    report.parts.all().delete()
    report.messages.all().delete()
    Draft.objects.filter(uuid=report.uuid).delete()
    emptied: dict[str, Any] = {"sector": None, "county": None, "regimes": [], "banners": []}
    emptied["claims_trade_secret"] = False
    Holding.objects.filter(pk=kept.pk).update(**emptied)
    for name, value in emptied.items():
        setattr(kept, name, value)
