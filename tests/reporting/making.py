"""Makes reports as Front sends them: sealed sections and files; in clear only who sent it, when, and how urgent."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from portal.members.models import Person
from portal.reporting import intake, numbers
from portal.reporting.enums import FileState, Section
from portal.reporting.models import Attachment, Case, Report, ReportPart
from portal.vault import records
from portal.vault.storage import sealed_files
from tests.factories import PersonFactory

COLE = "29051"  # the county of Jefferson City
WATER_PLANT: dict[str, dict[str, str]] = {
    "urgency": {"now": "no"},
    "activity": {
        "behaviour": "PHOTO",
        "what": "A van stopped twice and somebody photographed the water intake.",
        "unusual": "At night, from outside the fence, on two days in a row.",
    },
    "place": {
        "begun": "2026-03-02T21:40:00-06:00",
        "ended": "2026-03-02T22:05:00-06:00",
        "where": "The north gate of the pumping station",
        "county": COLE,
        "latitude": "38.5767",
        "longitude": "-92.1735",
    },
    "target": {"sector": "water", "target": "WATR", "facility": "North pumping station"},
    "known": {"how": "seen", "source": ""},
    "contact": {"reach": "phone", "contact": "573-555-0142", "when": "After six"},
    "reporter": {"name": "Shift lead of the night", "email": "shift@water.example", "organisation": "Water company"},
}
VAN = {"kind": "vehicle", "make": "White van", "colour": "white", "plate": "ABC 123", "plate_state": "MO"}


@dataclass(frozen=True)
class Sent:
    """A file that somebody sends: its name, what it holds, and how far Front came with it."""

    name: str = "intake.jpg"
    content: bytes = b"\xff\xd8\xff\xe0 a picture of the fence"
    kind: str = "jpeg"
    declared: str = "image/jpeg"
    state: str = FileState.CLEAN


def make_report(
    submitter: Person | None = None,
    *,
    files: Iterable[Sent] = (),
    things: Iterable[dict[str, str]] = (VAN,),
    is_urgent: bool = False,
    submitted_at: datetime | None = None,
    **sections: dict[str, Any],
) -> Report:
    """A report as Front sends it: somebody photographs a water plant, unless the sections that are given say else.

    What is given for a section is added to its answers; `sealed(report, ...)` adds more sections or spoils them.
    """
    identifier = uuid.uuid4()
    key = records.new_key(f"report:{identifier}")
    report: Report = Report.objects.create(
        uuid=identifier,
        number=numbers.new_number(numbers.REPORT),
        submitter=submitter or PersonFactory(),
        is_urgent=is_urgent,
        submitted_at=submitted_at or timezone.now(),
    )
    attached = [attach(report, key, sent) for sent in files]
    answers = {name: {**WATER_PLANT.get(name, {}), **sections.get(name, {})} for name in {*WATER_PLANT, *sections}}
    answers.setdefault("seen", {"things": json.dumps(list(things))})
    answers.setdefault("files", {"files": json.dumps([{"uuid": str(row.uuid)} for row in attached])})
    if is_urgent:
        answers["urgency"]["now"] = "yes"
    for name, said in answers.items():
        seal_part(report, name, json.dumps(said).encode(), key=key)
    return report


def seal_part(report: Report, name: str, plaintext: bytes, *, key: records.DataKey | None = None) -> ReportPart:
    """Add a section, or a newer version of one, under a data key of the report: a new one unless `key` is given."""
    sealing = key or records.new_key(report.record)
    version = report.parts.filter(name=name).count() + 1
    part = ReportPart(report=report, name=name, version=version)
    part.envelope = sealing.seal(part.field, plaintext)
    part.save()
    return part


def add_words(report: Report, words: str, *, at: datetime | None = None) -> ReportPart:
    """What the submitter adds later."""
    part = seal_part(report, Section.ADDED, json.dumps({"words": words, "files": "[]"}).encode())
    if at is not None:
        ReportPart.objects.filter(pk=part.pk).update(at=at)
    return part


def attach(report: Report, key: records.DataKey, sent: Sent) -> Attachment:
    """Seal a file and what is known of it."""
    row = Attachment(
        report_uuid=report.uuid, owner=report.submitter, kind=sent.kind, length=len(sent.content), state=sent.state
    )
    digest = hashlib.sha256(sent.content).hexdigest()
    facts = {"name": sent.name, "declared": sent.declared, "sha256": digest}
    row.facts = key.seal(row.facts_field, json.dumps(facts).encode())
    with sealed_files().open(row.place, "wb") as out:
        writer = key.writer(row.file, out)  # type: ignore[arg-type]  # a File has what the writer uses
        writer.write(sent.content)
        writer.close()
    row.save(force_insert=True)
    return row


def take_in(report: Report) -> Case:
    """The case that the desk makes of it. Needs the desk's keys."""
    intake.take_in_new()
    case: Case = Case.objects.get(report=report)
    return case
