"""What staff do with organisations and communities, and what a steward proposes.

Being in a community is what lets somebody read; so nobody adds themselves, or makes themselves its steward, and nobody
accepts what they proposed. Circles are closed, never deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import outbox
from portal.core.actions import Action
from portal.members import circles, clearance
from portal.members.circles import Circle
from portal.members.enums import CommunityKind, StaffRole
from portal.members.models import Community, CommunityMembership, MembershipProposal, Organisation, Person
from portal.members.models.people import fold
from portal.members.refusals import Incomplete, NotNow, NotYours, only_for

ORGANISATION_STAFF = (StaffRole.VETTING_OFFICER, StaffRole.ADMINISTRATOR)
COMMUNITY_STAFF = (StaffRole.MOP3_EDITOR, StaffRole.VETTING_OFFICER, StaffRole.ADMINISTRATOR)
MANY_TO_MANY = {"sectors", "counties"}


def _staff_of(circle: type[Circle]) -> tuple[StaffRole, ...]:
    return ORGANISATION_STAFF if circle is Organisation else COMMUNITY_STAFF


def _set(circle: Any, facts: dict[str, Any]) -> None:
    """Store facts. Raises `NotNow` when another circle took the name at the same moment."""
    for name in facts.keys() - MANY_TO_MANY:
        setattr(circle, name, facts[name])
    try:
        with transaction.atomic():
            circle.save()
    except IntegrityError:
        raise NotNow(_("There is another one of this name. Nothing was changed.")) from None
    for name in facts.keys() & MANY_TO_MANY:
        getattr(circle, name).set(facts[name])


def _check_organisation(facts: dict[str, Any]) -> None:
    if bool(facts.get("phone")) != bool(facts.get("phone_source")):
        raise Incomplete(_("A telephone number is kept with the place where it was found. Nothing was changed."))
    sponsor: Person | None = facts.get("sponsor")
    if sponsor is not None and not sponsor.is_vetted:
        raise NotNow(_("A sponsor is an active member. Nothing was changed."))


def _stamp_phone(organisation: Organisation, facts: dict[str, Any]) -> dict[str, Any]:
    """A number that is new, or newly found, was verified now."""
    before = (organisation.phone, organisation.phone_source) if organisation.pk else ("", "")
    if (facts["phone"], facts["phone_source"]) == before:
        return facts
    return {**facts, "phone_verified_at": timezone.now() if facts["phone"] else None}


@dataclass(frozen=True)
class CreateOrganisation(Action):
    """Make an organisation. `facts` are those of `circles.ORGANISATION_FACTS`."""

    by: Person
    facts: dict[str, Any]

    def check(self) -> None:
        only_for(self.by, *ORGANISATION_STAFF)
        _check_organisation(self.facts)

    def perform(self) -> Organisation:
        made = Organisation()
        _set(made, _stamp_phone(made, self.facts))
        return made


@dataclass(frozen=True)
class EditOrganisation(Action):
    """Change its facts; `seen` is the fingerprint of those on the form. Another kind ends clearances through it."""

    organisation: Organisation
    by: Person
    facts: dict[str, Any]
    seen: str

    def check(self) -> None:
        only_for(self.by, *ORGANISATION_STAFF)
        _not_changed_meanwhile(self.organisation, self.seen)
        sponsor = self.facts.get("sponsor")
        is_same = sponsor is not None and sponsor.pk == self.organisation.sponsor_id
        _check_organisation({**self.facts, "sponsor": None} if is_same else self.facts)

    def perform(self) -> Organisation:
        is_another_kind = self.facts["kind"] != self.organisation.kind
        _set(self.organisation, _stamp_phone(self.organisation, self.facts))
        if is_another_kind:
            clearance.end_through(self.organisation, by=self.by, at=timezone.now())
        return self.organisation


def _not_changed_meanwhile(circle: Circle, seen: str) -> None:
    if circles.fingerprint(circle) != seen:
        raise NotNow(_("Somebody else changed it meanwhile. Nothing was changed; look at it again."))


@dataclass(frozen=True)
class CreateCommunity(Action):
    """Make a community that staff look after; those of the sectors are there from the beginning."""

    by: Person
    facts: dict[str, Any]

    def check(self) -> None:
        only_for(self.by, *COMMUNITY_STAFF)
        if self.facts["kind"] == CommunityKind.SECTOR:
            raise NotNow(_("Each sector has its community already. Nothing was changed."))

    def perform(self) -> Community:
        slug = circles.slug_for(self.facts["name"], is_confidential=self.facts["is_confidential"])
        made = Community(slug=slug)
        _set(made, self.facts)
        return made


@dataclass(frozen=True)
class EditCommunity(Action):
    """Change its name, purpose, or whether outsiders may know of it. Hiding it takes the words out of its address."""

    community: Community
    by: Person
    facts: dict[str, Any]
    seen: str

    def check(self) -> None:
        only_for(self.by, *COMMUNITY_STAFF)
        _not_changed_meanwhile(self.community, self.seen)
        if self.facts["is_confidential"] and self.community.kind == CommunityKind.SECTOR:
            raise NotNow(_("The community of a sector cannot be hidden: everybody knows it. Nothing was changed."))

    def perform(self) -> Community:
        if self.facts["is_confidential"] and not circles.is_wordless(self.community.slug):
            self.community.slug = circles.wordless_slug()
        _set(self.community, self.facts)
        return self.community


@dataclass(frozen=True)
class CloseCircle(Action):
    """Close an organisation or community: from now on nobody reads anything through it, or is cleared through it."""

    circle: Circle
    by: Person

    def check(self) -> None:
        only_for(self.by, *_staff_of(type(self.circle)))
        if self.circle.closed_at is not None:
            raise NotNow(_("It is closed already. Nothing was changed."))
        if isinstance(self.circle, Community) and self.circle.kind == CommunityKind.SECTOR:
            raise NotNow(_("The community of a sector is not closed here. Nothing was changed."))

    def perform(self) -> None:
        self.circle.closed_at = timezone.now()
        self.circle.save(update_fields=["closed_at"])
        if isinstance(self.circle, Organisation):
            clearance.end_through(self.circle, by=self.by, at=self.circle.closed_at)


@dataclass(frozen=True)
class ReopenCircle(Action):
    """Open it again; those who were in it read through it again."""

    circle: Circle
    by: Person

    def check(self) -> None:
        only_for(self.by, *_staff_of(type(self.circle)))
        if self.circle.closed_at is None:
            raise NotNow(_("It is not closed. Nothing was changed."))

    def perform(self) -> None:
        self.circle.closed_at = None
        self.circle.save(update_fields=["closed_at"])


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

    def perform(self) -> None:
        for person in self.people:
            _let_in(self.community, person)


@dataclass(frozen=True)
class RemovePeople(PeopleAction):
    """Take people out, stewards among them; from the next request on they read nothing through it."""

    MUST_BE_ACTIVE = False

    def perform(self) -> None:
        places = CommunityMembership.objects.current().filter(community=self.community, person__in=self.people)
        places.update(ended_at=timezone.now(), is_steward=False)


@dataclass(frozen=True)
class NameStewards(PeopleAction):
    """Let people who are in it look after it."""

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

    MUST_BE_ACTIVE = False

    def perform(self) -> None:
        CommunityMembership.objects.filter(community=self.community, person__in=self.people).update(is_steward=False)


@dataclass(frozen=True)
class Propose(Action):
    """A steward proposes somebody. Whether anybody has the address is not looked up, so that nothing can tell."""

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
