"""From the first question to the receipt: all of it or nothing, once, and nothing of it in clear."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from portal.audit import Verb
from portal.audit.models import Event
from portal.core.outbox import send_waiting
from portal.members.models import Affiliation
from portal.reporting import contents
from portal.reporting.enums import DraftKind
from portal.reporting.models import Attachment, Draft, Report, ReportPart
from portal.reporting.protected.enums import ProtectedSection
from portal.vault import records
from tests.factories import OrganisationFactory
from tests.reporting.front.conftest import Reporter
from tests.reporting.front.test_faults import without_keys
from tests.reporting.front.test_marker import everything_stored
from tests.reporting.protected.front.conftest import PAGES, FakeScanner, Submitter

pytestmark = pytest.mark.django_db
MARK = "xylophone-heron-4471"


def test_the_desk_reads_what_was_submitted(submitter: Submitter, go_to_desk: Any) -> None:
    report, _words = submitter.submit()
    assert report.kind == DraftKind.PROTECTED and report.number.startswith("PRO-")
    assert (report.organisation, report.alternate) == (submitter.organisation, submitter.alternate)
    go_to_desk()
    sections = contents.sections_of(report, of=ProtectedSection)
    assert sections["elements"] == PAGES["elements"] and sections["matter"] == PAGES["matter"]
    assert sections["certify"] == {"authority": "yes", "nonpublic": "yes", "signed": submitter.person.name}
    assert sections["contact"] == PAGES["contact"]
    assert set(sections["regimes"]) == {"classified", "sgi", "cvi", "ssi", "authority", "ceii", "bcsi"}
    assert contents.reporter_of(report)["organisation"] == submitter.organisation.name


def test_what_is_sealed_is_text_alone(submitter: Submitter, go_to_desk: Any) -> None:
    report, _words = submitter.submit()
    go_to_desk()
    sections = contents.sections_of(report, but=(), of=ProtectedSection)
    assert all(isinstance(value, str) for answers in sections.values() for value in answers.values())


def test_front_cannot_open_what_it_stored(submitter: Submitter) -> None:
    report, _words = submitter.submit()
    for part in report.parts.all():
        with pytest.raises(records.KeyNotHeld):
            records.open_sealed(report.record, part.field, bytes(part.envelope))


def test_nothing_that_was_typed_stands_anywhere_in_clear(
    submitter: Submitter, scanner: FakeScanner, sealed_root: Any
) -> None:
    submitter.begin(ssi="yes", authority=MARK)
    for page in PAGES:
        texts = ("threat", "what", "infrastructure", "banners", "use", "address", "contact", "when")
        submitter.write(page, **{name: f"{MARK} {name}" for name in texts if name in submitter.answers(page)})
    submitter.write("secret", claim="yes", why=MARK)
    submitter.write("readers", readers="planners", planners=MARK)
    submitter.upload(f"{MARK}.txt", f"The switch {MARK} is here.\n".encode() * 40)
    assert submitter.send()["Location"] == reverse("protected_receipt")
    words = submitter.get("protected_receipt").context["receipt"]["words"]
    number = Report.objects.get().number
    submitter.post("protected_one", number, words=words)
    submitter.post("protected_act", number, "withdraw", wish="keep", words=MARK, sure="withdraw")
    submitter.post("protected_add", number, words=MARK)
    send_waiting()
    files = [(path.name, path.read_bytes()) for path in sealed_root.rglob("*") if path.is_file()]
    said = [("mail", f"{letter.subject}{letter.body}".encode()) for letter in mail.outbox]
    wanted = [MARK.encode(), words.encode()]
    places = [*everything_stored(), *files, *said]
    assert files and ReportPart.objects.filter(name="withdraw").exists()
    assert not [name for name, value in places if any(text in value for text in wanted)]


def test_files_are_named_in_a_sealed_list_with_their_markings(
    submitter: Submitter, scanner: FakeScanner, go_to_desk: Any
) -> None:
    submitter.fill()
    submitter.upload("diagram.txt", b"The diagram.")
    submitter.write("matter", banners="CUI//CEII")
    submitter.send()
    report = Report.objects.get()
    go_to_desk()
    assert [facts.name for facts in contents.files_of(report)] == ["diagram.txt"]
    assert contents.sections_of(report, of=ProtectedSection)["files"]["banners"] == "CUI//CEII"


def test_a_file_that_was_taken_out_is_not_sent(submitter: Submitter, scanner: FakeScanner, go_to_desk: Any) -> None:
    submitter.fill()
    submitter.upload("diagram.txt", b"The diagram.")
    page = submitter.shown("protected_files")
    address = reverse("protected_file_remove", args=[Attachment.objects.get().pk])
    assert "diagram.txt" in page and address in page
    assert submitter.browser.post(address)["Location"] == reverse("protected_files")
    submitter.send()
    go_to_desk()
    assert contents.files_of(Report.objects.get()) == []


def test_sending_twice_makes_one_submission(submitter: Submitter) -> None:
    submitter.fill()
    assert submitter.send()["Location"] == submitter.send()["Location"] == reverse("protected_receipt")
    assert Report.objects.count() == 1


@pytest.mark.parametrize("page", list(PAGES))
def test_without_a_page_nothing_is_sent_and_the_page_is_named(submitter: Submitter, page: str) -> None:
    submitter.begin()
    for name in PAGES:
        if name != page:
            submitter.write(name)
    answer = submitter.send()
    assert answer.status_code == 200 and not Report.objects.exists()
    assert reverse("protected_page", args=[page]) in answer.content.decode()


def test_who_has_left_the_organisation_meanwhile_sends_nothing(submitter: Submitter) -> None:
    submitter.fill()
    Affiliation.objects.filter(person=submitter.person).update(organisation=OrganisationFactory())
    submitter.send()
    assert not Report.objects.exists()


def test_the_receipt_acknowledges_and_promises_no_more(submitter: Submitter) -> None:
    submitter.fill()
    submitter.send()
    page = submitter.shown("protected_receipt")
    assert "handled as closed, and not yet determined" in page
    assert Report.objects.get().number in page
    assert submitter.get("protected")["Location"] == reverse("protected_receipt")


def test_mail_goes_to_filer_and_alternate_with_number_and_link_alone(submitter: Submitter) -> None:
    report, words = submitter.submit()
    send_waiting()
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([submitter.person.email, submitter.alternate.email])
    for letter in mail.outbox:
        assert report.number in letter.subject and f"/report/protected/status/{report.number}/" in letter.body
        said = f"{letter.subject}{letter.body}"
        assert not [text for text in ("substation", "hospitals", "Dam Road", "0142", words) if text in said]


def test_it_stands_in_the_trail_as_a_submission(submitter: Submitter) -> None:
    submitter.submit()
    event = Event.objects.get(verb=Verb.REPORT_SUBMIT)
    assert event.facts == {"files": 0, "kind": "protected"}


def test_too_many_within_an_hour_are_kept_and_not_sent(submitter: Submitter, settings: Any) -> None:
    settings.PORTAL_REPORTS_PER_HOUR = 1
    submitter.submit()
    submitter.versions.clear()
    submitter.fill()
    answer = submitter.send()
    assert answer.status_code == 422 and "This one is kept" in answer.content.decode()
    assert Report.objects.count() == 1 and Draft.objects.count() == 1


def test_without_a_key_ring_nothing_is_sent_and_everything_is_kept(
    submitter: Submitter, settings: Any, tmp_path: Any
) -> None:
    submitter.fill()
    with without_keys(settings, tmp_path):
        assert "could not be sealed just now" in submitter.send().content.decode()
    assert not Report.objects.exists()
    assert submitter.send()["Location"] == reverse("protected_receipt")


def test_a_submission_is_no_report_of_suspicious_activity(submitter: Submitter) -> None:
    report, _words = submitter.submit()
    assert report.number not in submitter.shown("report_status")
    assert submitter.get("report_one", report.number).status_code == 404
    reporter = Reporter(submitter.person, submitter.browser)
    reporter.fill()
    reporter.send()
    sent = Report.objects.activity().get()
    assert sent.number not in submitter.shown("protected_status")
    assert submitter.get("protected_one", sent.number).status_code == 404


def test_the_session_holds_nothing_of_it(submitter: Submitter) -> None:
    submitter.fill()
    assert "hospitals" not in json.dumps(dict(submitter.browser.session))
