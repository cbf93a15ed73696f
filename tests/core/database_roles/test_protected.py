"""Protected submissions work under Front's account on PostgreSQL, which sees of them what their submitters may."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from portal.core.grants import guards
from portal.members.models import Affiliation, Person
from portal.reporting.models import Attachment, Draft, Report, ReportPart, Use
from portal.reporting.protected.enums import Act, Stage
from portal.reporting.protected.states import DECIDED, ENDED
from tests.conftest import session_for
from tests.core.database_roles.conftest import AsFront, World, on_postgresql
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.protected.front.conftest import Submitter, hold

REFUSED = [
    "SELECT sector_id FROM reporting_holding",
    "SELECT details FROM reporting_holdingentry",
    "SELECT by_id FROM reporting_use",
    "SELECT matter FROM reporting_legalhold",
    "SELECT basis FROM reporting_disposal",
    "SELECT * FROM reporting_recordsrequest",
    "UPDATE reporting_holding SET stage = 'destroyed'",
    "INSERT INTO reporting_use (holding_id, by_id, role, agency, purpose, at) SELECT 1, 1, '', '', '', now()",
    "DELETE FROM reporting_holdingentry",
]


@pytest.fixture
def submitter(world: World) -> Submitter:
    company = OrganisationFactory()
    Affiliation.objects.create(person=world.member, organisation=company)
    alternate: Person = PersonFactory(organisations=[company])
    return Submitter(world.member, world.client, company, alternate)


@on_postgresql
def test_a_submission_is_written_sent_followed_and_withdrawn(
    as_front: AsFront, submitter: Submitter, settings: Any
) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    with as_front():
        submitter.fill()
        assert submitter.upload("a.txt", b"The diagram.").status_code == 200
        submitter.send()
        words = submitter.get("protected_receipt").context["receipt"]["words"]
        submitter.post("protected_receipt")
    report = Report.objects.get()
    kept = hold(report, Stage.DEFECT, noticed_at=timezone.now())
    Use.objects.create(holding=kept, by=submitter.alternate, role="Analyst", agency="Center", purpose="review")
    with as_front():
        submitter.post("protected_one", report.number, words=words)
        submitter.post("protected_act", report.number, "cure", words="The second sheet.")
        page = submitter.shown("protected_one", report.number)
        assert "single-line diagram" in page and "Analyst" in page and "The second sheet." in page
        assert "Analyst" in submitter.shown("protected_uses", report.number)
        assert report.number in submitter.shown("protected_status")
        assert submitter.add_file(report.number, "b.txt", b"The second sheet.").status_code == 200
    assert not Draft.objects.exists()
    assert ReportPart.objects.filter(name="cure").count() == 1


@on_postgresql
def test_the_alternate_adds_a_file_when_the_filer_has_left(
    as_front: AsFront, submitter: Submitter, settings: Any
) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    report, _words = submitter.submit()
    Affiliation.objects.filter(person=submitter.person).update(ended_at=timezone.now())
    alternate = Submitter(
        submitter.alternate, session_for(submitter.alternate), submitter.organisation, submitter.person
    )
    with as_front():
        assert alternate.add_file(report.number, "b.txt", b"The second sheet.").status_code == 200
    row = Attachment.objects.get()
    hold(report, Stage.DESTROYING)
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
        row.pk = "00000000-0000-4000-8000-000000000001"
        row.save(force_insert=True)


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_front_is_refused(as_front: AsFront, statement: str) -> None:
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_guards_name_all_acts_and_all_stages_that_end() -> None:
    assert all(f"'{act}'" in guards.ADDED for act in Act.values)
    assert guards.ENDING.count("'") == 2 * len(DECIDED | ENDED)
    assert all(f"'{stage.value}'" in guards.ENDING for stage in DECIDED | ENDED)
