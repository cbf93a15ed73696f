"""Protected submissions as those see them whose they are: who sees which, where each stands, and its clocks.

A submission belongs to the organisation. Its filer is in charge of it; the alternate contact sees where it stands, and
takes over when the filer is no active member any more or has left the organisation. Nobody sees it who has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.members.models import Affiliation, Person
from portal.reporting.models import Holding, Report
from portal.reporting.protected import clocks, states, told
from portal.reporting.protected.clocks import Dates
from portal.reporting.protected.enums import Stage, Verb
from portal.vocabulary import calendar

# What Front may read of a holding.
READ = (
    *("report_id", "stage", "determination_due_at", "noticed_at", "refused_at", "determined_at"),
    *("withdrawn_at", "reviewed_on", "again_on", "ended_at"),
)


@dataclass(frozen=True)
class Clock:
    """A day by which something is due, and how many days are left: none on the day itself, fewer when it has passed."""

    label: str
    day: date
    left: int
    is_of_submitter: bool = False

    @property
    def is_over(self) -> bool:
        return self.left < 0


@dataclass(frozen=True)
class Standing:
    """Where a submission stands, and what runs."""

    stage: Stage
    clocks: tuple[Clock, ...] = ()

    @property
    def words(self) -> str:
        return str(self.stage.label)

    @property
    def next(self) -> str:
        return str(told.NEXT[self.stage])

    @property
    def verbs(self) -> frozenset[Verb]:
        """What the diagram lets a submitter do now, as far as Front knows: a pending request is known to Desk alone."""
        return frozenset(states.verbs(self.stage))

    @property
    def soonest(self) -> Clock | None:
        return min(self.clocks, key=lambda clock: clock.day, default=None)

    @property
    def has_ended(self) -> bool:
        return self.stage in states.ENDED


def seen_by(person: Person) -> Any:
    """What somebody filed or is the alternate contact of, for organisations in which they have a place now."""
    places = Affiliation.objects.current().filter(person=person).values("organisation")
    theirs = Q(submitter=person) | Q(alternate=person)
    return Report.objects.protected().filter(theirs, organisation__in=places)


def in_charge_of(person: Person) -> Any:
    """Of these, the ones on which they act: their own, and those whose filer has left."""
    return seen_by(person).filter(Q(submitter=person) | ~_filer_is_there())


def _filer_is_there() -> Exists:
    places = Affiliation.objects.current().filter(organisation=OuterRef("organisation"), person=OuterRef("submitter"))
    return Exists(places.filter(person__in=Person.objects.active().values("pk")))


def takes_more(report: Report) -> bool:
    """Whether words and files are taken: until it is about to be returned or destroyed."""
    return not Holding.objects.filter(report=report, stage__in=states.DECIDED | states.ENDED).exists()


def standing_of(reports: Iterable[Report]) -> dict[int, Standing]:
    """Where each stands, with two queries. One that the desk has not taken in yet was received."""
    rows = list(reports)
    found = {row.pk: row for row in Holding.objects.filter(report__in=rows).only(*READ)}
    days = calendar.load()
    return {row.pk: _standing(row, found.get(row.pk), days) for row in rows}


def _standing(report: Report, kept: Holding | None, days: calendar.Calendar) -> Standing:
    dates = Dates(stage=Stage.RECEIVED, submitted_at=report.submitted_at)
    due_at = clocks.determination_due(dates, days)
    if kept is not None:
        dates = replace(
            dates,
            stage=Stage(kept.stage),
            noticed_at=kept.noticed_at,
            refused_at=kept.refused_at,
            decided_on=kept.reviewed_on,
            again_on=kept.again_on,
        )
        due_at = kept.determination_due_at
    return Standing(dates.stage, tuple(_clocks(dates, timezone.localdate(due_at - timedelta(seconds=1)))))


def _clocks(dates: Dates, determination_due_on: date) -> Iterable[Clock]:
    """The clocks that run, as both sides see them."""
    if clocks.is_determination_open(dates):
        yield _clock(_("The state determines by the end of"), determination_due_on)
    cure, respond = clocks.cure_until(dates), clocks.respond_until(dates)
    if dates.stage is Stage.DEFECT and cure is not None:
        yield _clock(_("You can complete it until"), cure, is_of_submitter=True)
    if dates.stage is Stage.NOT_CLOSED and respond is not None:
        yield _clock(_("You can respond or withdraw until"), respond, is_of_submitter=True)
    if clocks.is_review_open(dates):
        label = _("The state looks at it again by") if dates.again_on else _("The review of day 90 is due by")
        yield _clock(label, clocks.review_due(dates))


def _clock(label: Promise | str, day: date, *, is_of_submitter: bool = False) -> Clock:
    return Clock(str(label), day, (day - timezone.localdate()).days, is_of_submitter)
