"""The next meetings of a series, made as drafts: each is posted by a notice of its own."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from portal.audit import Verb
from portal.core.actions import Action
from portal.meetings.actions import FIELDS, ORGANISERS, Item, Prepared, PrepareMeeting
from portal.meetings.models import Meeting, Series
from portal.members.models import Person
from portal.members.refusals import Incomplete, only_for

MOST = 24
WEEK = 7


class Rhythm(models.TextChoices):
    """How often. A month keeps the weekday: the second Tuesday stays the second Tuesday."""

    WEEKLY = "weekly", gettext_lazy("every week")
    FORTNIGHTLY = "fortnightly", gettext_lazy("every two weeks")
    MONTHLY = "monthly", gettext_lazy("every month")
    QUARTERLY = "quarterly", gettext_lazy("every three months")
    YEARLY = "yearly", gettext_lazy("every year")


WEEKS = {Rhythm.WEEKLY: 1, Rhythm.FORTNIGHTLY: 2}
MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.YEARLY: 12}


def starts_after(first: datetime, rhythm: Rhythm, count: int) -> list[datetime]:
    """The next `count` moments after `first`, at the same time of the clock on the wall, whatever clocks do between."""
    local = timezone.localtime(first)
    days = [_day_after(local.date(), rhythm, number) for number in range(1, count + 1)]
    return [timezone.make_aware(datetime.combine(day, local.time().replace(tzinfo=None))) for day in days]


def _day_after(day: date, rhythm: Rhythm, number: int) -> date:
    if rhythm in WEEKS:
        return day + timedelta(days=WEEK * WEEKS[rhythm] * number)
    return same_weekday(day, months_later=MONTHS[rhythm] * number)


def same_weekday(day: date, *, months_later: int) -> date:
    """The same weekday of a later month by its place in it; a fifth one, where there is none, is the last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months_later, 12)
    first = date(year, month + 1, 1)
    length = months.monthrange(year, month + 1)[1]
    found = 1 + (day.weekday() - first.weekday()) % WEEK + WEEK * ((day.day - 1) // WEEK)
    return first.replace(day=found if found <= length else found - WEEK)


@dataclass(frozen=True)
class RepeatMeeting(Action):
    """Make the next meetings of a series as drafts, with the same place and agenda and without its documents.

    A meeting that is in no series begins one, which bears its title.
    """

    verb = Verb.MEETING_REPEAT

    meeting: Meeting
    by: Person
    rhythm: Rhythm = Rhythm.QUARTERLY
    count: int = 1

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if not 1 <= self.count <= MOST:
            raise Incomplete(_("Between 1 and %(most)s can be made at once. Nothing was made.") % {"most": MOST})
        last = starts_after(self.meeting.starts_at, self.rhythm, self.count)[-1]
        if last <= timezone.now():
            raise Incomplete(_("The last of them would be over already. Nothing was made."))

    def perform(self) -> list[Meeting]:
        series = self.meeting.series or self._begin_series()
        return [self._make(series, starts_at) for starts_at in self._starts()]

    def recorded_about(self) -> models.Model | None:
        return self.meeting

    def _starts(self) -> list[datetime]:
        """Those that are still to come, and of which the series has none yet: asking twice makes nothing twice."""
        moments = starts_after(self.meeting.starts_at, self.rhythm, self.count)
        series = self.meeting.series_id
        rows = Meeting.objects.filter(series=series) if series else Meeting.objects.none()
        there = set(rows.values_list("starts_at", flat=True))
        return [moment for moment in moments if moment > timezone.now() and moment not in there]

    def _begin_series(self) -> Series:
        meeting = self.meeting
        made: Series = Series.objects.create(
            title=meeting.title, committee=meeting.committee, rhythm=str(self.rhythm.label)
        )
        Meeting.objects.filter(pk=meeting.pk).update(series=made)
        return made

    def _make(self, series: Series, starts_at: datetime) -> Meeting:
        meeting = self.meeting
        facts: dict[str, Any] = {name: getattr(meeting, name) for name in FIELDS}
        ends_at = starts_at + (meeting.ends_at - meeting.starts_at) if meeting.ends_at else None
        facts |= {"series": series, "starts_at": starts_at, "ends_at": ends_at}
        agenda = [Item(row.words, is_closed=row.is_closed) for row in meeting.agenda.all()]
        prepared = Prepared(facts, list(meeting.exceptions.all()), agenda, is_for_committee=not meeting.is_public)
        made: Meeting = PrepareMeeting(self.by, prepared).execute()
        return made
