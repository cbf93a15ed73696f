"""Each way in which a membership ends, and how it begins again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.utils import timezone

from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members import ends
from portal.members.actions.ends import Close, EndAction, Lift, NameSponsor, Reopen, Suspend
from portal.members.ends import BY_STAFF, latest_change, reason_of
from portal.members.enums import EndReason, StaffRole, Standing
from portal.members.models import Clearance, FeedToken, Person, RoleChange, StandingChange, Validation
from portal.members.refusals import Incomplete, NotNow, NotYours
from tests.conftest import enrol, session_for
from tests.factories import OrganisationFactory, PersonFactory, staff

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def officer(db: None) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def member(db: None) -> Person:
    made: Person = PersonFactory()
    return made


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


def suspend(person: Person, by: Person, reason: EndReason = EndReason.STAFF) -> None:
    Suspend(person, by, reason=reason, words="Told by an officer.").execute()


def test_an_open_session_ends_with_its_next_request(pages: Any, member: Person, officer: Person, clock: Any) -> None:
    client = session_for(member)
    assert client.get("/account/").status_code == 200
    clock.shift(1)
    suspend(member, officer)
    assert client.get("/account/")["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("reason", BY_STAFF)
def test_a_suspension_ends_reading_and_sessions_and_keeps_the_reason(
    member: Person, officer: Person, reason: EndReason
) -> None:
    suspend(member, officer, reason)
    now = fresh(member)
    assert now.standing_now() is Standing.SUSPENDED
    assert now.sessions_valid_from == NOON
    assert now.standing_reason == "Told by an officer."
    change = latest_change(now)
    assert change is not None
    assert (change.reason, change.by, change.at) == (reason, officer, NOON)
    assert now.is_active == (reason is not EndReason.TAKEN_OVER)


def test_only_an_account_that_was_taken_over_loses_its_feed_tokens(officer: Person) -> None:
    for reason in (EndReason.STAFF, EndReason.TAKEN_OVER):
        person = PersonFactory()
        FeedToken.issue(person=person, label="reader")
        suspend(person, officer, reason)
        assert FeedToken.objects.usable().filter(person=person).exists() == (reason is EndReason.STAFF)


def test_lifting_makes_active_again_and_lets_sign_in(member: Person, officer: Person) -> None:
    suspend(member, officer, EndReason.TAKEN_OVER)
    suspend(member, officer, EndReason.STAFF)
    Lift(member, officer).execute()
    assert fresh(member).is_vetted
    assert fresh(member).standing_reason == ""


def test_lifting_does_not_let_in_whom_an_administrator_shut_out(member: Person, officer: Person) -> None:
    Person.objects.filter(pk=member.pk).update(is_active=False)
    suspend(member, officer)
    Lift(member, officer).execute()
    assert not fresh(member).is_active


def test_after_a_take_over_nothing_of_the_intruders_signs_in_or_reads(member: Person, officer: Person) -> None:
    for closes in (False, True):
        person = PersonFactory()
        enrol(person)
        suspend(person, officer, EndReason.TAKEN_OVER)
        FeedToken.issue(person=person, label="slipped in")
        if closes:
            Close(fresh(person), officer, reason=EndReason.STAFF, words="Why.").execute()
            Reopen(fresh(person), officer, words="Theirs again.").execute()
        else:
            Lift(fresh(person), officer).execute()
        now = fresh(person)
        assert (now.is_vetted, now.has_usable_password()) == (True, False)
        assert not Authenticator.objects.filter(user=person).exists()
        assert not FeedToken.objects.usable().filter(person=person).exists()
        assert OutgoingMail.objects.filter(kind="welcome", about=str(person.pk)).count() == 1


def test_staff_whose_account_was_taken_over_get_no_link_that_front_would_take(officer: Person) -> None:
    person = staff(StaffRole.MIAC_ANALYST)
    suspend(person, officer, EndReason.TAKEN_OVER)
    Lift(fresh(person), officer).execute()
    assert not fresh(person).has_usable_password()
    assert not OutgoingMail.objects.filter(kind="welcome").exists()


def test_another_suspension_leaves_password_and_factors(member: Person, officer: Person) -> None:
    enrol(member)
    suspend(member, officer)
    Lift(fresh(member), officer).execute()
    assert fresh(member).has_usable_password()
    assert Authenticator.objects.filter(user=member).exists()


def test_staff_are_put_out_by_administrators_alone_but_for_an_account_in_other_hands(officer: Person) -> None:
    administrator = staff(StaffRole.ADMINISTRATOR)
    for person in (staff(StaffRole.VETTING_OFFICER), staff(StaffRole.AUDITOR), PersonFactory(is_superuser=True)):
        for action in (
            Suspend(person, officer, reason=EndReason.STAFF, words="Why."),
            Close(person, officer, reason=EndReason.TAKEN_OVER, words="Why."),
        ):
            with pytest.raises(NotYours):
                action.execute()
        assert fresh(person).standing == Standing.ACTIVE
        Suspend(person, officer, reason=EndReason.TAKEN_OVER).execute()
        Close(fresh(person), administrator, reason=EndReason.STAFF, words="Why.").execute()
        assert fresh(person).standing == Standing.CLOSED
    with pytest.raises(NotYours):
        Suspend(administrator, administrator, reason=EndReason.TAKEN_OVER).execute()


def test_an_administrator_decides_on_staff_and_not_on_members(member: Person) -> None:
    administrator = staff(StaffRole.ADMINISTRATOR)
    with pytest.raises(NotYours):
        Suspend(member, administrator, reason=EndReason.STAFF, words="Why.").execute()
    Suspend(staff(StaffRole.AUDITOR), administrator, reason=EndReason.STAFF, words="Why.").execute()


def test_lifting_looks_at_every_reason_since_they_were_last_active(member: Person, officer: Person) -> None:
    assert member.validated_until is not None
    asked = Validation.objects.create(person=member, due_at=member.validated_until, completed_at=NOON)
    ends.suspend(member, reason=EndReason.VALIDATION, at=NOON - timedelta(days=1))
    suspend(fresh(member), officer, EndReason.BOUNCES)
    Lift(fresh(member), officer).execute()
    assert fresh(member).is_vetted
    asked.refresh_from_db()
    assert asked.completed_at is None


def test_naming_a_sponsor_lifts_nothing_that_came_on_top_or_was_there_before(member: Person, officer: Person) -> None:
    ends.suspend(member, reason=EndReason.TAKEN_OVER, at=NOON - timedelta(days=1))
    suspend(fresh(member), officer, EndReason.SPONSOR)
    NameSponsor(fresh(member), officer, sponsor=PersonFactory()).execute()
    assert fresh(member).standing == Standing.SUSPENDED


def every_action(person: Person, by: Person, sponsor: Person) -> list[EndAction]:
    return [
        Suspend(person, by, reason=EndReason.STAFF, words="Why."),
        Lift(person, by),
        NameSponsor(person, by, sponsor=sponsor),
        Close(person, by, reason=EndReason.STAFF, words="Why."),
        Reopen(person, by, words="Why."),
    ]


@pytest.mark.parametrize("role", list(StaffRole))
def test_only_vetting_officers_and_supervisors_decide(member: Person, role: StaffRole) -> None:
    by, sponsor = staff(role), PersonFactory()
    may = role in {StaffRole.VETTING_OFFICER, StaffRole.MIAC_SUPERVISOR}
    for number, action in enumerate(every_action(member, by, sponsor)):
        stored = [Standing.ACTIVE, Standing.SUSPENDED, Standing.ACTIVE, Standing.ACTIVE, Standing.CLOSED][number]
        Person.objects.filter(pk=member.pk).update(standing=stored)
        if may:
            action.execute()
        else:
            with pytest.raises(NotYours):
                action.execute()
            assert fresh(member).standing == stored


def test_nobody_decides_on_themselves(officer: Person) -> None:
    for action in every_action(officer, officer, PersonFactory()):
        with pytest.raises(NotYours):
            action.execute()
    assert not StandingChange.objects.exists()


def test_an_officer_who_is_suspended_meanwhile_decides_nothing(member: Person, officer: Person) -> None:
    action = Suspend(member, officer, reason=EndReason.STAFF, words="Why.")
    Person.objects.filter(pk=officer.pk).update(standing=Standing.SUSPENDED)
    with pytest.raises(NotYours):
        action.execute()


def test_a_suspension_by_staff_takes_words_and_no_reason_of_the_members_own(member: Person, officer: Person) -> None:
    with pytest.raises(Incomplete):
        Suspend(member, officer, reason=EndReason.STAFF, words=" ").execute()
    for reason in set(EndReason) - set(BY_STAFF):
        with pytest.raises(NotNow):
            suspend(member, officer, reason)
    suspend(member, officer)
    with pytest.raises(NotNow):
        suspend(member, officer)


def test_an_applicant_is_not_suspended(officer: Person) -> None:
    with pytest.raises(NotNow):
        suspend(PersonFactory(applicant=True), officer)


def test_closing_takes_roles_tokens_and_clearance(officer: Person) -> None:
    person, administrator = staff(StaffRole.MIAC_ANALYST), staff(StaffRole.ADMINISTRATOR)
    FeedToken.issue(person=person, label="reader")
    clear(person)
    Close(person, administrator, reason=EndReason.OWN_WISH, words="Retired.").execute()
    now = fresh(person)
    assert now.standing_now() is Standing.CLOSED
    assert not now.groups.exists()
    assert RoleChange.objects.get().by == administrator
    assert not FeedToken.objects.usable().exists()
    assert not now.is_cleared
    Reopen(person, officer, words="Came back.").execute()
    assert fresh(person).is_vetted
    assert not fresh(person).groups.exists()
    assert not fresh(person).is_cleared
    assert not FeedToken.objects.usable().exists()


def clear(person: Person) -> Clearance:
    agency = OrganisationFactory(criminal_justice=True)
    until = timezone.now() + timedelta(days=200)
    Person.objects.filter(pk=person.pk).update(cleared_until=until)
    return Clearance.objects.create(
        person=person, agency=agency, evidence="A letter.", granted_by=PersonFactory(), ends_at=until
    )


def test_the_clearance_ends_with_a_suspension_and_does_not_come_back(member: Person, officer: Person) -> None:
    grant = clear(member)
    suspend(member, officer)
    grant.refresh_from_db()
    assert (grant.ends_at, grant.ended_by) == (NOON, officer)
    Lift(member, officer).execute()
    assert fresh(member).is_vetted
    assert not fresh(member).is_cleared


# --- sponsors -------------------------------------------------------------------------------------------------------


def depart(member: Person, officer: Person) -> None:
    suspend(member, officer, EndReason.LEFT_EMPLOYER)


@pytest.mark.parametrize("reason", [EndReason.LEFT_EMPLOYER, EndReason.OWN_WISH])
def test_with_a_sponsor_who_departs_go_those_who_stand_on_their_word(
    member: Person, officer: Person, reason: EndReason
) -> None:
    ward, second, other = PersonFactory(sponsor=member), PersonFactory(), PersonFactory(sponsor=officer)
    Person.objects.filter(pk=second.pk).update(sponsor=ward)
    suspend(member, officer, reason)
    assert [fresh(person).standing for person in (ward, second, other)] == ["suspended", "active", "active"]
    assert reason_of(fresh(ward)) is EndReason.SPONSOR


@pytest.mark.parametrize("reason", [EndReason.STAFF, EndReason.BOUNCES, EndReason.TAKEN_OVER])
def test_a_sponsor_who_is_only_suspended_still_stands_for_others(
    member: Person, officer: Person, reason: EndReason
) -> None:
    ward = PersonFactory(sponsor=member)
    suspend(member, officer, reason)
    assert fresh(ward).is_vetted


def test_sponsors_in_a_circle_end_once_each(member: Person, officer: Person) -> None:
    ward = PersonFactory(sponsor=member)
    Person.objects.filter(pk=member.pk).update(sponsor=ward)
    Close(member, officer, reason=EndReason.STAFF, words="Why.").execute()
    assert StandingChange.objects.count() == 2
    assert fresh(member).standing == Standing.CLOSED


def test_nothing_of_it_is_written_when_the_last_step_fails(
    member: Person, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    PersonFactory(sponsor=member)
    monkeypatch.setattr("portal.members.ends._suspend_sponsored", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        depart(member, officer)
    assert fresh(member).is_vetted
    assert not StandingChange.objects.exists()


def test_naming_another_sponsor_lifts_that_suspension(member: Person, officer: Person) -> None:
    ward, sponsor = PersonFactory(sponsor=member), PersonFactory()
    depart(member, officer)
    with pytest.raises(NotNow):
        Lift(ward, officer).execute()
    with pytest.raises(NotNow):
        NameSponsor(ward, officer, sponsor=member).execute()
    with pytest.raises(NotNow):
        NameSponsor(ward, officer, sponsor=ward).execute()
    NameSponsor(ward, officer, sponsor=sponsor).execute()
    assert fresh(ward).is_vetted
    assert fresh(ward).sponsor == sponsor


def test_nobody_comes_back_on_the_word_of_a_sponsor_who_left(member: Person, officer: Person) -> None:
    ward, closed = PersonFactory(sponsor=member), PersonFactory(sponsor=member)
    suspend(ward, officer)
    Close(closed, officer, reason=EndReason.STAFF, words="Why.").execute()
    depart(member, officer)
    assert reason_of(fresh(ward)) is EndReason.STAFF
    for action in (Lift(ward, officer), Reopen(closed, officer, words="Why.")):
        with pytest.raises(NotNow):
            action.execute()
        NameSponsor(action.person, officer, sponsor=PersonFactory()).execute()
        action.execute()
        assert fresh(action.person).is_vetted


def test_naming_another_sponsor_lifts_no_other_suspension(member: Person, officer: Person) -> None:
    depart(member, officer)
    NameSponsor(member, officer, sponsor=PersonFactory()).execute()
    assert fresh(member).standing == Standing.SUSPENDED


# --- mail -----------------------------------------------------------------------------------------------------------


def test_everybody_who_ends_is_told_why_and_how_to_come_back(member: Person, officer: Person, mailoutbox: Any) -> None:
    ward = PersonFactory(sponsor=member)
    depart(member, officer)
    outbox.send_waiting(all_sites=True)
    told = {mail.to[0]: mail.body for mail in mailoutbox}
    assert set(told) == {member.email, ward.email}
    assert "Name another sponsor" in told[ward.email]
    assert "Told by an officer." not in told[member.email]


def test_no_mail_tells_of_what_is_no_longer_so(member: Person, officer: Person) -> None:
    from portal.members.mail import membership

    depart(member, officer)
    assert membership.membership_ended(str(member.pk)) is not None
    assert membership.membership_restored(str(member.pk)) is None
    Lift(member, officer).execute()
    assert membership.membership_ended(str(member.pk)) is None
    assert membership.membership_restored(str(member.pk)) is not None
