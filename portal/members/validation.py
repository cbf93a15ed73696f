"""The yearly re-validation: the person answers, their organisation or staff confirm, Desk moves the date on.

Front can write the answers but not the date. Desk counts the next year from the date that it holds itself, so that a
row that somebody forged gives nobody more than the year that follows.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import outbox
from portal.members.case_file import person_record, profile_field
from portal.members.desk_only import is_staff, people_of_staff
from portal.members.ends import OFFICERS, hold, suspend_by_rule
from portal.members.enums import EndReason, Standing
from portal.members.models import Affiliation, Person, Reminder, SealedProfile, Validation
from portal.vault import records

CHANGES = "validation:changes"
ASKED = "validation"  # the kind of reminder that says that Desk asked
PROFILE_FIELDS = ("position", "phone")


def ask_due(now: datetime) -> int:
    """Ask everybody whose date comes within the time that PORTAL_VALIDATION_ASKED_BEFORE names, once for each date."""
    asked = Reminder.objects.filter(person=OuterRef("pk"), kind=ASKED, about=OuterRef("validated_until"))
    there = Validation.objects.filter(person=OuterRef("pk"), due_at=OuterRef("validated_until"))
    near = Person.objects.filter(
        standing=Standing.ACTIVE, validated_until__lte=now + settings.PORTAL_VALIDATION_ASKED_BEFORE
    )
    due = near.exclude(Exists(asked) & Exists(there)).values_list("pk", "validated_until")
    return sum(_ask(pk, due_at, now) for pk, due_at in list(due))


def _ask(pk: int, due_at: datetime, now: datetime) -> bool:
    """Ask one person. Front cannot write reminders: a row of answers that was there before the question goes."""
    with transaction.atomic():
        _row, is_first = Reminder.objects.get_or_create(
            person_id=pk, kind=ASKED, about=due_at, defaults={"sent_at": now}
        )
        if is_first:
            Validation.objects.filter(person_id=pk, due_at=due_at).delete()
        validation, _is_new = Validation.objects.get_or_create(person_id=pk, due_at=due_at)
        if is_first:
            outbox.put("validation_asked", str(validation.pk))
    return is_first


def ask_anew(person: Person) -> None:
    """Open the question of the date that holds once more, as if nobody had answered, and tell the person."""
    if person.validated_until is None:
        return
    asked = Validation.objects.filter(person=person, due_at=person.validated_until)
    asked.update(
        answered_at=None,
        same_employer=None,
        same_sponsor=None,
        confirmed_by=None,
        confirmed_at=None,
        is_confirmed=None,
        completed_at=None,
    )
    for pk in asked.values_list("pk", flat=True):
        outbox.put("validation_asked", str(pk))


def bring_forward(pk: int, *, now: datetime) -> bool:
    """Have a member validated anew soon, since something put their place in doubt; False for staff and for others.

    The date moves no later. They are asked at the next `tick`, and have PORTAL_VALIDATION_ASKED_BEFORE to answer.
    """
    until = now + settings.PORTAL_VALIDATION_ASKED_BEFORE
    members = Person.objects.filter(standing=Standing.ACTIVE, validated_until__gt=until)
    return bool(members.exclude(pk__in=people_of_staff().values("pk")).filter(pk=pk).update(validated_until=until))


def _was_asked(row: Validation) -> bool:
    return Reminder.objects.filter(person=row.person_id, kind=ASKED, about=row.due_at).exists()


def open_for(person: Person) -> Validation | None:
    """The question that a person has to answer now, or has answered and that is not completed yet."""
    if person.validated_until is None:
        return None
    asked: Validation | None = person.validations.filter(due_at=person.validated_until, completed_at=None).first()
    return asked


def answer(validation: Validation, *, same_employer: bool, same_sponsor: bool | None, changes: dict[str, str]) -> bool:
    """Store what the person says, once; what changed is sealed to Desk. False if it was answered already."""
    person = validation.person
    told = {name: value for name, value in changes.items() if name in PROFILE_FIELDS and value}
    key = records.new_key(person_record(person.pk)) if told else None  # committed before what it seals
    sealed = key.seal(CHANGES, json.dumps(told).encode()) if key else b""
    with transaction.atomic():
        stored = Validation.objects.filter(pk=validation.pk, answered_at=None, completed_at=None).update(
            answered_at=timezone.now(), same_employer=same_employer, same_sponsor=same_sponsor, changes=sealed
        )
        if stored and key:
            SealedProfile.objects.bulk_create(
                SealedProfile(person=person, field=name, envelope=key.seal(profile_field(name), value.encode()))
                for name, value in told.items()
            )
    return bool(stored)


def awaiting_confirmation() -> QuerySet[Validation]:
    """Answered with yes, and not confirmed: oldest first."""
    rows = Validation.objects.filter(
        answered_at__isnull=False, same_employer=True, is_confirmed=None, completed_at=None
    )
    return rows.filter(person__standing=Standing.ACTIVE).exclude(same_sponsor=False).order_by("answered_at", "pk")


def _contacts_of_person() -> Any:
    """Active points of contact, other than themselves, of the organisations of an outer validation's person."""
    theirs = Affiliation.objects.current().filter(
        person=OuterRef(OuterRef("person")), organisation__closed_at=None, is_point_of_contact=False
    )
    return (
        Affiliation.objects.current()
        .filter(is_point_of_contact=True, organisation__in=theirs.values("organisation"))
        .filter(person__in=Person.objects.active())
        .exclude(person=OuterRef("person"))
    )


