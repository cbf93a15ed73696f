"""The daily work on a case: who has it, notes, words to its submitter, and what kind of record it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.actions.cases import CaseAction, with_key
from portal.reporting.enums import EntryKind, RecordClass, Stage, Status
from portal.reporting.models import DeskMessage
from portal.reporting.people import CLASSERS, DESK, SUPERVISORS
from portal.reporting.refusals import NotNow, NotYourRole, ReasonMissing

QUESTION = "question"
KEPT = (Stage.NEW, Stage.REVIEWED, Stage.MORE_NEEDED, Stage.DETERMINED, Stage.CLOSED)


@dataclass(frozen=True)
class Assign(CaseAction):
    """Give a case to somebody at the desk, oneself included."""

    verb = Verb.CASE_ASSIGN

    to: Person | None = None

    def check(self) -> None:
        super().check()
        if self.to is None or not self.to.has_role(*DESK):
            raise NotNow(_("That person does not work at the desk of reports. The case stays where it is."))
        if self.to.pk == self.case.report.submitter_id:
            raise NotNow(_("That person sent this report, so somebody else works on it. The case stays where it is."))

    def perform(self) -> None:
        self.save(assigned_to=self.to)
        self.record(EntryKind.ASSIGNED, details={"to": self.to.name if self.to else ""})


@dataclass(frozen=True)
class TakeUp(CaseAction):
    """Say that one has an urgent report in hand: the alerts end."""

    verb = Verb.CASE_TAKE_UP

    def check(self) -> None:
        super().check()
        if not self.case.report.is_urgent:
            raise NotNow(_("This report is not urgent; it is assigned like any other. Nothing was changed."))
        if self.case.taken_up_at:
            raise NotNow(_("Somebody has taken it up already. Nothing was changed."))

    def perform(self) -> None:
        holder = self.case.assigned_to or self.by
        self.save(taken_up_by=self.by, taken_up_at=timezone.now(), next_alert_at=None, assigned_to=holder)
        self.record(EntryKind.ACKNOWLEDGED)


@dataclass(frozen=True)
class WriteNote(CaseAction):
    """A note for the file, also on a closed case."""

    verb = Verb.CASE_NOTE
    STAGES = KEPT

    words: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.words.strip():
            raise ReasonMissing

    def perform(self) -> None:
        self.record(EntryKind.NOTE, details={"words": self.words})


@dataclass(frozen=True)
class WriteMessage(CaseAction):
    """Write to the submitter, who reads it with the receipt code. A question makes the case wait for an answer."""

    verb = Verb.CASE_MESSAGE

    words: str = field(default="", repr=False)
    is_question: bool = False

    def check(self) -> None:
        super().check()
        if not self.words.strip():
            raise NotNow(_("Write something first. Nothing was sent."))

    def perform(self) -> DeskMessage:
        self.record(EntryKind.MESSAGE, code=QUESTION if self.is_question else "")
        report = self.case.report
        message = with_key(lambda: contents.add_message(report, self.words, by=self.by))
        outbox.put("report_answered", report.number)
        first = self.case.first_answer_at or timezone.now()
        self.save(first_answer_at=first, status=Status.ASKED if self.is_question else Status.READING)
        return message


@dataclass(frozen=True)
class SetRecordClass(CaseAction):
    """Say what kind of record this is under the open-records law, and on what basis it is closed."""

    verb = Verb.CASE_CLASS
    ROLES = CLASSERS
    STAGES = KEPT

    record_class: RecordClass = RecordClass.UNDECIDED
    basis: str = ""

    def check(self) -> None:
        super().check()
        if self.record_class == RecordClass.UNDECIDED:
            raise NotNow(_("Choose a record class. Nothing was changed."))
        if not self.basis.strip():
            raise ReasonMissing

    def perform(self) -> None:
        self.save(
            record_class=self.record_class,
            closure_basis=self.basis,
            classed_by=self.by,
            classed_at=timezone.now(),
        )
        self.record(EntryKind.RECORD_CLASS, code=self.record_class, details={"basis": self.basis})


@dataclass(frozen=True)
class FlagMinor(CaseAction):
    """Say that somebody in the report is or may be under 18. Only a supervisor takes the flag away."""

    verb = Verb.CASE_MINOR
    STAGES = KEPT

    is_flagged: bool = True
    why: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.is_flagged and not self.by.has_role(*SUPERVISORS):
            raise NotYourRole
        if not self.why.strip():
            raise ReasonMissing

    def perform(self) -> None:
        self.save(may_be_minor=self.is_flagged)
        self.record(EntryKind.MINOR, code="yes" if self.is_flagged else "no", details={"why": self.why})
