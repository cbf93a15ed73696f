"""What happens to an answered request for redress when its time ends: two people destroy it under a schedule."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import only_for
from portal.reporting import disposals, retention
from portal.reporting.actions.retention import PURGERS, NotProposed, OneOfTwo, ProposedAlready
from portal.reporting.enums import RedressState, ScheduleClass
from portal.reporting.models import Disposal, Redress
from portal.reporting.people import role_of


class NotAnswered(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request waits for its answer. Nothing was destroyed."))


class RedressGone(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request was destroyed before. Its certificate stands below."))


class RedressNotDue(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("The time of this request has not ended. Nothing was destroyed."))


class RedressHeld(ActionRefused):
    """That it was held stands in the trail, as every refusal does."""

    def __init__(self) -> None:
        super().__init__(
            _("The retention schedule has no approved number for requests, so this one is held. Nothing was destroyed.")
        )


@dataclass(frozen=True)
class EndOfRedress(Action):
    """What all steps ask for: somebody who may, and a request that is still there."""

    redress: Redress
    by: Person

    def check(self) -> None:
        only_for(self.by, *PURGERS)
        if self.redress.state == RedressState.RECEIVED:
            raise NotAnswered
        if Disposal.objects.filter(redress=self.redress).exclude(approved_at=None).exists():
            raise RedressGone

    @property
    def role(self) -> StaffRole:
        return role_of(self.by, *PURGERS) or PURGERS[0]

    @property
    def proposal(self) -> Disposal | None:
        found: Disposal | None = Disposal.objects.filter(redress=self.redress, approved_at=None).first()
        return found

    @property
    def schedule(self) -> str:
        return retention.schedule_of(ScheduleClass.REDRESS)


@dataclass(frozen=True)
class ProposeRedressPurge(EndOfRedress):
    """The first of two people. Without an approved schedule it is held."""

    verb = Verb.REDRESS_PURGE_ASK

    def check(self) -> None:
        super().check()
        if self.proposal is not None:
            raise ProposedAlready
        if not retention.redress_ended().filter(pk=self.redress.pk).exists():
            raise RedressNotDue
        if not self.schedule:
            raise RedressHeld

    def perform(self) -> Disposal:
        basis = f"approved schedule {self.schedule}"
        return disposals.propose(by=self.by, role=self.role, basis=basis, redress=self.redress)


@dataclass(frozen=True)
class PurgeRedress(EndOfRedress):
    """Approve it as the second person: what was asked and answered is destroyed, and the key of it."""

    verb = Verb.REDRESS_PURGE

    def check(self) -> None:
        super().check()
        found = self.proposal
        if found is None:
            raise NotProposed
        if found.proposed_by_id == self.by.pk:
            raise OneOfTwo
        if not retention.redress_past().filter(pk=self.redress.pk).exists():
            raise RedressNotDue
        if not self.schedule:
            raise RedressHeld

    def perform(self) -> Disposal:
        row = self.proposal
        if row is None:
            raise NotProposed
        return retention.purge_redress(row, by=self.by, role=self.role)


@dataclass(frozen=True)
class DeclineRedressPurge(EndOfRedress):
    """Do not destroy it: the proposal is taken back. That it was made stays in the trail."""

    verb = Verb.REDRESS_PURGE_DECLINE

    def check(self) -> None:
        super().check()
        if self.proposal is None:
            raise NotProposed

    def perform(self) -> None:
        Disposal.objects.filter(redress=self.redress, approved_at=None).delete()
