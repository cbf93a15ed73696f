"""Roles of staff: who gives them, to whom, and what becomes of the sessions of those who lose them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.core.actions import ActionRefused
from portal.members import staff_roles
from portal.members.actions.staff_roles import GiveRole, TakeRole
from portal.members.enums import StaffRole, Standing
from portal.members.models import Person, RoleChange
from tests.conftest import enrol, session_for
from tests.factories import PersonFactory, staff

pytestmark = pytest.mark.django_db
AUTHOR = StaffRole.MIAC_AUTHOR
NO_ADMINISTRATORS = [role for role in StaffRole if role is not StaffRole.ADMINISTRATOR]


@pytest.fixture
def administrator(db: None) -> Person:
    return staff(StaffRole.ADMINISTRATOR)


@pytest.fixture
def member(db: None) -> Person:
    made: Person = PersonFactory()
    enrol(made)
    return made


def anew(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def test_a_role_is_given_and_taken_with_a_reason_on_record(administrator: Person, member: Person) -> None:
    GiveRole(member, administrator, AUTHOR, "Joined the team.").execute()
    assert anew(member).has_role(AUTHOR)
    TakeRole(anew(member), administrator, AUTHOR, "Left the team.").execute()
    assert not anew(member).has_role(AUTHOR)
    rows = list(RoleChange.objects.order_by("pk").values_list("role", "is_given", "reason", "by"))
    assert rows == [
        (AUTHOR, True, "Joined the team.", administrator.pk),
        (AUTHOR, False, "Left the team.", administrator.pk),
    ]


@pytest.mark.parametrize("role", NO_ADMINISTRATORS)
def test_no_other_role_gives_roles(member: Person, role: StaffRole) -> None:
    for action in (GiveRole, TakeRole):
        with pytest.raises(ActionRefused, match="administrators"):
            action(member, staff(role), AUTHOR, "Why not.").execute()
    assert not RoleChange.objects.exists()


def test_the_superuser_of_a_new_installation_gives_the_first_role(member: Person) -> None:
    GiveRole(member, PersonFactory(is_superuser=True), StaffRole.ADMINISTRATOR, "The first one.").execute()
    assert anew(member).has_role(StaffRole.ADMINISTRATOR)


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.CLOSED, Standing.APPLIED])
def test_an_administrator_who_is_no_active_member_gives_nothing(member: Person, standing: Standing) -> None:
    for by in (staff(StaffRole.ADMINISTRATOR, standing=standing), PersonFactory(is_superuser=True, standing=standing)):
        with pytest.raises(ActionRefused):
            GiveRole(member, by, AUTHOR, "Why not.").execute()


def test_nobody_gives_or_takes_their_own(administrator: Person) -> None:
    enrol(administrator)
    with pytest.raises(ActionRefused, match="own"):
        GiveRole(administrator, administrator, AUTHOR, "For me.").execute()
    with pytest.raises(ActionRefused, match="own"):
        TakeRole(administrator, administrator, StaffRole.ADMINISTRATOR, "Enough.").execute()


def test_a_role_goes_to_active_members_with_a_second_factor(administrator: Person) -> None:
    bare, suspended = PersonFactory(), PersonFactory(suspended=True)
    enrol(suspended)
    with pytest.raises(ActionRefused, match="second factor"):
        GiveRole(bare, administrator, AUTHOR, "Joined.").execute()
    with pytest.raises(ActionRefused, match="active members"):
        GiveRole(suspended, administrator, AUTHOR, "Joined.").execute()


def test_what_is_held_is_not_given_and_what_is_not_held_is_not_taken(administrator: Person, member: Person) -> None:
    with pytest.raises(ActionRefused, match="do not hold"):
        TakeRole(member, administrator, AUTHOR, "Left.").execute()
    GiveRole(member, administrator, AUTHOR, "Joined.").execute()
    with pytest.raises(ActionRefused, match="already"):
        GiveRole(anew(member), administrator, AUTHOR, "Joined.").execute()
    with pytest.raises(ActionRefused, match="why"):
        TakeRole(anew(member), administrator, AUTHOR, "  ").execute()


def test_a_role_is_taken_from_the_suspended_too(administrator: Person) -> None:
    former = staff(AUTHOR, standing=Standing.SUSPENDED)
    TakeRole(former, administrator, AUTHOR, "Left.").execute()
    assert staff_roles.roles_of(former) == []


@pytest.mark.usefixtures("desk")
def test_taking_a_role_ends_open_sessions_with_the_next_request(administrator: Person) -> None:
    author, colleague = staff(AUTHOR), staff(AUTHOR)
    browser, other = session_for(author), session_for(colleague)
    assert browser.get("/desk/").status_code == other.get("/desk/").status_code == 200
    TakeRole(author, administrator, AUTHOR, "Left.").execute()
    assert browser.get("/desk/").status_code == 302
    assert "_auth_user_id" not in browser.session
    assert other.get("/desk/").status_code == 200


@pytest.mark.usefixtures("desk")
def test_the_page_lists_staff_and_no_members(administrator: Person, member: Person) -> None:
    author = staff(AUTHOR, name="Some Author")
    body = session_for(administrator).get("/desk/staff/").content.decode()
    assert "Some Author" in body and author.email in body
    assert member.email not in body


@pytest.mark.usefixtures("desk")
def test_the_list_costs_the_same_for_one_as_for_fifty(
    administrator: Person, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = session_for(administrator)
    client.get("/desk/staff/")
    with django_assert_max_num_queries(40) as one:
        client.get("/desk/staff/")
    PersonFactory.create_batch(60, roles=[AUTHOR, StaffRole.AUDITOR])
    with django_assert_num_queries(len(one.captured_queries)):
        body = client.get("/desk/staff/").content.decode()
    assert "61 people hold a role" in body


@pytest.mark.usefixtures("desk")
def test_one_person_is_found_by_the_whole_address_and_given_a_role(administrator: Person, member: Person) -> None:
    client = session_for(administrator)
    for typed in ("", member.email[:5], "nobody@partner.example", "a\x00@b.example", "x" * 300):
        assert client.post("/desk/staff/find/", {"email": typed}).status_code == 422
    found = client.post("/desk/staff/find/", {"email": f" {member.email.upper()} "})
    assert found["Location"] == f"/desk/staff/{member.pk}/"
    given = client.post(f"/desk/staff/{member.pk}/give/", {"role": AUTHOR, "reason": "Joined."})
    assert given.status_code == 302
    assert anew(member).has_role(AUTHOR)
    again = client.post(f"/desk/staff/{member.pk}/give/", {"role": AUTHOR, "reason": "Joined."})
    assert again.status_code == 422
    assert RoleChange.objects.count() == 1


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("give", {"role": "King", "reason": "x"}, 422),
        ("give", {"role": AUTHOR}, 422),
        ("give", {"role": AUTHOR, "reason": "x" * 301}, 422),
        ("give", {"role": AUTHOR, "reason": "a\x00b"}, 422),
        ("take", {"role": AUTHOR, "reason": "x"}, 422),
        ("eat", {"role": AUTHOR, "reason": "x"}, 404),
    ],
)
def test_bad_input_gives_nothing(
    administrator: Person, member: Person, path: str, data: dict[str, str], status: int
) -> None:
    client = session_for(administrator)
    assert client.post(f"/desk/staff/{member.pk}/{path}/", data).status_code == status
    assert not RoleChange.objects.exists()
    assert client.post(f"/desk/staff/{2**70}/give/", data).status_code == 404
    assert client.post(f"/desk/staff/{administrator.pk}/give/", {"role": AUTHOR, "reason": "x"}).status_code == 422


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("role", list(StaffRole))
def test_the_desks_front_page_links_to_what_a_role_may_open_and_to_nothing_else(role: StaffRole) -> None:
    client = session_for(staff(role))
    body = client.get("/desk/").content.decode()
    for name in ("people", "organisations", "communities", "locks", "access", "staff"):
        address = f"/desk/{name}/"
        assert (client.get(address).status_code == 200) == (f'href="{address}"' in body), address


@pytest.mark.usefixtures("desk")
def test_the_superuser_may_open_the_page_and_an_anonymous_visitor_is_asked_to_sign_in(member: Person) -> None:
    assert session_for(PersonFactory(is_superuser=True)).get("/desk/staff/").status_code == 200
    assert Client().get("/desk/staff/").status_code == 302
    assert session_for(member).get("/desk/staff/").status_code == 404
