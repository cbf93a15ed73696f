"""Bad input and ended sessions at every address of a submission: a sentence or a 404, never a fault, nothing kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit import Verb as Recorded
from portal.audit.models import Event
from portal.members.enums import Standing
from portal.members.models import Affiliation, Person
from portal.reporting.drafting import cookie_name
from portal.reporting.enums import DraftKind
from portal.reporting.models import Attachment, Draft, DraftPart, HandOff, Report, ReportPart
from portal.reporting.protected.enums import Stage
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.protected.front.conftest import NO_REGIME, PAGES, FakeScanner, Submitter, hold

pytestmark = pytest.mark.django_db
RUBBISH = ["\0", "a\x1b[2J", "\u202e" * 40, "x" * 300_000, "[]", "-1", "9" * 400, "<script>", "%s%n", "NaN"]


class TestRubbish:
    @pytest.mark.parametrize("rubbish", RUBBISH)
    def test_on_the_first_page_it_begins_nothing(self, submitter: Submitter, rubbish: str) -> None:
        answer = submitter.begin(classified=rubbish, authority=rubbish)
        assert answer.status_code == 422 and not Draft.objects.exists()

    @pytest.mark.parametrize("rubbish", RUBBISH)
    def test_in_any_field_of_any_page_it_is_said_or_kept_and_never_a_fault(
        self, submitter: Submitter, rubbish: str
    ) -> None:
        submitter.begin()
        for page, typed in PAGES.items():
            assert submitter.write(page, **dict.fromkeys(typed, rubbish)).status_code in {302, 422}, page
            assert submitter.get("protected_page", page).status_code == 200, page
        assert submitter.get("protected_check").status_code == 200

    @pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 30, "\0", "1.5"])
    def test_a_version_that_is_none_overwrites_nothing(self, submitter: Submitter, seen: str) -> None:
        submitter.begin()
        submitter.write("matter", what="Typed first.")
        answer = submitter.post("protected_page", "matter", seen=seen, what="Typed second.")
        assert answer.status_code == 409
        assert "Typed first." in submitter.shown("protected_page", "matter")

    def test_fields_that_are_none_are_not_kept(self, submitter: Submitter) -> None:
        submitter.begin()
        submitter.write("matter", **{f"field{number}": "x" for number in range(200)})
        initial = submitter.get("protected_page", "matter").context["form"].initial
        assert not [name for name in initial if name.startswith("field")]

    @pytest.mark.parametrize("number", ["PRO-0", "pro-0000-0000-0000", "x" * 200, "-", "1", "%00"])
    def test_a_number_that_is_none_is_not_there(self, submitter: Submitter, number: str) -> None:
        names = ("protected_one", "protected_uses", "protected_certificate")
        assert {submitter.browser.get(f"/report/protected/status/{number}/").status_code} <= {404}
        assert {submitter.get(name, number).status_code for name in names if number != "%00"} <= {404}

    @pytest.mark.parametrize("cookie", ["", "x", ".", "0" * 32 + ".", "0" * 32 + "." + "A" * 43, "\x7f", "a" * 4_000])
    def test_a_cookie_that_opens_nothing_leads_to_the_beginning(self, submitter: Submitter, cookie: str) -> None:
        submitter.begin()
        submitter.browser.cookies[cookie_name(DraftKind.PROTECTED, submitter.person.pk)] = cookie
        for name, arguments in (("protected_page", ["matter"]), ("protected_files", []), ("protected_check", [])):
            assert submitter.get(name, *arguments)["Location"] == reverse("protected")

    @pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
    def test_other_methods_change_nothing(self, submitter: Submitter, method: str) -> None:
        submitter.fill()
        for name in ("protected", "protected_check", "protected_discard", "protected_pcii_package"):
            assert getattr(submitter.browser, method)(reverse(name)).status_code < 500
        assert not Report.objects.exists() and Draft.objects.count() == 1 and not HandOff.objects.exists()

    def test_no_page_is_opened_by_another_members_cookie(self, submitter: Submitter) -> None:
        submitter.fill()
        other = PersonFactory(organisations=[submitter.organisation])
        browser = session_for(other)
        value = submitter.browser.cookies[cookie_name(DraftKind.PROTECTED, submitter.person.pk)].value
        for owner in (submitter.person, other):
            browser.cookies[cookie_name(DraftKind.PROTECTED, owner.pk)] = value
        assert browser.get(reverse("protected_page", args=["matter"]))["Location"] == reverse("protected")
        assert browser.post(reverse("protected_check"))["Location"] == reverse("protected")
        assert not Report.objects.exists()


class TestEndedSessions:
    @pytest.fixture
    def ended(self, submitter: Submitter) -> Submitter:
        """The browser has the draft's cookie, and no session any more."""
        submitter.fill()
        name = cookie_name(DraftKind.PROTECTED, submitter.person.pk)
        alone = Client()
        alone.cookies[name] = submitter.browser.cookies[name].value
        return Submitter(submitter.person, alone, submitter.organisation, submitter.alternate, submitter.versions)

    @pytest.mark.parametrize("page", list(PAGES))
    def test_what_is_typed_on_any_page_is_kept_and_not_shown(self, ended: Submitter, page: str) -> None:
        answer = ended.write(page)
        assert reverse("account_login") in answer["Location"]
        assert "was kept" in ended.browser.get(answer["Location"]).content.decode()
        assert DraftPart.objects.filter(name=page).exists()

    def test_nothing_is_submitted_thrown_away_or_read(self, ended: Submitter) -> None:
        assert reverse("account_login") in ended.send()["Location"]
        assert reverse("account_login") in ended.post("protected_discard")["Location"]
        for name, arguments in (("protected_page", ["matter"]), ("protected_check", []), ("protected_files", [])):
            assert reverse("account_login") in ended.get(name, *arguments)["Location"]
        assert not Report.objects.exists() and Draft.objects.count() == 1

    def test_a_refused_regime_after_the_session_stores_nothing(self, ended: Submitter) -> None:
        before = DraftPart.objects.count()
        answer = ended.post("protected", **{**NO_REGIME, "cvi": "yes"})
        assert reverse("account_login") in answer["Location"] and DraftPart.objects.count() == before

    def test_no_file_comes_in(self, ended: Submitter, scanner: FakeScanner) -> None:
        assert ended.upload("diagram.txt", b"The diagram.").status_code == 403
        assert not Attachment.objects.exists()

    def test_no_act_is_taken(self, submitter: Submitter) -> None:
        report, words = submitter.submit()
        alone = Client()
        for name, arguments, typed in (
            ("protected_act", [report.number, "withdraw"], {"wish": "keep", "sure": "withdraw"}),
            ("protected_add", [report.number], {"words": "One more thing."}),
            ("protected_one", [report.number], {"words": words}),
        ):
            answer = alone.post(reverse(name, args=arguments), typed)
            assert reverse("account_login") in answer["Location"]
        assert not ReportPart.objects.filter(name__in=["withdraw", "added"]).exists()

    def test_who_was_suspended_meanwhile_submits_nothing(self, submitter: Submitter) -> None:
        submitter.fill()
        Person.objects.filter(pk=submitter.person.pk).update(standing=Standing.SUSPENDED)
        submitter.send()
        assert not Report.objects.exists()

    def test_a_draft_that_is_too_old_is_gone_and_said_so(self, submitter: Submitter, settings: Any) -> None:
        submitter.fill()
        with time_machine.travel(timezone.now() + settings.PORTAL_DRAFT_LASTS + timedelta(minutes=1), tick=False):
            again = session_for(submitter.person)
            name = cookie_name(DraftKind.PROTECTED, submitter.person.pk)
            again.cookies[name] = submitter.browser.cookies[name].value
            answer = again.get(reverse("protected_page", args=["matter"]), follow=True)
        assert "no submission under way" in answer.content.decode()


