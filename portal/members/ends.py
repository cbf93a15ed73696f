"""How a membership ends, and how it begins again.

`suspend` and `lift` are for the portal's own rules (`departures.py`, `validation.py` and others); the actions of staff
(`actions/ends.py`) write what they write. `ways_back.py` says each reason in a sentence, with the way back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils import timezone

from portal.core import outbox
from portal.members import alarms, clearance, own_address
from portal.members.desk_only import is_staff
from portal.members.enums import AlarmKind, EndReason, StaffRole, Standing
from portal.members.models import Alarm, Person, StandingChange

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

SAID_AGAIN_AFTER = timedelta(days=7)  # an alarm that was closed, about what has not changed


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
    """Suspend somebody whose row is held. Open sessions end with their next request; whom they sponsor goes too.

    For what people decide. The portal's own rules call `suspend_by_rule`.
    """
    end(person, Standing.SUSPENDED, reason=reason, words=words, by=by, at=at or timezone.now())


def lift(person: Person, *, words: str = "", by: Person | None = None, at: datetime | None = None) -> None:
    """End a suspension of somebody whose row is held, and tell them."""
    moment = at or timezone.now()
    if was_taken_over(person):
        start_afresh(person, at=moment)
    _write(person, Standing.ACTIVE, reason="", words=words, by=by, at=moment)
    outbox.put("membership_restored", str(person.pk))


def start_afresh(person: Person, *, at: datetime) -> None:
    """Let somebody sign in again whose account was in other hands, with nothing that the intruder knew or set up.

    Password, second factors, feed tokens and other addresses that were asked for are over. Members get a link to a
    new password. Staff ask for theirs: it leads to Desk, since Front cannot write it.
    """
    person.is_active = True
    person.sessions_valid_from = at
    person.set_unusable_password()
    person.save(update_fields=["is_active", "sessions_valid_from", "password"])
    Authenticator.objects.filter(user=person).delete()
    own_address.forget_asked(person)
    person.feed_tokens.filter(revoked_at=None).update(revoked_at=at)
    if not is_staff(person):
        outbox.put("welcome", str(person.pk))


def end(person: Person, standing: Standing, *, reason: EndReason, words: str, by: Person | None, at: datetime) -> None:
    if reason is EndReason.TAKEN_OVER:
        person.is_active = False
    person.sessions_valid_from = at
    _write(person, standing, reason=reason, words=words, by=by, at=at)
    clearance.end_all(person, by=by, at=at)
    own_address.forget_asked(person)
    if standing is Standing.CLOSED or reason is EndReason.TAKEN_OVER:
        person.feed_tokens.filter(revoked_at=None).update(revoked_at=at)
    outbox.put("membership_ended", str(person.pk))
    if standing is Standing.CLOSED or reason in DEPARTED:
        _suspend_sponsored(person, at)


def take_rights_of_staff(person: Person) -> None:
    """Leave an account that was closed nothing of what makes somebody staff. None of it comes back by itself."""
    person.groups.clear()
    person.user_permissions.clear()
    person.is_superuser = False
    person.save(update_fields=["is_superuser"])


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
            suspend_by_rule(person, reason=EndReason.SPONSOR, at=at)


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


def lift_bounces(person: Person, *, words: str, by: Person | None = None) -> bool:
    """End a suspension of somebody whose row is held that followed from mail that came back; False for any other."""
    if person.standing != Standing.SUSPENDED or reasons_of(person) != {EndReason.BOUNCES} or has_lost_sponsor(person):
        return False
    lift(person, words=words, by=by)
    return True


def suspend_by_rule(person: Person, *, reason: EndReason, words: str = "", at: datetime | None = None) -> bool:
    """Suspend a member whose row is held by one of the portal's own rules; False for staff.

    Rules follow from what members and Front wrote. Of staff an alarm tells instead: whoever can forge an answer would
    otherwise put out all who could lift the suspension again.
    """
    if is_staff(person):
        _alarm_about_staff(person, reason)
        return False
    suspend(person, reason=reason, words=words, at=at)
    return True


def _alarm_about_staff(person: Person, reason: EndReason) -> None:
    is_mail = reason is EndReason.BOUNCES
    kind = AlarmKind.STAFF_MAIL if is_mail else AlarmKind.STAFF_RULE
    about = person.email if is_mail else f"{reason.value}:{person.pk}"
    lately = Q(closed_at=None) | Q(raised_at__gt=timezone.now() - SAID_AGAIN_AFTER)
    if not Alarm.objects.filter(lately, kind=kind, about=about).exists():
        alarms.raise_alarm(kind, about=about, person=person)
