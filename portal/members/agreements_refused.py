"""What follows from a refused agreement: a suspension, which accepting it later lifts, and nothing else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from portal.members.agreements import refusing
from portal.members.ends import has_lost_sponsor, hold, lift, reason_of, suspend_by_rule
from portal.members.enums import EndReason, Standing
from portal.members.models import Person, StandingChange


def suspend_refusing(now: datetime) -> int:
    """Suspend active members who refused an agreement that is in force and have not accepted it since.

    Staff who refuse one read nothing either: they owe it (`standing.py`).
    """
    people = Person.objects.filter(refusing(), standing=Standing.ACTIVE)
    return sum(_suspend(pk) for pk in list(people.values_list("pk", flat=True)))


def _suspend(pk: int) -> bool:
    with transaction.atomic():
        person = hold(pk)
        return person.standing == Standing.ACTIVE and suspend_by_rule(person, reason=EndReason.AGREEMENT)


def lift_accepting(now: datetime) -> int:
    """Lift the suspension of those who owe no agreement any more, if that was its reason."""
    newest = StandingChange.objects.filter(person=OuterRef("pk")).order_by("-at", "-pk")
    suspended = Person.objects.annotate(latest_reason=Subquery(newest.values("reason")[:1])).filter(
        standing=Standing.SUSPENDED, latest_reason=EndReason.AGREEMENT
    )
    return sum(_lift(pk) for pk in list(suspended.values_list("pk", flat=True)))


def _lift(pk: int) -> bool:
    with transaction.atomic():
        person = hold(pk)
        if person.standing != Standing.SUSPENDED or reason_of(person) is not EndReason.AGREEMENT:
            return False
        if person.owes_agreement():
            return False
        lift(person)
        if has_lost_sponsor(person):
            suspend_by_rule(person, reason=EndReason.SPONSOR)
        return True