def test_a_database_that_goes_away_while_submitting_leaves_nothing_half(
    submitter: Submitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitter.fill()

    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError

    submitter.browser.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("portal.reporting.protected.sending._tell", gone)
        assert submitter.send().status_code == 500
    assert not Report.objects.exists() and not ReportPart.objects.exists()
    assert submitter.send()["Location"] == reverse("protected_receipt")


class TestWhoReads:
    def test_an_alternate_who_opens_it_stands_in_the_trail_as_its_filer_does(self, submitter: Submitter) -> None:
        report, words = submitter.submit()
        actors = []
        for person in (submitter.person, submitter.alternate):
            browser = session_for(person)
            assert browser.post(reverse("protected_one", args=[report.number]), {"words": words}).status_code == 302
            assert "North substation" in browser.get(reverse("protected_one", args=[report.number])).content.decode()
            event = Event.objects.filter(verb=Recorded.REPORT_REOPEN).latest("pk")
            assert event.about == f"reporting.report:{report.pk}" and event.outcome == "done"
            actors.append(event.who)
        assert actors[0] != actors[1]

    def test_so_does_that_the_code_was_wrong(self, submitter: Submitter) -> None:
        report, _words = submitter.submit()
        wrong = "-".join(["abandon"] * 8)
        session_for(submitter.alternate).post(reverse("protected_one", args=[report.number]), {"words": wrong})
        assert not Event.objects.filter(verb=Recorded.REPORT_REOPEN, outcome="done").exists()

    def test_who_has_left_opens_nothing_with_the_right_code(self, submitter: Submitter) -> None:
        report, words = submitter.submit()
        Affiliation.objects.filter(person=submitter.person).update(organisation=OrganisationFactory())
        answer = session_for(submitter.person).post(reverse("protected_one", args=[report.number]), {"words": words})
        assert answer.status_code == 404


@pytest.mark.parametrize("stage", [Stage.RETURNING, Stage.COLLECTED])
def test_the_desk_confirms_the_receipt_and_only_then_it_is_destroyed(submitter: Submitter, stage: Stage) -> None:
    report, _words = submitter.submit()
    hold(report, stage)
    page = submitter.shown("protected_one", report.number)
    assert "when you have confirmed" not in page.lower() and "confirm" in page


def test_sentences_about_files_speak_of_no_report(submitter: Submitter, scanner: FakeScanner, settings: Any) -> None:
    submitter.begin()
    settings.PORTAL_FILE_LARGEST = 10
    said = [submitter.upload("diagram.txt", b"The diagram of the substation.").json()["sentence"]]
    settings.PORTAL_FILE_LARGEST = 10_000
    settings.PORTAL_FILES_A_REPORT = 1
    submitter.upload("diagram.txt", b"The diagram.")
    said.append(submitter.upload("second.txt", b"The legend.").json()["sentence"])
    said.append(
        Submitter(submitter.person, session_for(submitter.person), submitter.organisation, submitter.alternate)
        .upload("a.txt", b"Text.")
        .json()["sentence"]
    )
    assert len(set(said)) == 3 and not [sentence for sentence in said if "report" in sentence]
