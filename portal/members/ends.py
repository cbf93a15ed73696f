"""How a membership ends, and how it begins again.

The actions are for staff. `suspend` and `lift` are for the portal's own rules (`departures.py`, `validation.py` and
others); they write what the actions write. `ways_back.py` says each reason in a sentence, with the way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.core import outbox
from portal.core.actions import Action
from portal.members import clearance
from portal.members.desk_only import is_staff
from portal.members.enums import EndReason, StaffRole, Standing
from portal.members.models import Affiliation, Departure, Person, RoleChange, StandingChange, Validation
from portal.members.refusals import Incomplete, NotNow, not_oneself, only_for

OFFICERS = (StaffRole.VETTING_OFFICER, StaffRole.MIAC_SUPERVISOR)
# What staff may suspend for. The others follow from what the person answered, and are lifted by answering anew.
BY_STAFF = (
    EndReason.STAFF,
    EndReason.TAKEN_OVER,
    EndReason.SPONSOR,
    EndReason.BOUNCES,
    EndReason.LEFT_EMPLOYER,
    EndReason.OWN_WISH,
)

# After these a sponsor is no longer there to vouch for anybody, as after closing; other suspensions pass.
DEPARTED = frozenset({EndReason.LEFT_EMPLOYER, EndReason.OWN_WISH, EndReason.VALIDATION})

NO_SPONSOR = gettext_lazy("Name a sponsor who is an active member first. Nothing was changed.")


def hold(pk: int) -> Person:
    """A person's row as it is now, held until the transaction ends."""
    held: Person = Person.objects.select_for_update(of=("self",)).get(pk=pk)
    return held


def latest_change(person: Person) -> StandingChange | None:
    """The change that led to where a person stands."""
    return person.standing_changes.order_by("-at", "-pk").first()


def changes_since_active(person: Person) -> list[StandingChange]:
    """The changes since somebody was last active, newest first: one suspension may have come on top of another."""
    changes = person.standing_changes.order_by("-at", "-pk")
    return list(takewhile(lambda change: change.standing != Standing.ACTIVE, changes))


def reasons_of(person: Person) -> set[EndReason]:
    """Every reason for which somebody has been suspended or closed since they were last active."""
    return {EndReason(change.reason) for change in changes_since_active(person) if change.reason}


def reason_of(person: Person) -> EndReason | None:
    """Why somebody is suspended or closed; None for others, and where nobody wrote it down."""
    if person.standing not in {Standing.SUSPENDED, Standing.CLOSED}:
        return EndReason.LEFT_EMPLOYER if person.is_reported_gone() else None
    change = latest_change(person)
    return EndReason(change.reason) if change and change.reason else None


def suspend(
    person: Person, *, reason: EndReason, words: str = "", by: Person | None = None, at: datetime | None = None
) -> None:
    """Suspend somebody whose row is held. Open sessions end with their next request; whom they sponsor goes too."""
    _end(person, Standing.SUSPENDED, reason=reason, words=words, by=by, at=at or timezone.now())


def lift(person: Person, *, words: str = "", by: Person | None = None, at: datetime | None = None) -> None:
    """End a suspension of somebody whose row is held, and tell them."""
    moment = at or timezone.now()
    if was_taken_over(person):
        start_afresh(person, at=moment)
    _write(person, Standing.ACTIVE, reason="", words=words, by=by, at=moment)
    outbox.put("membership_restored", str(person.pk))


def start_afresh(person: Person, *, at: datetime) -> None:
    """Let somebody sign in again whose account was in other hands, with nothing that the intruder knew or set up.

    Password, second factors and feed tokens are over. Members get a link to a new password. Staff ask for theirs: it
    leads to Desk, since Front cannot write it.
    """
    person.is_active = True
    person.sessions_valid_from = at
    person.set_unusable_password()
    person.save(update_fields=["is_active", "sessions_valid_from", "password"])
    Authenticator.objects.filter(user=person).delete()
    person.feed_tokens.filter(revoked_at=None).update(revoked_at=at)
    if not is_staff(person):
        outbox.put("welcome", str(person.pk))


def _end(person: Person, standing: Standing, *, reason: EndReason, words: str, by: Person | None, at: datetime) -> None:
    if reason is EndReason.TAKEN_OVER:
        person.is_active = False
    person.sessions_valid_from = at
    _write(person, standing, reason=reason, words=words, by=by, at=at)
    clearance.end_all(person, by=by, at=at)
    if standing is Standing.CLOSED or reason is EndReason.TAKEN_OVER:
        person.feed_tokens.filter(revoked_at=None).update(revoked_at=at)
    outbox.put("membership_ended", str(person.pk))
    if standing is Standing.CLOSED or reason in DEPARTED:
        _suspend_sponsored(person, at)


