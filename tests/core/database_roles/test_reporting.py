"""Reporting works under Front's account on PostgreSQL, which can read back nothing of it but its status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from portal.reporting.enums import Status
from portal.reporting.models import Attachment, Case, Draft, Redress, Report, ReportPart
from tests.core.database_roles.conftest import AsFront, World, on_postgresql
from tests.reporting.front.conftest import Reporter
from tests.reporting.front.test_files import picture

REFUSED = [
    "SELECT behaviour FROM reporting_case",
    "SELECT * FROM reporting_caseentry",
    "SELECT * FROM reporting_evidence",
    "SELECT * FROM reporting_seendigest",
    "SELECT words FROM reporting_redress",
    "UPDATE reporting_report SET is_urgent = true",
    "UPDATE reporting_case SET status = 'closed'",
    "UPDATE reporting_attachment SET facts = ''",
    "DELETE FROM reporting_report",
    "DELETE FROM reporting_reportpart",
    "DELETE FROM reporting_attachment",
    "SELECT * FROM reporting_redresspurge",
    "UPDATE reporting_report SET submitter_id = NULL",
    "UPDATE reporting_attachment SET owner_id = NULL",
    "INSERT INTO reporting_deskmessage (uuid, report_id, by_id, at, envelope) SELECT NULL, 1, 1, now(), ''",
]


@on_postgresql
def test_a_report_is_written_sent_opened_again_and_added_to(as_front: AsFront, world: World, settings: Any) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    reporter = Reporter(world.member, world.client)
    with as_front():
        reporter.fill(now="yes")
        assert reporter.upload("a.jpg", picture()).status_code == 200
        row = Attachment.objects.get()
        assert reporter.post("report_file_remove", row.uuid).status_code == 302
        assert reporter.upload("b.jpg", picture()).status_code == 200
        reporter.send()
        words = reporter.get("report_receipt").context["receipt"]["words"]
        reporter.post("report_receipt")
        number = Report.objects.get().number
        reporter.post("report_one", number, words=words)
        reporter.post("report_add", number, words="Again.")
        assert reporter.add_file(number, "c.jpg", picture()).status_code == 200
        page = reporter.get("report_one", number).content.decode()
        assert "photographed the intake" in page and "Again." in page and "c.jpg" in page
        reporter.versions.clear()
        reporter.begin()
        reporter.post("report_discard")
    assert not Draft.objects.exists()
    assert ReportPart.objects.filter(name="added").count() == 2


@on_postgresql
def test_the_status_is_read_and_nothing_else_of_a_case(as_front: AsFront, world: World) -> None:
    report = Report.objects.create(number="SAR-1", submitter=world.member)
    now = timezone.now()
    Case.objects.create(
        report=report, due_at=now, retain_until=now.date(), status=Status.CLOSED, closing_words="Thank you."
    )
    with as_front():
        assert "Thank you." in Reporter(world.member, world.client).get("report_one", "SAR-1").content.decode()


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_fronts_account_may_not(as_front: AsFront, world: World, statement: str) -> None:
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@on_postgresql
def test_front_takes_no_file_out_of_what_was_sent(as_front: AsFront, world: World, settings: Any) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    reporter = Reporter(world.member, world.client)
    with as_front():
        reporter.fill()
        reporter.upload("a.jpg", picture())
        reporter.send()
        reporter.add_file(Report.objects.get().number, "b.jpg", picture())
    assert Attachment.objects.count() == 2
    for row in Attachment.objects.all():
        with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
            Attachment.objects.filter(pk=row.pk).update(removed_at=timezone.now())


@on_postgresql
def test_front_adds_files_to_an_open_report_for_who_sent_it_and_to_no_other(as_front: AsFront, world: World) -> None:
    report = Report.objects.create(number="SAR-1", submitter=world.member)

    def add(owner: Any) -> None:
        Attachment.objects.create(
            report_uuid=report.uuid, owner=owner, kind="jpeg", length=1, state="clean", facts=b"x"
        )

    def refused(owner: Any) -> None:
        with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
            add(owner)

    with as_front():
        add(world.member)
    refused(world.officer)
    refused(None)
    now = timezone.now()
    case = Case.objects.create(report=report, due_at=now, retain_until=now.date(), status=Status.READING)
    with as_front():
        add(world.member)
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED)
    refused(world.member)
    Case.objects.filter(pk=case.pk).update(status=Status.READING)
    Report.objects.update(submitter=None)
    refused(world.member)
    refused(None)


@on_postgresql
def test_front_sends_no_report_of_nobody(as_front: AsFront, world: World) -> None:
    with as_front():
        with pytest.raises(ProgrammingError), transaction.atomic():
            Report.objects.create(number="SAR-1", submitter=None)
        Report.objects.create(number="SAR-2", submitter=world.member)


@on_postgresql
def test_front_adds_no_section_to_what_was_sent_before(as_front: AsFront, world: World) -> None:
    sent_at = timezone.now() - timedelta(hours=1)
    report = Report.objects.create(number="SAR-1", submitter=world.member, submitted_at=sent_at)
    with as_front():
        for name, version in (("activity", 1), ("activity", 2), ("reporter", 1)):
            with pytest.raises(ProgrammingError), transaction.atomic():
                ReportPart.objects.create(report=report, name=name, version=version, envelope=b"x")
        ReportPart.objects.create(report=report, name="added", version=1, envelope=b"x")


@on_postgresql
@pytest.mark.parametrize("made_up", [{"state": "answered"}, {"answer": b"x"}, {"told_at": timezone.now()}])
def test_front_answers_no_request_for_redress(as_front: AsFront, world: World, made_up: dict[str, Any]) -> None:
    facts = {"number": "RED-1", "kind": "complaint", "due_at": timezone.now(), "words": b"x", **made_up}
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
        Redress.objects.bulk_create([Redress(**facts)])


@on_postgresql
def test_anybody_asks_for_redress(as_front: AsFront, world: World) -> None:
    with as_front():
        typed = {"kind": "complaint", "name": "A person", "contact": "555-0199", "words": "I was not answered."}
        assert world.client.post("/redress/", typed).status_code in {200, 302}
    assert Redress.objects.count() == 1
