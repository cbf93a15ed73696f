"""Over what a finding was made, what Front may have sealed, and what does not come back with an admission."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.utils import timezone

from portal.access.enums import Label
from portal.core.actions import ActionRefused
from portal.members import agreements, agreements_refused, applying, case_file, profiles, vetting
from portal.members.actions import vetting as actions
from portal.members.enums import ApplicationState, Outcome, StaffRole, Standing, VettingKind
from portal.members.mail import applications as letters
from portal.members.models import (
    Agreement,
    AgreementAnswer,
    Application,
    ApplicationPart,
    CaptainReview,
    Organisation,
    Person,
    SealedProfile,
    Validation,
    VettingEntry,
)
from portal.members.validation import CHANGES
from portal.members.vetting import FINDINGS
from portal.vault import records
from tests.conftest import session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, bulletin, staff
from tests.members.test_applications import PAGES
from tests.members.test_vetting import application, approve, find, read

pytestmark = pytest.mark.django_db
OTHERS = {**PAGES["work"], "employer": "Nobody called here"}


@pytest.fixture
def officer(db: None) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def second(db: None) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def ready(desk: None, officer: Person) -> Application:
    """Everything found, by `officer`."""
    row = application()
    find(row, *FINDINGS, by=officer)
    return row


def now_of(row: Application) -> Application:
    return Application.objects.get(pk=row.pk)


def may_approve(row: Application) -> bool:
    return vetting.may_approve(vetting.findings_of(now_of(row)))


def slip_in(row: Application, *, saved_at: Any, answers: dict[str, Any] | None = None) -> None:
    """Another version of the first page, dated as somebody likes who holds Front."""
    version = row.parts.filter(page="work").count() + 1
    text = json.dumps(answers or OTHERS).encode()
    envelope = records.new_key(row.record).seal(applying.part_field("work", version), text)
    ApplicationPart.objects.create(application=row, page="work", version=version, envelope=envelope, saved_at=saved_at)


def asked_and_answered(row: Application, by: Person, *, changes: dict[str, Any] | None = None) -> None:
    actions.AskMore(now_of(row), by, letter="Is it so?").execute()
    writer = applying.Applicant(now_of(row), applying.make_link(row))
    if changes:
        assert writer.save("work", changes)
    states = {"needed": ApplicationState.MORE_ASKED, "then": ApplicationState.SUBMITTED}
    assert writer.say(VettingKind.ANSWERED, "I changed my employer.", **states)


# --- what was vetted is what is decided on ------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-900, 0, 900])
def test_what_is_written_anew_lapses_findings_whatever_its_date(ready: Application, second: Person, days: int) -> None:
    slip_in(ready, saved_at=timezone.now() + timedelta(days=days))
    assert case_file.answers_of(ready)["work"]["employer"] == OTHERS["employer"]
    with pytest.raises(ActionRefused, match="must all be good"):
        approve(ready, second)
    find(ready, *FINDINGS, by=staff(StaffRole.VETTING_OFFICER))
    assert may_approve(ready)  # a date to come keeps nobody out for ever


def test_another_name_lapses_findings(ready: Application) -> None:
    Application.objects.filter(pk=ready.pk).update(name="Somebody Else")
    assert not may_approve(ready)


def test_an_answer_in_words_alone_is_writing_anew(ready: Application, second: Person) -> None:
    assert may_approve(ready)
    asked_and_answered(ready, second)
    assert not may_approve(ready)


def test_the_queue_goes_by_the_same_rule(ready: Application, second: Person) -> None:
    page = session_for(second).get("/desk/members/").content.decode()
    assert "decide" in page
    slip_in(ready, saved_at=timezone.now() - timedelta(days=9))
    assert "call the employer back" in session_for(second).get("/desk/members/").content.decode()


# --- a page that was opened before --------------------------------------------------------------------------------


def test_a_finding_over_what_was_written_before_is_not_recorded(desk: None, officer: Person, second: Person) -> None:
    row = application()
    seen, browser, address = read(row), session_for(officer), f"/desk/members/{row.uuid}/"
    assert f'value="{seen}"' in browser.get(address).content.decode()
    asked_and_answered(row, second, changes=OTHERS)
    call = {"outcome": "good", "number": "573 555 0100", "found_in": "directory", "spoken_to": "reception"}
    answer = browser.post(f"{address}call_back/", {**call, "said": "kept words", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 422 and "wrote anew meanwhile" in page and "kept words" in page
    assert OTHERS["employer"] in page
    assert not VettingEntry.objects.filter(kind=VettingKind.CALL_BACK).exists()
    assert seen not in page and page.count(read(row)) >= len(FINDINGS)
    again = browser.post(f"{address}call_back/", {**call, "said": "called again", "seen": read(row)})
    assert again.status_code == 302


@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_nobody_decides_over_what_was_written_before(ready: Application, second: Person, verb: str) -> None:
    seen = read(ready)
    slip_in(ready, saved_at=timezone.now())
    where = {"organisation": OrganisationFactory().pk}
    form = {"reasons": "Why.", "letter": "Sorry.", "seen": seen, **where}
    answer = session_for(second).post(f"/desk/members/{ready.uuid}/{verb}/", form)
    assert "wrote anew meanwhile" in answer.content.decode()
    assert now_of(ready).state == ApplicationState.SUBMITTED


def test_without_saying_what_was_read_nothing_is_recorded(desk: None, officer: Person) -> None:
    row = application()
    with pytest.raises(ActionRefused, match="wrote anew"):
        actions.RecordFinding(row, officer, kind=VettingKind.WORD, outcome=Outcome.GOOD).execute()


# --- what Front sealed is believed in no shape --------------------------------------------------------------------

RUBBISH = [
    b"not json",
    b"[1]",
    b"null",
    b'"x"',
    b"\xff",
    b'{"employer": {"a": 1}}',
    b'{"employer_kind": [[1]]}',
    b'{"employer": 7}',
    b'{"employer": "\\ud800"}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("text", RUBBISH)
def test_rubbish_in_a_page_or_an_answer_says_that_it_cannot_be_opened(desk: None, officer: Person, text: bytes) -> None:
    row, at = application(), timezone.now()
    key = records.new_key(row.record)
    sealed = key.seal(applying.entry_field("answered", at), text)
    VettingEntry.objects.create(application=row, kind="answered", at=at, details=sealed)
    ApplicationPart.objects.create(application=row, page="work", version=50, envelope=key.seal("page:work:50", text))
    answer = session_for(officer).get(f"/desk/members/{row.uuid}/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "This page cannot be opened" in page and "What was sealed with it cannot be opened" in page
    assert PAGES["contact"]["supervisor"] in page
    assert case_file.answers_of(row)["work"] == {}


@pytest.mark.parametrize("text", [b"\xff", b"not json", b'{"phone": {}}'])
def test_rubbish_in_a_profile_a_change_or_a_captains_words(desk: None, officer: Person, text: bytes) -> None:
    person = PersonFactory()
    key = records.new_key(f"person:{person.pk}")
    SealedProfile.objects.create(person=person, field="phone", envelope=key.seal("profile:phone", b"\xff"))
    row = Validation.objects.create(person=person, due_at=timezone.now(), changes=key.seal(CHANGES, text))
    assert session_for(officer).get(f"/desk/people/{person.pk}/").status_code == 200
    assert [value for _label, value in profiles.opened(person)] == [profiles.CANNOT]
    assert [value for _label, value in profiles.changes_of(row)] == [profiles.CANNOT]
    review = CaptainReview(application=application(), captain=person, asked_by=officer, shown=b"")
    review.words = records.new_key(review.record).seal("words", b"\xff")
    review.answered_at = timezone.now()
    review.save()
    page = session_for(officer).get(f"/desk/members/{review.application.uuid}/").content.decode()
    assert "The words cannot be opened." in page


def test_rubbish_stops_no_letter(desk: None, officer: Person) -> None:
    row, at = application(), timezone.now()
    sealed = records.new_key(row.record).seal(applying.entry_field("decision", at), b"[1]")
    VettingEntry.objects.create(application=row, kind="decision", at=at, details=sealed)
    letter = letters.application_refused(str(row.pk))
    assert letter is not None and letter.facts["words"] == ""


# --- an account that comes back -----------------------------------------------------------------------------------


def former(row: Application, **fields: Any) -> Person:
    person: Person = PersonFactory(email=row.email, name="Old Holder", standing=Standing.CLOSED, **fields)
    return person


def test_name_rights_and_addresses_of_before_do_not_come_back(ready: Application, second: Person) -> None:
    old = former(ready, is_superuser=True)
    old.user_permissions.add(Permission.objects.all()[0])
    EmailAddress.objects.create(user=old, email="asked.for@elsewhere.example")
    person = approve(ready, second)
    assert (person.pk, person.name) == (old.pk, ready.name)
    assert not person.user_permissions.exists() and not Person.objects.get(pk=old.pk).is_superuser
    assert [row.email for row in EmailAddress.objects.filter(user=person)] == [ready.email]


def agreed(person: Person, *, is_accepted: bool) -> Agreement:
    text: Agreement = Agreement.objects.create(
        kind="tlp", number=900, title="t", text="x", in_force_from=timezone.now()
    )
    for one in (*Person.objects.filter(standing=Standing.ACTIVE), person):
        is_theirs = one.pk == person.pk
        AgreementAnswer.objects.create(
            person=one, agreement=text, is_accepted=is_accepted or not is_theirs, text_hash=text.text_hash
        )
    return text


@pytest.mark.parametrize("is_accepted", [True, False])
def test_what_was_answered_to_agreements_before_counts_no_more(
    ready: Application, second: Person, *, is_accepted: bool
) -> None:
    text = agreed(former(ready), is_accepted=is_accepted)
    person = Person.objects.get(pk=approve(ready, second).pk)
    assert person.owes_agreement()
    assert not Person.objects.active().filter(pk=person.pk).exists()
    assert agreements.accepted_by(person) == []
    agreements_refused.suspend_refusing(timezone.now())
    assert Person.objects.get(pk=person.pk).standing == Standing.ACTIVE
    agreements.accept(person=person, shown={text.pk: text.text_hash}, address="")
    assert not Person.objects.get(pk=person.pk).owes_agreement()
    assert [row.agreement for row in agreements.accepted_by(person)] == [text]


def test_whoever_decides_is_told_what_still_names_the_account(ready: Application, second: Person, pages: Any) -> None:
    page = bulletin(tlp=Label.RED, audience_people=[former(ready)], title="Of a source")
    browser, address = session_for(second), f"/desk/members/{ready.uuid}/"
    shown = browser.get(address).content.decode()
    assert f"bulletinpage {page.pk}" in shown and "Of a source" not in shown
    form = {"organisation": OrganisationFactory().pk, "reasons": "All good.", "seen": read(ready)}
    refused = browser.post(f"{address}approve/", form)
    assert refused.status_code == 422 and "still name the account" in refused.content.decode()
    assert browser.post(f"{address}approve/", {**form, "is_named_known": "on"}).status_code == 302


def test_an_address_that_was_planted_under_another_account_stops_no_admission(
    ready: Application, second: Person
) -> None:
    other = PersonFactory()
    EmailAddress.objects.create(user=other, email=ready.email, verified=True, primary=False)
    person = approve(ready, second)
    row = EmailAddress.objects.get(email=ready.email)
    assert (row.user_id, row.verified, row.primary) == (person.pk, True, True)


@pytest.mark.parametrize("what", ["sponsor", "organisation", "community"])
def test_what_ended_meanwhile_is_not_admitted_to(ready: Application, second: Person, what: str) -> None:
    sponsor, place, community = PersonFactory(), OrganisationFactory(), CommunityFactory()
    now = timezone.now()
    match what:
        case "sponsor":
            Person.objects.filter(pk=sponsor.pk).update(standing=Standing.CLOSED)
        case "organisation":
            Organisation.objects.filter(pk=place.pk).update(closed_at=now)
        case _:
            type(community).objects.filter(pk=community.pk).update(closed_at=now)
    with pytest.raises(ActionRefused, match=r"meanwhile|any more"):
        approve(ready, second, organisation=place, sponsor=sponsor, communities=(community,))
    assert not Person.objects.filter(email=ready.email).exists()


# --- keys that no database holds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["9" * 30, "9" * 5000, "-1", "x", "\x00"])
def test_a_key_that_no_database_holds_is_no_choice(ready: Application, second: Person, key: str) -> None:
    browser = session_for(second)
    case = browser.post(f"/desk/members/{ready.uuid}/approve/", {"communities": key, "reasons": "x"})
    assert case.status_code == 422
    form = browser.post("/desk/organisations/new/", {"sectors": key, "counties": key})
    assert form.status_code == 422