def _write(
    person: Person, standing: Standing, *, reason: EndReason | str, words: str, by: Person | None, at: datetime
) -> None:
    StandingChange.objects.create(person=person, standing=standing, reason=reason, words=words, by=by, at=at)
    person.standing = standing
    person.standing_reason = words or (str(EndReason(reason).label) if reason else "")
    person.save(update_fields=["standing", "standing_reason", "is_active", "sessions_valid_from"])


def _suspend_sponsored(sponsor: Person, at: datetime) -> None:
    """Nobody stays on the word of a sponsor who is no longer here."""
    active = Person.objects.select_for_update(of=("self",)).filter(sponsor=sponsor, standing=Standing.ACTIVE)
    for pk in list(active.order_by("pk").values_list("pk", flat=True)):
        person = hold(pk)
        if person.standing == Standing.ACTIVE:  # a circle of sponsors comes round
            suspend(person, reason=EndReason.SPONSOR, at=at)


def has_lost_sponsor(person: Person) -> bool:
    """Whether the sponsor has departed. Nobody becomes active again on the word of such a one."""
    sponsor = person.sponsor
    if sponsor is None or sponsor.standing == Standing.CLOSED:
        return sponsor is not None
    return sponsor.standing == Standing.SUSPENDED and reason_of(sponsor) in DEPARTED


def was_taken_over(person: Person) -> bool:
    """Whether the account was switched off as taken over since the person was last active."""
    return EndReason.TAKEN_OVER in reasons_of(person)


def who_ends(person: Person, *, reason: EndReason | None = None, is_suspension: bool = False) -> tuple[StaffRole, ...]:
    """The roles that may suspend or close this person.

    Of staff only administrators: no officer puts the other officers out. An account in other hands is suspended by any
    officer at once.
    """
    if not is_staff(person):
        return OFFICERS
    is_urgent = is_suspension and reason is EndReason.TAKEN_OVER
    return (*OFFICERS, StaffRole.ADMINISTRATOR) if is_urgent else (StaffRole.ADMINISTRATOR,)


@dataclass(frozen=True)
class EndAction(Action):
    """Something that a vetting officer or supervisor does with one membership. Raises what `refusals.py` names."""

    person: Person
    by: Person

    def who(self) -> tuple[StaffRole, ...]:
        """The roles that may do it."""
        return OFFICERS

    def check(self) -> None:
        not_oneself(self.by, self.person)
        only_for(self.by, *self.who())


@dataclass(frozen=True)
class Suspend(EndAction):
    """Suspend a member, for a reason that the person sees. Another reason may come on top of a suspension."""

    reason: EndReason
    words: str = ""

    def who(self) -> tuple[StaffRole, ...]:
        return who_ends(self.person, reason=self.reason, is_suspension=True)

    def check(self) -> None:
        super().check()
        if self.person.standing not in {Standing.ACTIVE, Standing.SUSPENDED}:
            raise NotNow(_("Only a member can be suspended. Nothing was changed."))
        if self.person.standing == Standing.SUSPENDED and reason_of(self.person) is self.reason:
            raise NotNow(_("They are suspended for that already. Nothing was changed."))
        if self.reason not in BY_STAFF:
            raise NotNow(_("That reason follows from what the member answers. Nothing was changed."))
        if self.reason is EndReason.STAFF and not self.words.strip():
            raise Incomplete(_("Say why, in words that the person sees. Nothing was changed."))

    def perform(self) -> None:
        suspend(self.person, reason=self.reason, words=self.words, by=self.by)


@dataclass(frozen=True)
class Lift(EndAction):
    """End a suspension.

    One for a refused agreement is lifted by accepting it, one for a sponsor by naming another. After a 'no' in the
    yearly validation the question is asked anew; after a report that somebody left, they are back in that organisation.
    Where one suspension came on top of another, each reason is looked at: lifting ends them all.
    """

    words: str = ""

    def check(self) -> None:
        super().check()
        if self.person.standing != Standing.SUSPENDED:
            raise NotNow(_("They are not suspended. Nothing was changed."))
        reasons = reasons_of(self.person)
        is_owed = EndReason.AGREEMENT in reasons and self.person.owes_agreement()
        if is_owed or reason_of(self.person) is EndReason.AGREEMENT:
            raise NotNow(_("Accepting the agreement lifts it, and only they can do that. Nothing was changed."))
        if EndReason.SPONSOR in reasons and not (self.person.sponsor and self.person.sponsor.is_vetted):
            raise NotNow(NO_SPONSOR)
        if has_lost_sponsor(self.person):
            raise NotNow(NO_SPONSOR)

    def perform(self) -> None:
        for change in changes_since_active(self.person):
            match change.reason:
                case EndReason.VALIDATION:
                    _ask_validation_anew(self.person)
                case EndReason.LEFT_EMPLOYER:
                    _take_back_departure(change)
        lift(self.person, words=self.words, by=self.by)


