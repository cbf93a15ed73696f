"""Up to the determination: the review, a defect notice, and the two findings of RSMo 610.021(19) in one writing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb as Recorded
from portal.core.actions import ActionRefused
from portal.members.enums import StaffRole
from portal.reporting import contents
from portal.reporting.models import Determination
from portal.reporting.protected import findings, people
from portal.reporting.protected.actions.base import HoldingAction, WordsMissing, sealing
from portal.reporting.protected.enums import Verb
from portal.reporting.refusals import ChangedMeanwhile


class FindingsMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The law asks for both findings in the same writing. Affirm both, or determine that it is not closed.")
        )


class NotSigned(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Sign with your full name, as it stands in your account. Nothing was determined."))


@dataclass(frozen=True)
class BeginReview(HoldingAction):
    verb = Recorded.PROTECTED_REVIEW
    ROLES = people.READERS
    DOES = Verb.BEGIN_REVIEW

    def perform(self) -> None:
        self.move()


@dataclass(frozen=True)
class NotifyDefect(HoldingAction):
    """Tell the submitter what is missing. They have thirty days; the clocks of the law go on."""

    verb = Recorded.PROTECTED_DEFECT
    ROLES = people.READERS
    DOES = Verb.NOTIFY_DEFECT

    words: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.words.strip():
            raise WordsMissing

    def perform(self) -> None:
        self.move(details={"words": self.words})
        sealing(lambda: contents.add_message(self.holding.report, self.words, by=self.by))


@dataclass(frozen=True)
class Determine(HoldingAction):
    """What both determinations share: a signatory who is authorised now, and who has read all that came in.

    `seen` is how many parts the submission had when its page was opened.
    """

    ROLES: ClassVar[tuple[StaffRole, ...]] = people.SIGNATORIES

    signed: str = ""
    seen: int = 0

    def check(self) -> None:
        super().check()
        if self.holding.report.parts.count() != self.seen:
            raise ChangedMeanwhile
        if _plain(self.signed) != _plain(self.by.name):
            raise NotSigned

    @property
    def signed_at(self) -> datetime:
        """The moment at which the step was taken."""
        return self.holding.determined_at or timezone.now()


@dataclass(frozen=True)
class DetermineClosed(Determine):
    """Close the record: both findings, word for word, in one document with name, date and subdivision."""

    verb = Recorded.PROTECTED_CLOSE
    DOES = Verb.CLOSE

    subdivision: str = findings.SUBDIVISION
    impairs: bool = False
    outweighs: bool = False

    def check(self) -> None:
        super().check()
        if not (self.impairs and self.outweighs and self.subdivision.strip()):
            raise FindingsMissing

    def perform(self) -> Determination:
        self.move()
        made: Determination = Determination.objects.create(
            holding=self.holding,
            is_closed=True,
            subdivision=self.subdivision,
            impair=findings.IMPAIR,
            outweigh=findings.OUTWEIGH,
            signatory=self.by,
            signatory_name=self.by.name,
            signed_at=self.signed_at,
        )
        return made


@dataclass(frozen=True)
class DetermineNotClosed(Determine):
    """Refuse to close it, with reasons. The submitter may respond or withdraw for thirty days."""

    verb = Recorded.PROTECTED_REFUSE
    DOES = Verb.REFUSE

    reasons: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.reasons.strip():
            raise WordsMissing

    def perform(self) -> Determination:
        self.move()
        row: Determination = Determination.objects.create(
            holding=self.holding,
            is_closed=False,
            signatory=self.by,
            signatory_name=self.by.name,
            signed_at=self.signed_at,
        )
        said = json.dumps({"reasons": self.reasons}).encode()
        row.reasons = sealing(lambda: contents.key_of(self.holding.report).seal(row.field, said))
        row.save(update_fields=["reasons"])
        return row


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
