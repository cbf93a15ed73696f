"""What is done about delivery: choosing, stopping, and trying again what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.delivery import stopping
from portal.delivery.enums import Mode, Rhythm, State
from portal.delivery.models import Choice, Delivery, Wish
from portal.members.enums import StaffRole
from portal.members.models import Person

CARETAKERS = (StaffRole.MOP3_EDITOR, StaffRole.MIAC_SUPERVISOR, StaffRole.ADMINISTRATOR)


class NothingFailed(ActionRefused):
    """There is nothing to try again."""


class NotACaretaker(ActionRefused):
    """Only some of staff look after delivery."""


@dataclass(frozen=True)
class ChooseNews(Action):
    """Write down how somebody wants to be told of news. `wishes` replace those of the topics they name."""

    verb = Verb.NEWS_CHOOSE

    by: Person
    mode: Mode
    critical_at_once: bool = True
    floor: str = ""
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_hour: int = 7
    wants_texts: bool = False
    wishes: Mapping[str, Rhythm | None] = field(default_factory=dict)

    def check(self) -> None:
        """Everybody may choose for themselves."""

    def perform(self) -> None:
        names = (*("mode", "critical_at_once", "floor", "quiet_from", "quiet_until", "digest_hour", "wants_texts"),)
        Choice.objects.update_or_create(person=self.by, defaults={name: getattr(self, name) for name in names})
        Wish.objects.filter(person=self.by, topic__in=list(self.wishes)).delete()
        Wish.objects.bulk_create(
            Wish(person=self.by, topic=topic, rhythm=rhythm) for topic, rhythm in self.wishes.items() if rhythm
        )

    def recorded_about(self) -> models.Model:
        return self.by

    def recorded_facts(self) -> dict[str, Any]:
        """Which topics somebody follows is theirs: the trail keeps that they chose, and whether there is mail."""
        return {"mode": self.mode.value}


@dataclass(frozen=True)
class StopNews(Action):
    """Stop the mail of one topic, by the link in it. Nobody need sign in; asked twice, it is the same."""

    verb = Verb.NEWS_STOP

    person: Person
    topic: str

    def check(self) -> None:
        """The link was signed by us."""

    def perform(self) -> None:
        stopping.stop(self.person.pk, self.topic)


@dataclass(frozen=True)
class RetryDeliveries(Action):
    """Try again what was given up, from the first attempt on. Raises `NotACaretaker` or `NothingFailed`."""

    verb = Verb.NEWS_RETRY

    by: Person
    kind: str = ""

    def check(self) -> None:
        if not self.by.has_role(*CARETAKERS):
            raise NotACaretaker(_("Only those who look after delivery can do this."))
        if not self._failed().exists():
            raise NothingFailed(_("Nothing has failed. Nothing was changed."))

    def perform(self) -> int:
        return self._failed().update(
            state=State.QUEUED, due_at=timezone.now(), attempts=0, settled_at=None, claim=None, leased_until=None
        )

    def _failed(self) -> Any:
        rows = Delivery.objects.filter(state=State.FAILED)
        return rows.filter(kind=self.kind) if self.kind else rows
