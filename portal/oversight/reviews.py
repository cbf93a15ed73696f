"""One review for each week of the trail: made when the week is over, due some days later, signed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from portal.audit.models import Checkpoint, Event
from portal.audit.retention.months import month_of, months_later, start_of
from portal.oversight import oddities, selection, stories
from portal.oversight.enums import SIGNING_IN, TAKEN_OUT
from portal.oversight.models import Review
from portal.oversight.oddities import Odd
from portal.oversight.stories import Done
from portal.oversight.weeks import Week


def make_those_due(now: datetime) -> int:
    """Make the review of every week that is over and has none, from the first week of the trail on.

    What an event says of its time is not believed: one that claims a year long past makes none for the years since.
    """
    last, made = Week.of(now).before(), 0
    week = _first_without(now)
    while week is not None and week.monday <= last.monday:
        due_at = week.ends_at + settings.PORTAL_TRAIL_REVIEW_DUE
        made += Review.objects.get_or_create(week=week.monday, defaults={"due_at": due_at})[1]
        week = week.after()
    return made


def _first_without(now: datetime) -> Week | None:
    newest = Review.objects.order_by("-week").first()
    if newest:
        return newest.span.after()
    kept_since = start_of(months_later(month_of(now), -settings.PORTAL_TRAIL_MONTHS))
    times: Iterable[datetime | None] = (
        Event.objects.filter(at__gte=kept_since).order_by("at").values_list("at", flat=True).iterator(1)
    )
    first = next((at for at in times if at), None)  # a time that cannot be read is none
    return Week.of(first) if first else None


def checkpoint_of(week: Week) -> Checkpoint | None:
    """The newest checkpoint, if it was signed after the week ended, so that it covers the whole of it."""
    return Checkpoint.objects.filter(at__gte=week.ends_at).order_by("-size").first()


@dataclass(frozen=True)
class Figures:
    """What a week comes to."""

    events: int
    refusals: int
    failed_sign_ins: int
    exports: int
    verbs: list[Done]
    odd: list[Odd]


def figures(week: Week) -> Figures:
    """The week's events by verb in one query, and what is odd about it in those of `oddities.of_week`."""
    verbs = stories.counted(selection.within(Event.objects.all(), week.begins_at, week.ends_at))
    return Figures(
        events=sum(row.done + row.refused for row in verbs),
        refusals=sum(row.refused for row in verbs),
        failed_sign_ins=sum(row.refused for row in verbs if row.verb in SIGNING_IN),
        exports=sum(row.done for row in verbs if row.verb in TAKEN_OUT),
        verbs=verbs,
        odd=oddities.of_week(week),
    )
