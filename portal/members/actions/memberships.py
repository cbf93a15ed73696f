"""Who is in a community: staff let people in and take them out, and decide on whom a steward proposes.

Being in a community is what lets somebody read; so nobody adds themselves, or makes themselves its steward, and nobody
accepts what they proposed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action
from portal.members.actions.circles import COMMUNITY_STAFF
from portal.members.models import Community, CommunityMembership, MembershipProposal, Person
from portal.members.models.people import fold
from portal.members.refusals import Incomplete, NotNow, NotYours, only_for


@dataclass(frozen=True)
class PeopleAction(Action):
    """Something that staff do with the people of one community. All of the people, or none."""

    community: Community
    by: Person
    people: tuple[Person, ...]

    MUST_BE_ACTIVE: ClassVar[bool] = True

    def check(self) -> None:
        only_for(self.by, *COMMUNITY_STAFF)
        if self.community.closed_at is not None:
            raise NotNow(_("This community is closed. Nothing was changed."))
        if not self.people:
            raise Incomplete(_("Name at least one person. Nothing was changed."))
        for person in self.people:
            self.check_one(person)

    def check_one(self, person: Person) -> None:
        if self.MUST_BE_ACTIVE and person.pk == self.by.pk:
            raise NotYours(_("Nobody lets themselves in. Ask a colleague. Nothing was changed."))
        if self.MUST_BE_ACTIVE and not person.is_vetted:
            raise NotNow(_("%(email)s is not an active member. Nothing was changed.") % {"email": person.email})


def _let_in(community: Community, person: Person) -> None:
    """Put an active member into a community, and tell them if they were not in it."""
    place, is_new = CommunityMembership.objects.get_or_create(community=community, person=person)
    if not is_new and (place.ended_at is None or place.ended_at > timezone.now()):
        return
    place.ended_at, place.is_steward = None, False
    place.save(update_fields=["ended_at", "is_steward"])
    outbox.put("community_joined", str(place.pk))


@dataclass(frozen=True)
class AddPeople(PeopleAction):
    """Let people in."""

    verb = Verb.CIRCLE_ADD

    def perform(self) -> None:
        for person in self.people:
            _let_in(self.community, person)


@dataclass(frozen=True)
class RemovePeople(PeopleAction):
    """Take people out, stewards among them; from the next request on they read nothing through it."""

    verb = Verb.CIRCLE_REMOVE

    MUST_BE_ACTIVE = False

    def perform(self) -> None:
        places = CommunityMembership.objects.current().filter(community=self.community, person__in=self.people)
        places.update(ended_at=timezone.now(), is_steward=False)


@dataclass(frozen=True)
class NameStewards(PeopleAction):
    """Let people who are in it look after it."""

    verb = Verb.STEWARD_NAME

    def check_one(self, person: Person) -> None:
        super().check_one(person)
        if not CommunityMembership.objects.current().filter(community=self.community, person=person).exists():
            raise NotNow(_("%(email)s is not in it. Add them first. Nothing was changed.") % {"email": person.email})

    def perform(self) -> None:
        places = CommunityMembership.objects.current().filter(community=self.community, person__in=self.people)
        places.update(is_steward=True)


@dataclass(frozen=True)
class ReleaseStewards(PeopleAction):
    """End stewardship; they stay in the community."""

    verb = Verb.STEWARD_RELEASE

    MUST_BE_ACTIVE = False

    def perform(self) -> None:
        CommunityMembership.objects.filter(community=self.community, person__in=self.people).update(is_steward=False)


@dataclass(frozen=True)
class Propose(Action):
    """A steward proposes somebody. Whether anybody has the address is not looked up, so that nothing can tell."""

    verb = Verb.PROPOSE

    community: Community
    by: Person
    email: str = field(repr=False)
    reason: str = field(repr=False)

    def _read_anew(self) -> None:
        """Nothing is held: Front may not lock a community. Two at once make two proposals, which does no harm."""

    def check(self) -> None:
        places = CommunityMembership.objects.current().filter(community=self.community, person=self.by, is_steward=True)
        if self.community.closed_at is not None or not self.by.is_vetted or not places.exists():
            raise NotYours(_("Only its steward proposes members. Nothing was sent."))

    def perform(self) -> None:
        email = fold(self.email)
        waiting = MembershipProposal.objects.filter(community=self.community, email=email, decided_at=None)
        if not waiting.exists():
            MembershipProposal.objects.create(
                community=self.community, email=email, reason=self.reason, proposed_by=self.by
            )


@dataclass(frozen=True)
class DecideProposal(Action):
    """Staff accept or decline. What they are told of the account stays with them; the steward sees 'decided'."""

    verb = Verb.PROPOSAL_DECIDE

    proposal: MembershipProposal
    by: Person
    is_accepted: bool

    def check(self) -> None:
        only_for(self.by, *COMMUNITY_STAFF)
        if self.proposal.decided_at is not None:
            raise NotNow(_("Somebody has decided on it meanwhile. Nothing was changed."))
        if self.by.pk == self.proposal.proposed_by_id:
            raise NotYours(_("Somebody else decides on what you proposed. Nothing was changed."))
        if self.is_accepted:
            self._check_person()

    def _check_person(self) -> None:
        person = self._person()
        if self.proposal.community.closed_at is not None:
            raise NotNow(_("This community is closed. Nothing was changed."))
        if person is None:
            raise NotNow(_("Nobody here has this address; they would apply for membership. Nothing was changed."))
        if person.pk == self.by.pk:
            raise NotYours(_("Nobody lets themselves in. Ask a colleague. Nothing was changed."))
        if not person.is_vetted:
            standing = person.standing_now().label
            raise NotNow(
                _("This person reads nothing now: %(standing)s. Nothing was changed.") % {"standing": standing}
            )

    def _person(self) -> Person | None:
        found: Person | None = Person.objects.filter(email=self.proposal.email).first()
        return found

    def perform(self) -> None:
        person = self._person()
        if self.is_accepted and person is not None:
            _let_in(self.proposal.community, person)
        self.proposal.decided_by, self.proposal.decided_at = self.by, timezone.now()
        self.proposal.is_accepted = self.is_accepted
        self.proposal.save(update_fields=["decided_by", "decided_at", "is_accepted"])
