"""The table in docs/roles.md, asked from outside: every address of Desk, as every role of staff, read and sent to.

An address that is missing in the table, or in the samples below, fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from portal import audit
from portal.access.enums import Label
from portal.audit import Verb, checkpoints, sealing
from portal.audit.models import Event
from portal.bulletins import actions
from portal.bulletins.models import BulletinPage, ShareRequest
from portal.library.models import BundleImport
from portal.meetings.desk.item_actions import AssignAction
from portal.meetings.minutes.actions import BeginMinutes
from portal.members.actions.recovery import RecordCallBack
from portal.members.enums import AlarmKind, OrganisationKind, StaffRole
from portal.members.models import Alarm, FactorRecovery, Lock, MembershipProposal, Person, Validation
from portal.oversight.models import Review
from portal.oversight.weeks import Week
from portal.reporting.models import (
    Attachment,
    Disposal,
    DisposalBatch,
    Evidence,
    Holding,
    Redress,
    SafeCopyPart,
    TwoPeopleRequest,
)
from portal.reporting.protected import disposing
from tests.bulletins.releasing import submit
from tests.conftest import enrol, session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, bulletin, draft, guidance, staff
from tests.library import making as library
from tests.library.plan.making import commented
from tests.meetings import making as meetings
from tests.meetings.concerns import making as partnership
from tests.members.test_vetting import application
from tests.reporting.making import make_report, take_in
from tests.reporting.protected.desk import working as protected

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TABLE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
LETTERS = {"get": "R", "post": "C"}
REFUSED = {403, 404, 405, 500}


@dataclass(frozen=True)
class Sample:
    """One address of Desk: how it stands in the table, a real address of that kind, and what a form would send."""

    row: str
    address: str
    route: str
    data: dict[str, Any] = field(default_factory=dict)


def desk_routes(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """The name of every route below /desk/. One without a name fails here."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver) and (path.startswith("/desk/") or path == "/"):
            yield from desk_routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and path.startswith("/desk/"):
            assert entry.name, path
            yield entry.name


def sample(route: str, *keys: Any, **data: Any) -> Sample:
    address = reverse(route, args=keys)
    row = re.sub(r"/([0-9]+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/)", "/…", address)
    return Sample(row, address, route, data)


def bulletins_samples() -> Iterator[Sample]:
    author = staff(StaffRole.MIAC_AUTHOR)
    asked = submit(draft(by=author), author)
    urgent = draft(by=author)
    public = bulletin(tlp=Label.CLEAR)
    checklist = {"names_people": False, "touches_expression": False}
    page = BulletinPage.objects.get(pk=urgent.pk)
    release = actions.ReleaseUrgently(
        page=page, by=staff(StaffRole.MIAC_SUPERVISOR), reason="It cannot wait.", **checklist
    ).execute()
    yield sample("desk")
    yield sample("desk_audience", tlp="TLP:CLEAR")
    yield sample("desk_releases")
    for name in ("desk_release", "desk_release_read", "desk_decide", "desk_withdraw"):
        yield sample(name, asked.pk)
    yield sample("desk_countersign", release.pk)
    yield sample("desk_submit", draft(by=author).pk)
    yield sample("desk_release_urgently", draft(by=author).pk)
    yield sample("desk_recall", public.pk)
    yield sample("desk_readers", public.pk)
    yield sample("desk_share_requests")
    for about, row in ((public, "bulletin"), (guidance(tlp=Label.CLEAR), "guidance")):
        question = ShareRequest.objects.create(page=about, person=author, with_whom="Them", reason="Needed")
        made = sample("desk_share_answer", question.pk)
        yield Sample(f"{made.row} ({row})", made.address, made.route)


