"""Who it was is erased from the trail, and the events stay: their references then mean nobody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q

from portal.audit import own, references
from portal.audit.enums import Kept, Verb
from portal.audit.models import OwnEvent, Reference
from portal.audit.recording import Facts, record
from portal.audit.retention.months import month_of, months_later, start_of

AT_ONCE = 5_000
AGE, ORDER = "age", "order"


class NotYetPast(Exception):
    """What is still being written cannot be erased: the month must be over."""


def erase_reads(*, now: datetime) -> int:
    """Let plain reads lose their person after `PORTAL_TRAIL_READS_MONTHS`; returns how many references went.

    Counted in whole months: what happened on the last day of a month is by then so old as well. What people were shown
    of the trail goes at the same age.
    """
    before = months_later(month_of(now), -settings.PORTAL_TRAIL_READS_MONTHS)
    meant = Reference.objects.filter(kept=Kept.READ, month__lt=before)
    return _erase(meant, OwnEvent.objects.filter(at__lt=start_of(before)), before=before, by=AGE)


def erase_person(person: int, *, before: date, now: datetime) -> int:
    """Erase on order whom events of before a month mean, where it is one person. Raises `NotYetPast`."""
    _refuse_present(before, now)
    meant = Reference.objects.filter(kind=references.PERSON, value=str(person), month__lt=before)
    shown = OwnEvent.objects.filter(person=person, at__lt=start_of(before))
    return _erase(meant, shown, before=before, about=f"{own.ACCOUNT}:{person}")


def erase_address(address: str, *, before: date, now: datetime) -> int:
    """Erase on order a network address from events of before a month. Raises `NotYetPast`."""
    _refuse_present(before, now)
    meant = Reference.objects.filter(kind=references.ADDRESS, value=address, month__lt=before)
    with transaction.atomic():
        OwnEvent.objects.filter(address=address, at__lt=start_of(before)).update(address="")
        return _erase(meant, OwnEvent.objects.none(), before=before)


def _refuse_present(before: date, now: datetime) -> None:
    if before > month_of(now):
        raise NotYetPast


def _erase(meant: Any, shown: Any, *, before: date, about: str = "", by: str = ORDER) -> int:
    """Delete, and record how many; nothing is recorded when there was nothing.

    What is recorded lets the verifier tell what was erased from what somebody has deleted.
    """
    with transaction.atomic():
        decisions, months = meant.filter(kept=Kept.DECISION).count(), _by_month(meant)
        count, own_count = delete(meant), delete(shown)
        if count or own_count:
            facts: Facts = {"references": count, "decisions": decisions, "own": own_count}
            facts = {**facts, "before": f"{before:%Y-%m}", "by": by}
            record(Verb.TRAIL_ERASE, about, facts=facts if by == AGE else {**facts, "months": months})
    references.forget()
    return count


def _by_month(meant: Any) -> list[str]:
    """Of each month how many plain reads and decisions: `2025-01 3 1`. An order explains no other month's."""
    is_decision = Q(kept=Kept.DECISION)
    counts = {"decisions": Count("pk", filter=is_decision), "reads": Count("pk", filter=~is_decision)}
    rows = meant.order_by("month").values("month").annotate(**counts)
    return [f"{row['month']:%Y-%m} {row['reads']} {row['decisions']}" for row in rows]


def delete(rows: Any) -> int:
    """Delete rows in pieces, so that memory does not grow with them; returns how many."""
    count = 0
    while names := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        count += rows.model.objects.filter(pk__in=names).delete()[0]
    return count
