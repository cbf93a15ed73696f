"""What leaves the center: dispositions, the emergency hand-off to the police, and warnings. To whom, why, when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.reporting import records_of_case as history
from portal.reporting.actions.cases import CaseAction, not_added_meanwhile
from portal.reporting.actions.closing import check_hand_off, close_case
from portal.reporting.enums import Disposition, EntryKind, Finding, RecordClass, Review, Stage
from portal.reporting.models import ApprovedSentence, CaseEntry
from portal.reporting.people import ANALYSTS, SUPERVISORS
from portal.reporting.refusals import (
    ClassMissing,
    NoDanger,
    NotFound,
    NotNow,
    NotUrgent,
    NumberMissing,
    ReasonMissing,
    RecipientMissing,
    SamePerson,
    WordsMissing,
)

RELEASES = frozenset({Disposition.EMERGENCY, Disposition.LOCAL_POLICE, Disposition.EGUARDIAN, Disposition.INTELLIGENCE})
# What a finding carries. A 'no' may still be a matter for the police, and is not kept as a tip.
CARRIED = {
    Finding.YES: RELEASES | {Disposition.KEPT},
    Finding.NO: frozenset({Disposition.UNFOUNDED, Disposition.LOCAL_POLICE, Disposition.EMERGENCY}),
}
DISMISSED = {Review.UNFOUNDED: Disposition.UNFOUNDED, Review.DUPLICATE: Disposition.DUPLICATE}


@dataclass(frozen=True)
class Dispose(CaseAction):
    """Say what becomes of a report. What goes outside names to whom, when and why; eGuardian and the JTTF a number.

    The hand-over to the criminal-intelligence system closes the case at once, so it takes a closing sentence, and
    `seen`: how many parts the report had when its page was opened.
    """

    verb = Verb.CASE_DISPOSE
    ROLES = ANALYSTS
    STAGES: ClassVar[tuple[Stage, ...]] = (Stage.DETERMINED,)

    disposition: Disposition = Disposition.KEPT
    why: str = field(default="", repr=False)
    to_whom: str = field(default="", repr=False)
    at: datetime | None = None
    number: str = field(default="", repr=False)
    sentence: ApprovedSentence | None = None
    seen: int = 0

    def check(self) -> None:
        super().check()
        self._check_carried()
        if not self.why.strip():
            raise ReasonMissing
        if self.disposition in RELEASES and (not self.to_whom.strip() or self.at is None):
            raise RecipientMissing
        _not_later(self.at)
        if self.disposition == Disposition.EGUARDIAN and not self.number.strip():
            raise NumberMissing
        if self.disposition == Disposition.INTELLIGENCE:
            self._check_closing()

    def _check_carried(self) -> None:
        if self.case.review in DISMISSED:
            self._check_dismissal(Review(self.case.review))
        elif self.case.finding not in CARRIED or self.disposition not in CARRIED[Finding(self.case.finding)]:
            raise NotFound(_("The determination does not carry this disposition. Nothing was recorded."))
        if self.disposition == Disposition.EMERGENCY and not history.was_handed_to_police(self.case):
            raise NotFound(_("No hand-off to the police is on record here. Record that first; nothing was changed."))

    def _check_dismissal(self, review: Review) -> None:
        if self.disposition != DISMISSED[review]:
            raise NotFound(_("The initial review carries another disposition. Nothing was recorded."))
        if self.case.reviewed_by_id == self.by.pk:
            raise SamePerson(_("You made the initial review, so somebody else confirms it. Nothing was recorded."))

    def _check_closing(self) -> None:
        not_added_meanwhile(self.case, self.seen)
        if self.sentence is None or not self.sentence.is_in_use:
            raise WordsMissing
        if self.case.record_class == RecordClass.UNDECIDED:
            raise ClassMissing
        check_hand_off(self.case)

    def perform(self) -> None:
        self.save(disposition=self.disposition)
        said = {"to_whom": self.to_whom, "why": self.why, "at": _iso(self.at), "number": self.number}
        kind = EntryKind.RELEASE if self.disposition in RELEASES else EntryKind.DISPOSITION
        self.record(kind, code=self.disposition, details={name: text for name, text in said.items() if text.strip()})
        if self.disposition == Disposition.INTELLIGENCE and self.sentence is not None:
            close_case(self, self.sentence.text)


@dataclass(frozen=True)
class HandToPolice(CaseAction):
    """Tell the police of an urgent report at once; one person alone may. Another reviews it within 24 hours."""

    verb = Verb.CASE_POLICE

    to_whom: str = field(default="", repr=False)
    at: datetime | None = None
    told: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.case.report.is_urgent:
            raise NotUrgent
        if not self.to_whom.strip() or not self.told.strip() or self.at is None:
            raise RecipientMissing
        _not_later(self.at)

    def perform(self) -> None:
        now = timezone.now()
        self.save(
            hand_off_review_due_at=self.case.hand_off_review_due_at or now + settings.PORTAL_HAND_OFF_REVIEWED,
            taken_up_by=self.case.taken_up_by or self.by,
            taken_up_at=self.case.taken_up_at or now,
            next_alert_at=None,
        )
        details = {"to_whom": self.to_whom, "at": _iso(self.at), "told": self.told}
        self.record(EntryKind.POLICE, details=details)


@dataclass(frozen=True)
class ReviewHandOff(CaseAction):
    """Look at a hand-off to the police as somebody who did not make it."""

    verb = Verb.CASE_POLICE_REVIEW
    ROLES = ANALYSTS

    words: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if self.case.hand_off_review_due_at is None:
            raise NotNow(_("No hand-off waits for a review. Nothing was recorded."))
        if self.by.pk in history.handed_off_by(self.case):
            raise SamePerson(_("You told the police yourself, so somebody else reviews it. Nothing was recorded."))
        if not self.words.strip():
            raise ReasonMissing

    def perform(self) -> None:
        self.save(hand_off_review_due_at=None)
        self.record(EntryKind.POLICE_REVIEWED, details={"words": self.words})


@dataclass(frozen=True)
class ProposeWarning(CaseAction):
    """Propose to warn a company of imminent danger to life or property. Nothing goes out before it is released."""

    verb = Verb.WARNING_ASK
    STAGES = (*CaseAction.STAGES, Stage.CLOSED)

    recipient: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    danger: str = field(default="", repr=False)
    is_imminent: bool = False

    def check(self) -> None:
        super().check()
        if not self.is_imminent or not self.danger.strip():
            raise NoDanger
        if not self.recipient.strip() or not self.words.strip():
            raise RecipientMissing

    def perform(self) -> CaseEntry:
        details = {"to_whom": self.recipient, "danger": self.danger, "words": self.words}
        return self.record(EntryKind.WARNING_ASKED, details=details)


@dataclass(frozen=True)
class ReleaseWarning(CaseAction):
    """Release a warning that somebody else proposed: who was told, by whom, when and how."""

    verb = Verb.WARNING_RELEASE
    ROLES = SUPERVISORS
    STAGES = (*CaseAction.STAGES, Stage.CLOSED)

    proposal: CaseEntry | None = None
    at: datetime | None = None
    how: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        waiting = {entry.pk for entry in history.warnings_waiting(self.case)}
        if self.proposal is None or self.proposal.pk not in waiting:
            raise NotNow(_("That warning was released already, or is not of this case. Nothing was recorded."))
        if self.proposal.by_id == self.by.pk:
            raise SamePerson(_("You proposed this warning, so somebody else releases it. Nothing was recorded."))
        if self.at is None or not self.how.strip():
            raise RecipientMissing
        _not_later(self.at)

    def perform(self) -> None:
        asked = self.proposal
        if asked is not None:
            details = {"at": _iso(self.at), "how": self.how}
            self.record(EntryKind.WARNING, code=history.reference(asked), details=details)


def _not_later(at: datetime | None) -> None:
    """What is recorded has happened."""
    if at is not None and at > timezone.now():
        raise NotNow(_("The moment that you gave lies in the future. Nothing was recorded."))


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
