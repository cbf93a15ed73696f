"""What staff do with a person's place in an organisation: add it, name a point of contact, end it.

A point of contact confirms colleagues and says who has left; so nobody gives a place, or the tick, to themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.members import clearance
from portal.members.actions.circles import ORGANISATION_STAFF
from portal.members.models import Affiliation, Organisation, Person
from portal.members.refusals import NotNow, NotYours, only_for


@dataclass(frozen=True)
class PlaceAction(Action):
    """Something that staff do with one person's place in one organisation. Raises `NotYours` or `NotNow`."""

    organisation: Organisation
    by: Person
    person: Person

    def check(self) -> None:
        only_for(self.by, *ORGANISATION_STAFF)
        if self.person.pk == self.by.pk:
            raise NotYours(_("Nobody decides on their own place. Ask a colleague. Nothing was changed."))
        if self.organisation.closed_at is not None:
            raise NotNow(_("This organisation is closed. Nothing was changed."))

    def place(self) -> Any:
        """Their place there, if they have one now."""
        return Affiliation.objects.current().filter(organisation=self.organisation, person=self.person)


@dataclass(frozen=True)
class AddToOrganisation(PlaceAction):
    """Give an active member a place; whoever has one already gets this role, and the tick or not."""

    verb = Verb.PLACE_ADD

    role: str = ""
    is_point_of_contact: bool = False

    def check(self) -> None:
        super().check()
        if not self.person.is_vetted:
            raise NotNow(_("%(email)s is not an active member. Nothing was changed.") % {"email": self.person.email})

    def perform(self) -> None:
        Affiliation.objects.update_or_create(
            organisation=self.organisation,
            person=self.person,
            defaults={"role": self.role, "is_point_of_contact": self.is_point_of_contact, "ended_at": None},
        )


@dataclass(frozen=True)
class EndContact(PlaceAction):
    """Take the tick away; they stay in the organisation."""

    verb = Verb.CONTACT_END

    def check(self) -> None:
        super().check()
        if not self.place().filter(is_point_of_contact=True).exists():
            raise NotNow(_("They are not its point of contact. Nothing was changed."))

    def perform(self) -> None:
        self.place().update(is_point_of_contact=False)


@dataclass(frozen=True)
class EndPlace(PlaceAction):
    """End the place, and the clearance that rests on it. The membership itself is ended on the person's page."""

    verb = Verb.PLACE_END

    def check(self) -> None:
        super().check()
        if not self.place().exists():
            raise NotNow(_("They do not belong to it. Nothing was changed."))

    def perform(self) -> None:
        now = timezone.now()
        self.place().update(ended_at=now, is_point_of_contact=False)
        clearance.end_after_leaving(self.person, self.organisation, at=now)
