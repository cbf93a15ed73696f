"""Answering a redress request."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action, ActionRefused
from portal.members.models import Person
from portal.members.refusals import only_for
from portal.reporting import redress
from portal.reporting.enums import RedressState
from portal.reporting.models import Redress
from portal.reporting.refusals import ReasonMissing
from portal.vault import records


class AnsweredBefore(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request was answered before. That answer stands; yours was not sent."))


class DoesNotOpen(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("The key of this request does not open, so the answer cannot be kept. Nothing was sent."))


@dataclass(frozen=True)
class AnswerRedress(Action):
    """Answer or refuse, with reasons for the file. Where an address was given the letter goes there by mail."""

    verb = Verb.REDRESS_ANSWER

    redress: Redress
    by: Person
    outcome: RedressState
    reasons: str = field(repr=False)
    letter: str = field(default="", repr=False)
    told: str = field(default="", repr=False)

    def check(self) -> None:
        only_for(self.by, *redress.OFFICERS)
        if self.redress.state != RedressState.RECEIVED:
            raise AnsweredBefore
        if not self.reasons.strip():
            raise ReasonMissing

    def perform(self) -> None:
        row, said = self.redress, {"letter": self.letter, "reasons": self.reasons, "told": self.told}
        try:
            row.answer = redress.seal_answer(row, said)
        except records.VaultProblem:
            raise DoesNotOpen from None
        row.state, row.answered_at, row.answered_by = self.outcome, timezone.now(), self.by
        row.save(update_fields=["answer", "state", "answered_at", "answered_by"])
        if self.letter and redress.asked_in(row).email:
            outbox.put("redress_answered", str(row.pk))
