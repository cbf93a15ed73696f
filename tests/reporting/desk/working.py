"""The steps of the desk's work, as tests take them: each does it rightly, unless it is told otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting.actions import closing, handing_over, triage, vetting
from portal.reporting.enums import Disposition, Finding, RecordClass, Review
from portal.reporting.models import ApprovedSentence, Case, CaseEntry, TrainingRecord
from tests.conftest import session_for
from tests.factories import staff


def train(person: Person, *, until: date = date(2027, 1, 31)) -> TrainingRecord:
    row: TrainingRecord = TrainingRecord.objects.create(
        person=person,
        subject="sar",
        completed_on=date(2026, 1, 31),
        valid_until=until,
        recorded_by=staff(StaffRole.MIAC_SUPERVISOR),
    )
    return row


def anew(case: Case) -> Case:
    found: Case = Case.objects.get(pk=case.pk)
    return found


def review(case: Case, by: Person, **given: Any) -> None:
    facts = {"review": Review.REAL, "behaviour": "PHOTO", "why": "It names place and time."}
    vetting.ReviewReport(case, by, **{**facts, "seen": case.report.parts.count(), **given}).execute()


def determine(case: Case, by: Person, **given: Any) -> None:
    facts = {
        "finding": Finding.YES,
        "grounds": "Twice, at night, and the intake alone.",
        "facts": "Two visits, both recorded by the camera.",
        "is_free_of_protected_traits": True,
        "seen": case.report.parts.count(),
    }
    vetting.DetermineReport(case, by, **{**facts, **given}).execute()


def dispose(case: Case, by: Person, disposition: Disposition = Disposition.KEPT, **given: Any) -> None:
    facts: dict[str, Any] = {"why": "It may matter later.", "to_whom": "The county sheriff", "number": "EG-1"}
    facts |= {"at": timezone.now(), "seen": case.report.parts.count()}
    handing_over.Dispose(case, by, disposition=disposition, **{**facts, **given}).execute()


def hand_to_police(case: Case, by: Person, **given: Any) -> None:
    facts = {"to_whom": "The county sheriff's dispatcher", "at": timezone.now(), "told": "A van at the intake, now."}
    handing_over.HandToPolice(case, by, **{**facts, **given}).execute()


def set_class(case: Case, by: Person, **given: Any) -> None:
    facts: dict[str, Any] = {"record_class": RecordClass.SECURITY, "basis": "RSMo 610.021"}
    triage.SetRecordClass(case, by, **{**facts, **given}).execute()


def sentence() -> ApprovedSentence:
    found: ApprovedSentence = ApprovedSentence.objects.order_by("order")[0]
    return found


def close(case: Case, by: Person, **given: Any) -> None:
    seen = case.report.parts.count()
    closing.CloseCase(case, by, **{"sentence": sentence(), "seen": seen, **given}).execute()


def allow(case: Case, by: Person, proposal: CaseEntry | None) -> None:
    """Close with words that were proposed."""
    close(case, by, sentence=None, proposal=proposal)


def determined(case: Case, first: Person, second: Person, **given: Any) -> Case:
    """A case with both steps done by two people."""
    review(case, first)
    determine(case, second, **given)
    return anew(case)


def opened(case: Case, person: Person, *, purpose: str = "review") -> Client:
    """A browser in which this person has said what they open the report for."""
    client = session_for(person)
    client.post(f"/desk/reports/{case.report.uuid}/", {"purpose": purpose})
    return client


def address(case: Case, rest: str = "") -> str:
    return f"/desk/reports/{case.report.uuid}/{rest}"


def verbs_about(case: Case) -> list[str]:
    """What the trail says was done to a report, in order."""
    events = Event.objects.filter(about=f"reporting.report:{case.pk}").order_by("pk")
    return list(events.values_list("verb", flat=True))
