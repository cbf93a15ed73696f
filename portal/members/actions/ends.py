"""How staff end a membership, and let it begin again. `portal/members/ends.py` is for the portal's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.audit import Verb
from portal.core.actions import Action
from portal.members import alarms, own_address
from portal.members.desk_only import is_staff
from portal.members.ends import (
    BY_STAFF,
    OFFICERS,
    changes_since_active,
    end,
    has_lost_sponsor,
    lift,
    reason_of,
    reasons_of,
    suspend,
    take_rights_of_staff,
    was_taken_over,
    who_ends,
)
from portal.members.enums import AlarmKind, EndReason, StaffRole, Standing
from portal.members.models import Affiliation, Departure, Person, RoleChange, StandingChange
from portal.members.refusals import Incomplete, NotNow, NotYours, not_oneself, only_for
from portal.members.validation import ask_anew

NO_SPONSOR = gettext_lazy("Name a sponsor who is an active member first. Nothing was changed.")
DAY = timedelta(days=1)


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

    verb = Verb.SUSPEND

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
        self._check_not_one_after_another()

    def _check_not_one_after_another(self) -> None:
        """Officers switch off one colleague a day at once: nobody puts out all who could lift it again."""
        if not is_staff(self.person) or self.by.has_role(StaffRole.ADMINISTRATOR):
            return
        lately = StandingChange.objects.filter(
            reason=EndReason.TAKEN_OVER, at__gt=timezone.now() - DAY, by__isnull=False
        ).exclude(person=self.person)
        if any(is_staff(change.person) for change in lately.select_related("person")):
            raise NotYours(
                _(
                    "A colleague was switched off within the last day already. An administrator suspends the next one. "
                    "Nothing was changed."
                )
            )

    def perform(self) -> None:
        suspend(self.person, reason=self.reason, words=self.words, by=self.by)
        if self.reason is EndReason.TAKEN_OVER and is_staff(self.person):
            alarms.raise_alarm(AlarmKind.STAFF_OUT, about=self.person.email, person=self.person)


@dataclass(frozen=True)
class LetBackIn(EndAction):
    """Make somebody active again.

    After their account was in other hands, and if they had another address before, `email` says which one is theirs:
    a link to a new password goes there. Whoever decides has asked them on the telephone.
    """

    words: str = ""
    email: str = ""

    def check_address(self) -> None:
        before = own_address.former_of(self.person) if was_taken_over(self.person) else []
        if before and not self.email:
            raise Incomplete(
                _(
                    "The address was changed before the account was suspended. Say which one is theirs. "
                    "Nothing was changed."
                )
            )
        if self.email and self.email not in {self.person.email, *before}:
            raise NotNow(_("They never had this address. Nothing was changed."))
        if self.email and own_address.is_somebody_elses(self.email, self.person):
            raise NotNow(_("Another account has this address by now. Nothing was changed."))

    def let_in(self) -> None:
        if self.email and self.email != self.person.email:
            own_address.give_back(self.person, self.email)
        lift(self.person, words=self.words, by=self.by)


@dataclass(frozen=True)
class Lift(LetBackIn):
    """End a suspension.

    One for a refused agreement is lifted by accepting it, one for a sponsor by naming another. After a 'no' in the
    yearly validation the question is asked anew; after a report that somebody left, they are back in that organisation.
    Where one suspension came on top of another, each reason is looked at: lifting ends them all.
    """

    verb = Verb.LIFT

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
        self.check_address()

    def perform(self) -> None:
        undo_what_followed(self.person)
        self.let_in()


def undo_what_followed(person: Person) -> None:
    """Ask a validation anew, and take a report back, that led to the suspension of somebody whose row is held."""
    for change in changes_since_active(person):
        match change.reason:
            case EndReason.VALIDATION:
                ask_anew(person)
            case EndReason.LEFT_EMPLOYER:
                _take_back_departure(change)


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

    verb = Verb.SPONSOR

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

    verb = Verb.CLOSE_ACCOUNT

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
        end(self.person, Standing.CLOSED, reason=self.reason, words=self.words, by=self.by, at=timezone.now())
        for group in self.person.groups.filter(name__in=[role.value for role in StaffRole]):
            RoleChange.objects.create(
                person=self.person, role=group.name, is_given=False, reason=_("The membership was closed."), by=self.by
            )
        take_rights_of_staff(self.person)


@dataclass(frozen=True)
class Reopen(LetBackIn):
    """Make a closed membership active again. Roles and clearance do not come back with it."""

    verb = Verb.REOPEN_ACCOUNT

    def check(self) -> None:
        super().check()
        if self.person.standing != Standing.CLOSED:
            raise NotNow(_("It is not closed. Nothing was changed."))
        if not self.words.strip():
            raise Incomplete(_("Say why it is opened again. Nothing was changed."))
        if has_lost_sponsor(self.person):
            raise NotNow(NO_SPONSOR)
        self.check_address()

    def perform(self) -> None:
        if EndReason.VALIDATION in reasons_of(self.person):
            ask_anew(self.person)
        self.let_in()
