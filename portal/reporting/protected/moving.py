"""The one place that moves a submission from stage to stage, along the arrows of states.py and no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.reporting.contents import Answers
from portal.reporting.models import Holding, HoldingEntry
from portal.reporting.protected import clocks, planners, records_of_holding as history, states, telling
from portal.reporting.protected.enums import Clock, Stage, Verb, WithdrawalWish
from portal.vocabulary import calendar

DETERMINES = frozenset({Verb.CLOSE, Verb.REFUSE})
REVIEWS = frozenset({Verb.RETAIN, Verb.UNPROTECT, Verb.RETURN, Verb.DESTROY})


@dataclass(frozen=True)
class Given:
    """What goes with a step: who took it, what they wrote, and what some steps name."""

    by: Any = None
    details: Answers | None = None
    again_on: date | None = None
    wish: WithdrawalWish | None = None
    note: str = ""


def move(kept: Holding, verb: Verb, given: Given) -> HoldingEntry:
    """Take one arrow. `kept` is held by the transaction. Raises `NoSuchStep` and `Barred`; nothing is written then."""
    step = states.step(Stage(kept.stage), verb, bars=kept.bars())
    now = timezone.now()
    _end_clocks(kept, verb, now)
    changed = {"stage": step.target, **_dates_of(kept, verb, given, now)}
    for name, value in changed.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(changed))
    entry = history.add_entry(kept, verb=verb, note=given.note, by=given.by, is_told=True, details=given.details)
    telling.tell_everybody(kept, entry)
    planners.end_with(kept, verb)
    return entry


def _end_clocks(kept: Holding, verb: Verb, now: datetime) -> None:
    """A determination ends its clock, and so does a withdrawal; a decision of (19)(c) ends the review's."""
    if verb in DETERMINES or (verb is Verb.WITHDRAW and kept.stage in states.UNDETERMINED):
        history.end_clock(kept, Clock.DETERMINATION, due_at=kept.determination_due_at, at=now)
    if verb in REVIEWS:
        due_at = clocks.day_ends(clocks.review_due(kept.dates))
        history.end_clock(kept, Clock.REVIEW, due_at=due_at, at=now)


def _dates_of(kept: Holding, verb: Verb, given: Given, now: datetime) -> dict[str, Any]:
    """The dates that a step sets. A clock is set anew only by the step that it waited for."""
    today = timezone.localdate(now)
    if verb in DETERMINES:
        return {"determined_at": now, "refused_at": now if verb is Verb.REFUSE else None}
    if verb in REVIEWS:
        return {"reviewed_on": today, "again_on": given.again_on, "warned": 0, "escalated_at": None}
    if verb is Verb.NOTIFY_DEFECT:
        return {"noticed_at": now}
    if verb is Verb.RESPOND:
        return {"determination_due_at": _due_again(kept, now)}
    if verb is Verb.WITHDRAW:
        return _withdrawn(kept, given, now)
    return {"ended_at": now} if verb is Verb.DISPOSE else {}


def _due_again(kept: Holding, now: datetime) -> datetime:
    """When a new determination is due after a response: never later than a pending records request lets it be."""
    pending = kept.requests.filter(answered_at=None).values_list("due_at", flat=True)
    return min([clocks.due_after(now, calendar.load()), *pending])


def _withdrawn(kept: Holding, given: Given, now: datetime) -> dict[str, Any]:
    """Whoever withdraws asks for the review now: it is due the same day, and never later than by law."""
    due = min(timezone.localdate(now), clocks.review_due(kept.dates))
    wish = given.wish.value if given.wish else ""
    return {"withdrawn_at": now, "withdrawal_wish": wish, "again_on": due}


def latest_review(today: date) -> date:
    """The last day that a decision to retain may name for the next review."""
    return today + timedelta(days=365)
