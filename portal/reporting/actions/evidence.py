"""What two people do together: take out an original as evidence, or open a file that is held."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action, ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import only_for
from portal.reporting import contents
from portal.reporting.actions.cases import with_key
from portal.reporting.enums import FileState, TwoPeople
from portal.reporting.models import Evidence, TwoPeopleRequest
from portal.reporting.protected import people
from portal.reporting.refusals import OwnReport

HANDLERS = (StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)
ALLOWED_LASTS = timedelta(hours=24)
KINDS = {FileState.CLEAN.value: TwoPeople.ORIGINAL, FileState.HELD.value: TwoPeople.HELD}


class NotReady(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            _("Only a file that was scanned can be taken out. This one waits, was refused, or was destroyed.")
        )


class AskedAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This file was asked for, and that request is still open. See the list of originals."))


class RecipientMissing(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Write to whom the file goes and why. Nothing was asked for yet."))


class SamePerson(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("You asked for this file yourself. A second person allows or refuses it."))


class DecidedAlready(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This request was decided before. What was decided stands."))


class NotYourRequest(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("Only the person who asked for the file takes it."))


class NotAllowed(ActionRefused):
    def __init__(self) -> None:
        super().__init__(_("This was not allowed, was allowed too long ago, or was taken already. Ask for it again."))


def kind_of(evidence: Evidence) -> TwoPeople:
    """What it takes two people for. Raises `NotReady` while there is nothing to take."""
    kind = KINDS.get(evidence.state)
    if kind is None or evidence.is_gone:
        raise NotReady
    return kind


def may_be_taken(request: TwoPeopleRequest, now: datetime) -> bool:
    """Whether it was allowed, lately, and not taken since."""
    if request.allowed_at is None or request.taken_at is not None:
        return False
    return bool(now < request.allowed_at + ALLOWED_LASTS)


def is_open(request: TwoPeopleRequest, now: datetime) -> bool:
    """Whether something is still to be done about it."""
    if request.refused_at is not None or request.taken_at is not None:
        return False
    return request.allowed_at is None or may_be_taken(request, now)


def check_handler(by: Person, evidence: Evidence) -> None:
    """Raises `NotYours`, or `OwnReport`: whoever sent a report takes no part in what happens to it."""
    only_for(by, *HANDLERS)
    if people.is_party(by, evidence.report):
        raise OwnReport


@dataclass(frozen=True)
class AskOriginal(Action):
    """Ask for an original, or for a held file; to whom it goes and why is sealed under the report's own key."""

    verb = Verb.ORIGINAL_ASK

    evidence: Evidence
    by: Person
    to: str = field(repr=False)
    why: str = field(repr=False)

    def recorded_about(self) -> Model:
        return self.evidence.report

    def check(self) -> None:
        check_handler(self.by, self.evidence)
        kind_of(self.evidence)
        if not (self.to.strip() and self.why.strip()):
            raise RecipientMissing
        if any(is_open(row, timezone.now()) for row in self.evidence.requests.all()):
            raise AskedAlready

    def perform(self) -> TwoPeopleRequest:
        row = TwoPeopleRequest(evidence=self.evidence, kind=kind_of(self.evidence), asked_by=self.by)
        said = json.dumps({"to": self.to, "why": self.why}).encode()
        row.details = with_key(lambda: contents.key_of(self.evidence.report).seal(row.field, said))
        row.save(force_insert=True)
        return row


@dataclass(frozen=True)
class DecideOriginal(Action):
    """Allow or refuse it. Never by whoever asked."""

    verb = Verb.ORIGINAL_DECIDE

    request: TwoPeopleRequest
    by: Person
    is_allowed: bool

    def recorded_about(self) -> Model:
        return self.request.evidence.report

    def check(self) -> None:
        check_handler(self.by, self.request.evidence)
        if self.by.pk == self.request.asked_by_id:
            raise SamePerson
        if self.request.allowed_at is not None or self.request.refused_at is not None:
            raise DecidedAlready
        kind_of(self.request.evidence)

    def perform(self) -> None:
        row, now = self.request, timezone.now()
        if self.is_allowed:
            row.allowed_by, row.allowed_at = self.by, now
        else:
            row.refused_by, row.refused_at = self.by, now
        row.save(update_fields=["allowed_by", "allowed_at", "refused_by", "refused_at"])


@dataclass(frozen=True)
class TakeOriginal(Action):
    """Take the file out, once. The stream follows (`custody.py`), which writes down what really left."""

    verb = Verb.ORIGINAL_TAKE

    request: TwoPeopleRequest
    by: Person

    def recorded_about(self) -> Model:
        return self.request.evidence.report

    def check(self) -> None:
        check_handler(self.by, self.request.evidence)
        if self.by.pk != self.request.asked_by_id:
            raise NotYourRequest
        if not may_be_taken(self.request, timezone.now()) or kind_of(self.request.evidence) != self.request.kind:
            raise NotAllowed

    def perform(self) -> None:
        self.request.taken_at = timezone.now()
        self.request.save(update_fields=["taken_at"])
