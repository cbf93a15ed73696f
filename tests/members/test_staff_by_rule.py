"""No rule of the portal puts staff out, and no officer all of them: somebody must be left to open the doors again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.utils import timezone

from portal.core import tick
from portal.members import departures, staff_roles, validation
from portal.members.actions.ends import Close, Reopen, Suspend
from portal.members.enums import AlarmKind, EndReason, StaffRole, Standing
from portal.members.models import (
    Affiliation,
    Agreement,
    AgreementAnswer,
    Alarm,
    Organisation,
    Person,
    StandingChange,
    Validation,
)
from portal.members.refusals import NotYours
from tests.conftest import become, session_for
from tests.factories import OrganisationFactory, PersonFactory, staff

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DUE = NOON + timedelta(days=20)
ROLES = (StaffRole.ADMINISTRATOR, StaffRole.VETTING_OFFICER, StaffRole.MIAC_SUPERVISOR)
TAKEN = EndReason.TAKEN_OVER


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def organisation(pages: Any, desk: None) -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


@pytest.fixture
def contact(organisation: Organisation) -> Person:
    person: Person = PersonFactory()
    Affiliation.objects.create(person=person, organisation=organisation, is_point_of_contact=True)
    return person


def run_tick() -> None:
    assert not [outcome.name for outcome in tick.run(timezone.now()) if outcome.failed]


def standing_of(*people: Person) -> set[str]:
    return set(Person.objects.filter(pk__in=[person.pk for person in people]).values_list("standing", flat=True))


def rules_alarmed() -> list[str]:
    return sorted(alarm.rule for alarm in Alarm.objects.filter(kind=AlarmKind.STAFF_RULE))


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


# --- the portal's own rules ---------------------------------------------------------------------------------------


def test_a_no_that_front_wrote_for_all_staff_puts_nobody_out(organisation: Organisation) -> None:
    people = [staff(role, validated_until=DUE) for role in ROLES]
    run_tick()
    Validation.objects.update(answered_at=NOON, same_employer=False)
    run_tick()
    assert standing_of(*people) == {"active"}
    assert rules_alarmed() == ["the yearly validation was answered with no"] * 3
    assert not Validation.objects.exclude(answered_at=None).exists()  # asked anew: without an answer it lapses


def test_an_answer_of_staff_is_confirmed_by_staff(organisation: Organisation, contact: Person) -> None:
    person = staff(StaffRole.ADMINISTRATOR, organisations=[organisation], validated_until=DUE)
    run_tick()
    row = Validation.objects.get(person=person)
    validation.answer(row, same_employer=True, same_sponsor=None, changes={})
    assert not validation.awaiting_contact(contact, [organisation.pk]).exists()
    assert list(validation.awaiting_staff()) == [row]
    validation.confirm(row, by=contact, is_confirmed=False)  # as somebody writes it who holds Front
    run_tick()
    assert standing_of(person) == {"active"}
    row.refresh_from_db()
    assert row.is_confirmed is None


def test_with_a_sponsor_who_is_said_to_have_left_go_no_staff(organisation: Organisation, contact: Person) -> None:
    sponsor = PersonFactory(organisations=[organisation])
    people = [staff(role, sponsor=sponsor) for role in ROLES]
    ward = PersonFactory(sponsor=sponsor)
    departures.report(departures.places_under(contact, organisation).get(person=sponsor), by=contact)
    run_tick()
    assert standing_of(*people) == {"active"}
    assert standing_of(ward, sponsor) == {"suspended"}
    assert rules_alarmed() == ["the sponsor left"] * 3


def test_a_refused_agreement_puts_staff_out_by_no_rule_and_is_said_once_a_week(
    organisation: Organisation, clock: Any
) -> None:
    person = staff(StaffRole.AUDITOR)
    text = Agreement.objects.create(kind="tlp", number=900, title="t", text="x", in_force_from=NOON)
    AgreementAnswer.objects.create(person=person, agreement=text, is_accepted=False, text_hash="x")
    run_tick()
    run_tick()
    assert standing_of(person) == {"active"}
    assert not fresh(person).is_vetted  # they owe it, and read nothing
    assert Alarm.objects.get(kind=AlarmKind.STAFF_RULE).count == 1
    Alarm.objects.update(closed_at=NOON)
    run_tick()
    assert Alarm.objects.filter(kind=AlarmKind.STAFF_RULE).count() == 1
    clock.shift(timedelta(days=7))
    run_tick()
    assert Alarm.objects.filter(kind=AlarmKind.STAFF_RULE).count() == 2


def test_the_alarm_names_the_rule_on_its_page(organisation: Organisation) -> None:
    sponsor = PersonFactory()
    person = staff(StaffRole.AUDITOR, sponsor=sponsor)
    Close(sponsor, staff(StaffRole.VETTING_OFFICER), reason=EndReason.STAFF, words="Why.").execute()
    page = session_for(staff(StaffRole.ADMINISTRATOR)).get("/desk/alarms/").content.decode()
    assert "a rule would have suspended a member of staff: the sponsor left" in page
    assert person.name in page


def test_staff_answer_the_validation_on_desk_alone(organisation: Organisation, settings: Any) -> None:
    person = staff(StaffRole.AUDITOR, validated_until=DUE)
    run_tick()
    assert session_for(person).get("/account/validation/").status_code == 200
    become(settings, "front")
    assert session_for(person).post("/account/validation/", {"same_employer": "no"}).status_code == 403
    assert Validation.objects.get().answered_at is None


def test_staff_refuse_an_agreement_on_desk_alone(organisation: Organisation, settings: Any) -> None:
    person = staff(StaffRole.AUDITOR)
    text = Agreement.objects.create(kind="tlp", number=900, title="t", text="x", in_force_from=NOON)
    become(settings, "front")
    refusal = {"verb": "refuse", f"hash_{text.pk}": text.text_hash}
    assert session_for(person).post("/account/agreements/", refusal).status_code == 403
    assert not AgreementAnswer.objects.exists()


# --- one officer --------------------------------------------------------------------------------------------------


def test_one_officer_switches_off_one_colleague_a_day(organisation: Organisation, clock: Any, mailoutbox: Any) -> None:
    officer, administrator = staff(StaffRole.VETTING_OFFICER), staff(StaffRole.ADMINISTRATOR)
    first, second, third = (staff(role) for role in ROLES)
    Suspend(first, officer, reason=TAKEN).execute()
    with pytest.raises(NotYours, match="administrator"):
        Suspend(second, officer, reason=TAKEN).execute()
    with pytest.raises(NotYours):
        Suspend(second, staff(StaffRole.MIAC_SUPERVISOR), reason=TAKEN).execute()
    Suspend(PersonFactory(), officer, reason=TAKEN).execute()  # members as ever
    Suspend(second, administrator, reason=TAKEN).execute()
    clock.shift(timedelta(days=1))
    Suspend(third, officer, reason=TAKEN).execute()
    assert standing_of(first, second, third) == {"suspended"}
    assert Alarm.objects.filter(kind=AlarmKind.STAFF_OUT).count() == 3
    run_tick()
    told = {mail.to[0] for mail in mailoutbox if "alarm" in mail.subject}
    assert {officer.email, administrator.email} <= told


@pytest.mark.parametrize("reason", [EndReason.TAKEN_OVER, EndReason.STAFF, EndReason.SPONSOR])
def test_the_last_door_lifts_any_suspension(organisation: Organisation, reason: EndReason) -> None:
    person = staff(StaffRole.ADMINISTRATOR, sponsor=PersonFactory(standing=Standing.CLOSED))
    Suspend(person, staff(StaffRole.ADMINISTRATOR), reason=reason, words="Why.").execute()
    call_command("account_release", person.email, "--lift")
    assert fresh(person).is_vetted
    assert staff_roles.may_administer(fresh(person))
    assert StandingChange.objects.order_by("-pk")[0].by is None


# --- closing ------------------------------------------------------------------------------------------------------


def test_nothing_that_made_somebody_staff_comes_back_with_a_closed_account(organisation: Organisation) -> None:
    boss = PersonFactory(is_superuser=True, roles=[StaffRole.AUDITOR])
    boss.user_permissions.add(Permission.objects.all()[0])
    Close(boss, staff(StaffRole.ADMINISTRATOR), reason=EndReason.OWN_WISH, words="Retired.").execute()
    Reopen(fresh(boss), staff(StaffRole.VETTING_OFFICER), words="Came back.").execute()
    now = fresh(boss)
    assert now.is_vetted
    assert not (now.is_superuser or now.groups.exists() or now.user_permissions.exists())
