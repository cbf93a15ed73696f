"""What may not be here is refused before anything is stored; what the statute does not reach is not sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.members.enums import OrganisationKind, Standing
from portal.members.models import Affiliation
from portal.reporting.drafting import cookie_name
from portal.reporting.enums import DraftKind
from portal.reporting.models import Attachment, Draft, DraftPart, Report
from portal.vault.models import DeskCopy
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.front.conftest import Reporter
from tests.reporting.protected.front.conftest import NO_REGIME, PAGES, FakeScanner, Submitter, submitter_of

pytestmark = pytest.mark.django_db
REFUSED = ("classified", "sgi", "cvi")


def cookie_of(submitter: Submitter) -> str:
    return cookie_name(DraftKind.PROTECTED, submitter.person.pk)


@pytest.mark.parametrize("regime", REFUSED)
def test_a_refused_regime_stores_nothing(submitter: Submitter, regime: str) -> None:
    answer = submitter.begin(**{regime: "yes"})
    assert answer.status_code == 422 and "This portal may not take it" in answer.content.decode()
    assert not Draft.objects.exists() and not DraftPart.objects.exists() and not DeskCopy.objects.exists()
    assert cookie_of(submitter) not in answer.cookies


@pytest.mark.parametrize("regime", REFUSED)
def test_it_is_refused_although_the_other_questions_have_no_answer(submitter: Submitter, regime: str) -> None:
    answer = submitter.post("protected", **{regime: "yes"})
    assert "This portal may not take it" in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_refused_regime_throws_away_the_draft_and_its_files(submitter: Submitter, scanner: FakeScanner) -> None:
    submitter.fill()
    assert submitter.upload("diagram.txt", b"The diagram.").status_code == 200
    answer = submitter.begin(cvi="yes")
    assert "was thrown away" in answer.content.decode()
    assert answer.cookies[cookie_of(submitter)].value == ""
    assert not Draft.objects.exists() and not DraftPart.objects.exists()
    assert Attachment.objects.get().removed_at is not None
    assert submitter.send()["Location"] == reverse("protected")
    assert not Report.objects.exists()


def test_every_other_law_is_answered(submitter: Submitter) -> None:
    answer = submitter.post("protected", **{**NO_REGIME, "bcsi": ""})
    assert answer.status_code == 422 and not Draft.objects.exists()


def test_sensitive_security_information_needs_a_statement_of_authority(submitter: Submitter) -> None:
    assert submitter.begin(ssi="yes").status_code == 422
    assert not Draft.objects.exists()
    answer = submitter.begin(ssi="yes", authority="The security director allowed it on Monday.")
    assert answer["Location"] == reverse("protected_page", args=["elements"])


@pytest.mark.parametrize("regime", ["ceii", "bcsi"])
def test_the_compliance_officer_is_asked_first(submitter: Submitter, regime: str) -> None:
    assert submitter.begin(**{regime: "yes"})["Location"] == reverse("protected_advice")
    page = submitter.get("protected_advice")
    assert "Ask your compliance officer" in page.content.decode() and len(page.context["regimes"]) == 1


def test_no_file_is_taken_before_the_other_laws_were_asked_for(submitter: Submitter, scanner: FakeScanner) -> None:
    assert submitter.get("protected_files")["Location"] == reverse("protected")
    assert submitter.upload("diagram.txt", b"The diagram.").status_code == 403
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("element", ["nonpublic", "owner", "voluntary", "planning"])
def test_outside_the_statute_the_page_says_so_and_nothing_can_be_sent(submitter: Submitter, element: str) -> None:
    submitter.fill()
    answer = submitter.write("elements", **{element: "no"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "The law does not reach it" in page
    assert "Talk to the desk" in page and "CISA" in page and "Do not send it" in page
    submitter.send()
    assert not Report.objects.exists()
    submitter.write("elements")
    assert submitter.send()["Location"] == reverse("protected_receipt")


def test_an_answer_that_is_changed_back_takes_it_inside_again(submitter: Submitter) -> None:
    submitter.begin()
    submitter.write("elements", owner="no")
    assert "The law does not reach it" not in submitter.write("elements", threat="").content.decode()
    assert submitter.write("elements").status_code == 302


def test_a_public_body_finds_what_else_there_is(pages: Any) -> None:
    submitter = submitter_of(OrganisationFactory(kind=OrganisationKind.PUBLIC_AGENCY))
    assert "The law does not reach it" in submitter.shown("protected")
    submitter.begin()
    assert not Draft.objects.exists()


def test_a_member_of_no_organisation_submits_nothing(pages: Any) -> None:
    person = PersonFactory()
    assert "Your account belongs to none" in session_for(person).get(reverse("protected")).content.decode()


@pytest.mark.parametrize(
    ("page", "typed", "sentence"),
    [
        ("secret", {"claim": "yes"}, "Say what makes it a trade secret"),
        ("readers", {"readers": "planners"}, "Name the planners"),
        ("wish", {"address": ""}, "A return needs an address"),
        ("certify", {"authority": ""}, "Without authority"),
        ("certify", {"nonpublic": ""}, "What is public cannot be protected"),
        ("certify", {"signed": "Somebody else"}, "This is not the name of your account"),
    ],
)
def test_what_belongs_together_is_asked_for(
    submitter: Submitter, page: str, typed: dict[str, str], sentence: str
) -> None:
    submitter.begin()
    answer = submitter.write(page, **typed)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert submitter.write(page).status_code == 302


def test_the_name_counts_whatever_its_capitals_and_blanks(submitter: Submitter) -> None:
    submitter.begin()
    assert submitter.write("certify", signed="  the ENGINEER of  the night ").status_code == 302


def test_to_destroy_it_needs_no_address(submitter: Submitter) -> None:
    submitter.begin()
    assert submitter.write("wish", wish="destroy", address="").status_code == 302


class TestAlternate:
    def test_a_colleague_is_named_by_address_whatever_its_capitals(self, submitter: Submitter) -> None:
        submitter.begin()
        assert submitter.write("contact", alternate=submitter.alternate.email.upper()).status_code == 302

    def test_nobody_else_is_taken_and_all_are_refused_alike(self, submitter: Submitter) -> None:
        submitter.begin()
        company = submitter.organisation
        suspended = PersonFactory(organisations=[company], standing=Standing.SUSPENDED)
        left = PersonFactory(organisations=[company])
        Affiliation.objects.filter(person=left).update(ended_at=timezone.now())
        others = [PersonFactory().email, suspended.email, left.email, "nobody@other.example", submitter.person.email]
        said = {submitter.write("contact", alternate=other).context["form"].errors["alternate"][0] for other in others}
        assert len(said) == 1 and "No other active member" in said.pop()

    def test_one_must_be_named_where_there_is_one(self, submitter: Submitter) -> None:
        submitter.begin()
        assert "Name an alternate contact" in submitter.write("contact", alternate="").content.decode()
        Affiliation.objects.filter(person=submitter.alternate).delete()
        assert submitter.write("contact", alternate="").status_code == 302

    def test_no_member_is_listed(self, submitter: Submitter) -> None:
        submitter.begin()
        page = submitter.shown("protected_page", "contact")
        assert submitter.alternate.name not in page and submitter.alternate.email not in page


def test_of_several_organisations_one_is_chosen(submitter: Submitter) -> None:
    other, agency = OrganisationFactory(), OrganisationFactory(kind=OrganisationKind.PUBLIC_AGENCY)
    for organisation in (other, agency):
        Affiliation.objects.create(person=submitter.person, organisation=organisation)
    submitter.begin()
    page = submitter.shown("protected_page", "contact")
    assert other.name in page and agency.name not in page
    assert submitter.write("contact", organisation="").status_code == 422
    assert submitter.write("contact", organisation=str(agency.pk)).status_code == 422
    assert submitter.write("contact", organisation=str(other.pk)).status_code == 422  # the alternate is not of it


class TestKept:
    def test_a_page_comes_back_as_it_was_typed_right_or_wrong(self, submitter: Submitter) -> None:
        submitter.begin()
        assert submitter.write("matter", sector="").status_code == 422
        assert "The plan for the north bank." in submitter.shown("protected_page", "matter")

    def test_what_is_typed_when_the_session_has_ended_is_kept(self, submitter: Submitter) -> None:
        submitter.begin()
        with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
            answer = submitter.write("matter", what="Typed for forty minutes.")
            assert reverse("account_login") in answer["Location"]
            again = session_for(submitter.person)
            again.cookies[cookie_of(submitter)] = submitter.browser.cookies[cookie_of(submitter)].value
            page = again.get(reverse("protected_page", args=["matter"])).content.decode()
        assert "Typed for forty minutes." in page

    def test_two_windows_lose_nothing(self, submitter: Submitter) -> None:
        submitter.begin()
        submitter.write("matter", what="The first window.")
        submitter.versions["matter"] = 0
        answer = submitter.write("matter", what="The second window.")
        page = answer.content.decode()
        assert answer.status_code == 409 and "The first window." in page and "The second window." in page

    def test_a_page_saves_itself(self, submitter: Submitter) -> None:
        submitter.begin()
        typed = {"seen": "0", "threat": "Half a sen", "autosave": "1"}
        answer = submitter.browser.post(reverse("protected_page", args=["elements"]), typed)
        assert answer.json()["version"] == 1
        assert "Half a sen" in submitter.shown("protected_page", "elements")

    def test_a_report_that_is_under_way_is_another_draft(self, submitter: Submitter) -> None:
        reporter = Reporter(submitter.person, submitter.browser)
        reporter.begin()
        reporter.write("activity", what="A van, twice.")
        submitter.begin()
        submitter.write("matter")
        assert Draft.objects.count() == 2
        assert "A van, twice." in reporter.get("report_page", "activity").content.decode()
        assert "A van, twice." not in submitter.shown("protected_page", "matter")

    def test_a_draft_is_gone_on_with_or_thrown_away(self, submitter: Submitter) -> None:
        submitter.begin()
        page = submitter.shown("protected")
        assert reverse("protected_page", args=["elements"]) in page and reverse("protected_discard") in page
        submitter.post("protected_discard")
        assert not Draft.objects.exists()

    def test_words_that_come_after_sending_are_shown_to_be_added(self, submitter: Submitter) -> None:
        submitter.fill()
        submitter.send()
        answer = submitter.write("matter", what="Typed in the second window.")
        page = answer.content.decode()
        assert answer.status_code == 409 and "Typed in the second window." in page
        assert reverse("protected_add", args=[Report.objects.get().number]) in page


@pytest.mark.parametrize("page", ["regimes", "activity", "nothing"])
def test_pages_that_are_none_are_not_there(submitter: Submitter, page: str) -> None:
    submitter.begin()
    assert submitter.get("protected_page", page).status_code == 404


def test_only_members_reach_the_form(submitter: Submitter) -> None:
    names = ("protected", "protected_status", "protected_check", "protected_files", "protected_receipt")
    suspended = session_for(PersonFactory(standing=Standing.SUSPENDED))
    for name in names:
        assert reverse("account_login") in Client().get(reverse(name))["Location"]
        assert suspended.get(reverse(name)).status_code in {302, 403}
    assert Client().get(reverse("protected_promise")).status_code == 200


def test_every_page_works_without_a_script(submitter: Submitter) -> None:
    """The whole form was filled in by plain requests; each page carries its own way on and back."""
    submitter.fill()
    for page in PAGES:
        shown = submitter.shown("protected_page", page)
        assert '<form method="post"' in shown and "Save and continue" in shown
    assert "Submit to the state" in submitter.shown("protected_check")


def test_the_choice_of_forms_leads_here(submitter: Submitter) -> None:
    page = submitter.shown("report")
    assert reverse("protected") in page and reverse("protected_promise") in page and reverse("protected_status") in page
