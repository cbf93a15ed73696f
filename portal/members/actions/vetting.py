"""What staff do with an application. Two people: whoever calls back does not decide, nor hears an appeal twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access import tokens
from portal.access.models import Token
from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action
from portal.members import case_file, own_address, retention, vetting
from portal.members.ends import take_rights_of_staff
from portal.members.enums import ApplicationState, Outcome, StaffRole, Standing, VettingKind
from portal.members.models import (
    Affiliation,
    Application,
    CaptainReview,
    Community,
    CommunityMembership,
    Organisation,
    Person,
    StandingChange,
    VettingEntry,
)
from portal.members.refusals import NotNow, NotYours

VETTERS = (StaffRole.VETTING_OFFICER, StaffRole.MIAC_SUPERVISOR)


@dataclass(frozen=True)
class VettingAction(Action):
    """Something that a vetting officer does with one application."""

    application: Application
    by: Person

    STATES: ClassVar[tuple[ApplicationState, ...]] = (ApplicationState.SUBMITTED, ApplicationState.APPEALED)

    def check(self) -> None:
        if not self.by.has_role(*VETTERS):
            raise NotYours(_("Only vetting officers and supervisors can do this. Nothing was changed."))
        if self.application.email == self.by.email:
            raise NotYours(_("Nobody vets themselves. Nothing was changed."))
        if self.application.state not in self.STATES:
            raise NotNow(_("The application has moved on meanwhile. Nothing was changed; look at it again."))

    def record(self, kind: VettingKind, outcome: Outcome, details: dict[str, Any], at: datetime | None = None) -> None:
        moment = at or timezone.now()
        sealed = case_file.seal_details(self.application, kind, moment, details)
        VettingEntry.objects.create(
            application=self.application,
            kind=kind,
            outcome=outcome,
            by=self.by,
            at=moment,
            details=sealed,
            over=self.application.written_now(),
        )
        retention.note_arrival(self.application, moment)

    def move_to(self, state: ApplicationState) -> None:
        self.application.state = state
        self.application.decided_at = timezone.now() if self.application.is_ended else self.application.decided_at
        self.application.save(update_fields=["state", "decided_at"])


def not_written_meanwhile(application: Application, seen: str) -> None:
    """Raise `NotNow` when the applicant wrote anew since somebody read the case: `seen` is what was written then."""
    if application.written_now() != seen:
        raise NotNow(_("The applicant wrote anew meanwhile. Nothing was recorded; read the case again."))


@dataclass(frozen=True)
class RecordFinding(VettingAction):
    """Record a call-back, a word, a review or a records check; `seen` names what the applicant had written by then."""

    verb = Verb.VETTING_FINDING

    kind: VettingKind = VettingKind.CALL_BACK
    outcome: Outcome = Outcome.NONE
    details: dict[str, Any] = field(default_factory=dict, repr=False)
    seen: str = ""

    def check(self) -> None:
        super().check()
        not_written_meanwhile(self.application, self.seen)
        if self.kind not in vetting.FINDINGS:
            raise NotNow(_("Choose what was found out. Nothing was changed."))
        if self.kind == VettingKind.RECORDS_CHECK and self.details:
            raise NotNow(_("Of a records check only cleared or not cleared is kept. Nothing was changed."))

    def perform(self) -> None:
        self.record(self.kind, self.outcome, self.details)


@dataclass(frozen=True)
class AskMore(VettingAction):
    """Ask the applicant for something; the case waits for them."""

    verb = Verb.VETTING_ASK

    letter: str = field(default="", repr=False)

    def perform(self) -> None:
        self.record(VettingKind.MORE_ASKED, Outcome.NONE, {"letter": self.letter})
        self.move_to(ApplicationState.MORE_ASKED)
        outbox.put("application_more", str(self.application.pk))


@dataclass(frozen=True)
class AskCaptain(VettingAction):
    """Ask the captain of a sector: a steward of its community. They are shown name, employer and position."""

    verb = Verb.VETTING_CAPTAIN

    captain: Person | None = None

    def check(self) -> None:
        super().check()
        if (
            self.captain is None
            or not self.captain.is_vetted
            or not vetting.captains().filter(pk=self.captain.pk).exists()
        ):
            raise NotNow(_("That person is not the captain of a sector. Nobody was asked."))
        if self.application.captain_reviews.filter(captain=self.captain, answered_at=None).exists():
            raise NotNow(_("This captain has been asked already, and has not answered yet."))

    def perform(self) -> None:
        facts: dict[str, Any] = {"captain": self.captain, "asked_by": self.by, "shown": b""}
        review = CaptainReview.objects.create(application=self.application, **facts)
        outbox.put("captain_asked", str(review.pk))


@dataclass(frozen=True)
class Decision(VettingAction):
    """The word on an application or on an appeal; `seen` as with a finding."""

    reasons: str = field(default="", repr=False)
    seen: str = ""

    def check(self) -> None:
        super().check()
        not_written_meanwhile(self.application, self.seen)
        if self.by.pk in vetting.barred_from_deciding(self.application.entries.all()):
            raise NotYours(_("You called back or decided before, so somebody else decides. Nothing was changed."))
        if not self.reasons.strip():
            raise NotNow(_("Give your reasons. Nothing was changed."))


@dataclass(frozen=True)
class Refuse(Decision):
    """Refuse, with a letter to the applicant and reasons for the file."""

    verb = Verb.VETTING_REFUSE

    letter: str = field(default="", repr=False)

    # Somebody who never answers is refused as well, or their case would stay for ever.
    STATES: ClassVar[tuple[ApplicationState, ...]] = (*VettingAction.STATES, ApplicationState.MORE_ASKED)

    def perform(self) -> None:
        self.record(VettingKind.DECISION, Outcome.BAD, {"reasons": self.reasons, "letter": self.letter})
        self.move_to(ApplicationState.REFUSED)
        outbox.put("application_refused", str(self.application.pk))


@dataclass(frozen=True)
class Admission:
    """Where an admitted member belongs. A new organisation is given by its facts, a known one as itself."""

    organisation: Organisation | None
    new_organisation: dict[str, Any]
    communities: tuple[Community, ...] = ()
    sponsor: Person | None = None
    is_point_of_contact: bool = False
    is_named_known: bool = False  # that things name the account which this address had before, and it is right


@dataclass(frozen=True)
class Approve(Decision):
    """Admit the applicant: their account, organisation and communities are made, and they are welcomed by mail."""

    verb = Verb.VETTING_APPROVE

    admission: Admission = field(default_factory=lambda: Admission(None, {}))

    def check(self) -> None:
        super().check()
        if not vetting.may_approve(vetting.findings_of(self.application)):
            raise NotNow(_("Call-back, word, review and records check must all be good first. Nothing was changed."))
        if self.application.email_verified_at is None:
            raise NotNow(_("The e-mail address is not verified yet. Nothing was changed."))
        if self._known() and self._known().standing not in {Standing.APPLIED, Standing.CLOSED}:
            raise NotNow(_("There is an account with this address already. Nothing was changed."))
        self._check_admission()
        new = self.admission.new_organisation.get("name")
        if self.admission.organisation is None and Organisation.objects.filter(name=new).exists():
            raise NotNow(_("There is an organisation of this name by now. Choose it; nothing was changed."))

    def _check_admission(self) -> None:
        """What the form was filled in with may have changed since: it is looked at now, and held."""
        place, sponsor = self.admission.organisation, self.admission.sponsor
        if place and not Organisation.objects.open().select_for_update().filter(pk=place.pk).exists():
            raise NotNow(_("The organisation was closed meanwhile. Nothing was changed."))
        if sponsor and not Person.objects.select_for_update().get(pk=sponsor.pk).is_vetted:
            raise NotNow(_("The sponsor is no active member any more. Nothing was changed."))
        wanted = {community.pk for community in self.admission.communities}
        if Community.objects.open().filter(pk__in=wanted).count() != len(wanted):
            raise NotNow(_("A community was closed meanwhile. Nothing was changed."))
        if named_on(self._known()) and not self.admission.is_named_known:
            raise NotNow(
                _(
                    "Restricted things still name the account that this address had before. Look at them on this page; "
                    "tick that they may be read, or have the name taken off first. Nothing was changed."
                )
            )

    def perform(self) -> Person:
        person = self._account()
        self._place(person)
        case_file.keep_profile(self.application, person)
        self.record(VettingKind.DECISION, Outcome.GOOD, {"reasons": self.reasons})
        self.application.person = person
        self.application.save(update_fields=["person"])
        self.move_to(ApplicationState.APPROVED)
        StandingChange.objects.create(person=person, standing=Standing.ACTIVE, by=self.by)
        outbox.put("welcome", str(person.pk))
        return person

    def _known(self) -> Any:
        return Person.objects.filter(email=self.application.email).first()

    def _account(self) -> Person:
        """The applicant's account; one that was closed, or waits since an earlier application, is opened again."""
        person: Person = self._known() or Person.objects.create_user(self.application.email, name=self.application.name)
        _begin_anew(person)
        person.name = self.application.name
        person.standing = Standing.ACTIVE
        person.standing_reason = ""
        person.is_active = True
        person.admitted_at = timezone.now()
        person.validated_until = person.admitted_at + settings.PORTAL_VALIDATION_LASTS
        person.sponsor = self.admission.sponsor
        person.save()
        person.visit.active_at = timezone.now()
        person.visit.save(update_fields=["active_at"])
        own_address.make_own(person)
        return person

    def _place(self, person: Person) -> None:
        organisation = self.admission.organisation or Organisation.objects.create(
            **self.admission.new_organisation, phone_verified_at=timezone.now()
        )
        Affiliation.objects.update_or_create(
            person=person,
            organisation=organisation,
            defaults={"ended_at": None, "is_point_of_contact": self.admission.is_point_of_contact},
        )
        for community in self.admission.communities:
            CommunityMembership.objects.update_or_create(
                person=person, community=community, defaults={"ended_at": None, "is_steward": False}
            )


def named_on(person: Person | None) -> list[str]:
    """What names an account that is about to come back: by type and key, since not everybody may read a title."""
    if person is None:
        return []
    rows = Token.objects.filter(token=tokens.person(person.pk)).select_related("content_type")
    return [f"{row.content_type.model} {row.object_id}" for row in rows.order_by("content_type__model", "object_id")]


def _begin_anew(person: Person) -> None:
    """Nothing that an account had once comes back with it: roles, places, password, factors, tokens, sessions.

    What was agreed to counts from `admitted_at` on.
    """
    now = timezone.now()
    take_rights_of_staff(person)
    person.affiliations.current().update(ended_at=now, is_point_of_contact=False)
    person.community_memberships.current().update(ended_at=now, is_steward=False)
    person.feed_tokens.filter(revoked_at=None).update(revoked_at=now)
    Authenticator.objects.filter(user=person).delete()
    person.set_unusable_password()
    person.sessions_valid_from = now
