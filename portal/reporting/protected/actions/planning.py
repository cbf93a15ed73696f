"""Planners of single submissions: one of the desk proposes, another one approves, any of them ends it at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb as Recorded
from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.members.models import Person
from portal.reporting.models import NamedPlanner
from portal.reporting.protected import planners
from portal.reporting.protected.actions.base import HoldingAction, MovedOn, OnePerson, WordsMissing
from portal.reporting.protected.enums import Note, PlannerEnd, Stage, UsePurpose


class NotAllowedHere(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Its submitter did not allow planners, so nobody is named. Nothing was changed."))


class NoPlanner(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Name somebody else who holds the role of planner, has a place in a public agency, and has nothing to "
                "do with who submitted it. Nothing was changed."
            )
        )


class NamedAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This planner was proposed or named already. Nothing was changed."))


class NotCovered(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("State that the submitter’s own words cover this planner. If they do not, nobody is named."))


class NoSuchPlanner(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This planner was approved, or has ended, before. Nothing was changed; look again."))


@dataclass(frozen=True)
class PlannerAction(HoldingAction):
    """What naming and approving share: the submitter's leave, the stage, and a planner who may be one now."""

    is_covered: bool = False

    def check(self) -> None:
        super().check()
        if not planners.are_allowed(self.holding):
            raise NotAllowedHere
        if Stage(self.holding.stage) not in planners.STAGES:
            raise MovedOn
        if not self.is_covered:
            raise NotCovered

    def check_person(self, person: Person | None) -> None:
        if person is None or person.pk == self.by.pk or not planners.may_be_named(person, self.holding):
            raise NoPlanner


@dataclass(frozen=True)
class NamePlanner(PlannerAction):
    """Propose one, for one purpose. Nothing opens before a second person approves; why is sealed."""

    verb = Recorded.PLANNER_NAME

    person: Person | None = None
    purpose: UsePurpose = UsePurpose.PLANNING
    reasons: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        self.check_person(self.person)
        if self.purpose not in planners.PURPOSES:
            raise NoPlanner
        if not self.reasons.strip():
            raise WordsMissing
        if self.holding.planners.filter(person=self.person, ended_at=None).exists():
            raise NamedAlready

    def perform(self) -> NamedPlanner:
        agency = planners.agency_of(self.person)
        if self.person is None or agency is None:
            raise NoPlanner
        self.note(Note.PLANNER_ASKED, is_told=False, details={"reasons": self.reasons})
        who = {"person": self.person, "organisation": agency, "named_by": self.by}
        made: NamedPlanner = NamedPlanner.objects.create(holding=self.holding, purpose=self.purpose, **who)
        return made


@dataclass(frozen=True)
class ApprovePlanner(PlannerAction):
    """As the second person. From now on the planner opens it; the submitter reads of which agency they are."""

    verb = Recorded.PLANNER_APPROVE

    planner: NamedPlanner | None = None

    def check(self) -> None:
        super().check()
        row = self.planner
        if row is None or row.holding_id != self.holding.pk or row.ended_at or row.approved_at:
            raise NoSuchPlanner
        if row.named_by_id == self.by.pk:
            raise OnePerson
        self.check_person(row.person)
        if planners.agency_of(row.person) != row.organisation:
            raise NoPlanner

    def perform(self) -> NamedPlanner:
        row = self.planner
        if row is None:
            raise NoSuchPlanner
        row.approved_by, row.approved_at = self.by, timezone.now()
        row.save(update_fields=["approved_by", "approved_at"])
        self.note(Note.PLANNER, agency=row.organisation.name)
        outbox.put(planners.MAIL, str(row.pk))
        return row


@dataclass(frozen=True)
class EndPlanner(HoldingAction):
    """End it at once, or take back what was not approved yet. One person is enough."""

    verb = Recorded.PLANNER_END

    planner: NamedPlanner | None = None

    def check(self) -> None:
        super().check()
        if self.planner is None or self.planner.holding_id != self.holding.pk or self.planner.ended_at:
            raise NoSuchPlanner

    def perform(self) -> None:
        if self.planner is None:
            raise NoSuchPlanner
        planners.end(self.planner, PlannerEnd.ACT, by=self.by)
