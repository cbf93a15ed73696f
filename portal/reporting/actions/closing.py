"""Closing a case: never without a message to its submitter, and in words that tip nobody off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.reporting import contents, records_of_case as history, retention
from portal.reporting.actions.cases import CaseAction, not_added_meanwhile
from portal.reporting.enums import Disposition, EntryKind, RecordClass, Review, Stage, Status
from portal.reporting.models import ApprovedSentence, Case, CaseEntry, ReportingSettings
from portal.reporting.people import ANALYSTS, SUPERVISORS
from portal.reporting.refusals import ClassMissing, NotNow, NotYourRole, SamePerson, WordsMissing

LONGEST_WORDS = 400  # of what the submitter reads in clear


@dataclass(frozen=True)
class Ending(CaseAction):
    """What stands before the end of every case: a disposition, a record class, and no hand-off that nobody reviewed."""

    ROLES = ANALYSTS
    STAGES: ClassVar[tuple[Stage, ...]] = (Stage.DETERMINED,)

    def check(self) -> None:
        super().check()
        if not self.case.disposition:
            raise NotNow(_("Record first what becomes of the report. The case stays open; nothing was changed."))
        check_hand_off(self.case)


@dataclass(frozen=True)
class ProposeClosing(Ending):
    """Propose closing words of one's own. They are sealed until a supervisor allows them."""

    verb = Verb.CASE_CLOSING

    words: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.words.strip() or len(self.words) > LONGEST_WORDS:
            raise WordsMissing

    def perform(self) -> CaseEntry:
        return self.record(EntryKind.CLOSING_ASKED, details={"words": self.words})


@dataclass(frozen=True)
class CloseCase(Ending):
    """Close with an approved sentence, or as a supervisor with words that somebody else proposed.

    `seen` is how many parts the report had when its page was opened: no case closes over what nobody has read.
    """

    verb = Verb.CASE_CLOSE

    sentence: ApprovedSentence | None = None
    proposal: CaseEntry | None = None
    seen: int = 0

    def check(self) -> None:
        super().check()
        not_added_meanwhile(self.case, self.seen)
        if self.case.record_class == RecordClass.UNDECIDED:
            raise ClassMissing
        if self.proposal is not None:
            self._check_proposal(self.proposal)
        elif self.sentence is None or not self.sentence.is_in_use:
            raise WordsMissing

    def _check_proposal(self, proposal: CaseEntry) -> None:
        if not self.by.has_role(*SUPERVISORS):
            raise NotYourRole
        newest = history.closing_proposed(self.case)
        if newest is None or newest.pk != proposal.pk:
            raise NotNow(_("Other words were proposed meanwhile. The case stays open; read them first."))
        if proposal.by_id == self.by.pk:
            raise SamePerson(_("You proposed these words, so another supervisor allows them. The case stays open."))

    def perform(self) -> None:
        close_case(self, self._words())

    def _words(self) -> str:
        if self.proposal is not None:
            words: str = contents.details_of([self.proposal])[0].get("words", "")
            if not words:
                raise NotNow(_("The proposed words cannot be opened. The case stays open; propose them anew."))
            return words
        return self.sentence.text if self.sentence else ""


def check_hand_off(case: Case) -> None:
    """Raises `NotNow` while a hand-off to the police waits for its review, or an emergency for its hand-off."""
    if case.hand_off_review_due_at is not None:
        raise NotNow(_("The hand-off to the police waits for its review. The case stays open; nothing was changed."))
    if case.review == Review.EMERGENCY and not history.was_handed_to_police(case):
        raise NotNow(_("It was reviewed as an emergency, and nobody told the police. The case stays open."))


def close_case(action: CaseAction, words: str) -> None:
    """End a case: the submitter is told, alerts end, and what went to the intelligence system is kept for less long."""
    case, now = action.case, timezone.now()
    action.save(
        stage=Stage.CLOSED,
        status=Status.CLOSED,
        closing_words=words,
        closed_at=now,
        first_answer_at=case.first_answer_at or now,
        next_alert_at=None,
        retain_until=_kept_until(action),
    )
    action.record(EntryKind.CLOSING, details={"words": words})
    outbox.put("report_answered", case.report.number)


def _kept_until(action: CaseAction) -> object:
    kept_until = retention.kept_after_closing(action.case)
    if action.case.disposition != Disposition.INTELLIGENCE:
        return kept_until
    days = ReportingSettings.load().handed_over_days
    return min(kept_until, timezone.localdate() + timedelta(days=days))
