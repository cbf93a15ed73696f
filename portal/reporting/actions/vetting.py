"""The two steps of vetting by two people: the initial review, and the determination (ISE-FS-200)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.audit import Verb
from portal.reporting import records_of_case as history, training
from portal.reporting.actions.cases import CaseAction, not_added_meanwhile
from portal.reporting.enums import EntryKind, Finding, Review, Stage, Training
from portal.reporting.models import Case, Report
from portal.reporting.people import ANALYSTS
from portal.reporting.refusals import (
    FactsMissing,
    GroundsMissing,
    NotNow,
    NotTrained,
    ReasonMissing,
    SameReviewer,
    StatementMissing,
)
from portal.vocabulary.behaviours import behaviours

# What the determining analyst states, kept in these words with the determination.
STATEMENT = gettext_lazy(
    "No protected trait and no protected expression is the basis of this determination: not race, ethnicity, "
    "national origin, religion, gender, gender identity or sexual orientation."
)
# A report that leads nowhere goes to a second person's disposition; all others are determined first.
AFTER_REVIEW = {
    Review.REAL: Stage.REVIEWED,
    Review.EMERGENCY: Stage.REVIEWED,
    Review.UNFOUNDED: Stage.DETERMINED,
    Review.DUPLICATE: Stage.DETERMINED,
}


@dataclass(frozen=True)
class ReviewReport(CaseAction):
    """The first step: is it real, was it reported before, is it an emergency, and which behaviour is it?

    `seen` is how many parts the report had when its page was opened. An emergency makes the report urgent.
    """

    verb = Verb.CASE_REVIEW
    ROLES = ANALYSTS
    STAGES: ClassVar[tuple[Stage, ...]] = (Stage.NEW,)

    review: Review = Review.REAL
    behaviour: str = ""
    why: str = field(default="", repr=False)
    duplicate_of: Case | None = None
    seen: int = 0

    def check(self) -> None:
        super().check()
        not_added_meanwhile(self.case, self.seen)
        if self.behaviour not in behaviours() and self.review in {Review.REAL, Review.EMERGENCY}:
            raise NotNow(_("Say which behaviour it is. Nothing was recorded."))
        if self.review == Review.DUPLICATE:
            self._check_original()
        if not self.why.strip():
            raise ReasonMissing

    def _check_original(self) -> None:
        original = self.duplicate_of
        if original is None or original.pk == self.case.pk:
            raise NotNow(_("Give the number of the report that was there before. Nothing was recorded."))
        if original.duplicate_of_id is not None:
            raise NotNow(_("That report is a duplicate itself; give the first one. Nothing was recorded."))

    def perform(self) -> None:
        self.save(
            review=self.review,
            reviewed_by=self.by,
            reviewed_at=timezone.now(),
            behaviour=self.behaviour if self.behaviour in behaviours() else self.case.behaviour,
            duplicate_of=self.duplicate_of if self.review == Review.DUPLICATE else None,
            stage=AFTER_REVIEW[self.review],
        )
        if self.review == Review.EMERGENCY:
            self._make_urgent()
        self.record(EntryKind.INITIAL_REVIEW, code=self.review, details={"why": self.why})

    def _make_urgent(self) -> None:
        """Who finds an emergency has it in hand; the alerts go on all the same until the police were told."""
        self.case.report.is_urgent = True
        Report.objects.filter(pk=self.case.report.pk).update(is_urgent=True)
        self.save(
            taken_up_by=self.case.taken_up_by or self.by,
            taken_up_at=self.case.taken_up_at or timezone.now(),
            next_alert_at=self._next_alert(),
        )

    def _next_alert(self) -> datetime | None:
        if history.was_handed_to_police(self.case):
            return None
        return self.case.next_alert_at or timezone.now() + settings.PORTAL_ALERTS_AFTER[0]


@dataclass(frozen=True)
class DetermineReport(CaseAction):
    """The second step, by another person who is trained: is it reasonably indicative of pre-operational planning?

    Raises `SameReviewer`, `NotTrained`, `FactsMissing`, `GroundsMissing` or `StatementMissing`; nothing is written
    then. `unusual` holds facts that the report itself does not, such as those of a call.
    """

    verb = Verb.CASE_DETERMINE
    ROLES = ANALYSTS
    STAGES: ClassVar[tuple[Stage, ...]] = (Stage.REVIEWED, Stage.MORE_NEEDED)

    finding: Finding = Finding.MORE
    grounds: str = field(default="", repr=False)
    facts: str = field(default="", repr=False)
    unusual: str = field(default="", repr=False)
    is_free_of_protected_traits: bool = False
    seen: int = 0

    def check(self) -> None:
        super().check()
        not_added_meanwhile(self.case, self.seen)
        if self.case.reviewed_by_id == self.by.pk:
            raise SameReviewer
        if not training.is_current(self.by, Training.SAR_ANALYSIS):
            raise NotTrained
        if self.finding == Finding.YES and self._is_potential() and not self._has_unusual_facts():
            raise FactsMissing
        if not self.grounds.strip() or not self.facts.strip():
            raise GroundsMissing
        if not self.is_free_of_protected_traits:
            raise StatementMissing

    def _is_potential(self) -> bool:
        """A code that no vocabulary knows is treated as one that is often lawful."""
        known = behaviours().get(self.case.behaviour)
        return known is None or known.is_potential

    def _has_unusual_facts(self) -> bool:
        return self.case.has_unusual_facts or bool(self.unusual.strip())

    def perform(self) -> None:
        self.save(
            finding=self.finding,
            determined_by=self.by,
            determined_at=timezone.now(),
            has_unusual_facts=self._has_unusual_facts(),
            stage=Stage.MORE_NEEDED if self.finding == Finding.MORE else Stage.DETERMINED,
        )
        said = {"grounds": self.grounds, "facts": self.facts, "unusual": self.unusual}
        words = {name: text for name, text in said.items() if text.strip()}
        self.record(EntryKind.DETERMINATION, code=self.finding, details={**words, "statement": str(STATEMENT)})
