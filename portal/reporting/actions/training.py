"""Entering that somebody was trained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.members.models import Person
from portal.reporting.enums import Training
from portal.reporting.models import TrainingRecord
from portal.reporting.people import ANALYSTS, SUPERVISORS
from portal.reporting.refusals import NotNow, NotYourRole, SamePerson
from portal.reporting.training import LONGEST


@dataclass(frozen=True)
class RecordTraining(Action):
    """Enter an analyst's training and until when it counts. Supervisors do, and not their own."""

    verb = Verb.TRAINING

    person: Person
    by: Person
    subject: Training = Training.SAR_ANALYSIS
    completed_on: date = date.max
    valid_until: date = date.min

    def check(self) -> None:
        if not self.by.has_role(*SUPERVISORS):
            raise NotYourRole
        if self.person.pk == self.by.pk:
            raise SamePerson(_("Nobody enters their own training; another supervisor does. Nothing was recorded."))
        if not self.person.has_role(*ANALYSTS):
            raise NotNow(_("That person is no analyst. Nothing was recorded."))
        if self.completed_on > timezone.localdate():
            raise NotNow(_("The training lies in the future. Nothing was recorded."))
        if not self.completed_on < self.valid_until <= self.completed_on + LONGEST:
            raise NotNow(_("A training counts from its day on, and for three years at most. Nothing was recorded."))

    def perform(self) -> TrainingRecord:
        row: TrainingRecord = TrainingRecord.objects.create(
            person=self.person,
            subject=self.subject,
            completed_on=self.completed_on,
            valid_until=self.valid_until,
            recorded_by=self.by,
        )
        return row
