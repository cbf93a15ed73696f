"""Who is trained for what. A determination counts only from somebody whose training is on file and in date."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from portal.members.models import Person
from portal.reporting.enums import Training
from portal.reporting.models import TrainingRecord

LONGEST = timedelta(days=3 * 366)  # no training counts longer than about three years


def is_current(person: Person, subject: Training = Training.SAR_ANALYSIS, *, on: date | None = None) -> bool:
    """Whether a training is on file that was completed by, and counts on, that day (today unless given)."""
    day = on or timezone.localdate()
    found = TrainingRecord.objects.filter(person=person, subject=subject, completed_on__lte=day, valid_until__gte=day)
    return bool(found.exists())


def latest_of(person: Person, subject: Training = Training.SAR_ANALYSIS) -> TrainingRecord | None:
    """The record that counts longest; None where there is none."""
    found: TrainingRecord | None = TrainingRecord.objects.filter(person=person, subject=subject).first()
    return found
