"""What staff see and do about one membership on Desk."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from portal.core import queues
from portal.members.case_file import person_record, profile_field
from portal.members.enums import EndReason, StaffRole, Standing
from portal.members.models import Person, SealedProfile, StandingChange, Validation
from portal.vault import records
from tests.conftest import session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, staff

FIND = "/desk/people/"
OFFICERS = {StaffRole.VETTING_OFFICER, StaffRole.MIAC_SUPERVISOR}
READERS = {*OFFICERS, StaffRole.ADMINISTRATOR}

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def member(pages: Any) -> Person:
    agency = OrganisationFactory(name="Agency", criminal_justice=True)
    made: Person = PersonFactory(organisations=[agency], communities=[CommunityFactory(name="A circle")])
    return made


def address(person: Person, verb: str = "") -> str:
    return f"{FIND}{person.pk}/" + (f"{verb}/" if verb else "")


def offered(response: Any, person: Person) -> set[str]:
    forms = BeautifulSoup(response.content, "html.parser").select(f'form[action^="{address(person)}"]')
    return {str(form["action"]).split("/")[-2] for form in forms}


@pytest.mark.parametrize("role", list(StaffRole))
def test_who_finds_and_sees_a_member(member: Person, role: StaffRole) -> None:
    client = session_for(staff(role))
    expected = 200 if role in READERS else 404
    assert client.get(FIND).status_code == expected
    assert client.get(address(member)).status_code == expected
    may_act = role in OFFICERS
    page = client.get("/desk/validations/")
    assert page.status_code == (200 if may_act else 404)
    acted = client.post(address(member, "suspend"), {"reason": "staff", "words": "Why."})
    assert acted.status_code == (302 if may_act else 404)
    assert (Person.objects.get(pk=member.pk).standing == Standing.SUSPENDED) == may_act


def test_a_member_is_found_by_the_whole_address_which_stands_in_no_address(member: Person) -> None:
    client = session_for(staff(StaffRole.VETTING_OFFICER))
    found = client.post(FIND, {"email": member.email.upper()})
    assert found["Location"] == address(member)
    for typed in (member.email.partition("@")[0], "nobody@partner.example", "%", "a\x00@b.example", ""):
        page = client.post(FIND, {"email": typed})
        assert page.status_code == 200
        assert member.name not in page.content.decode()
    assert member.name not in client.get(f"{FIND}?email={member.email}").content.decode()


def test_the_page_shows_all_that_is_known(member: Person) -> None:
    StandingChange.objects.create(person=member, standing=Standing.ACTIVE, words="Admitted in autumn.")
    text = session_for(staff(StaffRole.VETTING_OFFICER)).get(address(member)).content.decode()
    for part in (member.name, member.email, "Agency", "A circle", "Admitted in autumn.", "active member"):
        assert part in text


@pytest.mark.parametrize("role", sorted(READERS))
def test_the_sealed_profile_is_for_the_vetting_officer_alone(member: Person, role: StaffRole) -> None:
    key = records.new_key(person_record(member.pk))
    for value in ("An older position", "Head of dispatch"):
        envelope = key.seal(profile_field("position"), value.encode())
        SealedProfile.objects.create(person=member, field="position", envelope=envelope)
    text = session_for(staff(role)).get(address(member)).content.decode()
    assert ("Head of dispatch" in text) == (role is StaffRole.VETTING_OFFICER)
    assert "An older position" not in text


def test_what_does_not_open_says_so(member: Person) -> None:
    envelope = records.new_key(person_record(member.pk + 1)).seal(profile_field("position"), b"Another's")
    SealedProfile.objects.create(person=member, field="position", envelope=envelope)
    page = session_for(staff(StaffRole.VETTING_OFFICER)).get(address(member))
    assert page.status_code == 200
    assert "cannot be opened" in page.content.decode()


def test_what_is_offered_follows_from_standing_and_role(member: Person) -> None:
    officer, supervisor = (session_for(staff(role)) for role in sorted(OFFICERS, reverse=True))
    assert offered(officer.get(address(member)), member) == {"suspend", "close", "sponsor"}
    assert offered(supervisor.get(address(member)), member) == {"suspend", "close", "sponsor", "clear"}
    officer.post(address(member, "suspend"), {"reason": "staff", "words": "Why."})
    assert offered(officer.get(address(member)), member) == {"lift", "suspend", "close", "sponsor"}
    officer.post(address(member, "close"), {"reason": "own_wish", "words": "Why."})
    assert offered(officer.get(address(member)), member) == {"reopen", "sponsor"}
    administrator = session_for(staff(StaffRole.ADMINISTRATOR))
    assert offered(administrator.get(address(member)), member) == set()


def test_an_administrator_is_offered_to_put_staff_out_and_an_officer_only_for_other_hands(member: Person) -> None:
    colleague = staff(StaffRole.AUDITOR)
    administrator, officer = (session_for(staff(role)) for role in (StaffRole.ADMINISTRATOR, StaffRole.VETTING_OFFICER))
    assert offered(administrator.get(address(colleague)), colleague) == {"suspend", "close"}
    assert offered(officer.get(address(colleague)), colleague) == {"suspend", "sponsor"}
    given = {"reason": "staff", "words": "Why."}
    assert officer.post(address(colleague, "suspend"), given).status_code == 422
    assert officer.post(address(colleague, "close"), {"reason": "own_wish", "words": "Why."}).status_code == 404
    assert administrator.post(address(member, "suspend"), given).status_code == 404
    assert administrator.post(address(colleague, "suspend"), given).status_code == 302


def test_nobody_is_offered_their_own_membership(pages: Any) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    client = session_for(officer)
    assert offered(client.get(address(officer)), officer) == set()
    refused = client.post(address(officer, "suspend"), {"reason": "staff", "words": "Why."})
    assert refused.status_code == 422
    assert "own membership" in refused.content.decode()


def test_a_whole_life_through_the_pages(member: Person) -> None:
    client, sponsor = session_for(staff(StaffRole.MIAC_SUPERVISOR)), PersonFactory()
    agency = member.affiliations.get().organisation
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("clear", {"agency": agency.pk, "evidence": "Letter."}, "active"),
        ("end-clearance", {}, "active"),
        ("suspend", {"reason": EndReason.SPONSOR.value, "words": ""}, "suspended"),
        ("sponsor", {"email": sponsor.email}, "active"),
        ("suspend", {"reason": EndReason.TAKEN_OVER.value, "words": ""}, "suspended"),
        ("lift", {"words": "Called back."}, "active"),
        ("close", {"reason": EndReason.OWN_WISH.value, "words": "Asked for it."}, "closed"),
        ("reopen", {"words": "Came back."}, "active"),
    ]
    for verb, given, expected in steps:
        assert client.post(address(member, verb), given)["Location"] == address(member), verb
        assert Person.objects.get(pk=member.pk).standing == expected, verb


def test_a_mistake_keeps_what_was_typed(member: Person) -> None:
    client = session_for(staff(StaffRole.VETTING_OFFICER))
    page = client.post(address(member, "close"), {"reason": "", "words": "A long story."})
    assert page.status_code == 422
    assert "A long story." in page.content.decode()
    assert client.post(address(member, "sponsor"), {"email": "nobody@partner.example"}).status_code == 422
    assert client.post(address(member, "suspend"), {"reason": "agreement", "words": "x"}).status_code == 422


def test_what_is_not_there_answers_404(member: Person) -> None:
    client = session_for(staff(StaffRole.VETTING_OFFICER))
    for path in (f"{FIND}999999/", f"{FIND}{2**70}/", "/desk/validations/999999/", f"/desk/validations/{2**70}/"):
        assert client.get(path).status_code == 404, path
    assert client.post(address(member, "nothing")).status_code == 404
    assert client.post(address(member, "clear"), {"evidence": "x"}).status_code == 404


def test_validations_wait_in_a_queue(member: Person) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    due = Person.objects.get(pk=member.pk).validated_until
    row = Validation.objects.create(
        person=member, due_at=due, answered_at=timezone.now(), same_employer=True, same_sponsor=True
    )
    waiting = {queue.url: queue.count for queue in queues.of(officer)}
    assert waiting["/desk/validations/"] == 1
    assert "/desk/validations/" not in {queue.url for queue in queues.of(staff(StaffRole.AUDITOR))}
    client = session_for(officer)
    assert member.name in client.get("/desk/validations/").content.decode()
    assert client.get(f"/desk/validations/{row.pk}/").status_code == 200
    assert client.post(f"/desk/validations/{row.pk}/", {"verb": "confirm"}).status_code == 302
    row.refresh_from_db()
    assert (row.is_confirmed, row.confirmed_by) == (True, officer)
    assert member.name not in client.get("/desk/validations/").content.decode()