def people_samples() -> Iterator[Sample]:
    person = PersonFactory()
    case = application()
    yield sample("desk_members")
    yield sample("desk_application", case.uuid)
    yield sample("desk_application_act", case.uuid, "call_back")
    yield sample("desk_application_act", case.uuid, "approve")
    yield sample("desk_people")
    yield sample("desk_person", person.pk)
    yield sample("desk_person_act", person.pk, "suspend")
    yield sample("desk_person_act", person.pk, "clear")
    asked = Validation.objects.create(person=person, due_at=timezone.now() + timedelta(days=9))
    yield sample("desk_validations")
    yield sample("desk_validation", asked.pk)
    alarm = Alarm.objects.create(kind=AlarmKind.READS_MUCH, about=person.email, person=person)
    yield sample("desk_locks")
    yield sample("desk_release_lock", Lock.objects.create(email=person.email, network="192.0.2.1").pk)
    yield sample("desk_alarms")
    yield sample("desk_close_alarm", alarm.pk)
    enrol(person)
    said = {"number": "573-555-0100", "found_where": "State register", "spoken_to": "The person"}
    RecordCallBack(person=person, by=staff(StaffRole.VETTING_OFFICER), **said).execute()
    yield sample("desk_recoveries")
    yield sample("desk_recovery", FactorRecovery.objects.get().pk)
    yield sample("desk_staff")
    yield sample("desk_staff_find")
    yield sample("desk_staff_person", person.pk)
    yield sample("desk_staff_act", person.pk, "give")
    yield sample("desk_access")


def circles_samples() -> Iterator[Sample]:
    organisation, community = OrganisationFactory(), CommunityFactory()
    steward = PersonFactory(communities=[community])
    proposal = MembershipProposal.objects.create(
        community=community, email="a@partner.example", reason="Needed", proposed_by=steward
    )
    for name, row in (("organisation", organisation), ("community", community)):
        yield sample("desk_organisations" if name == "organisation" else "desk_communities")
        yield sample(f"desk_{name}_new")
        yield sample(f"desk_{name}", row.pk)
        yield sample(f"desk_{name}_act", row.pk, "close")
    yield sample("desk_organisation_act", organisation.pk, "add")
    yield sample("desk_community_act", community.pk, "add")
    yield sample("desk_proposals")
    yield sample("desk_proposal", proposal.pk, verb="decline")


def audit_samples() -> Iterator[Sample]:
    person = staff(StaffRole.RECORDS_CUSTODIAN)
    audit.record(Verb.ROLE_GIVE, person)
    event = Event.objects.latest("pk")
    monday = date(2026, 3, 2)
    review = Review.objects.create(week=monday, due_at=Week(monday).ends_at)
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    yield sample("desk_audit", person=person.email)
    yield sample("desk_audit_event", event.pk)
    yield sample("desk_audit_proof", event.pk, purpose="Case 12-345, on request")
    story = sample("desk_audit_about", event.about)
    yield Sample("/desk/audit/about/…/", story.address, story.route)
    yield sample("desk_audit_person", person.pk)
    yield sample("desk_audit_export")
    yield sample("desk_audit_reviews")
    yield sample("desk_audit_review", review.pk)
    yield sample("desk_audit_sign", review.pk, finding="Looked at every entry of the list.")


def reports_samples() -> Iterator[Sample]:
    report = take_in(make_report()).report
    yield sample("desk_reports")
    yield sample("desk_report_training")
    yield sample("desk_report", report.uuid, purpose="review")
    for verb in ("note", "review", "class", "hold", "warning"):
        yield sample("desk_report_act", report.uuid, verb)
    yield sample("desk_report_allow", report.uuid)
    yield sample("desk_report_text", report.uuid)
    yield sample("desk_report_print", report.uuid)


def files_samples() -> Iterator[Sample]:
    case = take_in(make_report())
    file = Attachment.objects.create(
        report_uuid=case.report.uuid, owner=case.report.submitter, kind="jpeg", length=1, state="clean", facts=b""
    )
    evidence = Evidence.objects.create(attachment=file, case=case, state="clean")
    SafeCopyPart.objects.create(evidence=evidence, number=1, form="picture")
    asked = TwoPeopleRequest.objects.create(
        evidence=evidence, kind="original", asked_by=staff(StaffRole.MIAC_ANALYST), details=b""
    )
    yield sample("desk_file", file.pk)
    yield sample("desk_file_part", file.pk, 1)
    yield sample("desk_original_ask", file.pk)
    yield sample("desk_originals")
    yield sample("desk_original", asked.uuid)
    yield sample("desk_original_decide", asked.uuid, decision="allow")
    yield sample("desk_original_take", asked.uuid)
    yield sample("desk_original_sheet", asked.uuid)


