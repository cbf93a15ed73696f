"""A point of contact says who has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.core import tick
from portal.members.actions.ends import Lift, Suspend
from portal.members.ends import reason_of
from portal.members.enums import EndReason, OrganisationKind, StaffRole, Standing
from portal.members.models import Affiliation, Clearance, Departure, Organisation, Person
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory, staff

PAGE = "/account/organisation/"


@dataclass
class World:
    organisation: Organisation
    contact: Person
    colleague: Person
    place: Affiliation
    stranger: Person
    strange_place: Affiliation


@pytest.fixture
def world(pages: Any) -> World:
    organisation, other = OrganisationFactory(), OrganisationFactory()
    contact = PersonFactory(name="Contact")
    Affiliation.objects.create(person=contact, organisation=organisation, is_point_of_contact=True)
    colleague = PersonFactory(name="Colleague", organisations=[organisation])
    stranger = PersonFactory(name="Stranger", organisations=[other])
    return World(organisation, contact, colleague, colleague.affiliations.get(), stranger, stranger.affiliations.get())


def left(place: Affiliation) -> str:
    return f"{PAGE}left/{place.pk}/"


def run_tick() -> None:
    assert not [outcome.name for outcome in tick.run(timezone.now()) if outcome.failed]


def fresh(person: Person) -> Person:
    found: Person = Person.objects.with_facts().get(pk=person.pk)
    return found


def test_two_clicks_end_reading_at_once_and_the_membership_with_the_tick(world: World) -> None:
    client, theirs = session_for(world.contact), session_for(world.colleague)
    asked = client.get(left(world.place))
    assert asked.status_code == 200
    assert not Departure.objects.exists()
    assert client.post(left(world.place)).status_code == 302
    assert fresh(world.colleague).standing == Standing.ACTIVE
    assert fresh(world.colleague).standing_now() is Standing.SUSPENDED
    assert "/account/standing/" in theirs.get("/").content.decode()
    assert "no longer work there" in theirs.get("/account/standing/").content.decode()
    run_tick()
    now = fresh(world.colleague)
    assert (now.standing, reason_of(now)) == (Standing.SUSPENDED, EndReason.LEFT_EMPLOYER)
    assert now.affiliations.get().ended_at == Departure.objects.get().reported_at
    assert Departure.objects.get().handled_at


def test_who_belongs_elsewhere_as_well_stays_a_member(world: World) -> None:
    Affiliation.objects.create(person=world.colleague, organisation=OrganisationFactory())
    session_for(world.contact).post(left(world.place))
    assert not fresh(world.colleague).is_vetted
    run_tick()
    assert fresh(world.colleague).is_vetted
    assert world.colleague.affiliations.current().count() == 1


def test_who_was_suspended_already_does_not_come_back_when_that_is_lifted(world: World) -> None:
    Person.objects.filter(pk=world.colleague.pk).update(standing=Standing.SUSPENDED)
    session_for(world.contact).post(left(world.place))
    run_tick()
    assert reason_of(fresh(world.colleague)) is EndReason.LEFT_EMPLOYER


def test_an_organisation_that_is_closed_is_no_other_place(world: World) -> None:
    closed = OrganisationFactory(closed_at=timezone.now())
    Affiliation.objects.create(person=world.colleague, organisation=closed)
    session_for(world.contact).post(left(world.place))
    run_tick()
    assert fresh(world.colleague).standing == Standing.SUSPENDED


def test_nobody_reports_themselves_or_somebody_elsewhere(world: World) -> None:
    client = session_for(world.contact)
    own = world.contact.affiliations.get()
    for path in (left(own), left(world.strange_place), f"{PAGE}left/999999/", f"{PAGE}left/{2**70}/"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert not Departure.objects.exists()


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_for_others_the_page_is_not_there(world: World, who: str) -> None:
    client = session_for(getattr(world, who))
    for path in (PAGE, left(world.place)):
        assert client.get(path).status_code == 404
    assert client.post(left(world.place)).status_code == 404


@pytest.mark.parametrize("ending", ["suspended", "place ended", "organisation closed"])
def test_a_contact_who_is_no_longer_one_reports_nobody(world: World, ending: str) -> None:
    client = session_for(world.contact)
    assert client.get(PAGE).status_code == 200
    now = timezone.now()
    match ending:
        case "suspended":
            Person.objects.filter(pk=world.contact.pk).update(standing=Standing.SUSPENDED)
        case "place ended":
            Affiliation.objects.filter(person=world.contact).update(ended_at=now)
        case _:
            Organisation.objects.filter(pk=world.organisation.pk).update(closed_at=now)
    assert client.get(PAGE).status_code == 404
    assert client.post(left(world.place)).status_code == 404


@pytest.mark.parametrize("flaw", ["stranger", "colleague", "contact elsewhere", "organisation closed", "of staff"])
def test_a_report_that_does_not_count_ends_nothing_at_any_moment(world: World, flaw: str) -> None:
    """A row that was slipped in past the page."""
    reporter, gone, organisation = world.contact, world.colleague, world.organisation
    match flaw:
        case "stranger" | "colleague":
            reporter = getattr(world, flaw)
        case "contact elsewhere":
            gone = world.stranger
        case "organisation closed":
            Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
        case _:
            gone = staff(StaffRole.VETTING_OFFICER, organisations=[organisation])
    Departure.objects.create(person=gone, organisation=organisation, reported_by=reporter)
    assert fresh(gone).is_vetted
    assert Person.objects.active().filter(pk=gone.pk).exists()
    run_tick()
    assert fresh(gone).is_vetted
    assert gone.affiliations.current().count() == 1
    assert not Departure.objects.filter(handled_at=None).exists()


def test_a_point_of_contact_does_not_report_staff(world: World) -> None:
    officer = staff(StaffRole.VETTING_OFFICER, organisations=[world.organisation])
    client = session_for(world.contact)
    assert client.post(left(officer.affiliations.get())).status_code == 404
    assert client.post(left(world.place)).status_code == 302
    assert [row.person for row in Departure.objects.all()] == [world.colleague]


def test_reported_twice_is_reported_once(world: World) -> None:
    client, other = session_for(world.contact), session_for(world.contact)
    other.get(left(world.place))
    client.post(left(world.place))
    assert other.post(left(world.place)).status_code == 404
    assert Departure.objects.count() == 1


def test_lifting_takes_the_report_back(world: World) -> None:
    session_for(world.contact).post(left(world.place))
    run_tick()
    Lift(fresh(world.colleague), staff(StaffRole.VETTING_OFFICER)).execute()
    assert fresh(world.colleague).is_vetted
    assert world.colleague.affiliations.current().count() == 1


def test_lifting_another_suspension_on_top_takes_the_report_back_as_well(world: World) -> None:
    session_for(world.contact).post(left(world.place))
    run_tick()
    officer = staff(StaffRole.VETTING_OFFICER)
    Suspend(fresh(world.colleague), officer, reason=EndReason.BOUNCES).execute()
    Lift(fresh(world.colleague), officer).execute()
    assert fresh(world.colleague).is_vetted
    assert world.colleague.affiliations.current().count() == 1


def test_lifting_brings_nobody_back_to_where_an_earlier_report_ended_their_place(world: World) -> None:
    second = OrganisationFactory()
    Affiliation.objects.create(person=world.colleague, organisation=second)
    session_for(world.contact).post(left(world.place))
    run_tick()
    assert fresh(world.colleague).is_vetted
    officer = staff(StaffRole.VETTING_OFFICER)
    Suspend(fresh(world.colleague), officer, reason=EndReason.LEFT_EMPLOYER).execute()
    Lift(fresh(world.colleague), officer).execute()
    assert [place.organisation for place in world.colleague.affiliations.current()] == [second]
    Affiliation.objects.create(person=world.contact, organisation=second, is_point_of_contact=True)
    session_for(world.contact).post(left(world.colleague.affiliations.get(organisation=second)))
    run_tick()
    Lift(fresh(world.colleague), officer).execute()
    assert [place.organisation for place in world.colleague.affiliations.current()] == [second]


def test_leaving_the_agency_ends_the_clearance(world: World) -> None:
    agency = {"kind": OrganisationKind.PUBLIC_AGENCY, "is_criminal_justice": True}
    Organisation.objects.filter(pk=world.organisation.pk).update(**agency)
    second = OrganisationFactory(criminal_justice=True)
    Affiliation.objects.create(person=world.colleague, organisation=second)
    until = timezone.now() + timedelta(days=100)
    Person.objects.filter(pk=world.colleague.pk).update(cleared_until=until)
    Clearance.objects.create(
        person=world.colleague,
        agency=world.organisation,
        evidence="A letter.",
        granted_by=world.stranger,
        ends_at=until,
    )
    session_for(world.contact).post(left(world.place))
    run_tick()
    assert fresh(world.colleague).is_vetted
    assert not fresh(world.colleague).is_cleared


def test_the_list_shows_names_and_nothing_else_of_ones_own_people(world: World) -> None:
    PersonFactory(name="Closed one", standing=Standing.CLOSED, organisations=[world.organisation])
    text = session_for(world.contact).get(PAGE).content.decode()
    assert "Colleague" in text
    assert world.colleague.email not in text
    assert "Stranger" not in text
    assert "Closed one" not in text


def test_a_contact_of_two_organisations_sees_each_by_itself(world: World) -> None:
    other = world.strange_place.organisation
    Affiliation.objects.create(person=world.contact, organisation=other, is_point_of_contact=True)
    client = session_for(world.contact)
    text = client.get(f"{PAGE}?of={other.pk}").content.decode()
    assert ("Stranger" in text, "Colleague" in text) == (True, False)
    for of in ("999999", "x", "0", f"{world.organisation.pk}.0"):
        assert client.get(f"{PAGE}?of={of}").status_code == 404


def test_the_list_costs_the_same_for_many(world: World) -> None:
    client = session_for(world.contact)

    def cost(client: Client) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    cost(client)
    before = cost(client)
    for _ in range(49):
        PersonFactory(organisations=[world.organisation])
    assert cost(client) == before
    PersonFactory(organisations=[world.organisation])
    assert "51" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}?of={world.organisation.pk}&page=2").status_code == 200
