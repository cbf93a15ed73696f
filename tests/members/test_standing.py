"""Where a person stands: the boundary moments, and both forms of the rule held equal to the words of the docs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st
from hypothesis.extra.django import TestCase

from portal.members.enums import AgreementKind, Standing
from portal.members.models import Affiliation, Agreement, AgreementAnswer, Departure, Organisation, Person, Visit
from portal.members.standing import is_standing_active, standing_of
from portal.members.viewers import viewer_for
from tests.factories import OrganisationFactory, PersonFactory

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def person(db: None) -> Person:
    made: Person = PersonFactory(organisations=[OrganisationFactory()])
    return made


def agreement(kind: AgreementKind = AgreementKind.TLP, number: int = 1, *, days: int = 0) -> Agreement:
    return Agreement.objects.create(
        kind=kind, number=number, title=f"{kind.label} {number}", text="<p>Words.</p>", in_force_from=NOON + days_(days)
    )


def days_(number: float) -> timedelta:
    return timedelta(days=number)


def read(person: Person) -> Person:
    """The person as lists read them: in one query, with the facts."""
    found: Person = Person.objects.with_facts().get(pk=person.pk)
    return found


def stands(person: Person) -> Standing:
    """The standing now, asked of every form, which must agree."""
    fresh = read(person)
    by_object = fresh.standing_now()
    assert Person.objects.get(pk=person.pk).standing_now() is by_object
    assert Person.objects.of_request().get(pk=person.pk).standing_now() is by_object
    assert Person.objects.active().filter(pk=person.pk).exists() == (by_object is Standing.ACTIVE)
    assert viewer_for(fresh).is_member == (by_object is Standing.ACTIVE)
    return by_object


def test_a_validation_ends_on_its_moment(person: Person, clock: Any) -> None:
    Person.objects.update(validated_until=NOON + MOMENT)
    assert stands(person) is Standing.ACTIVE
    Person.objects.update(validated_until=NOON)
    assert stands(person) is Standing.EXPIRED
    Person.objects.update(validated_until=None)
    assert stands(person) is Standing.EXPIRED


def test_ninety_days_away_is_dormant_on_the_moment(person: Person) -> None:
    Visit.objects.update(active_at=NOON - days_(90) + MOMENT)
    assert stands(person) is Standing.ACTIVE
    Visit.objects.update(active_at=NOON - days_(90))
    assert stands(person) is Standing.DORMANT


def test_an_agreement_is_owed_from_the_moment_it_is_in_force(person: Person, clock: Any) -> None:
    agreement(days=1)
    assert stands(person) is Standing.ACTIVE
    clock.move_to(NOON + days_(1) - timedelta(seconds=1))
    assert stands(person) is Standing.ACTIVE
    clock.move_to(NOON + days_(1))
    assert stands(person) is Standing.UNSIGNED


def test_accepting_the_version_before_is_not_enough(person: Person) -> None:
    first = agreement()
    AgreementAnswer.objects.create(person=person, agreement=first, is_accepted=True, text_hash=first.text_hash)
    assert stands(person) is Standing.ACTIVE
    agreement(number=2)
    assert stands(person) is Standing.UNSIGNED


def test_a_report_that_somebody_left_holds_at_once_and_until_it_is_handled(person: Person) -> None:
    organisation = Organisation.objects.get()
    other = PersonFactory()
    Affiliation.objects.create(person=other, organisation=organisation, is_point_of_contact=True)
    report = Departure.objects.create(person=person, organisation=organisation, reported_by=other)
    assert stands(person) is Standing.SUSPENDED
    assert stands(other) is Standing.ACTIVE
    Departure.objects.filter(pk=report.pk).update(handled_at=NOON)
    assert stands(person) is Standing.ACTIVE


def test_what_people_decided_comes_before_what_follows_from_dates(person: Person) -> None:
    agreement()
    Visit.objects.update(active_at=NOON - days_(400))
    for stored in (Standing.APPLIED, Standing.SUSPENDED, Standing.CLOSED):
        Person.objects.filter(pk=person.pk).update(standing=stored, validated_until=None)
        assert stands(person) is stored


def test_all_that_it_takes_is_read_in_one_query(person: Person, django_assert_num_queries: Any) -> None:
    agreement()
    with django_assert_num_queries(1):
        assert read(person).standing_now() is Standing.UNSIGNED
    with django_assert_num_queries(1):
        assert Person.objects.of_request().get(pk=person.pk).standing_now() is Standing.UNSIGNED


# --- the oracle: the rule in the words of docs/membership.md, written a second time --------------------------------


def oracle(person: dict[str, Any], at: int) -> bool:
    """Active: admitted, validated, here within 90 days, every agreement in force accepted, not reported gone."""
    newest: dict[str, int] = {}
    for kind, number, begins in person["versions"]:
        if begins <= at:
            newest[kind] = max(number, newest.get(kind, 0))
    signed = all((kind, number) in person["accepted"] for kind, number in newest.items())
    gone = any(
        by_contact and reported <= at and (handled is None or handled > at)
        for reported, handled, by_contact in person["departures"]
    )
    validated = person["validated"] is not None and at < person["validated"]
    here = person["active"] is not None and at - person["active"] < 90
    return bool(person["standing"] is Standing.ACTIVE and validated and here and signed and not gone)


kinds = st.sampled_from([AgreementKind.TLP, AgreementKind.PRIVACY])
near = st.integers(-100, 100)
stored = st.sampled_from([Standing.ACTIVE] * 4 + [Standing.SUSPENDED, Standing.CLOSED, Standing.APPLIED])
people = st.fixed_dictionaries(
    {
        "standing": stored,
        "validated": st.none() | near,
        "active": st.none() | near,
        "versions": st.lists(
            st.tuples(kinds, st.integers(1, 2), near), max_size=3, unique_by=lambda version: version[:2]
        ),
        "accepted": st.frozensets(st.tuples(kinds, st.integers(1, 2)), max_size=4),
        "refused": st.frozensets(st.tuples(kinds, st.integers(1, 2)), max_size=2),
        "departures": st.lists(st.tuples(near, st.none() | near, st.booleans()), max_size=2),
    }
)


class TestTheFormsAgree(TestCase):
    """Object, rows and words agree over generated people, dates, agreements and departures."""

    person: Person
    neighbour: Person
    contact: Person
    organisation: Organisation

    @classmethod
    def setUpTestData(cls) -> None:
        with time_machine.travel(NOON, tick=False):
            cls.organisation = OrganisationFactory()
            cls.person, cls.neighbour = PersonFactory(organisations=[cls.organisation]), PersonFactory()
            cls.contact = PersonFactory()
            Affiliation.objects.create(person=cls.contact, organisation=cls.organisation, is_point_of_contact=True)

    @hypothesis_settings(max_examples=200)
    @given(made=people, at=near)
    def test_object_rows_and_words_agree(self, made: dict[str, Any], at: int) -> None:
        self._shape(made)
        moment, expected = NOON + days_(at), oracle(made, at)
        person = Person.objects.get(pk=self.person.pk)
        assert (standing_of(person, at=moment) is Standing.ACTIVE) == expected
        assert Person.objects.filter(is_standing_active(at=moment), pk=person.pk).exists() == expected
        with time_machine.travel(moment, tick=False):
            assert stands(person) is standing_of(person, at=moment)

    def _shape(self, made: dict[str, Any]) -> None:
        rows = Person.objects.filter(pk=self.person.pk)
        rows.update(standing=made["standing"], validated_until=_on(made["validated"]))
        Visit.objects.filter(person=self.person).delete()
        if made["active"] is not None:
            Visit.objects.create(person=self.person, active_at=NOON + days_(made["active"]))
        versions = {(kind, number): agreement(kind, number, days=begins) for kind, number, begins in made["versions"]}
        for key, version in versions.items():
            for whom, is_accepted in ((self.person, True), (self.person, False)):
                if key in made["accepted" if is_accepted else "refused"]:
                    AgreementAnswer.objects.create(
                        person=whom, agreement=version, is_accepted=is_accepted, text_hash=version.text_hash
                    )
            # What a neighbour accepts counts for nobody else.
            AgreementAnswer.objects.create(
                person=self.neighbour, agreement=version, is_accepted=True, text_hash=version.text_hash
            )
        for reported, handled, by_contact in made["departures"]:
            Departure.objects.create(
                person=self.person,
                organisation=self.organisation,
                reported_by=self.contact if by_contact else self.neighbour,
                reported_at=NOON + days_(reported),
                handled_at=_on(handled),
            )


def _on(day: int | None) -> datetime | None:
    return None if day is None else NOON + days_(day)


def test_a_person_without_a_visit_is_not_active(person: Person) -> None:
    Visit.objects.all().delete()
    assert stands(person) is Standing.DORMANT
    assert timezone.now() == NOON