def endings_samples() -> Iterator[Sample]:
    case, gone = take_in(make_report()), take_in(make_report())
    custodian = staff(StaffRole.RECORDS_CUSTODIAN)
    second = staff(StaffRole.MIAC_SUPERVISOR)
    facts = {"proposed_by": custodian, "approved_by": second, "approved_at": timezone.now()}
    ended = Disposal.objects.create(
        report=gone.report, basis="14", certificate="Signed", done_at=timezone.now(), **facts
    )
    asked = Redress.objects.create(number="RED-1", kind="complaint", due_at=timezone.now(), words=b"")
    batch = DisposalBatch.objects.create(by=second)
    yield sample("desk_retention")
    yield sample("desk_retention_case", case.report.uuid)
    yield sample("desk_retention_validate", case.report.uuid)
    yield sample("desk_retention_purge", case.report.uuid)
    yield sample("desk_retention_decline", case.report.uuid)
    yield sample("desk_retention_certificate", gone.report.uuid)
    yield sample("desk_retention_redress_decline", asked.uuid)
    yield sample("desk_disposals")
    yield sample("desk_disposal_certificate", ended.pk)
    yield sample("desk_disposal_batch", batch.pk)
    yield sample("desk_disposal_act", batch.pk, "stop")
    yield sample("desk_seen_before", kind="plate", value="ABC 123", purpose="Case 26-114")
    yield sample("desk_redress")
    yield sample("desk_redress_one", asked.uuid)
    yield sample("desk_retention_redress")
    yield sample("desk_report_counts")
    yield sample("desk_scanner")


def plan_samples() -> Iterator[Sample]:
    comment = commented()
    cell = comment.version.cell
    yield sample("desk_plan")
    yield sample("desk_plan_begin", cell="energy/goals")
    yield sample("desk_plan_cell", cell.pk)
    yield sample("desk_plan_edit", cell.pk)
    yield sample("desk_plan_add", cell.pk)
    yield sample("desk_plan_move", comment.version.pk, "review")
    yield sample("desk_plan_comments")
    yield sample("desk_plan_comment", comment.pk)


def library_samples() -> Iterator[Sample]:
    public = library.document()
    yield sample("desk_library")
    yield sample("desk_library_add")
    run = BundleImport.objects.create(by=staff(StaffRole.MOP3_EDITOR), name="plans.zip")
    yield sample("desk_library_imports")
    yield sample("desk_library_import", run.pk)
    yield sample("desk_library_import_act", run.pk, "stop")
    yield sample("desk_library_document", public.pk, form="facts")
    yield sample("desk_library_act", public.pk, "publish")
    yield sample("desk_library_act", public.pk, "version")
    yield sample("desk_library_evidence")
    yield sample("desk_library_evidence_export", purpose="For the accreditation")
    yield sample("desk_delivery")
    yield sample("desk_delivery_retry")
    for name in ("desk_figures", "desk_figures_csv", "desk_figures_release", "desk_figures_withdraw"):
        yield sample(name)


