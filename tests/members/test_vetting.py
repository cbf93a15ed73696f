"""The vetting desk: the rule of the next step, two people, and what becomes of an applicant."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.utils import is_mfa_enabled
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.core import outbox
from portal.core.actions import ActionRefused
from portal.core.models import OutgoingMail
from portal.members import applying, case_file, vetting
from portal.members.actions import vetting as actions
from portal.members.actions.vetting import Admission
from portal.members.enums import ApplicationState, Outcome, StaffRole, Standing, VettingKind
from portal.members.models import Application, CaptainReview, Person, SealedProfile, VettingEntry
from portal.members.vetting import FINDINGS, Step
from portal.members.welcome import token_for
from tests.conftest import become, enrol, session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, staff
from tests.members.test_applications import PAGES

pytestmark = pytest.mark.django_db


def application(**fields: Any) -> Application:
    """An application at the desk, all pages written."""
    facts = {"name": "New Person", "email": "new@partner.example", "state": ApplicationState.SUBMITTED}
    moments = {"email_verified_at": timezone.now(), "submitted_at": timezone.now()}
    row: Application = Application.objects.create(**{**facts, **moments, **fields})
    writer = applying.Applicant(row, applying.make_link(row))
    for page, answers in PAGES.items():
        Application.objects.filter(pk=row.pk).update(state=ApplicationState.STARTED)
        assert writer.save(page, answers)
    Application.objects.filter(pk=row.pk).update(state=row.state)
    return row


def find(row: Application, *kinds: VettingKind, by: Person, outcome: Outcome = Outcome.GOOD) -> None:
    for kind in kinds:
        actions.RecordFinding(row, by, kind=kind, outcome=outcome, seen=read(row)).execute()


def read(row: Application) -> str:
    """What the applicant has written by now, as somebody has it who has just opened the case."""
    return Application.objects.get(pk=row.pk).written_now()


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


def approve(row: Application, by: Person, **admission: Any) -> Person:
    where = Admission(admission.pop("organisation", None) or OrganisationFactory(), {}, **admission)
    person: Person = actions.Approve(row, by, reasons="All good.", admission=where, seen=read(row)).execute()
    return person


# --- the rule ------------------------------------------------------------------------------------

OUTCOMES = st.dictionaries(st.sampled_from(FINDINGS), st.sampled_from([Outcome.GOOD, Outcome.BAD]))


@given(OUTCOMES)
def test_the_next_step_is_the_first_finding_missing_and_a_bad_one_leads_to_the_decision(
    found: dict[VettingKind, Outcome],
) -> None:
    step = vetting.next_step(ApplicationState.SUBMITTED, found)
    missing = [kind.value for kind in FINDINGS if kind not in found]
    if Outcome.BAD in found.values() or not missing:
        assert step is Step.DECISION
    else:
        assert step.value == missing[0]
    assert vetting.may_approve(found) == (not missing and Outcome.BAD not in found.values())


@given(OUTCOMES, st.sampled_from(ApplicationState))
def test_only_a_submitted_case_has_a_finding_as_its_next_step(found: Any, state: ApplicationState) -> None:
    step = vetting.next_step(state, found)
    if state is not ApplicationState.SUBMITTED:
        assert step in {Step.ANSWER, Step.APPEAL, Step.NONE}


def test_the_newest_finding_counts(desk: None, officer: Person) -> None:
    row = application()
    find(row, VettingKind.CALL_BACK, by=officer, outcome=Outcome.BAD)
    assert vetting.step_of(row) is Step.DECISION
    find(row, VettingKind.CALL_BACK, by=officer)
    assert vetting.step_of(row) is Step.WORD


# --- two people ----------------------------------------------------------------------------------


def test_who_called_back_does_not_decide(ready: Application, officer: Person, second: Person) -> None:
    for attempt in (
        lambda: approve(ready, officer),
        lambda: actions.Refuse(ready, officer, reasons="No.", letter="Sorry.", seen=read(ready)).execute(),
    ):
        with pytest.raises(ActionRefused, match="somebody else decides"):
            attempt()
    assert approve(ready, second).standing == Standing.ACTIVE


def test_nobody_vets_themselves(desk: None, officer: Person) -> None:
    row = application(email=officer.email)
    with pytest.raises(ActionRefused, match="themselves"):
        find(row, VettingKind.WORD, by=officer)


@pytest.mark.parametrize("missing", FINDINGS)
def test_nobody_is_admitted_with_a_finding_missing_or_bad(
    desk: None, officer: Person, second: Person, missing: VettingKind
) -> None:
    row = application()
    find(row, *(kind for kind in FINDINGS if kind != missing), by=officer)
    with pytest.raises(ActionRefused, match="must all be good"):
        approve(row, second)
    find(row, missing, by=officer, outcome=Outcome.BAD)
    with pytest.raises(ActionRefused, match="must all be good"):
        approve(row, second)
    assert not Person.objects.filter(email=row.email).exists()


@pytest.mark.parametrize("role", [role for role in StaffRole if role not in actions.VETTERS])
def test_other_roles_vet_nobody(desk: None, role: StaffRole) -> None:
    row = application()
    with pytest.raises(ActionRefused, match="Only vetting officers"):
        find(row, VettingKind.WORD, by=staff(role))
    assert session_for(staff(role)).get("/desk/members/").status_code == 404
    assert session_for(staff(role)).get(f"/desk/members/{row.uuid}/").status_code == 404


# --- what is kept --------------------------------------------------------------------------------


def test_of_a_records_check_nothing_is_kept_but_the_outcome(desk: None, officer: Person) -> None:
    row = application()
    with pytest.raises(ActionRefused, match="only cleared or not cleared"):
        actions.RecordFinding(
            row,
            officer,
            kind=VettingKind.RECORDS_CHECK,
            outcome=Outcome.BAD,
            details={"said": "something"},
            seen=read(row),
        ).execute()
    find(row, VettingKind.RECORDS_CHECK, by=officer)
    assert bytes(VettingEntry.objects.get().details) == b""


def test_what_was_recorded_is_sealed_and_desk_reads_it(desk: None, officer: Person) -> None:
    row = application()
    details = {"number": "573 555 0100", "found_in": "directory", "spoken_to": "reception", "said": "works here"}
    called = actions.RecordFinding(row, officer, VettingKind.CALL_BACK, Outcome.GOOD, details, seen=read(row))
    called.execute()
    assert b"573 555 0100" not in bytes(VettingEntry.objects.get().details)
    assert case_file.history_of(row)[0].details == details
    assert case_file.answers_of(row)["contact"]["phone"] == PAGES["contact"]["phone"]


def test_an_admitted_member_has_an_account_a_place_and_a_sealed_profile(
    ready: Application, second: Person, django_capture_on_commit_callbacks: Any
) -> None:
    community, sponsor = CommunityFactory(), PersonFactory()
    with django_capture_on_commit_callbacks(execute=True):
        person = approve(ready, second, communities=(community,), sponsor=sponsor, is_point_of_contact=True)
    assert (person.standing, person.sponsor, person.has_usable_password()) == (Standing.ACTIVE, sponsor, False)
    assert person.validated_until is not None and person.validated_until > timezone.now() + timedelta(days=360)
    assert person.affiliations.get().is_point_of_contact
    assert person.community_memberships.get().community == community
    rows = list(SealedProfile.objects.filter(person=person))
    assert {row.field for row in rows} == set(case_file.PROFILE)
    assert all(b"573" not in bytes(row.envelope) for row in rows)
    assert mail.outbox[-1].to == [person.email] and "/account/welcome/" in str(mail.outbox[-1].body)
    ready.refresh_from_db()
    assert (ready.state, ready.person) == (ApplicationState.APPROVED, person)


def test_an_address_that_has_an_account_is_not_admitted_twice(ready: Application, second: Person) -> None:
    PersonFactory(email=ready.email)
    with pytest.raises(ActionRefused, match="account with this address"):
        approve(ready, second)


def test_a_closed_account_comes_back_without_its_roles(ready: Application, second: Person) -> None:
    former = staff(StaffRole.MIAC_SUPERVISOR, email=ready.email, standing=Standing.CLOSED)
    assert approve(ready, second) == former
    assert not former.groups.exists()


# --- refusal, appeal, more, withdrawal -----------------------------------------------------------


def test_a_refusal_is_a_letter_and_an_appeal_goes_to_somebody_else(
    ready: Application, second: Person, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        words = {"reasons": "Employer unknown.", "letter": "We could not reach your employer."}
        actions.Refuse(ready, second, **words, seen=read(ready)).execute()
    assert "We could not reach your employer." in str(mail.outbox[-1].body)
    assert "Employer unknown." not in str(mail.outbox[-1].body)
    writer = applying.Applicant(Application.objects.get(), applying.make_link(ready))
    assert writer.say(
        VettingKind.APPEAL, "Call again.", needed=ApplicationState.REFUSED, then=ApplicationState.APPEALED
    )
    ready.refresh_from_db()
    with pytest.raises(ActionRefused, match="somebody else decides"):
        approve(ready, second)
    third = staff(StaffRole.MIAC_SUPERVISOR)
    assert case_file.history_of(ready)[-1].details == {"words": "Call again."}
    assert approve(ready, third).standing == Standing.ACTIVE


def test_more_is_asked_by_mail_and_the_answer_comes_back(
    desk: None, officer: Person, django_capture_on_commit_callbacks: Any
) -> None:
    row = application()
    with django_capture_on_commit_callbacks(execute=True):
        actions.AskMore(row, officer, letter="Which plant is it?").execute()
    assert "Which plant is it?" in str(mail.outbox[-1].body)
    assert vetting.step_of(Application.objects.get()) is Step.ANSWER
    with pytest.raises(ActionRefused, match="moved on"):
        find(row, VettingKind.WORD, by=officer)
    writer = applying.Applicant(row, applying.make_link(row))
    assert writer.say(
        VettingKind.ANSWERED, "The old one.", needed=ApplicationState.MORE_ASKED, then=ApplicationState.SUBMITTED
    )
    assert vetting.step_of(Application.objects.get()) is Step.CALL_BACK


def test_the_words_of_a_mail_are_in_no_row_of_the_outbox(desk: None, officer: Person) -> None:
    actions.AskMore(application(), officer, letter="Which plant is it?").execute()
    fields = [str(value) for row in OutgoingMail.objects.values() for value in row.values()]
    assert not any("plant" in value or "@" in value or "/apply/" in value for value in fields)


def test_what_was_found_out_lapses_when_the_applicant_writes_anew(
    ready: Application, officer: Person, second: Person
) -> None:
    actions.AskMore(ready, officer, letter="Is this still your employer?").execute()
    ready.refresh_from_db()
    writer = applying.Applicant(ready, applying.make_link(ready))
    assert writer.save("work", {**PAGES["work"], "employer": "Nobody called here"})
    writer.say(VettingKind.ANSWERED, "Yes.", needed=ApplicationState.MORE_ASKED, then=ApplicationState.SUBMITTED)
    ready.refresh_from_db()
    assert vetting.step_of(ready) is Step.CALL_BACK
    with pytest.raises(ActionRefused, match="must all be good"):
        approve(ready, second)
    assert "no longer count" in session_for(second).get(f"/desk/members/{ready.uuid}/").content.decode()


def test_somebody_who_never_answers_can_be_refused(desk: None, officer: Person, second: Person) -> None:
    row = application(state=ApplicationState.MORE_ASKED)
    actions.Refuse(row, second, reasons="No answer.", letter="We heard nothing.", seen=read(row)).execute()
    assert Application.objects.get().state == ApplicationState.REFUSED


def test_on_appeal_a_finding_is_made_again_and_there_is_one_appeal(ready: Application, second: Person) -> None:
    find(ready, VettingKind.WORD, by=second, outcome=Outcome.BAD)
    actions.Refuse(ready, second, reasons="Bad word.", letter="Sorry.", seen=read(ready)).execute()
    ready.refresh_from_db()
    writer = applying.Applicant(ready, applying.make_link(ready))
    assert applying.may_appeal(ready) and not applying.may_withdraw(ready)
    writer.say(VettingKind.APPEAL, "Ask again.", needed=ApplicationState.REFUSED, then=ApplicationState.APPEALED)
    third = staff(StaffRole.VETTING_OFFICER)
    ready.refresh_from_db()
    assert not applying.may_withdraw(ready)
    find(ready, VettingKind.WORD, by=third)
    assert approve(ready, third).standing == Standing.ACTIVE
    Application.objects.update(state=ApplicationState.REFUSED)
    assert not applying.may_appeal(Application.objects.get())


def test_a_damaged_envelope_keeps_nobody_from_the_rest(desk: None, officer: Person) -> None:
    row = application()
    row.parts.filter(page="contact").update(envelope=b"damaged")
    page = session_for(officer).get(f"/desk/members/{row.uuid}/").content.decode()
    assert "cannot be opened" in page and "Shift lead" in page


def test_nothing_that_a_closed_account_had_comes_back(ready: Application, second: Person) -> None:
    former = PersonFactory(email=ready.email, standing=Standing.CLOSED, communities=[CommunityFactory()])
    former.affiliations.create(organisation=OrganisationFactory(), is_point_of_contact=True)
    enrol(former)
    where = OrganisationFactory()
    person = approve(ready, second, organisation=where)
    assert [row.organisation for row in person.affiliations.current()] == [where]
    assert not person.community_memberships.current().exists()
    assert not person.has_usable_password() and not is_mfa_enabled(person)


def test_a_row_that_front_puts_opens_no_case_and_lets_nobody_in(
    ready: Application, second: Person, settings: Any
) -> None:
    person = approve(ready, second)
    OutgoingMail.objects.all().delete()
    for kind in ("welcome", "captain_asked", "application_more", "application_refused"):
        OutgoingMail.objects.create(kind=kind, about=str(person.pk), site="front")
    outbox.send_waiting(all_sites=True)
    assert mail.outbox == []


# --- captains ------------------------------------------------------------------------------------


@pytest.fixture
def captain(db: None) -> Person:
    from portal.members.models import Community, CommunityMembership

    person: Person = PersonFactory()
    sector = Community.objects.get(slug="energy")
    CommunityMembership.objects.create(person=person, community=sector, is_steward=True)
    return person


def test_a_captain_sees_name_employer_and_position_and_nothing_else(
    desk: None, officer: Person, captain: Person, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    row = application()
    with django_capture_on_commit_callbacks(execute=True):
        actions.AskCaptain(row, officer, captain=captain).execute()
    link = re.search(r"/account/reviews/\S+", str(mail.outbox[-1].body))
    assert link is not None and mail.outbox[-1].to == [captain.email]
    assert row.name not in str(mail.outbox[-1].body)
    become(settings, "front")
    client = session_for(captain)
    page = client.get(link.group()).content.decode()
    for shown in (row.name, PAGES["work"]["employer"], PAGES["work"]["position"]):
        assert shown in page
    for hidden in (PAGES["contact"]["phone"], PAGES["contact"]["supervisor"], PAGES["wanted"]["reason"], row.email):
        assert hidden not in page
    assert session_for(PersonFactory()).get(link.group()).status_code == 404
    answer = client.post(link.group(), {"is_supported": "yes", "words": "I know her work."})
    assert answer.status_code == 302
    review = CaptainReview.objects.get()
    assert review.is_supported and b"work" not in bytes(review.words)
    assert client.get(link.group()).status_code == 404


def test_only_captains_are_asked_and_once(desk: None, officer: Person, captain: Person) -> None:
    row = application()
    with pytest.raises(ActionRefused, match="not the captain"):
        actions.AskCaptain(row, officer, captain=PersonFactory()).execute()
    actions.AskCaptain(row, officer, captain=captain).execute()
    with pytest.raises(ActionRefused, match="asked already"):
        actions.AskCaptain(row, officer, captain=captain).execute()


# --- the pages -----------------------------------------------------------------------------------


def test_the_queue_is_oldest_first_names_the_next_step_and_costs_the_same_for_many(
    desk: None, officer: Person, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = session_for(officer)
    old = application(email="old@gmail.com", name="Older", submitted_at=timezone.now() - timedelta(days=3))
    page = client.get("/desk/members/").content.decode()
    assert "call the employer back" in page and "free mail" in page
    with django_assert_max_num_queries(40) as one:
        client.get("/desk/members/")
    for number in range(12):
        application(email=f"new{number}@partner.example", name=f"Newer {number}")
    with django_assert_num_queries(len(one.captured_queries)):
        page = client.get("/desk/members/").content.decode()
    assert page.index(old.name) < page.index("Newer 0")


def test_a_case_goes_through_the_pages_from_call_back_to_admission(desk: None, officer: Person, second: Person) -> None:
    row = application()
    address = f"/desk/members/{row.uuid}/"
    first = session_for(officer)
    assert "Shift lead" in first.get(address).content.decode()
    seen = {"seen": read(row)}
    call = {
        **seen,
        "outcome": "good",
        "number": "573 555 0100",
        "found_in": "directory",
        "spoken_to": "reception",
        "said": "yes",
    }
    assert first.post(f"{address}call_back/", call).status_code == 302
    first.post(f"{address}word/", {**seen, "outcome": "good", "spoken_to": "supervisor", "said": "yes"})
    first.post(f"{address}review/", {**seen, "outcome": "good", "said": "known company"})
    first.post(f"{address}records/", {**seen, "outcome": "good"})
    page = first.get(address).content.decode()
    assert "573 555 0100" in page and "somebody else decides" in page
    facts = {
        **seen,
        "new_name": "Ozark Power",
        "new_kind": "company",
        "new_phone": "573 555 0100",
        "new_phone_source": "directory",
    }
    assert session_for(second).post(f"{address}approve/", {**facts, "reasons": "All good."}).status_code == 302
    assert Person.objects.get(email=row.email).affiliations.get().organisation.phone_source == "directory"


def test_rubbish_stays_in_its_form_and_names_what_is_wrong(desk: None, officer: Person) -> None:
    row = application()
    address = f"/desk/members/{row.uuid}/"
    client = session_for(officer)
    answer = client.post(f"{address}call_back/", {"number": "573 555 0100", "said": "kept words"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "kept words" in page and "required" in page
    assert client.post(f"{address}nonsense/", {}).status_code == 404
    assert client.post("/desk/members/00000000-0000-4000-8000-000000000000/word/", {}).status_code == 404
    assert not VettingEntry.objects.exists()


def test_a_replayed_decision_changes_nothing(ready: Application, second: Person) -> None:
    approve(ready, second)
    with pytest.raises(ActionRefused, match="moved on"):
        approve(ready, second)
    assert Person.objects.filter(email=ready.email).count() == 1


# --- welcome -------------------------------------------------------------------------------------


def test_the_welcome_link_sets_one_password_once(ready: Application, second: Person, settings: Any) -> None:
    person = approve(ready, second)
    become(settings, "front")
    link = f"/account/welcome/{token_for(person)}/"
    client = Client()
    assert client.get(link).status_code == 200
    weak = client.post(link, {"new_password1": "short", "new_password2": "short"})
    assert weak.status_code == 200 and "12 characters" in weak.content.decode()
    good = {"new_password1": "a-long-and-strange-phrase", "new_password2": "a-long-and-strange-phrase"}
    assert client.post(link, good).status_code == 302
    assert client.get(link).status_code == 404
    person.refresh_from_db()
    assert person.check_password("a-long-and-strange-phrase")


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "e30:1:1"])
def test_forged_welcome_links(db: None, token: str) -> None:
    assert Client().get(f"/account/welcome/{token}/").status_code == 404


def test_an_old_welcome_link_is_over(ready: Application, second: Person, settings: Any) -> None:
    token = token_for(approve(ready, second))
    become(settings, "front")
    settings.PORTAL_WELCOME_LINK_LASTS = timedelta(seconds=-1)
    assert Client().get(f"/account/welcome/{token}/").status_code == 404
