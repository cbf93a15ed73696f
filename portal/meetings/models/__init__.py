"""Committees' meetings: what is prepared, what was posted, who came, and what was decided."""

from portal.meetings.models.attending import AccessNeed, Answer, Attendance, Subscriber
from portal.meetings.models.calendars import CalendarFeed
from portal.meetings.models.concerns import (
    Concern,
    Initiative,
    InitiativeFigure,
    Merge,
    Rank,
    Ranking,
    Recommendation,
    VisitRequest,
)
from portal.meetings.models.exercises import Capability, ExerciseFacts, Objective
from portal.meetings.models.meetings import AgendaItem, ClosureException, Meeting, Notice, Series, Sheet
from portal.meetings.models.minutes import ActionItem, Minutes, RollCall, Vote

__all__ = [
    "AccessNeed",
    "ActionItem",
    "AgendaItem",
    "Answer",
    "Attendance",
    "CalendarFeed",
    "Capability",
    "ClosureException",
    "Concern",
    "ExerciseFacts",
    "Initiative",
    "InitiativeFigure",
    "Meeting",
    "Merge",
    "Minutes",
    "Notice",
    "Objective",
    "Rank",
    "Ranking",
    "Recommendation",
    "RollCall",
    "Series",
    "Sheet",
    "Subscriber",
    "VisitRequest",
    "Vote",
]
