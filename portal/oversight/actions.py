"""Signing a weekly review: the one thing in which an auditor decides something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.enums import Verb
from portal.core.actions import Action, ActionRefused, Fact
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.oversight import oddities, reviews
from portal.oversight.models import Review


class NotAnAuditor(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Reviews are signed by auditors."))


class AlreadySigned(ActionRefused):
    def __init__(self, review: Review) -> None:
        name = review.signed_by.name if review.signed_by else ""
        super().__init__(
            _("%(name)s signed this week meanwhile. Your words were not stored; what was signed stands below.")
            % {"name": name}
        )


class NotCoveredYet(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "No checkpoint of the trail has been signed since this week ended. Nothing was stored, and your words "
                "are still in the form. One is signed every few minutes: try again, or ask whoever runs the portal."
            )
        )


@dataclass(frozen=True)
class SignReview(Action):
    """Sign that a week was looked at, with what was found. It rests on the newest signed checkpoint.

    Raises `NotAnAuditor`, `AlreadySigned` or `NotCoveredYet`; nothing is written then.
    """

    verb: ClassVar[str] = Verb.TRAIL_REVIEW

    review: Review
    by: Person
    finding: str

    def check(self) -> None:
        if not self.by.has_role(StaffRole.AUDITOR):
            raise NotAnAuditor
        if self.review.signed_at is not None:
            raise AlreadySigned(self.review)
        if reviews.checkpoint_of(self.review.span) is None:
            raise NotCoveredYet

    def perform(self) -> Review:
        checkpoint = reviews.checkpoint_of(self.review.span)
        self.review.size = checkpoint.size if checkpoint else None
        self.review.counts = oddities.counts(oddities.of_week(self.review.span))
        self.review.signed_by, self.review.signed_at = self.by, timezone.now()
        self.review.finding = self.finding
        self.review.save(update_fields=["size", "counts", "signed_by", "signed_at", "finding"])
        return self.review

    def recorded_facts(self) -> dict[str, Fact]:
        """The week, and after signing the checkpoint and how many oddities there were; never the finding's words."""
        facts: dict[str, Fact] = {
            "week": self.review.week.isoformat(),
            "odd": sum(self.review.counts.values()),
        }
        return facts | ({"checkpoint": self.review.size} if self.review.size is not None else {})
