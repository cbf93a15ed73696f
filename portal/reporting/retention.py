"""How long a report is kept: at most five years, then it is validated or purged, with reviewer and reason.

An answered request for redress is kept by its own entry of the schedule, and then purged by the same rule. A purge
takes two people and the number of an approved schedule (RSMo 109.260); without one the record is held. What follows it
is the same for every record: portal/reporting/disposals.py.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import disposals
from portal.reporting.enums import CopyState, EntryKind, PurgeBasis, RedressState, ScheduleClass, Stage, Trigger
from portal.reporting.models import (
    Attachment,
    Case,
    CaseEntry,
    Disposal,
    Draft,
    Evidence,
    LegalHold,
    Redress,
    Report,
    SafeCopyPart,
    ScheduleEntry,
    SeenDigest,
    TwoPeopleRequest,
)
from portal.reporting.models.desk import FIVE_YEARS

# Whose codes say what the desk thought of the report; those of dispositions and decisions stay.
CODES_GONE = (EntryKind.MINOR, EntryKind.INITIAL_REVIEW, EntryKind.DETERMINATION)


class Window(Enum):
    """A queue: how many days before its end a record stands in it."""

    DUE = 0
    MONTH = 30
    QUARTER = 90

    @property
    def days(self) -> timedelta:
        return timedelta(days=self.value)


def ending_within(window: Window, *, for_person: Person | None = None) -> Any:
    """Records that end within so many days, or have ended, the first to end on top; without those they sent."""
    until = timezone.localdate() + window.days
    rows = Case.objects.exclude(stage=Stage.PURGED).filter(retain_until__lte=until)
    rows = rows.exclude(report__submitter=for_person) if for_person else rows
    return rows.select_related("report").order_by("retain_until", "pk")


def latest_date() -> date:
    """The last day until which a record may be kept that is validated today."""
    return timezone.localdate() + timedelta(days=FIVE_YEARS)


def schedule_of(kind: ScheduleClass) -> str:
    """The number of the approved schedule under which a class is destroyed; empty while it is held."""
    return ScheduleEntry.of(kind).number


def kept_from(day: date) -> date:
    """Until when a report is kept that was taken in on that day."""
    return day + timedelta(days=ScheduleEntry.of(ScheduleClass.REPORT).days or FIVE_YEARS)


def kept_after_closing(case: Case) -> date:
    """Until when a report is kept that is closed today: as before, unless the schedule counts from the closing."""
    if ScheduleEntry.of(ScheduleClass.REPORT).trigger != Trigger.CLOSED:
        return case.retain_until
    return min(kept_from(timezone.localdate()), latest_date())


def redress_ended() -> Any:
    """Answered requests for redress whose time has ended and that nobody proposed to destroy, the oldest on top."""
    return redress_past().filter(disposal=None)


def redress_past() -> Any:
    """All answered requests whose time has ended, the oldest on top."""
    entry = ScheduleEntry.of(ScheduleClass.REDRESS)
    last = timezone.localdate() - timedelta(days=entry.days or FIVE_YEARS)
    moment = "received_at" if entry.trigger == Trigger.RECEIVED else "answered_at"
    rows = Redress.objects.exclude(state=RedressState.RECEIVED).filter(**{f"{moment}__date__lte": last})
    return rows.order_by(moment, "pk")


def is_on_hold(report: Report) -> bool:
    return bool(LegalHold.objects.filter(report=report, lifted_at=None).exists())


def with_holds(cases: Any) -> Any:
    """Cases that say whether a legal hold is on them, and whether somebody proposed to destroy them."""
    held = LegalHold.objects.filter(report=OuterRef("pk"), lifted_at=None)
    asked = Disposal.objects.filter(report=OuterRef("pk"), approved_at=None)
    return cases.annotate(has_hold=Exists(held), is_proposed=Exists(asked))


def proposal_of(report: Report) -> Disposal | None:
    """That somebody proposed to destroy it, as long as nobody has approved it."""
    rows = Disposal.objects.select_related("proposed_by").filter(report=report, approved_at=None)
    found: Disposal | None = rows.first()
    return found


def propose(case: Case, *, by: Person, role: StaffRole, finding: PurgeBasis, schedule: str) -> Disposal:
    """The first of two people. Nothing of the report changes before the second."""
    _entry(case, EntryKind.PURGE_ASKED, by, finding)
    basis = f"approved schedule {schedule}"
    return disposals.propose(by=by, role=role, basis=basis, report=case.report, finding=finding)


def purge(case: Case, row: Disposal, *, by: Person, role: StaffRole) -> Disposal:
    """Take out all but number, dates, disposition and who decided; keys and files go once this is committed.

    Who sent it goes as well: nobody is told that any more, nor does their own list name the report.
    """
    row.files = _number_of_files(case.report)
    _empty_files(case)
    _empty_rows(case)
    _empty_case(case)
    LegalHold.objects.filter(report=case.report).update(matter=b"")
    _entry(case, EntryKind.PURGED, by, row.finding)
    disposals.begin(row, by=by, role=role)
    return row


def purge_redress(row: Disposal, *, by: Person, role: StaffRole) -> Disposal:
    """Take out what was written and answered; number, kind, dates and who answered stay. The key goes after it."""
    Redress.objects.filter(pk=row.redress.pk).update(words=b"", answer=b"")
    disposals.begin(row, by=by, role=role)
    return row


def take_back(case: Case, *, by: Person) -> None:
    """Nothing is destroyed: the proposal goes, and that it was made stays on record."""
    Disposal.objects.filter(report=case.report, approved_at=None).delete()
    _entry(case, EntryKind.PURGE_DECLINED, by, "")


def _entry(case: Case, kind: EntryKind, by: Person, code: str) -> None:
    CaseEntry.objects.create(case=case, kind=kind, by=by, at=timezone.now(), code=code)


def _number_of_files(report: Report) -> int:
    attachments = Attachment.objects.filter(report_uuid=report.uuid).count()
    return attachments + SafeCopyPart.objects.filter(evidence__attachment__report_uuid=report.uuid).count()


def _empty_files(case: Case) -> None:
    SafeCopyPart.objects.filter(evidence__case=case).delete()
    TwoPeopleRequest.objects.filter(evidence__case=case).update(details=b"")
    Evidence.objects.filter(case=case).update(
        why="", copy_why="", kind="", removed=[], metadata=b"", copy_state=CopyState.NONE, banners=[], markings=""
    )
    Attachment.objects.filter(report_uuid=case.report.uuid).update(facts=b"", kind="", length=0, owner=None)


def _empty_rows(case: Case) -> None:
    SeenDigest.objects.filter(case=case).delete()
    CaseEntry.objects.filter(case=case).update(details=b"")
    CaseEntry.objects.filter(case=case, kind__in=CODES_GONE).update(code="")
    case.report.parts.all().delete()
    case.report.messages.all().delete()
    Draft.objects.filter(uuid=case.report.uuid).delete()
    Report.objects.filter(pk=case.report_id).update(submitter=None, copy_to=None, wants_call=False)


def _empty_case(case: Case) -> None:
    """The coded fields go, and the words in clear: other closing words than the approved ones may say something."""
    case.behaviour = case.target = case.closing_words = case.closure_basis = case.review = case.finding = ""
    case.sector = case.county = case.happened_from = case.happened_to = case.duplicate_of = None
    case.has_unusual_facts = case.may_be_minor = case.is_purge_held = False
    case.stage, case.purged_at, case.next_alert_at = Stage.PURGED, timezone.now(), None
    case.save()
    Case.objects.filter(duplicate_of=case).update(duplicate_of=None)


def is_due(case: Case) -> bool:
    return bool(case.retain_until <= timezone.localdate())
