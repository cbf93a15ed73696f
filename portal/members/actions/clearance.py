"""A supervisor grants the law-enforcement clearance on evidence, and takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action
from portal.members.clearance import agencies_of, end_all
from portal.members.enums import StaffRole
from portal.members.models import Clearance, Organisation, Person
from portal.members.refusals import Incomplete, NotNow, not_oneself, only_for


@dataclass(frozen=True)
class GrantClearance(Action):
    """Clear somebody at a criminal-justice agency for law-enforcement sensitive pages, until their validation is due.

    Raises `NotYours`, `NotNow` or `Incomplete`.
    """

    verb = Verb.CLEARANCE_GRANT

    person: Person
    agency: Organisation
    evidence: str
    by: Person

    def check(self) -> None:
        only_for(self.by, StaffRole.MIAC_SUPERVISOR)
        not_oneself(self.by, self.person)
        if not self.person.is_vetted:
            raise NotNow(_("Only an active member can be cleared. Nothing was changed."))
        if self.agency not in agencies_of(self.person):
            raise NotNow(
                _("They do not belong to that agency, or it is no open criminal-justice agency. Nothing was changed.")
            )
        if not self.evidence.strip():
            raise Incomplete(_("Say what evidence you saw. Nothing was changed."))
        if self.person.cleared_until and self.person.cleared_until >= self._until():
            raise NotNow(_("They hold the clearance until their next validation already. Nothing was changed."))

    def _until(self) -> datetime:
        """The day of their next validation, which every active member has."""
        return self.person.validated_until or timezone.now()

    def perform(self) -> Clearance:
        until = self._until()
        granted = Clearance.objects.create(
            person=self.person, agency=self.agency, evidence=self.evidence.strip(), granted_by=self.by, ends_at=until
        )
        self.person.cleared_until = until
        self.person.save(update_fields=["cleared_until"])
        outbox.put("clearance_granted", str(self.person.pk))
        return granted


@dataclass(frozen=True)
class EndClearance(Action):
    """Take the clearance away; it holds no longer from the next request on. Raises `NotYours` or `NotNow`."""

    verb = Verb.CLEARANCE_END

    person: Person
    by: Person

    def check(self) -> None:
        only_for(self.by, StaffRole.MIAC_SUPERVISOR)
        not_oneself(self.by, self.person)
        if not self.person.is_cleared:
            raise NotNow(_("They hold no clearance. Nothing was changed."))

    def perform(self) -> None:
        end_all(self.person, by=self.by, at=timezone.now())
        outbox.put("clearance_ended", str(self.person.pk))
