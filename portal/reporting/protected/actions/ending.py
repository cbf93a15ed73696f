"""The second of two people: that it was collected, and that it is destroyed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb as Recorded
from portal.core.actions import ActionRefused
from portal.members.enums import StaffRole
from portal.reporting.contents import KEYS_AWAY
from portal.reporting.models import Disposal
from portal.reporting.protected import disposing, people
from portal.reporting.protected.actions.base import HoldingAction, MovedOn, OnePerson, WordsMissing
from portal.reporting.protected.enums import Verb


class KeysAway(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The desk's keys are not at hand, so the certificate could not name the files. Nothing was destroyed.")
        )


@dataclass(frozen=True)
class SecondPerson(HoldingAction):
    """Whoever decided that it goes takes no further step towards that."""

    ROLES: ClassVar[tuple[StaffRole, ...]] = people.CUSTODIANS

    def check(self) -> None:
        super().check()
        if self.disposal.proposed_by_id == self.by.pk:
            raise OnePerson

    @property
    def disposal(self) -> Disposal:
        found: Disposal | None = Disposal.objects.filter(report=self.holding.report).first()
        if found is None:
            raise MovedOn
        return found


@dataclass(frozen=True)
class Collect(SecondPerson):
    """Confirm that the submitter collected the originals: who, where and how is sealed."""

    verb = Recorded.PROTECTED_COLLECT
    ROLES = people.COLLECTORS
    DOES = Verb.COLLECT

    receipt: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.receipt.strip():
            raise WordsMissing

    def perform(self) -> None:
        self.move(details={"receipt": self.receipt})
        Disposal.objects.filter(report=self.holding.report).update(collected_by=self.by, collected_at=timezone.now())


@dataclass(frozen=True)
class Dispose(SecondPerson):
    """Approve it as the second person: everything is destroyed. Bars are read once more, while the row is held."""

    verb = Recorded.PROTECTED_DISPOSE
    DOES = Verb.DISPOSE

    def perform(self) -> Disposal:
        row = self.disposal
        self.move()
        try:
            disposing.begin(row, by=self.by, role=self.role)
        except KEYS_AWAY:
            raise KeysAway from None
        return row
