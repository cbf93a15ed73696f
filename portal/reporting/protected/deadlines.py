"""What time does to protected submissions: times that lapse, warnings, and the escalation of day 90.

Everything is found again by looking at rows: late, twice or not at all does no harm. The escalation of day 90 is told
once by mail, and shows for as long as nobody has decided, whether or not the clock of this portal ever ran.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.reporting.models import Holding
from portal.reporting.protected import clocks, later, moving, records_of_holding as history, telling
from portal.reporting.protected.enums import Bar, Note, Stage, Verb
from portal.reporting.protected.states import DECIDED, ENDED

logger = logging.getLogger(__name__)


def lapse(now: datetime) -> int:
    """Take the steps that time takes: a defect that nobody cured, a refusal to which nobody responded."""
    return _each(Holding.objects.filter(stage__in=(Stage.DEFECT, Stage.NOT_CLOSED)), _lapse_one, now)


def _lapse_one(kept: Holding, now: datetime) -> bool:
    """What the submitter asked for in time is taken first, so nothing lapses over a step that waits."""
    verb = lapsing(kept, timezone.localdate(now))
    if verb is None or later.waits_for(kept):
        return False
    moving.move(kept, verb, moving.Given())
    return True


def lapsing(kept: Holding, today: date) -> Verb | None:
    """The step that time takes today, if any.

    A refused record is open by law, and a pending request must be acted on by the third business day: then the
    submitter's thirty days are over at once.
    """
    cure, respond = clocks.cure_until(kept.dates), clocks.respond_until(kept.dates)
    if kept.stage == Stage.DEFECT and cure is not None and today > cure:
        return Verb.LAPSE
    if kept.stage != Stage.NOT_CLOSED or respond is None:
        return None
    return Verb.LEAVE_OPEN if today > respond or Bar.REQUEST in kept.bars() else None


def warn(now: datetime) -> int:
    """Warn on days 60, 75 and 85, and as long before every later review; a desk that was down makes up for each."""
    last = max(clocks.REVIEW_DAYS - day for day in clocks.WARNINGS)
    near = timezone.localdate(now) + timedelta(days=last)
    return _each(Holding.objects.review_due_by(near).filter(warned__lt=len(clocks.WARNINGS)), _warn_one, now)


def _warn_one(kept: Holding, now: datetime) -> bool:
    today = timezone.localdate(now)
    due = clocks.warnings_due(kept.dates, today)
    if due <= kept.warned:
        return False
    if not clocks.is_escalated(kept.dates, today):
        told = [telling.warn(kept, step=step) for step in range(kept.warned + 1, due + 1)]
        if not all(told):  # there was nobody to warn: the next round looks for somebody again
            return False
    kept.warned = due
    kept.save(update_fields=["warned"])
    return True


def escalate(now: datetime) -> int:
    """From the last day on, tell the responsible, their deputy and the supervisors once that nobody has decided."""
    due = Holding.objects.review_due_by(timezone.localdate(now))
    return _each(due.filter(escalated_at=None), _escalate_one, now)


def _escalate_one(kept: Holding, now: datetime) -> bool:
    if kept.escalated_at is not None or not clocks.is_escalated(kept.dates, timezone.localdate(now)):
        return False
    if not telling.warn(kept, step=telling.ESCALATED):  # nobody is there: it shows all the same, and is tried again
        return False
    kept.escalated_at = now
    kept.save(update_fields=["escalated_at"])
    return True


def tell_of_overdue(now: datetime) -> int:
    """Tell once of each determination that is overdue."""
    return _each(overdue_determinations(now), _tell_one, now)


def _tell_one(kept: Holding, now: datetime) -> bool:
    told = kept.entries.filter(note=Note.OVERDUE, at__gte=kept.determination_due_at)
    if told.exists() or not clocks.is_determination_open(kept.dates):
        return False
    if not telling.warn(kept, step=telling.LATE):
        return False
    history.add_entry(kept, note=Note.OVERDUE)
    return True


def overdue_determinations(now: datetime) -> Any:
    return Holding.objects.undetermined().filter(determination_due_at__lte=now)


def past_last_day(now: datetime) -> Any:
    """Submissions whose last day has come and that nobody has decided: what day 90 never passes in silence."""
    return Holding.objects.review_due_by(timezone.localdate(now))


def undecided(now: datetime) -> int:
    """How many stand past their last day, or wait for a determination that is overdue. For the health address."""
    late = Q(pk__in=past_last_day(now).values("pk")) | Q(pk__in=overdue_determinations(now).values("pk"))
    return int(Holding.objects.exclude(stage__in=ENDED | DECIDED).filter(late).count())


def _each(rows: Any, act: Callable[[Holding, datetime], bool], now: datetime) -> int:
    """Act on each row as it is now, one transaction each; one that fails does not keep the others waiting."""
    return sum(_one(pk, act, now) for pk in list(rows.order_by("pk").values_list("pk", flat=True)))


def _one(pk: Any, act: Callable[[Holding, datetime], bool], now: datetime) -> bool:
    try:
        with transaction.atomic():
            kept = Holding.objects.select_for_update(of=("self",)).select_related("report").get(pk=pk)
            return act(kept, now)
    except Exception as problem:  # noqa: BLE001  (its class alone; it is tried again with the next round)
        logger.error("a clock was not moved on", extra={"problem": type(problem).__name__})
        return False