def protected_samples() -> Iterator[Sample]:
    kept = protected.take_in(protected.make_submission(readers={"readers": "planners", "planners": "The county."}))
    gone = protected.take_in(protected.make_submission())
    signatory, analyst = staff(StaffRole.CLOSURE_SIGNATORY), staff(StaffRole.MIAC_ANALYST)
    protected.close(gone, signatory)
    protected.destroy_it(protected.anew(gone), analyst)
    protected.dispose(protected.anew(gone), staff(StaffRole.RECORDS_CUSTODIAN))
    disposing.finish_begun(timezone.now())
    asked = protected.enter_request(kept, staff(StaffRole.RECORDS_CUSTODIAN))
    evidence = kept.evidence.get()
    SafeCopyPart.objects.create(evidence=evidence, number=1, form="picture")
    key = kept.report.uuid
    yield sample("desk_protected")
    yield sample("desk_protected_one", key, purpose="review")
    yield sample("desk_protected_record", key)
    yield sample("desk_planning")
    yield sample("desk_planning_one", key, purpose="planning")
    for verb in ("review", "close", "retain", "planner", "collect", "dispose"):
        yield sample("desk_protected_act", key, verb)
    for name in ("desk_determination", "desk_determination_pdf", "desk_certificate", "desk_certificate_file"):
        yield sample(name, gone.report.uuid)
    yield sample("desk_protected_file", evidence.pk)
    yield sample("desk_protected_file_part", evidence.pk, 1)
    yield sample("desk_protected_clocks")
    yield sample("desk_requests")
    yield sample("desk_request", asked.pk)
    yield sample("desk_request_log", asked.pk)
    yield sample("desk_request_answer", asked.pk)


def partnership_samples() -> Iterator[Sample]:
    held = partnership.term(told_at=None)
    about, asked = partnership.concern(), partnership.visit()
    sent = partnership.recommended(partnership.concern(), by=staff(StaffRole.MOP3_EDITOR))
    yield sample("desk_offices")
    yield sample("desk_offices_vacant")
    yield sample("desk_offices_to_tell")
    yield sample("desk_office_new")
    yield sample("desk_office", held.office.pk)
    yield sample("desk_office_add", held.office.pk)
    yield sample("desk_term", held.pk)
    yield sample("desk_term_act", held.pk, "told")
    yield sample("desk_concerns")
    yield sample("desk_concern", about.pk)
    yield sample("desk_concern_act", about.pk, "close")
    yield sample("desk_concern_rankings")
    yield sample("desk_concern_ranking", "state")
    yield sample("desk_recommendations")
    yield sample("desk_recommendation", sent.pk)
    yield sample("desk_initiatives")
    yield sample("desk_initiative_new")
    yield sample("desk_initiative", partnership.initiative().pk)
    yield sample("desk_initiative_figure", partnership.initiative().pk)
    yield sample("desk_visits")
    yield sample("desk_visit", asked.pk)
    yield sample("desk_visit_act", asked.pk, "done")


def meetings_samples() -> Iterator[Sample]:
    editor = staff(StaffRole.MOP3_EDITOR)
    with time_machine.travel(timezone.now() - timedelta(days=9), tick=False):
        held, _notice = meetings.post(by=editor, starts_at=timezone.now() + timedelta(days=8))
        drill, _notice = meetings.post(by=editor, kind="exercise")
    BeginMinutes(held, editor).execute()
    item = AssignAction(held, editor, "Write the plan", None, "Office of the partnership").execute()
    yield sample("desk_meetings")
    yield sample("desk_meeting_add")
    yield sample("desk_meeting_earliest")
    yield sample("desk_meeting", held.pk)
    yield sample("desk_meeting_act", held.pk, "post")
    yield sample("desk_meeting_sheet", held.pk)
    yield sample("desk_meeting_needs", held.pk)
    yield sample("desk_exercise", drill.pk)
    yield sample("desk_minutes", held.pk)
    yield sample("desk_minutes_act", held.pk, "write")
    yield sample("desk_action_items")
    yield sample("desk_action_item", item.pk)
    yield sample("desk_action_act", item.pk, "close")


@pytest.fixture
def samples(desk: None, pages: Any) -> list[Sample]:
    admin = Sample("/admin/", "/admin/", "wagtailadmin_home")
    return [
        *bulletins_samples(),
        *people_samples(),
        *circles_samples(),
        *audit_samples(),
        *reports_samples(),
        *files_samples(),
        *endings_samples(),
        *library_samples(),
        *plan_samples(),
        *protected_samples(),
        *partnership_samples(),
        *meetings_samples(),
        admin,
    ]


