"""The law-enforcement clearance: who grants it to whom, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.access.enums import Label
from portal.core.actions import Action, ActionRefused
from portal.core.models import OutgoingMail
from portal.members import demo
from portal.members.actions import circles as circle_actions
from portal.members.actions.clearance import EndClearance, GrantClearance
from portal.members.circles import ORGANISATION_FACTS, fingerprint
from portal.members.clearance import agencies_of
from portal.members.enums import OrganisationKind, StaffRole, Standing
from portal.members.models import Affiliation, Clearance, Organisation, Person
from portal.members.refusals import Incomplete, NotNow, NotYours
from tests.conftest import session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, bulletin, staff

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
UNTIL = NOON + timedelta(days=200)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def agency(db: None) -> Organisation:
    made: Organisation = OrganisationFactory(criminal_justice=True)
    return made


@pytest.fixture
def person(agency: Organisation) -> Person:
    made: Person = PersonFactory(organisations=[agency], validated_until=UNTIL)
    return made


@pytest.fixture
def supervisor(db: None) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR)


def grant(person: Person, agency: Organisation, by: Person, evidence: str = "Letter of the sheriff.") -> Clearance:
    made: Clearance = GrantClearance(person, agency, evidence, by).execute()
    return made


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


def test_it_holds_until_the_next_validation_and_not_a_moment_longer(
    person: Person, agency: Organisation, supervisor: Person, clock: Any
) -> None:
    made = grant(person, agency, supervisor)
    assert (made.ends_at, made.evidence, made.granted_by) == (UNTIL, "Letter of the sheriff.", supervisor)
    clock.move_to(UNTIL - timedelta(seconds=1))
    assert fresh(person).is_cleared
    Person.objects.filter(pk=person.pk).update(validated_until=UNTIL + timedelta(days=365))
    clock.move_to(UNTIL)
    assert not fresh(person).is_cleared


def test_it_opens_what_carries_the_caveat(pages: Any, person: Person, agency: Organisation, supervisor: Person) -> None:
    community = CommunityFactory()
    person.community_memberships.create(community=community)
    page = bulletin(tlp=Label.AMBER, audience_communities=[community], law_enforcement_sensitive=True)
    client = session_for(person)
    assert client.get(page.url).status_code == 404
    grant(person, agency, supervisor)
    assert client.get(page.url).status_code == 200
    EndClearance(person, supervisor).execute()
    assert client.get(page.url).status_code == 404


@pytest.mark.parametrize("role", list(StaffRole))
def test_only_a_supervisor_grants_and_ends_it(person: Person, agency: Organisation, role: StaffRole) -> None:
    by = staff(role)
    actions: list[Action] = [GrantClearance(person, agency, "A letter.", by), EndClearance(person, by)]
    for action in actions:
        if role is StaffRole.MIAC_SUPERVISOR:
            action.execute()
        else:
            with pytest.raises(NotYours):
                action.execute()
    assert Clearance.objects.exists() == (role is StaffRole.MIAC_SUPERVISOR)


def test_nobody_grants_it_to_themselves(agency: Organisation, supervisor: Person) -> None:
    Affiliation.objects.create(person=supervisor, organisation=agency)
    with pytest.raises(NotYours):
        grant(supervisor, agency, supervisor)


@pytest.mark.parametrize(
    "flaw", ["suspended", "lapsed", "left", "closed", "company", "other agency", "elsewhere", "no evidence"]
)
def test_what_it_takes(person: Person, agency: Organisation, supervisor: Person, flaw: str) -> None:
    evidence = "A letter."
    match flaw:
        case "suspended":
            Person.objects.filter(pk=person.pk).update(standing=Standing.SUSPENDED)
        case "lapsed":
            Person.objects.filter(pk=person.pk).update(validated_until=NOON)
        case "left":
            person.affiliations.update(ended_at=NOON)
        case "closed":
            Organisation.objects.update(closed_at=timezone.now())
        case "company":
            Organisation.objects.update(kind=OrganisationKind.COMPANY)
        case "other agency":
            Organisation.objects.update(is_criminal_justice=False)
        case "elsewhere":
            agency = OrganisationFactory(criminal_justice=True)
        case _:
            evidence = " \n"
    with pytest.raises((NotNow, Incomplete)):
        grant(person, agency, supervisor, evidence)
    assert not Clearance.objects.exists()
    assert not fresh(person).is_cleared


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("is_criminal_justice", [True, False])
def test_it_is_offered_at_a_criminal_justice_agency_and_at_no_other_public_agency(
    person: Person, agency: Organisation, supervisor: Person, is_criminal_justice: bool
) -> None:
    Organisation.objects.update(is_criminal_justice=is_criminal_justice)
    client, page = session_for(supervisor), f"/desk/people/{person.pk}/"
    assert (f"{page}clear/" in client.get(page).content.decode()) is is_criminal_justice
    client.post(f"{page}clear/", {"agency": agency.pk, "evidence": "Letter of the sheriff."})
    assert fresh(person).is_cleared is is_criminal_justice


def test_the_cleared_account_of_the_demonstration_belongs_to_a_criminal_justice_agency(db: None) -> None:
    demo.seed(lambda line: None)
    cleared = [account.email for account in demo.ACCOUNTS if account.is_cleared]
    at_an_agency = [person.email for person in Person.objects.all() if agencies_of(person)]
    assert cleared == at_an_agency == ["officer@agency.example"]


def test_it_is_not_granted_twice_but_after_the_next_validation(
    person: Person, agency: Organisation, supervisor: Person
) -> None:
    grant(person, agency, supervisor)
    with pytest.raises(ActionRefused):
        grant(person, agency, supervisor)
    Person.objects.filter(pk=person.pk).update(validated_until=UNTIL + timedelta(days=365))
    assert grant(person, agency, supervisor).ends_at == UNTIL + timedelta(days=365)


def test_what_nobody_holds_cannot_be_ended(person: Person, supervisor: Person) -> None:
    with pytest.raises(NotNow):
        EndClearance(person, supervisor).execute()


@pytest.mark.parametrize("change", ["closed", "another kind", "another task"])
def test_it_ends_for_all_who_were_cleared_through_an_agency_that_is_none_any_more(
    person: Person, agency: Organisation, supervisor: Person, change: str, clock: Any
) -> None:
    officer, other = staff(StaffRole.VETTING_OFFICER), OrganisationFactory(criminal_justice=True)
    elsewhere = PersonFactory(organisations=[agency, other], validated_until=UNTIL)
    grant(person, agency, supervisor)
    grant(elsewhere, other, supervisor)
    clock.shift(60)
    if change == "closed":
        circle_actions.CloseCircle(agency, officer).execute()
    else:
        facts = {**_same(agency), "name": agency.name, "is_criminal_justice": False}
        facts |= {"kind": OrganisationKind.COMPANY} if change == "another kind" else {}
        circle_actions.EditOrganisation(agency, officer, facts, fingerprint(agency)).execute()
    assert not fresh(person).is_cleared
    assert fresh(elsewhere).is_cleared
    assert Clearance.objects.get(person=person).ended_by == officer
    assert OutgoingMail.objects.filter(kind="clearance_ended", about=str(person.pk)).exists()
    circle_actions.EditOrganisation(other, officer, _same(other), fingerprint(other)).execute()
    assert fresh(elsewhere).is_cleared


def _same(agency: Organisation) -> dict[str, Any]:
    names = set(ORGANISATION_FACTS) - {"sectors", "counties"}
    facts = {name: getattr(agency, name) for name in names}
    return {**facts, "name": "Another name", "sectors": [], "counties": []}
