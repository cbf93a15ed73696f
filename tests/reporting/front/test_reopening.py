"""The submitter finds out where a report stands without the code, and reads it with the code alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.reporting import contents
from portal.reporting.enums import Stage, Status
from portal.reporting.models import Case, Report, ReportPart
from portal.vault import receipts, records
from portal.vault.models import DeskCopy
from tests.conftest import desk_keyring, session_for
from tests.factories import PersonFactory
from tests.reporting.front.conftest import Reporter

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(reporter: Reporter) -> tuple[Reporter, Report, str]:
    reporter.fill()
    reporter.send()
    words = reporter.get("report_receipt").context["receipt"]["words"]
    reporter.post("report_receipt")
    return reporter, Report.objects.get(), words


Sent = tuple[Reporter, Report, str]


def page(reporter: Reporter, report: Report) -> str:
    return reporter.get("report_one", report.number).content.decode()


def a_case(report: Report, **facts: Any) -> Case:
    now = timezone.now()
    return Case.objects.create(report=report, due_at=now, retain_until=now.date(), **facts)


def test_the_status_is_readable_without_the_code(sent: Sent) -> None:
    reporter, report, _words = sent
    assert "Received. The desk will read it." in page(reporter, report)
    a_case(report, status=Status.CLOSED, stage=Stage.CLOSED, closing_words="Thank you.", closed_at=timezone.now())
    shown = page(reporter, report)
    assert "Thank you." in shown and "intake" not in shown


def test_the_code_opens_it_and_is_put_away_again(sent: Sent) -> None:
    reporter, report, words = sent
    assert "photographed the intake" not in page(reporter, report)
    reporter.post("report_one", report.number, words=" ".join(word[:4].upper() for word in words.split("-")))
    assert "photographed the intake" in page(reporter, report)
    reporter.post("report_close", report.number)
    assert "photographed the intake" not in page(reporter, report)


def test_the_cookie_is_not_for_another_session(sent: Sent) -> None:
    reporter, report, words = sent
    reporter.post("report_one", report.number, words=words)
    cookie = reporter.browser.cookies["receipt"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/report/status/"
    stranger = session_for(PersonFactory())
    stranger.cookies["receipt"] = cookie.value
    assert stranger.get(reverse("report_one", args=[report.number])).status_code == 404
    assert Client().get(reverse("report_one", args=[report.number])).status_code == 302


def test_a_wrong_code_opens_nothing_and_is_recorded(sent: Sent) -> None:
    reporter, report, _words = sent
    answer = reporter.post("report_one", report.number, words=receipts.new_words())
    assert answer.status_code == 422 and "does not open this report" in answer.content.decode()
    assert Event.objects.filter(verb=Verb.REPORT_REOPEN, outcome="refused", why="code").exists()


def test_codes_are_not_tried_without_end(sent: Sent, settings: Any) -> None:
    reporter, report, words = sent
    settings.PORTAL_RECEIPT_TRIES_PER_HOUR = 2
    for _try in range(2):
        reporter.post("report_one", report.number, words=receipts.new_words())
    answer = reporter.post("report_one", report.number, words=words)
    assert "tried too often" in answer.content.decode()
    assert "photographed" not in page(reporter, report)


def test_what_is_added_with_the_code_is_read_with_it(sent: Sent, go_to_desk: Any) -> None:
    reporter, report, words = sent
    reporter.post("report_one", report.number, words=words)
    reporter.post("report_add", report.number, words="The van is back.")
    assert "The van is back." in page(reporter, report)
    reporter.post("report_close", report.number)
    assert "The van is back." not in page(reporter, report)
    go_to_desk()
    assert [added.words for added in contents.added_to(report)] == ["The van is back."]


def test_what_is_added_without_the_code_is_for_the_desk_alone(sent: Sent, go_to_desk: Any) -> None:
    reporter, report, words = sent
    reporter.post("report_add", report.number, words="Added from home.")
    reporter.post("report_one", report.number, words=words)
    shown = page(reporter, report)
    assert "Added from home." not in shown and "Some of it does not open with this code" in shown
    go_to_desk()
    assert [added.words for added in contents.added_to(report)] == ["Added from home."]


def test_the_desks_messages_open_with_the_code(
    sent: Sent, settings: Any, go_to_desk: Any, front_keys_again: Any
) -> None:
    reporter, report, words = sent
    go_to_desk()
    contents.add_message(report, "Which gate was it?", by=PersonFactory())
    front_keys_again()
    assert "Which gate" not in page(reporter, report)
    reporter.post("report_one", report.number, words=words)
    assert "Which gate was it?" in page(reporter, report)


def test_a_new_code_opens_the_report_and_not_what_was_added_without_one(
    sent: Sent, go_to_desk: Any, front_keys_again: Any
) -> None:
    reporter, report, old = sent
    reporter.post("report_add", report.number, words="Added from home.")
    go_to_desk()
    new = receipts.new_words()
    contents.issue_code(report, new)
    contents.add_message(report, "Which gate was it?", by=PersonFactory())
    front_keys_again()
    assert reporter.post("report_one", report.number, words=old).status_code == 422
    reporter.post("report_one", report.number, words=new)
    shown = page(reporter, report)
    assert "photographed the intake" in shown and "Which gate was it?" in shown


def test_a_key_that_front_dates_back_is_not_used_by_the_desk(
    sent: Sent, go_to_desk: Any, front_keys_again: Any
) -> None:
    reporter, report, words = sent
    planted = records.new_key(report.record)
    DeskCopy.objects.filter(pk=planted.id).update(made_at=timezone.now() - timedelta(days=9))
    go_to_desk()
    message = contents.add_message(report, "Which gate was it?", by=PersonFactory())
    with pytest.raises(records.EnvelopeRefused):
        planted.open(message.field, bytes(message.envelope))
    front_keys_again()
    reporter.post("report_one", report.number, words=words)
    assert "Which gate was it?" in page(reporter, report)


def test_the_same_addition_pressed_twice_is_one(sent: Sent) -> None:
    reporter, report, _words = sent
    for _press in range(2):
        reporter.post("report_add", report.number, words="The van is back.", once="abc")
    assert ReportPart.objects.filter(name="added").count() == 1


def test_an_addition_that_could_not_be_kept_goes_with_the_next_press(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, report, _words = sent

    def damaged(*_args: object, **_facts: object) -> None:
        raise records.KeyRingProblem("No key.")

    with monkeypatch.context() as patch:
        patch.setattr(records, "new_key", damaged)
        answer = reporter.post("report_add", report.number, words="The van is back.", once="a b")
    assert answer.status_code == 422 and "The van is back." in answer.content.decode()
    assert not ReportPart.objects.filter(name="added").exists()
    reporter.post("report_add", report.number, words="The van is back.", once="a b")
    assert ReportPart.objects.filter(name="added").count() == 1


def test_a_closed_report_takes_nothing_more(sent: Sent) -> None:
    reporter, report, _words = sent
    a_case(report, status=Status.CLOSED, stage=Stage.CLOSED)
    before = ReportPart.objects.count()
    answer = reporter.post("report_add", report.number, words="More than before.")
    assert answer.status_code == 422 and "More than before." in answer.content.decode()
    assert ReportPart.objects.count() == before


def test_the_list_asks_as_often_for_one_report_as_for_twenty(reporter: Reporter) -> None:
    def count(many: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = reporter.get("report_status")
        assert len(answer.context["rows"]) == many
        return len(asked)

    one = Report.objects.create(number="SAR-1", submitter=reporter.person)
    a_case(one)
    count(1)  # what is read once
    first = count(1)
    for number in range(2, 21):
        a_case(Report.objects.create(number=f"SAR-{number}", submitter=reporter.person))
    assert count(20) == first


@pytest.fixture
def front_keys_again(settings: Any) -> Any:
    def go() -> None:
        settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "front"
        settings.PORTAL_KEYRING = desk_keyring().parent / "front"

    return go
