"""What staff do with action items, which minutes and exercises put down: assign, change, close."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.meetings.actions import ORGANISERS, one_line
from portal.meetings.enums import State
from portal.meetings.models import ActionItem, Meeting
from portal.meetings.own_items import CloseOwnAction
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, only_for


@dataclass(frozen=True)
class AssignAction(Action):
    """Put down what somebody is to do by a day."""

    verb = Verb.ACTION_ASSIGN

    meeting: Meeting
    by: Person
    words: str = field(default="", repr=False)
    owner: Person | None = None
    owner_words: str = field(default="", repr=False)
    due_on: date | None = None
    is_improvement: bool = False

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if not self.words.strip() or not (self.owner or self.owner_words.strip()):
            raise Incomplete(_("Say what is to be done, and who does it. Nothing was kept."))
        if self.meeting.state == State.DRAFT:
            raise NotNow(_("This meeting is a draft: nothing was decided there yet. Nothing was kept."))

    def perform(self) -> ActionItem:
        made: ActionItem = ActionItem.objects.create(
            meeting=self.meeting,
            words=one_line(self.words),
            owner=self.owner,
            owner_words=one_line(self.owner_words),
            due_on=self.due_on,
            is_improvement=self.is_improvement,
        )
        return made


@dataclass(frozen=True)
class ChangeAction(Action):
    """Give an open action item another owner, or another day."""

    verb = Verb.ACTION_CHANGE

    item: ActionItem
    by: Person
    owner: Person | None = None
    owner_words: str = field(default="", repr=False)
    due_on: date | None = None

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.item.done_at is not None:
            raise NotNow(_("It was closed before. Nothing was changed."))
        if not (self.owner or self.owner_words.strip()):
            raise Incomplete(_("Say who does it. Nothing was changed."))

    def perform(self) -> None:
        self.item.owner, self.item.owner_words = self.owner, one_line(self.owner_words)
        self.item.due_on = self.due_on
        self.item.save(update_fields=["owner", "owner_words", "due_on"])


class CloseAction(CloseOwnAction):
    """Say what became of an action item, whoever was asked to do it."""

    verb = Verb.ACTION_CLOSE

    def check_who(self) -> None:
        only_for(self.by, *ORGANISERS)
