"""Submissions as Front sends them, and the steps of the desk, each done rightly unless a test says otherwise."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Event
from portal.members.models import Organisation, Person
from portal.members.models.standing import Visit
from portal.reporting import numbers
from portal.reporting.actions import evidence as originals
from portal.reporting.enums import DraftKind
from portal.reporting.models import (
    Disposal,
    Evidence,
    Holding,
    NamedPlanner,
    Product,
    RecordsRequest,
    Report,
    ReportPart,
    TwoPeopleRequest,
)
from portal.reporting.protected import intake, later
from portal.reporting.protected.actions import determining, duties, ending, planning, reviewing, working
from portal.vault import records
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.making import COLE, Sent, attach

SUBSTATION: dict[str, dict[str, str]] = {
    "regimes": {"classified": "no", "sgi": "no", "cvi": "no", "ssi": "no", "ceii": "yes", "bcsi": "no"},
    "elements": dict.fromkeys(("nonpublic", "owner", "voluntary", "planning"), "yes")
    | {"threat": "It shows which breaker takes the whole county off the grid."},
    "secret": {"claim": "yes", "why": "Our own design of the protection."},
    "matter": {
        "what": "The single-line diagram of the north substation.",
        "infrastructure": "North substation",
        "owning": "both",
        "sector": "energy",
        "county": COLE,
        "use": "Planning patrols during an outage.",
    },
    "readers": {"readers": "analysts", "planners": ""},
    "wish": {"wish": "return", "address": "Station road 1, Jefferson City"},
    "contact": {"contact": "573-555-0142", "when": ""},
    "certify": {"authority": "yes", "nonpublic": "yes", "signed": "The engineer"},
    "reporter": {"name": "The engineer", "email": "engineer@grid.example", "organisation": "Grid company"},
}
WITH_PLANNERS = {"readers": "planners", "planners": "The emergency manager of the county."}
AGENCY = "State emergency office"
DIAGRAM = Sent("diagram.jpg", b"\xff\xd8\xff\xe0 a single-line diagram")


def make_submission(
    submitter: Person | None = None,
    *,
    organisation: Organisation | None = None,
    files: Iterable[Sent] = (DIAGRAM,),
    submitted_at: datetime | None = None,
    **sections: dict[str, Any],
) -> Report:
    """A submission as Front sends it; what is given for a section is added to its answers."""
    place = organisation or OrganisationFactory()
    identifier = uuid.uuid4()
    key = records.new_key(f"report:{identifier}")
    report: Report = Report.objects.create(
        uuid=identifier,
        number=numbers.new_number("PRO"),
        kind=DraftKind.PROTECTED,
        submitter=submitter or PersonFactory(organisations=[place]),
        organisation=place,
        submitted_at=submitted_at or timezone.now(),
    )
    attached = [attach(report, key, sent) for sent in files]
    answers = {name: {**SUBSTATION.get(name, {}), **sections.get(name, {})} for name in {*SUBSTATION, *sections}}
    answers.setdefault("files", {"files": json.dumps([{"uuid": str(row.uuid)} for row in attached])})
    for name, said in answers.items():
        add_part(report, name, said, key=key)
    return report


def add_part(report: Report, name: str, said: dict[str, Any], *, key: records.DataKey | None = None) -> ReportPart:
    """A sealed part: a section, or what the submitter asks for later."""
    version = report.parts.filter(name=name).count() + 1
    part = ReportPart(report=report, name=name, version=version)
    part.envelope = (key or records.new_key(report.record)).seal(part.field, json.dumps(said).encode())
    part.save()
    return part


def take_in(report: Report) -> Holding:
    intake.take_in_new()
    found: Holding = Holding.objects.get(report=report)
    return found


def ask(kept: Holding, name: str, **said: str) -> Holding:
    """What the submitter asks for later, taken in by the desk."""
    add_part(kept.report, name, {"words": "We ask for it.", **said})
    later.take_in()
    return anew(kept)


def anew(kept: Holding) -> Holding:
    found: Holding = Holding.objects.select_related("report").get(pk=kept.pk)
    return found


def close(kept: Holding, by: Person, **given: Any) -> Any:
    facts = {"signed": by.name, "impairs": True, "outweighs": True, "seen": kept.report.parts.count()}
    return determining.DetermineClosed(kept, by, **{**facts, **given}).execute()


def refuse(kept: Holding, by: Person, **given: Any) -> Any:
    facts = {"signed": by.name, "reasons": "It stands on your website.", "seen": kept.report.parts.count()}
    return determining.DetermineNotClosed(kept, by, **{**facts, **given}).execute()


def begin(kept: Holding, by: Person) -> Any:
    return determining.BeginReview(kept, by).execute()


def notify(kept: Holding, by: Person, words: str = "The diagram has no date.") -> Any:
    return determining.NotifyDefect(kept, by, words=words).execute()


def retain(kept: Holding, by: Person, *, again_on: date | None = None, reasons: str = "The plan needs it.") -> Any:
    day = again_on or timezone.localdate() + timedelta(days=200)
    return reviewing.Retain(kept, by, reasons=reasons, again_on=day).execute()


def keep_unprotected(kept: Holding, by: Person) -> Any:
    day = timezone.localdate() + timedelta(days=200)
    return reviewing.KeepUnprotected(kept, by, reasons="As they asked.", again_on=day).execute()


def return_it(kept: Holding, by: Person) -> Any:
    return reviewing.ReturnIt(kept, by, reasons="The plan is made.").execute()


def destroy_it(kept: Holding, by: Person) -> Any:
    return reviewing.DestroyIt(kept, by, reasons="The plan is made.").execute()


def collect(kept: Holding, by: Person) -> Any:
    return ending.Collect(kept, by, receipt="The engineer, at the counter, with a receipt.").execute()


def dispose(kept: Holding, by: Person) -> Any:
    return ending.Dispose(kept, by).execute()


def hold(kept: Holding, by: Person) -> Any:
    return duties.PlaceHold(kept, by, matter="A suit in the county court").execute()


def lift(kept: Holding, by: Person) -> Any:
    return duties.LiftHold(kept, by, reasons="The suit has ended.").execute()


def enter_request(kept: Holding, by: Person, *, number: str = "R-1") -> RecordsRequest:
    made: RecordsRequest = duties.EnterRequest(
        number=number, received_at=timezone.now(), holdings=(kept,), by=by
    ).execute()
    return made


def answer(request: RecordsRequest, by: Person) -> Any:
    return duties.AnswerRequest(request=request, by=by).execute()


def assign(kept: Holding, by: Person, responsible: Person, deputy: Person) -> Any:
    return working.Assign(kept, by, responsible=responsible, deputy=deputy).execute()


def write(kept: Holding, by: Person) -> Any:
    return working.Write(kept, by, words="We look at it this week.").execute()


def separate(kept: Holding, by: Person) -> Any:
    return working.Separate(kept, by, judged={"matter": False}, basis="RSMo 610.021(19)").execute()


def link_product(kept: Holding, by: Person) -> Product:
    made: Product = working.LinkProduct(kept, by, title="Bulletin 26-4").execute()
    return made


def check_product(product: Product, by: Person) -> Any:
    return working.CheckProduct(product.holding, by, product=product, names_no_source=True).execute()


def ask_original(evidence: Evidence, by: Person) -> TwoPeopleRequest:
    made: TwoPeopleRequest = originals.AskOriginal(evidence=evidence, by=by, to="The court", why="A suit").execute()
    return made


def allow_original(asked: TwoPeopleRequest, by: Person) -> Any:
    return originals.DecideOriginal(request=asked, by=by, is_allowed=True).execute()


def take_original(asked: TwoPeopleRequest, by: Person) -> Any:
    return originals.TakeOriginal(request=asked, by=by).execute()


def name_planner(kept: Holding, by: Person, person: Person, **given: Any) -> NamedPlanner:
    facts = {"person": person, "reasons": "The flood plan of the county needs it.", "is_covered": True}
    made: NamedPlanner = planning.NamePlanner(kept, by, **{**facts, **given}).execute()
    return made


def admit(row: NamedPlanner, by: Person, *, is_covered: bool = True) -> NamedPlanner:
    made: NamedPlanner = planning.ApprovePlanner(row.holding, by, planner=row, is_covered=is_covered).execute()
    return made


def dismiss(row: NamedPlanner, by: Person) -> Any:
    return planning.EndPlanner(row.holding, by, planner=row).execute()


def pass_days(clock: Any, days: int) -> None:
    """Let days go by, in which everybody was here: whoever stays away for ninety days is no active member."""
    clock.shift(timedelta(days=days))
    Visit.objects.update(active_at=timezone.now())
    Person.objects.update(validated_until=timezone.now() + timedelta(days=300))


def disposal_of(kept: Holding) -> Disposal:
    found: Disposal = Disposal.objects.select_related("report__holding").get(report=kept.report)
    return found


def verbs_about(kept: Holding) -> list[str]:
    """What the trail says was done to a submission, in order."""
    events = Event.objects.filter(about=f"reporting.report:{kept.pk}").order_by("pk")
    return list(events.values_list("verb", flat=True))


def planning_page(kept: Holding) -> str:
    return reverse("desk_planning_one", args=[kept.report.uuid])


def opens(client: Client, kept: Holding) -> bool:
    """Whether this browser gets the submission's page, after saying what for where that is asked."""
    answer = client.get(planning_page(kept))
    assert answer.status_code in {200, 404}
    return bool(answer.status_code == 200)


def said_by(client: Client, kept: Holding) -> Client:
    assert client.post(planning_page(kept), {"purpose": "planning"}).status_code == 302
    return client
