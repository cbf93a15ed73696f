"""What stops destruction: legal holds, and records requests, which also press for the determination."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb as Recorded
from portal.core.actions import Action, ActionRefused
from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.models import Holding, HoldingEntry, LegalHold, RecordsRequest
from portal.reporting.protected import clocks, people, records_of_holding as history, telling
from portal.reporting.protected.actions.base import Ended, HoldingAction, OwnSubmission, WordsMissing, sealing
from portal.reporting.protected.enums import Clock, Note
from portal.reporting.protected.states import ENDED
from portal.reporting.refusals import NotYourRole
from portal.vocabulary import calendar


class HeldAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("A legal hold is on it already. Nothing was changed."))


class NothingHeld(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This hold was lifted before. Nothing was changed."))


class NoSuchRequest(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("A request needs a number that is not used yet, a moment that is not in the future, and a submission.")
        )


class AnsweredAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request was answered before. Nothing was changed."))


@dataclass(frozen=True)
class PlaceHold(HoldingAction):
    """A duty to keep it. Its submitter is told that there is one, and not what for."""

    verb = Recorded.PROTECTED_HOLD
    ROLES = people.CUSTODIANS

    matter: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.matter.strip():
            raise WordsMissing
        if self.holding.holds.filter(lifted_at=None).exists():
            raise HeldAlready

    def perform(self) -> LegalHold:
        row: LegalHold = LegalHold.objects.create(report=self.holding.report, placed_by=self.by)
        said = json.dumps({"matter": self.matter}).encode()
        row.matter = sealing(lambda: contents.key_of(self.holding.report).seal(row.field, said))
        row.save(update_fields=["matter"])
        self.note(Note.HOLD)
        return row


@dataclass(frozen=True)
class LiftHold(HoldingAction):
    verb = Recorded.PROTECTED_LIFT
    ROLES = people.CUSTODIANS

    reasons: str = field(default="", repr=False)

    def check(self) -> None:
        super().check()
        if not self.reasons.strip():
            raise WordsMissing
        if not self.holding.holds.filter(lifted_at=None).exists():
            raise NothingHeld

    def perform(self) -> None:
        self.holding.holds.filter(lifted_at=None).update(lifted_by=self.by, lifted_at=timezone.now())
        self.note(Note.HOLD_LIFTED, details={"reasons": self.reasons})


@dataclass(frozen=True)
class EnterRequest(Action):
    """Enter a request under the open-records law: what it touches is neither withdrawn, returned nor destroyed.

    It must be acted on by the end of the third business day (RSMo 610.023.3), and so must every determination that is
    still to be made.
    """

    verb = Recorded.REQUEST_ENTER

    number: str
    received_at: datetime
    holdings: tuple[Holding, ...]
    by: Person

    def recorded_about(self) -> Model | None:
        return None

    def check(self) -> None:
        if not people.holds_now(self.by, *people.CUSTODIANS):
            raise NotYourRole
        is_new = bool(self.number.strip()) and not RecordsRequest.objects.filter(number=self.number).exists()
        if not is_new or not self.holdings or self.received_at > timezone.now():
            raise NoSuchRequest
        for kept in self._held():
            if people.is_party(self.by, kept.report):
                raise OwnSubmission
            if kept.stage in ENDED:
                raise Ended

    def perform(self) -> RecordsRequest:
        made, held = self._entered(), self._held()
        made.holdings.set(held)
        for kept in held:
            self._press(kept, made)
        return made

    def _entered(self) -> RecordsRequest:
        """Raises `NoSuchRequest` where somebody else entered the same number in this very moment."""
        due_at = clocks.due_after(self.received_at, calendar.load())
        row = RecordsRequest(number=self.number, received_at=self.received_at, due_at=due_at, entered_by=self.by)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise NoSuchRequest from None
        return row

    def _held(self) -> list[Holding]:
        """The submissions as they are now, held until this is done: one may be about to be destroyed."""
        keys = [kept.pk for kept in self.holdings]
        rows = Holding.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        return list(rows.select_related("report").order_by("pk"))

    def _press(self, kept: Holding, made: RecordsRequest) -> HoldingEntry:
        if clocks.is_determination_open(kept.dates):
            kept.determination_due_at = min(kept.determination_due_at, made.due_at)
            kept.save(update_fields=["determination_due_at"])
        telling.tell_of_request(kept, made)
        entry = history.add_entry(kept, note=Note.REQUEST, by=self.by, is_told=True)
        telling.tell_everybody(kept, entry)
        return entry


@dataclass(frozen=True)
class AnswerRequest(Action):
    """Record that a request was answered: what it barred can be done again, unless another one is pending."""

    verb = Recorded.REQUEST_ANSWER

    request: RecordsRequest
    by: Person

    def check(self) -> None:
        if not people.holds_now(self.by, *people.CUSTODIANS):
            raise NotYourRole
        if any(people.is_party(self.by, kept.report) for kept in self._holdings()):
            raise OwnSubmission
        if self.request.answered_at is not None:
            raise AnsweredAlready

    def perform(self) -> None:
        now = timezone.now()
        self.request.answered_at, self.request.answered_by = now, self.by
        self.request.save(update_fields=["answered_at", "answered_by"])
        for kept in self._holdings():
            history.end_clock(kept, Clock.REQUEST, due_at=self.request.due_at, at=now)
            entry = history.add_entry(kept, note=Note.REQUEST_ANSWERED, by=self.by, is_told=True)
            telling.tell_everybody(kept, entry)

    def _holdings(self) -> list[Holding]:
        return list(self.request.holdings.select_related("report").order_by("pk"))
