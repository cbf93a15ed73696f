"""The law-enforcement clearance: granted on evidence by a supervisor, never longer than the yearly validation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import outbox
from portal.core.actions import Action
from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Clearance, Organisation, Person
from portal.members.refusals import Incomplete, NotNow, not_oneself, only_for


def agencies_of(person: Person) -> list[Organisation]:
    """The open public agencies that a person belongs to now."""
    places = person.affiliations.current().filter(
        organisation__kind=OrganisationKind.PUBLIC_AGENCY, organisation__closed_at=None
    )
    return list(Organisation.objects.filter(pk__in=places.values("organisation_id")).order_by("name"))


def end_all(person: Person, *, by: Person | None, at: datetime) -> bool:
    """End the clearance of somebody whose row is held; whether there was one."""
    was_held = person.cleared_until is not None and person.cleared_until > at
    Clearance.objects.filter(person=person, ends_at__gt=at).update(ends_at=at, ended_by=by)
    if was_held:
        person.cleared_until = at
        person.save(update_fields=["cleared_until"])
    return was_held


def end_after_leaving(person: Person, agency: Organisation, *, at: datetime) -> None:
    """End the clearance of somebody who left the agency that it was granted for, or the last agency that they had."""
    was_for_it = Clearance.objects.filter(person=person, agency=agency, ends_at__gt=at).exists()
    if was_for_it or not agencies_of(person):
        end_all(person, by=None, at=at)


def end_through(agency: Organisation, *, by: Person | None, at: datetime) -> int:
    """End every clearance that was granted for an agency, and tell those who held one; how many there were."""
    held = Clearance.objects.filter(agency=agency, ends_at__gt=at).values("person_id")
    people = Person.objects.select_for_update(of=("self",)).filter(pk__in=held, cleared_until__gt=at).order_by("pk")
    ended = [person for person in people if end_all(person, by=by, at=at)]
    for person in ended:
        outbox.put("clearance_ended", str(person.pk))
    return len(ended)


@dataclass(frozen=True)
class GrantClearance(Action):
    """Clear somebody at a public agency for law-enforcement sensitive pages, until their validation is due.

    Raises `NotYours`, `NotNow` or `Incomplete`.
    """

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
            raise NotNow(_("They do not belong to that agency, or it is no open public agency. Nothing was changed."))
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
