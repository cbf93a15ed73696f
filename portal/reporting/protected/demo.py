"""The demonstration's protected submissions: one just received, one that is reviewed soon, one that was destroyed.

They are submitted for a plant that two of the invented companies run together, so that there is an alternate contact.
What the desk did was done through its own actions; then the dates are moved back, and no mail tells of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from portal.core import demo
from portal.core.models import OutgoingMail
from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Affiliation, Organisation, Person
from portal.reporting import sending
from portal.reporting.enums import DraftKind
from portal.reporting.models import ClockEnd, Determination, Holding, HoldingEntry, Report, ReportPart, Use
from portal.reporting.numbers import PROTECTED, new_number
from portal.reporting.people import role_of
from portal.reporting.protected import intake, people, telling
from portal.reporting.protected.actions import determining, ending, reviewing, working
from portal.reporting.protected.enums import ProtectedSection, Regime, UsePurpose
from portal.vault import keyring, records

PLANT = "North Bank Cogeneration (invented)"
ENGINEER, ALTERNATE = "energy@partner.example", "water@partner.example"
ANALYST, SUPERVISOR = "analyst@miac.example", "supervisor@miac.example"
Sections = dict[str, dict[str, str]]  # as the form seals them


@dataclass(frozen=True)
class Desk:
    """The two of the demonstration who work on submissions; the supervisor signs closures as well."""

    analyst: Person
    supervisor: Person

    def receive(self, kept: Holding) -> None:
        """Nothing was done with it yet."""

    def close(self, kept: Holding) -> None:
        working.Assign(kept, self.analyst, responsible=self.analyst, deputy=self.supervisor).execute()
        determining.BeginReview(kept, self.analyst).execute()
        determining.DetermineClosed(
            kept, self.supervisor, signed=self.supervisor.name, impairs=True, outweighs=True, seen=len(PARTS)
        ).execute()

    def destroy(self, kept: Holding) -> None:
        self.close(kept)
        reviewing.DestroyIt(
            kept, self.analyst, reasons="The plan of patrols is made; the diagram is not needed."
        ).execute()
        ending.Dispose(kept, self.supervisor).execute()


@dataclass(frozen=True)
class Sample:
    """One submission: what it says, how long ago it came, and what the desk did with it."""

    what: str
    infrastructure: str
    use: str
    ago: timedelta
    done: Callable[[Desk, Holding], None]
    uses: tuple[UsePurpose, ...] = ()
    said: Sections = field(default_factory=dict)


SAMPLES = (
    Sample(
        what="The single-line diagram of the plant, with the breakers that can be reached from outside the fence.",
        infrastructure="North Bank plant, switchyard",
        use="The county's plan for the north bank of the river.",
        ago=timedelta(hours=2),
        done=Desk.receive,
    ),
    Sample(
        what="A survey of the cooling-water intake: where it can be reached by boat, and which camera sees what.",
        infrastructure="North Bank plant, cooling-water intake",
        use="Planning patrols on the river when the water is low.",
        ago=timedelta(days=64),
        done=Desk.close,
        uses=(UsePurpose.INTAKE, UsePurpose.REVIEW, UsePurpose.PLANNING),
        said={ProtectedSection.REGIMES: {Regime.CEII: "yes"}},
    ),
    Sample(
        what="Which gates stay open while the plant is rebuilt, and until when.",
        infrastructure="North Bank plant, construction gates",
        use="Patrols until the building is done.",
        ago=timedelta(days=41),
        done=Desk.destroy,
        uses=(UsePurpose.INTAKE, UsePurpose.DISPOSAL),
        said={ProtectedSection.WISH: {"wish": "destroy", "address": ""}},
    ),
)


def _sections(sample: Sample, by: Person) -> Sections:
    """Every section of the form, as it seals them; what the sample says stands above the rest."""
    whole: Sections = {
        ProtectedSection.REGIMES: {**{regime.value: "no" for regime in Regime}, "authority": ""},
        ProtectedSection.ELEMENTS: {
            **dict.fromkeys(("nonpublic", "owner", "voluntary", "planning"), "yes"),
            "threat": "It shows where one act would take heat and power from a hospital and two schools.",
        },
        ProtectedSection.SECRET: {"claim": "no", "why": ""},
        ProtectedSection.MATTER: {
            "what": sample.what,
            "infrastructure": sample.infrastructure,
            "owning": "both",
            "sector": "energy",
            "county": "29051",
            "banners": "",
            "use": sample.use,
        },
        ProtectedSection.READERS: {"readers": "analysts", "planners": ""},
        ProtectedSection.WISH: {"wish": "return", "address": "North Bank plant, gate 1"},
        ProtectedSection.CONTACT: {"contact": "573-555-0142", "when": "Mornings"},
        ProtectedSection.CERTIFY: {"authority": "yes", "nonpublic": "yes", "signed": by.name},
        ProtectedSection.FILES: {"files": "[]", "banners": ""},
        ProtectedSection.REPORTER: {**sending.who(by), "organisation": PLANT},
    }
    return {name: {**answers, **sample.said.get(name, {})} for name, answers in whole.items()}


PARTS = tuple(name for name in ProtectedSection if name != ProtectedSection.ADDED)


@demo.seeder(order=62, title="Protected submissions")
def seed(echo: demo.Echo) -> None:
    """Send the three, unless something was submitted already."""
    if Report.objects.protected().exists():
        return
    if not keyring.ring().holds_private_keys:
        echo("none: only the desk's keys can take one in")
        return
    plant, desk = _plant(), _desk()
    for sample in SAMPLES:
        with transaction.atomic():
            _make(sample, plant, desk)
    echo(f"{len(SAMPLES)} submissions of {PLANT}")


def _plant() -> Organisation:
    """The plant, in which the engineer of one company and the alternate of the other have a place."""
    plant: Organisation = Organisation.objects.get_or_create(name=PLANT, defaults={"kind": OrganisationKind.COMPANY})[0]
    for email in (ENGINEER, ALTERNATE):
        person = Person.objects.get(email=email)
        if not Affiliation.objects.current().filter(person=person, organisation=plant).exists():
            Affiliation.objects.create(person=person, organisation=plant)
    return plant


def _desk() -> Desk:
    desk = Desk(Person.objects.get(email=ANALYST), Person.objects.get(email=SUPERVISOR))
    desk.supervisor.groups.add(Group.objects.get(name=StaffRole.CLOSURE_SIGNATORY.value))
    return desk


def _make(sample: Sample, plant: Organisation, desk: Desk) -> None:
    report = _submitted(sample, plant)
    intake.take_in_new()
    kept = Holding.objects.select_related("report").get(report=report)
    sample.done(desk, kept)
    entries = HoldingEntry.objects.filter(holding=kept)
    for key in entries.values_list("pk", flat=True):
        OutgoingMail.objects.filter(kind=telling.MOVED, about__startswith=f"{key}:").delete()
    if Determination.objects.filter(holding=kept).exists():
        _date_back(kept, report.submitted_at + timedelta(hours=20))
    for number, purpose in enumerate(sample.uses):
        _use(kept, desk.analyst, purpose, report.submitted_at + timedelta(hours=18, days=number * 17))


def _submitted(sample: Sample, plant: Organisation) -> Report:
    """As Front stores it: all words sealed."""
    by, at = Person.objects.get(email=ENGINEER), _moment(sample.ago)
    report: Report = Report.objects.create(
        uuid=uuid.uuid4(),
        number=new_number(PROTECTED),
        kind=DraftKind.PROTECTED,
        submitter=by,
        organisation=plant,
        alternate=Person.objects.get(email=ALTERNATE),
        submitted_at=at,
    )
    sending.store_parts(report, records.new_key(report.record), dict(_sections(sample, by)))
    ReportPart.objects.filter(report=report).update(at=at)
    return report


def _moment(ago: timedelta) -> datetime:
    """So long ago; where that is days, in the afternoon."""
    at = timezone.localtime() - ago
    return at.replace(hour=14, minute=10) if ago.days else at


def _date_back(kept: Holding, at: datetime) -> None:
    """The determination was signed in time, on the day after it came in. Its destruction, if any, is of today."""
    # Nobody is warned of a date that was made up.
    Holding.objects.filter(pk=kept.pk).update(determined_at=at, taken_in_at=at - timedelta(hours=18), warned=1)
    Determination.objects.filter(holding=kept).update(signed_at=at)
    ClockEnd.objects.filter(holding=kept, clock="determination").update(met_at=at)
    before: Any = {"review": at - timedelta(hours=1), "close": at, "": at - timedelta(hours=2)}
    for verb, moment in before.items():
        HoldingEntry.objects.filter(holding=kept, verb=verb).update(at=moment)


def _use(kept: Holding, by: Person, purpose: UsePurpose, at: datetime) -> None:
    role = role_of(by, *people.READERS)
    Use.objects.create(
        holding=kept, by=by, role=str(role.label) if role else "", agency=people.agency_of(by), purpose=purpose, at=at
    )
