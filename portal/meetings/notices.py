"""What is wrong with a notice before it is posted, and how it stands to the law afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.meetings import law
from portal.meetings.enums import MeetingKind, Mode, Openness
from portal.meetings.law import Judged, Timing
from portal.meetings.models import AgendaItem, Meeting, Notice, Sheet
from portal.vocabulary.calendar import Calendar


class Standing(Enum):
    """Whether a posted notice counts. Without a sheet at the principal office it does not (RSMo 610.020.2)."""

    NO_SHEET = "no_sheet"
    LAWFUL = "lawful"
    SHORT = "short"
    LATE = "late"  # twenty-four hours are not there, and no good cause was given


@dataclass(frozen=True)
class Judgement:
    """How a notice stands, and when its meeting may begin at the earliest, as the calendar is now."""

    standing: Standing
    earliest: datetime


def in_words(moment: datetime) -> str:
    """A moment in the state's time, as sentences say it."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'l j F Y, H:i')} {local:%Z}"


def is_under_law(meeting: Meeting) -> bool:
    """A training or an exercise transacts no public business."""
    return meeting.kind == MeetingKind.MEETING


def what_is_missing(meeting: Meeting, agenda: Sequence[AgendaItem]) -> list[str]:
    """Why a notice cannot be posted as it is, each reason a sentence; empty where nothing is missing."""
    found = []
    if not agenda:
        found.append(_("It has no agenda. Add at least one item."))
    if not meeting.place:
        found.append(_("It names no place. Say where the public may attend."))
    if meeting.mode != Mode.IN_PERSON and not meeting.remote:
        found.append(_("It does not say how to attend remotely."))
    if not meeting.accommodation:
        found.append(_("It names nobody to ask for accommodation."))
    if meeting.ends_at and meeting.ends_at <= meeting.starts_at:
        found.append(_("It would end before it begins."))
    return found + _what_closing_lacks(meeting, agenda)


def _what_closing_lacks(meeting: Meeting, agenda: Sequence[AgendaItem]) -> list[str]:
    """A closed part cites its exception, and says in the agenda what it is about (RSMo 610.022.2)."""
    closed, cited = [item for item in agenda if item.is_closed], meeting.exceptions.exists()
    if meeting.openness == Openness.OPEN:
        return [_("It is open, but has items of a closed part or cites an exception.")] if closed or cited else []
    found = [] if cited else [_("It is to be closed, but cites no exception of RSMo 610.021.")]
    if meeting.openness == Openness.PART and (not closed or len(closed) == len(agenda)):
        found.append(_("It is closed in part: mark which items are in the closed part, and leave some open."))
    return found


def judged(meeting: Meeting, calendar: Calendar, *, at: datetime) -> Judged:
    """What the law says of posting the meeting's notice at a moment."""
    return law.judge(posted_at=at, starts_at=meeting.starts_at, calendar=calendar)


def why_refused(result: Judged, *, grounds: str) -> str:
    """Why the time does not allow it, with the earliest start; empty where it does."""
    facts = {"earliest": in_words(result.earliest)}
    if result.timing is Timing.PAST:
        return _("The meeting would have begun already. A notice that is posted now allows %(earliest)s.") % facts
    if result.timing is Timing.SHORT and not grounds.strip():
        return (
            _(
                "That is less than 24 hours of notice, weekends and holidays left out. The earliest lawful start is "
                "%(earliest)s. Choose a later time, or give the good cause for short notice."
            )
            % facts
        )
    return ""


def standing(notice: Notice, calendar: Calendar) -> Judgement:
    """How a notice stands with the calendar as it is now. Time counts from its sheet, if that went up later.

    An amendment that changed neither time nor place stands as the notice did from which its time counts.
    """
    counted = notice.time_from or notice
    sheet = _first_sheet(notice, since=counted)
    posted_at = max(counted.posted_at, sheet.at) if sheet else counted.posted_at
    result = law.judge(posted_at=posted_at, starts_at=notice.starts_at, calendar=calendar)
    if sheet is None:
        return Judgement(Standing.NO_SHEET, result.earliest)
    if result.is_lawful:
        return Judgement(Standing.LAWFUL, result.earliest)
    is_excused = counted.is_short and result.timing is Timing.SHORT
    return Judgement(Standing.SHORT if is_excused else Standing.LATE, result.earliest)


def _first_sheet(notice: Notice, *, since: Notice) -> Sheet | None:
    """The first sheet on which the time and place of a notice stood: its own, or that of one which said the same."""
    between = [row for row in notice.meeting.notices.all() if since.number <= row.number <= notice.number]
    found = [row.sheet for row in between if hasattr(row, "sheet")]
    return min(found, key=lambda sheet: sheet.at, default=None)


def trouble(notice: Notice, days: Calendar) -> str:
    """What is wrong with a posted notice and what to do about it, in sentences; empty where it stands."""
    found = standing(notice, days)
    if found.standing is not Standing.LATE:
        return ""
    counted, facts = notice.time_from or notice, {"earliest": in_words(found.earliest)}
    if law.earliest_start(counted.posted_at, days) > counted.earliest:
        why = _("A day on which the offices are closed was added after this notice was posted.")
    elif notice.starts_at < law.earliest_start(counted.posted_at, days):
        why = _("This notice is short, and gives no good cause.")
    else:
        why = _("The sheet was put up too late for this meeting.")
    what = _(
        "The earliest lawful start is now %(earliest)s. Amend the notice: choose a later time, or give the good cause "
        "for short notice. Or call the meeting off."
    )
    return f"{why} {what % facts}"
