"""What staff enter about a training or an exercise: what it trained, what it was to show, and what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.meetings.actions import ORGANISERS, one_line
from portal.meetings.enums import MeetingKind, Result, State
from portal.meetings.models import ExerciseFacts, Meeting, Objective
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, only_for


@dataclass(frozen=True)
class Aim:
    """One objective as it was typed, with its result."""

    words: str
    result: Result = Result.UNSAID


@dataclass(frozen=True)
class WriteExercise(Action):
    """Keep hazards, capabilities, objectives and the after-action report. Results come once it has begun."""

    verb = Verb.EXERCISE_WRITE

    meeting: Meeting
    by: Person
    hazards: Sequence[Any] = ()
    capabilities: Sequence[Any] = ()
    aims: Sequence[Aim] = field(default=(), repr=False)
    report: Any = None

    def recorded_about(self) -> models.Model | None:
        return self.meeting

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting.kind == MeetingKind.MEETING:
            raise Incomplete(_("This is neither a training nor an exercise. Nothing was kept."))
        if self.meeting.state == State.CANCELLED:
            raise NotNow(_("It was called off. Nothing was kept."))
        has_result = self.report is not None or any(aim.result != Result.UNSAID for aim in self.aims)
        if has_result and not self._has_begun():
            raise NotNow(_("It has not begun yet: results and report come afterwards. Nothing was kept."))

    def _has_begun(self) -> bool:
        return self.meeting.state != State.DRAFT and self.meeting.starts_at <= timezone.now()

    def perform(self) -> ExerciseFacts:
        facts, _made = ExerciseFacts.objects.get_or_create(meeting=self.meeting)
        facts.report = self.report
        facts.save()
        facts.hazards.set(self.hazards)
        facts.capabilities.set(self.capabilities)
        facts.objectives.all().delete()
        Objective.objects.bulk_create(
            Objective(exercise=facts, order=order, words=one_line(aim.words), result=aim.result)
            for order, aim in enumerate(self.aims, start=1)
        )
        return facts