def awaiting_staff() -> QuerySet[Validation]:
    """Those that staff confirm: nobody at the organisation could, or the person is its contact or of staff."""
    by_staff = ~Exists(_contacts_of_person()) | Q(person__in=people_of_staff())
    return awaiting_confirmation().filter(by_staff).select_related("person")


def awaiting_contact(contact: Person, organisations: Any) -> QuerySet[Validation]:
    """Those that a point of contact confirms: of people in these organisations who are not points of contact there.

    Nor of staff: whether they stay is decided on Desk alone.
    """
    places = Affiliation.objects.current().filter(organisation__in=organisations, is_point_of_contact=False)
    theirs = awaiting_confirmation().filter(person__in=places.values("person"))
    return theirs.exclude(person=contact).exclude(person__in=people_of_staff()).select_related("person")


def confirm(validation: Validation, *, by: Person, is_confirmed: bool) -> bool:
    """Store the organisation's word, once; False if it was given already. Callers know that `by` may give it."""
    stored = Validation.objects.filter(
        pk=validation.pk, answered_at__isnull=False, is_confirmed=None, completed_at=None
    ).update(confirmed_by=by, confirmed_at=timezone.now(), is_confirmed=is_confirmed)
    return bool(stored)


def complete_answered(now: datetime) -> int:
    """Draw the consequence of every answer that is complete: another year, or the end."""
    answered = Validation.objects.filter(completed_at=None, answered_at__isnull=False)
    current = answered.filter(due_at=F("person__validated_until"), person__standing=Standing.ACTIVE)
    return sum(_complete(pk, now) for pk in list(current.values_list("pk", flat=True)))


def _complete(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        row = Validation.objects.select_for_update(of=("self",)).filter(pk=pk, completed_at=None).first()
        person = hold(row.person_id) if row else None
        if row is None or person is None or not _is_current(row, person):
            return False
        _drop_forged_confirmation(row)
        said_no = _said_no(row)
        if not said_no and not row.is_confirmed:
            return False
        row.completed_at = now
        row.save(update_fields=["completed_at"])
        if not said_no:
            _extend(person, now)
        elif not suspend_by_rule(person, reason=EndReason.VALIDATION, words=said_no, at=now):
            ask_anew(person)  # of staff: without an answer it lapses on its day
        return True


def _is_current(row: Validation, person: Person) -> bool:
    """Whether the row answers a question that Desk asked, about the date that Desk holds."""
    return person.standing == Standing.ACTIVE and row.due_at == person.validated_until and _was_asked(row)


def _said_no(row: Validation) -> str:
    """In words, what was answered with no; empty if nothing was."""
    if row.same_employer is False:
        return _("You said that you no longer work for this employer.")
    if row.same_sponsor is False:
        return _("You said that your sponsor is no longer the same.")
    if row.is_confirmed is False:
        return _("Your organisation did not confirm that you still work there.")
    return ""


def _drop_forged_confirmation(row: Validation) -> None:
    """Put a row back among those that wait when nobody entitled confirmed it."""
    if row.is_confirmed is not None and not _may_have_confirmed(row):
        row.confirmed_by = row.confirmed_at = row.is_confirmed = None
        row.save(update_fields=["confirmed_by", "confirmed_at", "is_confirmed"])


def _may_have_confirmed(row: Validation) -> bool:
    """Whether whoever confirmed was entitled to. Front wrote the row; it is not believed."""
    if row.confirmed_by is None or row.confirmed_at is None or row.confirmed_by_id == row.person_id:
        return False
    if row.confirmed_by.has_role(*OFFICERS):
        return True
    if is_staff(row.person):
        return False
    at = row.confirmed_at
    theirs = Affiliation.objects.current(at=at).filter(person=row.person_id, is_point_of_contact=False)
    contacts = Affiliation.objects.current(at=at).filter(person=row.confirmed_by, is_point_of_contact=True)
    return contacts.filter(organisation__in=theirs.values("organisation")).exists()


def _extend(person: Person, now: datetime) -> None:
    """A year from the date that was due. Whoever answers more than a year late begins with the year they are in."""
    until = person.validated_until or now
    while until <= now or until == person.validated_until:
        until += settings.PORTAL_VALIDATION_LASTS
    person.validated_until = until
    person.save(update_fields=["validated_until"])
    outbox.put("validation_done", str(person.pk))
