"""What staff do with a request for a visit or a briefing. Whoever asked is told of each step by mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action
from portal.meetings.concerns.enums import VisitState
from portal.meetings.models import VisitRequest
from portal.meetings.visits import VISIT_STAFF
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, only_for

AHEAD = (VisitState.NEW, VisitState.PLANNED)


@dataclass(frozen=True)
class _Step(Action):
    """A step of one request. What is done or declined stays so."""

    visit: VisitRequest
    by: Person
    answer: str = field(default="", repr=False)

    BECOMES: ClassVar[VisitState] = VisitState.DONE

    def check(self) -> None:
        only_for(self.by, *VISIT_STAFF)
        if self.visit.state not in AHEAD:
            raise NotNow(_("This request is done or declined by now. Nothing was changed."))

    def perform(self) -> None:
        self._store()

    def _store(self, **facts: Any) -> None:
        now = {"state": self.BECOMES, "answered_by": self.by, "moved_at": timezone.now(), **facts}
        if self.answer.strip():
            now["answer"] = self.answer.strip()
        for name, value in now.items():
            setattr(self.visit, name, value)
        self.visit.save(update_fields=list(now))
        outbox.put("visit_moved", f"{self.visit.pk}:{self.BECOMES.value}")


@dataclass(frozen=True)
class PlanVisit(_Step):
    """Plan it, or plan it anew."""

    verb = Verb.VISIT_PLAN
    BECOMES = VisitState.PLANNED

    planned_for: datetime = field(default_factory=timezone.now)

    def check(self) -> None:
        super().check()
        if self.planned_for < timezone.now():
            raise Incomplete(_("That moment has passed already. Nothing was changed."))

    def perform(self) -> None:
        self._store(planned_for=self.planned_for)


@dataclass(frozen=True)
class NoteDone(_Step):
    """It took place."""

    verb = Verb.VISIT_DONE


@dataclass(frozen=True)
class DeclineVisit(_Step):
    """It cannot be, with words for whoever asked."""

    verb = Verb.VISIT_DECLINE
    BECOMES = VisitState.DECLINED

    def check(self) -> None:
        super().check()
        if not self.answer.strip():
            raise Incomplete(_("Say why, in words that whoever asked reads. Nothing was changed."))