def status(client: Client, method: str, asked: Sample) -> int:
    """The status of an answer, whose consequences are taken back."""
    with transaction.atomic():
        answer = getattr(client, method)(asked.address, asked.data)
        transaction.set_rollback(True)
    return int(answer.status_code)


def allowed(client: Client, asked: Sample) -> str:
    """What this browser may do there: R opens it, C sends to it. What it may not do answers as if nothing was there."""
    found = {method: status(client, method, asked) for method in LETTERS if method == "get" or asked.row != "/admin/"}
    letters = "".join(LETTERS[method] for method, code in found.items() if code not in REFUSED)
    expected = {405} if letters else {404}
    if asked.route in {"desk_audience", "desk_person_act"}:  # one looks at the method first, the other at the verb last
        expected = {404, 405}
    assert all(code in expected for code in found.values() if code in REFUSED), (asked.address, found)
    return letters or "–"


def documented() -> dict[str, dict[str, str]]:
    """The table of the docs: for each address, the cell of each role."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("|")]
    header = next(line for line in lines if line.startswith("| Address |"))
    columns = [cell.strip() for cell in header.strip("|").split("|")]
    found = {}
    for line in lines[lines.index(header) + 2 :]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found[cells[0].strip("`")] = dict(zip(columns[2:], cells[2:], strict=True))
    return found


COLUMNS = {
    StaffRole.MOP3_EDITOR: "MOP3",
    StaffRole.MIAC_AUTHOR: "Author",
    StaffRole.MIAC_ANALYST: "Analyst",
    StaffRole.MIAC_SUPERVISOR: "Supervisor",
    StaffRole.DUTY_OFFICER: "Duty",
    StaffRole.VETTING_OFFICER: "Vetting",
    StaffRole.PRIVACY_OFFICER: "Privacy",
    StaffRole.RECORDS_CUSTODIAN: "Records",
    StaffRole.CLOSURE_SIGNATORY: "Closure",
    StaffRole.AUDITOR: "Auditor",
    StaffRole.ADMINISTRATOR: "Administrator",
    StaffRole.PLANNER: "Planner",
}


def holder(role: StaffRole) -> Person:
    """Somebody with this role; a planner is named for the submissions that allow planners, as the table takes it."""
    agency = OrganisationFactory(kind=OrganisationKind.PUBLIC_AGENCY)
    person = staff(role, organisations=[agency] if role is StaffRole.PLANNER else [])
    for kept in Holding.objects.filter(readers="planners") if role is StaffRole.PLANNER else ():
        row = protected.name_planner(kept, staff(StaffRole.MIAC_ANALYST), person)
        protected.admit(row, staff(StaffRole.MIAC_SUPERVISOR))
    return person


def test_every_role_has_a_column_and_every_address_a_sample_and_a_row(samples: list[Sample]) -> None:
    assert set(COLUMNS) == set(StaffRole)
    assert {each.route for each in samples} == {*desk_routes(), "wagtailadmin_home"}
    assert {each.row for each in samples} == set(documented())
    assert all(list(row) == list(COLUMNS.values()) for row in documented().values())


@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_may_do_what_the_table_says_and_nothing_else(samples: list[Sample], role: StaffRole) -> None:
    client = session_for(holder(role))
    table = documented()
    found = {each.row: allowed(client, each) for each in samples}
    assert found == {row: cells[COLUMNS[role]] for row, cells in table.items()}


def test_a_member_without_a_role_and_a_role_without_good_standing_open_nothing(samples: list[Sample]) -> None:
    people: list[Person] = [PersonFactory(), staff(StaffRole.ADMINISTRATOR, standing="suspended")]
    people.append(staff(StaffRole.MIAC_SUPERVISOR, validated_until=timezone.now()))
    for person in people:
        client = session_for(person)
        for each in samples:
            assert status(client, "get", each) == status(client, "post", each) == 404, each.address
    for each in samples:
        assert status(Client(), "get", each) == status(Client(), "post", each) == 302, each.address