def _ask_validation_anew(person: Person) -> None:
    if person.validated_until is None:
        return
    Validation.objects.filter(person=person, due_at=person.validated_until).update(
        answered_at=None,
        same_employer=None,
        same_sponsor=None,
        confirmed_by=None,
        confirmed_at=None,
        is_confirmed=None,
        completed_at=None,
    )


def _take_back_departure(change: StandingChange) -> None:
    """Put somebody back where the report ended their place from which this very suspension followed, and only there."""
    if change.by_id is not None:  # staff suspended, not a report
        return
    handled = Departure.objects.filter(person=change.person_id, handled_at=change.at)
    for departure in handled.order_by("-reported_at", "-pk"):
        place = Affiliation.objects.filter(person=change.person_id, organisation=departure.organisation_id)
        if place.filter(ended_at=departure.reported_at).update(ended_at=None):
            return


@dataclass(frozen=True)
class NameSponsor(EndAction):
    """Give a member another sponsor, which lifts a suspension that was for want of one and for nothing else."""

    sponsor: Person

    def check(self) -> None:
        super().check()
        if self.person.standing == Standing.APPLIED:
            raise NotNow(_("Only a member has a sponsor. Nothing was changed."))
        if self.sponsor.pk == self.person.pk or not self.sponsor.is_vetted:
            raise NotNow(_("A sponsor is another person, and an active member. Nothing was changed."))
        if self.sponsor.sponsor_id == self.person.pk:
            raise NotNow(_("They cannot be sponsors of one another. Nothing was changed."))

    def perform(self) -> None:
        self.person.sponsor = self.sponsor
        self.person.save(update_fields=["sponsor"])
        if self.person.standing == Standing.SUSPENDED and reasons_of(self.person) == {EndReason.SPONSOR}:
            lift(self.person, by=self.by)


@dataclass(frozen=True)
class Close(EndAction):
    """Close a membership: roles of staff, the clearance and feed tokens end with it."""

    reason: EndReason
    words: str = ""

    def who(self) -> tuple[StaffRole, ...]:
        return who_ends(self.person)

    def check(self) -> None:
        super().check()
        if self.person.standing not in {Standing.ACTIVE, Standing.SUSPENDED}:
            raise NotNow(_("Only a membership that is not closed can be closed. Nothing was changed."))
        if not self.words.strip():
            raise Incomplete(_("Say why, in words that the person sees. Nothing was changed."))

    def perform(self) -> None:
        _end(self.person, Standing.CLOSED, reason=self.reason, words=self.words, by=self.by, at=timezone.now())
        for group in self.person.groups.filter(name__in=[role.value for role in StaffRole]):
            self.person.groups.remove(group)
            RoleChange.objects.create(
                person=self.person, role=group.name, is_given=False, reason=_("The membership was closed."), by=self.by
            )


@dataclass(frozen=True)
class Reopen(EndAction):
    """Make a closed membership active again. Roles and clearance do not come back with it."""

    words: str = ""

    def check(self) -> None:
        super().check()
        if self.person.standing != Standing.CLOSED:
            raise NotNow(_("It is not closed. Nothing was changed."))
        if not self.words.strip():
            raise Incomplete(_("Say why it is opened again. Nothing was changed."))
        if has_lost_sponsor(self.person):
            raise NotNow(NO_SPONSOR)

    def perform(self) -> None:
        if EndReason.VALIDATION in reasons_of(self.person):
            _ask_validation_anew(self.person)
        lift(self.person, words=self.words, by=self.by)


def lift_bounces(person: Person, *, words: str, by: Person | None = None) -> bool:
    """End a suspension of somebody whose row is held that followed from mail that came back; False for any other."""
    if person.standing != Standing.SUSPENDED or reasons_of(person) != {EndReason.BOUNCES} or has_lost_sponsor(person):
        return False
    lift(person, words=words, by=by)
    return True


def suspend_by_rule(pk: int, *, reason: EndReason, words: str = "") -> bool:
    """Suspend an active member by one of the portal's own rules; False if they are active no longer."""
    with transaction.atomic():
        person = hold(pk)
        if person.standing != Standing.ACTIVE:
            return False
        suspend(person, reason=reason, words=words)
        return True
