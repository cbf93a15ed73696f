"""The yearly re-validation: asked, answered, confirmed, completed, lapsed, and answered late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.core import outbox, tick
from portal.members import profiles, validation
from portal.members.actions.ends import Lift
from portal.members.actions.validation import ConfirmValidation
from portal.members.ends import reason_of
from portal.members.enums import EndReason, StaffRole, Standing
from portal.members.models import Affiliation, Organisation, Person, SealedProfile, Validation
from portal.members.refusals import NotNow, NotYours
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory, staff

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DUE = NOON + timedelta(days=30)
YEAR = timedelta(days=365)
PAGE, ORGANISATION = "/account/validation/", "/account/organisation/"
YES = {"same_employer": "yes", "same_sponsor": "yes"}


@dataclass
class World:
    organisation: Organisation
    contact: Person
    sponsor: Person
    person: Person


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def world(pages: Any) -> World:
    organisation = OrganisationFactory()
    later = NOON + timedelta(days=300)
    contact, sponsor = PersonFactory(validated_until=later), PersonFactory(validated_until=later)
    Affiliation.objects.create(person=contact, organisation=organisation, is_point_of_contact=True)
    person = PersonFactory(organisations=[organisation], sponsor=sponsor, validated_until=DUE)
    return World(organisation, contact, sponsor, person)


def run_tick() -> None:
    assert not [outcome.name for outcome in tick.run(timezone.now()) if outcome.failed]


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


def answer(world: World, **given: str) -> Any:
    run_tick()
    return session_for(world.person).post(PAGE, {**YES, **given})


def confirm(world: World, verb: str = "confirm", by: Person | None = None) -> Any:
    row = Validation.objects.get(person=world.person, completed_at=None)
    return session_for(by or world.contact).post(f"{ORGANISATION}validations/{row.pk}/", {"verb": verb})


def test_it_is_asked_thirty_days_before_and_once(world: World, clock: Any, mailoutbox: Any) -> None:
    clock.shift(-timedelta(seconds=1))
    run_tick()
    assert not Validation.objects.exists()
    assert "Nothing is asked now" in session_for(world.person).get(PAGE).content.decode()
    clock.shift(1)
    run_tick()
    run_tick()
    assert Validation.objects.get().due_at == DUE
    outbox.send_waiting(all_sites=True)
    assert [mail.to for mail in mailoutbox] == [[world.person.email]]
    assert PAGE in mailoutbox[0].body


def test_with_both_words_another_year_begins_on_the_day_that_was_due(world: World) -> None:
    answer(world)
    run_tick()
    assert fresh(world.person).validated_until == DUE
    confirm(world)
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR
    row = Validation.objects.get()
    assert (row.confirmed_by, row.completed_at) == (world.contact, NOON)


@pytest.mark.parametrize("given", [{"same_employer": "no"}, {"same_sponsor": "no"}])
def test_a_no_of_the_person_suspends(world: World, given: dict[str, str]) -> None:
    answer(world, **given)
    run_tick()
    now = fresh(world.person)
    assert (now.standing, reason_of(now)) == (Standing.SUSPENDED, EndReason.VALIDATION)
    assert now.validated_until == DUE


def test_a_no_of_the_organisation_suspends(world: World) -> None:
    answer(world)
    confirm(world, "deny")
    run_tick()
    assert reason_of(fresh(world.person)) is EndReason.VALIDATION


def test_lifting_asks_the_questions_anew(world: World, mailoutbox: Any) -> None:
    answer(world, same_sponsor="no")
    run_tick()
    Lift(fresh(world.person), staff(StaffRole.VETTING_OFFICER, validated_until=DUE + YEAR)).execute()
    mailoutbox.clear()
    run_tick()
    assert [mail.to for mail in mailoutbox if PAGE in mail.body] == [[world.person.email]]
    assert fresh(world.person).is_vetted
    answer(world)
    confirm(world)
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR


def test_it_lapses_by_itself_and_a_late_answer_is_the_way_back(world: World, clock: Any) -> None:
    run_tick()
    clock.move_to(DUE - timedelta(seconds=1))
    assert fresh(world.person).is_vetted
    clock.move_to(DUE)
    assert fresh(world.person).standing_now() is Standing.EXPIRED
    clock.move_to(DUE + timedelta(days=3))
    assert session_for(world.person).get(PAGE).status_code == 200
    answer(world)
    confirm(world)
    run_tick()
    assert fresh(world.person).is_vetted
    assert fresh(world.person).validated_until == DUE + YEAR


def test_who_answers_more_than_a_year_late_gets_no_more_than_a_year(world: World, clock: Any) -> None:
    for person in (world.contact, world.sponsor):
        Person.objects.filter(pk=person.pk).update(validated_until=DUE + 5 * YEAR)
    clock.move_to(DUE + 2 * YEAR + timedelta(days=10))
    Person.objects.get(pk=world.person.pk).visit.__class__.objects.update(active_at=timezone.now())
    answer(world)
    confirm(world)
    run_tick()
    until = fresh(world.person).validated_until
    assert until == DUE + 3 * YEAR
    assert until - timezone.now() <= YEAR


def forge(world: World, due_at: datetime) -> Validation:
    """A row as somebody would slip it in who holds Front: answered, and confirmed by the right person."""
    return Validation.objects.create(
        person=world.person,
        due_at=due_at,
        answered_at=NOON,
        same_employer=True,
        same_sponsor=True,
        confirmed_by=world.contact,
        confirmed_at=NOON,
        is_confirmed=True,
    )


def test_a_row_for_a_later_date_moves_nothing_on(world: World) -> None:
    forge(world, DUE + 9 * YEAR)
    run_tick()
    assert fresh(world.person).validated_until == DUE


def test_rows_laid_out_for_years_to_come_are_gone_when_the_question_is_asked(world: World, clock: Any) -> None:
    clock.shift(-timedelta(days=1))
    for years in range(3):
        forge(world, DUE + years * YEAR)
    run_tick()
    assert fresh(world.person).validated_until == DUE
    clock.shift(timedelta(days=1))
    run_tick()
    assert fresh(world.person).validated_until == DUE
    answer(world)
    row = Validation.objects.get(person=world.person, due_at=DUE)
    validation.confirm(row, by=world.contact, is_confirmed=True)
    run_tick()
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR


def test_a_row_that_is_completed_counts_once(world: World) -> None:
    answer(world)
    confirm(world)
    run_tick()
    Validation.objects.update(completed_at=None)
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR


def test_a_question_that_was_moved_away_is_put_again(world: World) -> None:
    run_tick()
    Validation.objects.update(due_at=DUE + YEAR)
    run_tick()
    assert Validation.objects.filter(due_at=DUE, answered_at=None).count() == 1


@pytest.mark.parametrize("who", ["person", "sponsor", "nobody"])
def test_a_confirmation_by_somebody_who_could_not_give_it_counts_for_nothing(world: World, who: str) -> None:
    answer(world)
    by = None if who == "nobody" else getattr(world, who)
    Validation.objects.update(is_confirmed=True, confirmed_by=by, confirmed_at=NOON)
    run_tick()
    assert fresh(world.person).validated_until == DUE
    assert Validation.objects.get().is_confirmed is None
    confirm(world)
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR


def test_only_a_contact_of_the_same_organisation_confirms(world: World) -> None:
    answer(world)
    other = PersonFactory()
    Affiliation.objects.create(person=other, organisation=OrganisationFactory(), is_point_of_contact=True)
    for by in (other, world.person, world.sponsor):
        assert confirm(world, by=by).status_code == 404
    assert confirm(world, verb="perhaps").status_code == 404
    assert confirm(world).status_code == 302
    assert confirm(world).status_code == 404


def test_before_the_person_has_answered_nothing_is_to_be_confirmed(world: World) -> None:
    run_tick()
    assert "wait for your word" not in session_for(world.contact).get(ORGANISATION).content.decode()
    assert confirm(world).status_code == 404
    answer(world)
    assert "wait for your word" in session_for(world.contact).get(ORGANISATION).content.decode()


def test_an_answer_is_given_once(world: World) -> None:
    answer(world)
    answer(world, same_employer="no")
    assert Validation.objects.get().same_employer is True


def test_without_a_sponsor_nothing_is_asked_about_one(world: World) -> None:
    Person.objects.filter(pk=world.person.pk).update(sponsor=None)
    run_tick()
    assert "vouch" not in session_for(world.person).get(PAGE).content.decode()
    session_for(world.person).post(PAGE, {"same_employer": "yes"})
    confirm(world)
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR


@pytest.mark.parametrize(
    "given", [{"same_employer": ""}, {"same_employer": "maybe"}, {"phone": "5\x00"}, {"position": "a" * 121}]
)
def test_bad_input_stores_nothing(world: World, given: dict[str, str]) -> None:
    page = answer(world, **given)
    assert page.status_code == 200
    assert Validation.objects.get().answered_at is None
    assert not SealedProfile.objects.exists()


def test_what_changed_is_sealed_to_desk(world: World, request: pytest.FixtureRequest) -> None:
    answer(world, position="Head of control room", phone="573 555 0100")
    stored = [bytes(row.envelope) for row in SealedProfile.objects.all()] + [bytes(Validation.objects.get().changes)]
    assert len(stored) == 3
    assert not [text for text in stored if b"control room" in text or b"0100" in text]
    assert profiles.opened(world.person)[0][1] == profiles.CANNOT
    request.getfixturevalue("desk_keys")
    assert [str(value) for _label, value in profiles.opened(world.person)] == ["Head of control room", "573 555 0100"]
    assert ("Position", "Head of control room") in [
        (str(label), value) for label, value in profiles.changes_of(Validation.objects.get())
    ]


def test_the_clearance_is_not_renewed_by_it(world: World) -> None:
    Person.objects.filter(pk=world.person.pk).update(cleared_until=DUE)
    answer(world)
    confirm(world)
    run_tick()
    assert fresh(world.person).cleared_until == DUE


# --- by staff -------------------------------------------------------------------------------------------------------


def awaiting_staff() -> set[Person]:
    return {row.person for row in validation.awaiting_staff()}


def test_staff_confirm_where_nobody_at_the_organisation_could(world: World) -> None:
    answer(world)
    assert awaiting_staff() == set()
    Person.objects.filter(pk=world.contact.pk).update(standing=Standing.SUSPENDED)
    assert awaiting_staff() == {world.person}
    Person.objects.filter(pk=world.contact.pk).update(standing=Standing.ACTIVE)
    Affiliation.objects.filter(person=world.contact).update(is_point_of_contact=False)
    assert awaiting_staff() == {world.person}


def test_staff_confirm_a_point_of_contact(world: World) -> None:
    other = PersonFactory()
    Affiliation.objects.create(person=other, organisation=world.organisation, is_point_of_contact=True)
    Affiliation.objects.filter(person=world.person).update(is_point_of_contact=True)
    answer(world)
    assert awaiting_staff() == {world.person}
    assert confirm(world, by=other).status_code == 404
    officer = staff(StaffRole.VETTING_OFFICER)
    ConfirmValidation(Validation.objects.get(person=world.person), officer, is_confirmed=True).execute()
    run_tick()
    assert fresh(world.person).validated_until == DUE + YEAR


@pytest.mark.parametrize("role", list(StaffRole))
def test_only_officers_confirm_for_an_organisation(world: World, role: StaffRole) -> None:
    answer(world)
    by = staff(role, validated_until=DUE + YEAR)
    action = ConfirmValidation(Validation.objects.get(person=world.person), by, is_confirmed=True)
    if role in {StaffRole.VETTING_OFFICER, StaffRole.MIAC_SUPERVISOR}:
        action.execute()
        with pytest.raises(NotNow):
            action.execute()
    else:
        with pytest.raises(NotYours):
            action.execute()


def test_an_officer_does_not_confirm_themselves(world: World) -> None:
    officer = staff(StaffRole.VETTING_OFFICER, validated_until=DUE)
    row = Validation.objects.create(person=officer, due_at=DUE, answered_at=NOON, same_employer=True)
    with pytest.raises(NotYours):
        ConfirmValidation(row, officer, is_confirmed=True).execute()
