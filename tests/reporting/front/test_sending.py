"""From the first question to the receipt, and what of it Front can read afterwards: nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.core.outbox import send_waiting
from portal.members.models import Affiliation
from portal.reporting import contents
from portal.reporting.drafting import Writing
from portal.reporting.enums import Section
from portal.reporting.models import Attachment, Draft, DraftPart, Report, ReportingSettings, ReportPart
from portal.vault import records
from portal.vault.models import CodeCopy, DeskCopy
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.front.conftest import PAGES, Reporter

pytestmark = pytest.mark.django_db
MARK = "photographed the intake"


def test_four_answers_are_enough_and_the_desk_reads_them(reporter: Reporter, go_to_desk: Any) -> None:
    reporter.begin()
    for page in ("activity", "place", "contact"):
        assert reporter.write(page).status_code == 302
    assert reporter.send()["Location"] == reverse("report_receipt")
    report = Report.objects.get()
    go_to_desk()
    sections = contents.sections_of(report)
    assert sections["activity"] == PAGES["activity"]
    assert sections["place"]["begun"] == "2026-11-19T22:15:00-06:00"
    assert sections["contact"]["contact"] == "555-0199"
    assert contents.reporter_of(report)["email"] == reporter.person.email


def test_front_cannot_open_what_it_stored(reporter: Reporter) -> None:
    reporter.fill()
    reporter.send()
    report = Report.objects.get()
    part = ReportPart.objects.get(name=Section.ACTIVITY)
    with pytest.raises(records.KeyNotHeld):
        records.open_sealed(report.record, part.field, bytes(part.envelope))
    with pytest.raises(records.KeyNotHeld):
        records.desk_key(report.record, of=bytes(part.envelope))


def test_what_was_typed_stands_nowhere_in_clear(reporter: Reporter) -> None:
    reporter.fill()
    drafts = [bytes(part.envelope) for part in DraftPart.objects.all()]
    reporter.send()
    sent = [bytes(part.envelope) for part in ReportPart.objects.all()]
    assert drafts and sent
    assert not [envelope for envelope in drafts + sent if MARK.encode() in envelope or b"555-0199" in envelope]
    assert MARK not in json.dumps(dict(reporter.browser.session))


def test_the_receipt_is_shown_until_it_was_kept(reporter: Reporter) -> None:
    reporter.fill()
    reporter.send()
    report = Report.objects.get()
    page = reporter.get("report_receipt")
    words = page.context["words"]
    assert len(words) == 8
    assert report.number in page.content.decode()
    assert reporter.get("report_receipt").context["words"] == words  # reloaded
    assert reporter.post("report_receipt")["Location"] == reverse("report_status")
    assert reporter.get("report_receipt").status_code == 302
    assert not Draft.objects.exists()


def test_sending_twice_makes_one_report(reporter: Reporter) -> None:
    reporter.fill()
    first = reporter.send()
    again = reporter.send()  # a double click: the second finds it sent
    assert first["Location"] == again["Location"] == reverse("report_receipt")
    assert Report.objects.count() == 1
    assert ReportPart.objects.filter(name=Section.ACTIVITY).count() == 1


@pytest.mark.parametrize("page", ["activity", "place", "contact"])
def test_without_one_of_the_four_nothing_is_sent_and_the_page_is_named(reporter: Reporter, page: str) -> None:
    reporter.begin()
    for name in {"activity", "place", "contact"} - {page}:
        reporter.write(name)
    answer = reporter.send()
    assert not Report.objects.exists()
    assert reverse("report_page", args=[page]) in answer.content.decode()
    assert "Nothing was sent" in answer.content.decode()


def test_the_mail_holds_number_and_link_and_nothing_else(reporter: Reporter) -> None:
    reporter.fill()
    reporter.send()
    send_waiting()
    report = Report.objects.get()
    [letter] = mail.outbox
    assert letter.to == [reporter.person.email]
    assert report.number in letter.subject and f"/report/status/{report.number}/" in letter.body
    for typed in ("intake", "North gate", "555-0199", reporter.get("report_receipt").context["receipt"]["words"]):
        assert typed not in f"{letter.body}{letter.subject}"


def test_the_security_contact_is_told_only_when_chosen(pages: Any) -> None:
    company = OrganisationFactory()
    person, contact = PersonFactory(organisations=[company]), PersonFactory()
    Affiliation.objects.create(person=contact, organisation=company, is_point_of_contact=True)
    stranger = PersonFactory()
    for chosen, told in (("", None), (str(stranger.pk), None), (str(contact.pk), contact)):
        reporter = Reporter(person, session_for(person))
        reporter.fill()
        answer = reporter.send(contact=chosen)
        if chosen == str(stranger.pk):
            assert answer.status_code == 422
            continue
        assert Report.objects.order_by("-pk")[0].copy_to == told
        reporter.post("report_receipt")
    send_waiting()
    to_contact = [letter for letter in mail.outbox if letter.to == [contact.email]]
    assert len(to_contact) == 1
    assert "intake" not in to_contact[0].body


def test_danger_shows_911_first_and_marks_the_report_urgent(reporter: Reporter) -> None:
    answer = reporter.begin(now="yes")
    assert answer["Location"] == reverse("report_danger")
    page = reporter.get("report_danger").content.decode()
    assert 'href="tel:911"' in page
    for name in PAGES:
        reporter.write(name)
    reporter.send()
    assert Report.objects.get().is_urgent


def test_two_reports_of_one_browser_are_two(reporter: Reporter) -> None:
    for _turn in range(2):
        reporter.versions.clear()
        reporter.fill()
        reporter.send()
        assert reporter.get("report_activity")["Location"] == reverse("report_receipt")  # first the code
        reporter.post("report_receipt")
    assert Report.objects.count() == 2
    assert len({report.number for report in Report.objects.all()}) == 2


def test_an_old_receipt_takes_no_newer_draft_away(reporter: Reporter) -> None:
    reporter.fill()
    reporter.send()
    reporter.post("report_receipt")
    reporter.versions.clear()
    reporter.begin()
    reporter.write("activity", what="The second report.")
    for ask in (reporter.get, reporter.post):  # the tab of the first is still open
        assert ask("report_receipt")["Location"] == reverse("report_status")
    assert "The second report." in reporter.get("report_page", "activity").content.decode()


def test_the_first_answer_can_be_changed(reporter: Reporter) -> None:
    reporter.fill()
    assert 'value="no"' in reporter.browser.get(reverse("report_activity") + "?change=1").content.decode()
    reporter.begin(now="yes")
    reporter.send()
    assert Report.objects.get().is_urgent


def test_what_is_missing_is_led_to(reporter: Reporter) -> None:
    reporter.begin()
    page = reporter.get("report_check").content.decode()
    assert f'href="{reverse("report_page", args=["activity"])}"' in page
    assert "activity//report" not in page


def test_a_page_saved_while_it_is_sent_is_not_lost(reporter: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    reporter.fill()
    plain = records.give_words

    def saved_meanwhile(*args: Any) -> None:
        plain(*args)
        reporter.write("activity", what="Written at the last moment.")

    with monkeypatch.context() as patch:
        patch.setattr(records, "give_words", saved_meanwhile)
        answer = reporter.send()
    assert answer.status_code == 422
    assert "A page was changed in another window; look and send again. Nothing was sent." in answer.content.decode()
    assert not Report.objects.exists()
    assert "Written at the last moment." in reporter.get("report_check").content.decode()


def test_presses_that_overlap_show_a_code_that_opens(reporter: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    reporter.fill()
    plain, under_way = records.give_words, []

    def pressed_again(*args: Any) -> None:
        """Each press finds the next one already under way, and is kept for longer than it."""
        under_way.append(args)
        if len(under_way) <= records.MOST_CODES + 1:
            reporter.send()
        plain(*args)

    with monkeypatch.context() as patch:
        patch.setattr(records, "give_words", pressed_again)
        assert reporter.send()["Location"] == reverse("report_receipt")
    assert len(under_way) > records.MOST_CODES
    shown = reporter.get("report_receipt").context["receipt"]["words"]
    assert records.key_by_words(Report.objects.get().record, shown) is not None


def test_a_press_that_comes_after_the_report_was_sent_adds_no_key_and_no_code(
    reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter.fill()
    plain = Writing.data_key

    def sent_meanwhile(writing: Writing) -> Any:
        if not Report.objects.exists():
            monkeypatch.setattr(Writing, "data_key", plain)
            reporter.send()
        return plain(writing)

    monkeypatch.setattr(Writing, "data_key", sent_meanwhile)
    assert reporter.send()["Location"] == reverse("report_receipt")
    assert Report.objects.count() == DeskCopy.objects.count() == CodeCopy.objects.count() == 1


def test_only_what_was_sent_counts_against_the_limit(reporter: Reporter, settings: Any) -> None:
    settings.PORTAL_REPORTS_PER_HOUR = 1
    reporter.begin()
    for _press in range(3):  # pages are missing: nothing is sent
        assert "Nothing was sent" in reporter.send().content.decode()
    for page in PAGES:
        reporter.write(page)
    assert reporter.send()["Location"] == reverse("report_receipt")
    reporter.post("report_receipt")
    reporter.versions.clear()
    reporter.fill()
    assert "You have sent many reports within an hour" in reporter.send().content.decode()
    assert Report.objects.count() == 1


def test_the_numbers_of_things_stay_with_the_draft(reporter: Reporter, go_to_desk: Any) -> None:
    reporter.fill()
    reporter.post("report_seen_add", "vehicle", seen="0", plate="ABC 123")
    reporter.send()
    go_to_desk()
    sealed = contents.sections_of(Report.objects.get())["seen"]
    assert list(sealed) == ["things"]
    assert [thing["plate"] for thing in contents.things_of({"seen": sealed})] == ["ABC 123"]


def test_the_promise_says_how_long_backups_of_the_keys_are_kept(pages: Any) -> None:
    desk = ReportingSettings.load()
    desk.vault_backup_days = 41
    desk.save()
    page = Client().get(reverse("report_promise")).content.decode()
    assert "Backups of the keys themselves are kept for 41 days" in page


def test_a_discarded_draft_leaves_nothing_to_read(reporter: Reporter, scanner: Any) -> None:
    reporter.fill()
    reporter.post("report_discard")
    assert not Draft.objects.exists()
    assert not DraftPart.objects.exists()
    assert not Attachment.objects.filter(removed_at=None).exists()
    assert not Report.objects.exists()
