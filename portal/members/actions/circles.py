"""What staff do with organisations and communities. They are closed, never deleted. Who is in: `memberships.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.members import circles, clearance
from portal.members.circles import Circle
from portal.members.enums import CommunityKind, OrganisationKind, StaffRole
from portal.members.models import Community, Organisation, Person
from portal.members.refusals import Incomplete, NotNow, only_for

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
    if facts["is_criminal_justice"] and facts["kind"] != OrganisationKind.PUBLIC_AGENCY:
        raise NotNow(_("Only a public agency can be a criminal-justice agency. Nothing was changed."))
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

    verb = Verb.ORGANISATION_CREATE

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
    """Change its facts; `seen` is the fingerprint of those on the form. Clearances end with being such an agency."""

    verb = Verb.ORGANISATION_EDIT

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
        is_agency_no_more = self._ends_clearances()
        _set(self.organisation, _stamp_phone(self.organisation, self.facts))
        if is_agency_no_more:
            clearance.end_through(self.organisation, by=self.by, at=timezone.now())
        return self.organisation

    def _ends_clearances(self) -> bool:
        """Whether it becomes one of another kind, or is a criminal-justice agency no more."""
        was = self.organisation
        is_another_kind = bool(self.facts["kind"] != was.kind)
        return is_another_kind or (was.is_criminal_justice and not self.facts["is_criminal_justice"])


def _not_changed_meanwhile(circle: Circle, seen: str) -> None:
    if circles.fingerprint(circle) != seen:
        raise NotNow(_("Somebody else changed it meanwhile. Nothing was changed; look at it again."))


@dataclass(frozen=True)
class CreateCommunity(Action):
    """Make a community that staff look after; those of the sectors are there from the beginning."""

    verb = Verb.COMMUNITY_CREATE

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

    verb = Verb.COMMUNITY_EDIT

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

    verb = Verb.CIRCLE_CLOSE

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

    verb = Verb.CIRCLE_REOPEN

    circle: Circle
    by: Person

    def check(self) -> None:
        only_for(self.by, *_staff_of(type(self.circle)))
        if self.circle.closed_at is None:
            raise NotNow(_("It is not closed. Nothing was changed."))

    def perform(self) -> None:
        self.circle.closed_at = None
        self.circle.save(update_fields=["closed_at"])
