"""What staff do with a person's place in an organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.core.actions import ActionRefused
from portal.members.actions.affiliations import AddToOrganisation, EndContact, EndPlace
from portal.members.enums import StaffRole
from portal.members.models import Affiliation, Clearance, Organisation, Person
from portal.members.refusals import NotNow, NotYours
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory, staff


@pytest.fixture
def officer(db: None) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def organisation(db: None) -> Organisation:
    made: Organisation = OrganisationFactory(criminal_justice=True)
    return made


def place(person: Person) -> Affiliation | None:
    found: Affiliation | None = Affiliation.objects.current().filter(person=person).first()
    return found


@pytest.mark.usefixtures("desk", "pages")
def test_a_place_is_given_changed_and_ended_through_the_page(officer: Person, organisation: Organisation) -> None:
    client, person = session_for(officer), PersonFactory(name="New contact")
    page = f"/desk/organisations/{organisation.pk}/"
    given = {"email": person.email.upper(), "role": "Head of dispatch", "is_point_of_contact": "on"}
    assert client.post(f"{page}add/", given)["Location"] == page
    now = place(person)
    assert now is not None
    assert (now.role, now.is_point_of_contact) == ("Head of dispatch", True)
    assert "New contact" in client.get(page).content.decode()
    assert client.post(f"{page}end-contact/", {"email": person.email})["Location"] == page
    now = place(person)
    assert now is not None
    assert not now.is_point_of_contact
    assert client.post(f"{page}end-place/", {"email": person.email})["Location"] == page
    assert place(person) is None
    assert client.post(f"{page}add/", {"email": person.email})["Location"] == page
    assert place(person) is not None


@pytest.mark.usefixtures("desk", "pages")
@pytest.mark.parametrize("verb", ["add", "end-contact", "end-place"])
@pytest.mark.parametrize("email", ["nobody@partner.example", "a\x00@b.example", "", "x"])
def test_a_mistake_changes_nothing_and_stays_typed(
    officer: Person, organisation: Organisation, verb: str, email: str
) -> None:
    answer = session_for(officer).post(f"/desk/organisations/{organisation.pk}/{verb}/", {"email": email})
    assert answer.status_code == 422
    assert not Affiliation.objects.exists()


def every_action(organisation: Organisation, by: Person, person: Person) -> list[Any]:
    return [
        AddToOrganisation(organisation, by, person, is_point_of_contact=True),
        EndContact(organisation, by, person),
        EndPlace(organisation, by, person),
    ]


@pytest.mark.parametrize("role", list(StaffRole))
def test_who_may(organisation: Organisation, role: StaffRole) -> None:
    by, person = staff(role), PersonFactory()
    for action in every_action(organisation, by, person):
        if role in {StaffRole.VETTING_OFFICER, StaffRole.ADMINISTRATOR}:
            action.execute()
        else:
            with pytest.raises(NotYours):
                action.execute()


def test_nobody_gives_themselves_a_place_or_ends_it(officer: Person, organisation: Organisation) -> None:
    for action in every_action(organisation, officer, officer):
        with pytest.raises(NotYours):
            action.execute()
    assert place(officer) is None


def test_what_is_not_there_is_refused(officer: Person, organisation: Organisation) -> None:
    person = PersonFactory()
    for action in (EndContact(organisation, officer, person), EndPlace(organisation, officer, person)):
        with pytest.raises(NotNow):
            action.execute()
    with pytest.raises(ActionRefused, match="active member"):
        AddToOrganisation(organisation, officer, PersonFactory(suspended=True)).execute()
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
    with pytest.raises(ActionRefused, match="closed"):
        AddToOrganisation(organisation, officer, person).execute()


def test_ending_a_place_ends_the_clearance_that_rests_on_it(officer: Person, organisation: Organisation) -> None:
    until = timezone.now() + timedelta(days=100)
    person = PersonFactory(organisations=[organisation], cleared_until=until)
    Clearance.objects.create(person=person, agency=organisation, evidence="Seen.", granted_by=officer, ends_at=until)
    EndPlace(organisation, officer, person).execute()
    assert not Person.objects.get(pk=person.pk).is_cleared
    assert place(person) is None
