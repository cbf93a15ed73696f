"""Organisations and communities: what staff do with them, what a steward sees, and who is let in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.access.rule import may_read
from portal.core import outbox, queues
from portal.core.actions import ActionRefused
from portal.members import circles
from portal.members.actions import circles as actions, memberships
from portal.members.circles import fingerprint
from portal.members.enums import CommunityKind, OrganisationKind, StaffRole
from portal.members.models import Community, CommunityMembership, MembershipProposal, Organisation, Person
from portal.members.viewers import viewer_for
from tests.conftest import become, session_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, bulletin, staff

pytestmark = pytest.mark.django_db
FACTS = {
    "kind": OrganisationKind.COMPANY,
    "is_criminal_justice": False,
    "sectors": [],
    "counties": [],
    "phone": "",
    "phone_source": "",
}
ADDRESS = "/account/communities/{}/"


@pytest.fixture
def officer(db: None) -> Person:
    return staff(StaffRole.VETTING_OFFICER)


@pytest.fixture
def community(db: None) -> Community:
    made: Community = CommunityFactory(name="Pipes", slug="pipes", purpose="Those who look after pipes.")
    return made


@pytest.fixture
def steward(community: Community) -> Person:
    made: Person = PersonFactory(communities=[community], name="Steward of pipes")
    made.community_memberships.update(is_steward=True)
    return made


def facts(**changes: Any) -> dict[str, Any]:
    return {"name": "Mill", "sponsor": None, **FACTS, **changes}


def community_facts(**changes: Any) -> dict[str, Any]:
    return {"name": "Night watch", "kind": CommunityKind.CIRCLE, "purpose": "", "is_confidential": False, **changes}


def members_of(community: Community) -> set[int]:
    return set(CommunityMembership.objects.current().filter(community=community).values_list("person_id", flat=True))


# --- organisations -------------------------------------------------------------------------------


def test_an_organisation_is_made_changed_closed_and_opened_but_never_deleted(officer: Person) -> None:
    sponsor = PersonFactory()
    made = actions.CreateOrganisation(
        officer, facts(phone="573-555-0100", phone_source="State register", sponsor=sponsor)
    ).execute()
    assert made.phone_verified_at is not None
    actions.EditOrganisation(made, officer, facts(name="Mill and Sons"), fingerprint(made)).execute()
    made.refresh_from_db()
    assert (made.name, made.phone, made.phone_verified_at, made.sponsor) == ("Mill and Sons", "", None, None)
    actions.CloseCircle(made, officer).execute()
    assert not Organisation.objects.open().filter(pk=made.pk).exists()
    actions.ReopenCircle(made, officer).execute()
    with pytest.raises(ProtectedError):
        made.delete()


def test_a_number_that_stays_keeps_the_day_on_which_it_was_verified(officer: Person) -> None:
    number = {"phone": "573-555-0100", "phone_source": "State register"}
    made = actions.CreateOrganisation(officer, facts(**number)).execute()
    then = timezone.now() - timedelta(days=400)
    Organisation.objects.filter(pk=made.pk).update(phone_verified_at=then)
    made.refresh_from_db()
    actions.EditOrganisation(made, officer, facts(**number, name="Other"), fingerprint(made)).execute()
    made.refresh_from_db()
    assert made.phone_verified_at == then


@pytest.mark.parametrize(
    ("changes", "why"), [({"phone": "573-555-0100"}, "where it was found"), ({"phone_source": "A book"}, "found")]
)
def test_a_number_is_kept_with_its_source_or_not_at_all(officer: Person, changes: Any, why: str) -> None:
    with pytest.raises(ActionRefused, match=why):
        actions.CreateOrganisation(officer, facts(**changes)).execute()
    assert not Organisation.objects.filter(name="Mill").exists()


def test_a_sponsor_is_an_active_member(officer: Person) -> None:
    with pytest.raises(ActionRefused, match="active member"):
        actions.CreateOrganisation(officer, facts(sponsor=PersonFactory(suspended=True))).execute()


def test_a_change_over_somebody_elses_change_is_refused(officer: Person) -> None:
    made = actions.CreateOrganisation(officer, facts()).execute()
    seen = fingerprint(made)
    actions.EditOrganisation(made, officer, facts(kind=OrganisationKind.ASSOCIATION), seen).execute()
    with pytest.raises(ActionRefused, match="meanwhile"):
        actions.EditOrganisation(made, officer, facts(name="Lost"), seen).execute()
    made.refresh_from_db()
    assert (made.name, made.kind) == ("Mill", OrganisationKind.ASSOCIATION)


def test_a_name_that_is_taken_at_the_same_moment_is_refused_in_words(officer: Person) -> None:
    OrganisationFactory(name="Mill")
    with pytest.raises(ActionRefused, match="of this name"):
        actions.CreateOrganisation(officer, facts()).execute()


@pytest.mark.parametrize("role", [StaffRole.MOP3_EDITOR, StaffRole.MIAC_SUPERVISOR, StaffRole.AUDITOR])
def test_other_staff_change_no_organisation(role: StaffRole) -> None:
    with pytest.raises(ActionRefused, match="role"):
        actions.CreateOrganisation(staff(role), facts()).execute()


@pytest.mark.usefixtures("desk")
def test_the_desk_lists_finds_and_edits_organisations(officer: Person, django_assert_num_queries: Any) -> None:
    client = session_for(officer)
    OrganisationFactory(name="Ozark Mill"), OrganisationFactory(name="River Dam")
    body = client.get("/desk/organisations/?q=mill").content.decode()
    assert "Ozark Mill" in body
    assert "River Dam" not in body
    answer = client.post("/desk/organisations/new/", {"name": "  New   Works ", "kind": "company"})
    made = Organisation.objects.get(name="New Works")
    assert answer["Location"] == f"/desk/organisations/{made.pk}/"
    form = {"name": "New Works", "kind": "ngo", "seen": fingerprint(made)}
    assert client.post(f"/desk/organisations/{made.pk}/", form).status_code == 302
    stale = client.post(f"/desk/organisations/{made.pk}/", {**form, "name": "Stale"})
    assert "meanwhile" in stale.content.decode()
    assert "Stale" in stale.content.decode()  # what was typed stays
    assert client.post(f"/desk/organisations/{made.pk}/close/").status_code == 302
    made.refresh_from_db()
    assert made.closed_at and made.kind == "ngo"


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "null\x00byte"},
        {"name": "turned\u202earound"},
        {"name": "TAKEN"},
        {"phone": "call me"},
        {"phone": "573-555-0100"},
        {"sponsor": "nobody@partner.example"},
        {"sectors": ["999999"]},
        {"counties": ["x"]},
        {"kind": "empire"},
        {"is_criminal_justice": "on"},
    ],
)
def test_bad_facts_are_refused_in_words_and_stay_typed(officer: Person, wrong: dict[str, Any]) -> None:
    OrganisationFactory(name="Taken")
    before = Organisation.objects.count()
    answer = session_for(officer).post("/desk/organisations/new/", {"name": "Fine", "kind": "company", **wrong})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert Organisation.objects.count() == before


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("role", list(StaffRole))
def test_who_edits_organisations_says_which_public_agency_is_a_criminal_justice_agency(role: StaffRole) -> None:
    row = OrganisationFactory(name="Sheriff", kind=OrganisationKind.PUBLIC_AGENCY)
    page = f"/desk/organisations/{row.pk}/"
    form = {"name": "Sheriff", "kind": "agency", "is_criminal_justice": "on", "seen": fingerprint(row)}
    answer = session_for(staff(role)).post(page, form)
    row.refresh_from_db()
    assert row.is_criminal_justice is (role in actions.ORGANISATION_STAFF)
    assert answer.status_code == (302 if row.is_criminal_justice else 404)


@pytest.mark.usefixtures("desk")
def test_only_a_public_agency_is_a_criminal_justice_agency(officer: Person) -> None:
    row = OrganisationFactory(name="Sheriff", criminal_justice=True)
    form = {"name": "Sheriff", "kind": "company", "is_criminal_justice": "on", "seen": fingerprint(row)}
    answer = session_for(officer).post(f"/desk/organisations/{row.pk}/", form)
    assert answer.status_code == 422
    assert "Only a public agency can be one" in answer.content.decode()
    with pytest.raises(ActionRefused, match="public agency"):
        actions.CreateOrganisation(officer, facts(is_criminal_justice=True)).execute()
    actions.CreateOrganisation(officer, facts(kind=OrganisationKind.PUBLIC_AGENCY, is_criminal_justice=True)).execute()
    row.refresh_from_db()
    assert (row.kind, row.is_criminal_justice) == (OrganisationKind.PUBLIC_AGENCY, True)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("circle", ["organisations", "communities"])
@pytest.mark.parametrize("part", ["999999/", f"{2**70}/", "?page=0", "?page=x"])
def test_keys_and_pages_that_are_not_there_answer_404(officer: Person, circle: str, part: str) -> None:
    assert session_for(officer).get(f"/desk/{circle}/{part}").status_code == 404


@pytest.mark.usefixtures("desk")
def test_a_list_costs_as_much_for_fifty_rows_as_for_one(officer: Person, django_assert_num_queries: Any,
                                                         django_assert_max_num_queries: Any) -> None:  # fmt: skip
    client = session_for(officer)
    for address, factory in (("/desk/organisations/", OrganisationFactory), ("/desk/communities/", CommunityFactory)):
        factory()
        client.get(address)
        with django_assert_max_num_queries(40) as one:
            client.get(address)
        factory.create_batch(49)
        with django_assert_num_queries(len(one.captured_queries)):
            client.get(address)


# --- communities ---------------------------------------------------------------------------------


def test_the_address_of_a_confidential_community_carries_no_words(officer: Person) -> None:
    plain = actions.CreateCommunity(officer, community_facts()).execute()
    hidden = actions.CreateCommunity(officer, community_facts(name="Task force Owl", is_confidential=True)).execute()
    assert plain.slug == "night-watch"
    assert "owl" not in hidden.slug and circles.is_wordless(hidden.slug)
    changes = {"name": "Night watch", "purpose": "", "is_confidential": True}
    actions.EditCommunity(plain, officer, changes, fingerprint(plain)).execute()
    plain.refresh_from_db()
    assert circles.is_wordless(plain.slug)


def test_the_community_of_a_sector_is_neither_made_nor_hidden_nor_closed(officer: Person) -> None:
    sector = Community.objects.get(slug="energy")
    with pytest.raises(ActionRefused, match="already"):
        actions.CreateCommunity(officer, community_facts(kind=CommunityKind.SECTOR)).execute()
    hidden = {"name": sector.name, "purpose": "", "is_confidential": True}
    with pytest.raises(ActionRefused, match="hidden"):
        actions.EditCommunity(sector, officer, hidden, fingerprint(sector)).execute()
    with pytest.raises(ActionRefused, match="sector"):
        actions.CloseCircle(sector, officer).execute()


def test_people_are_let_in_and_taken_out_and_read_accordingly(officer: Person, community: Community) -> None:
    person = PersonFactory()
    page = bulletin(tlp=Label.AMBER, audience_communities=[community])
    memberships.AddPeople(community, officer, (person,)).execute()
    assert may_read(viewer_for(person), page)
    memberships.NameStewards(community, officer, (person,)).execute()
    assert list(circles.stewards_of(community)) == [person]
    memberships.RemovePeople(community, officer, (person,)).execute()
    assert not may_read(viewer_for(person), page)
    assert not circles.stewards_of(community).exists()
    memberships.AddPeople(community, officer, (person,)).execute()
    place = CommunityMembership.objects.get(person=person, community=community)
    assert (place.ended_at, place.is_steward) == (None, False)


def test_a_closed_community_opens_nothing(officer: Person, community: Community) -> None:
    person = PersonFactory(communities=[community])
    page = bulletin(tlp=Label.AMBER, audience_communities=[community])
    actions.CloseCircle(community, officer).execute()
    assert not may_read(viewer_for(person), page)
    with pytest.raises(ActionRefused, match="closed"):
        memberships.AddPeople(community, officer, (PersonFactory(),)).execute()


@pytest.mark.parametrize("action", [memberships.AddPeople, memberships.NameStewards])
def test_nobody_lets_themselves_in(officer: Person, community: Community, action: Any) -> None:
    with pytest.raises(ActionRefused, match="themselves"):
        action(community, officer, (officer,)).execute()
    assert not members_of(community)


def test_of_several_people_all_are_added_or_none(officer: Person, community: Community) -> None:
    fine, suspended = PersonFactory(), PersonFactory(suspended=True)
    with pytest.raises(ActionRefused, match="not an active member"):
        memberships.AddPeople(community, officer, (fine, suspended)).execute()
    assert not members_of(community)


def test_who_was_let_in_is_told_once_and_the_mail_names_no_community(officer: Person, mailoutbox: list[Any]) -> None:
    hidden = CommunityFactory(name="Task force Owl", slug="c-1", is_confidential=True)
    person = PersonFactory()
    for _time in range(2):
        memberships.AddPeople(hidden, officer, (person,)).execute()
    outbox.send_waiting()
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert "Owl" not in f"{letter.subject} {letter.body}"


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "addresses",
    ["", "nobody@partner.example", "not an address", "a\x00b@partner.example", "x" * 4000,
     "\n".join(f"p{n}@partner.example" for n in range(11))],
)  # fmt: skip
def test_bad_addresses_add_nobody_and_stay_typed(officer: Person, community: Community, addresses: str) -> None:
    answer = session_for(officer).post(f"/desk/communities/{community.pk}/add/", {"addresses": addresses})
    assert answer.status_code == 422
    assert not members_of(community)


@pytest.mark.usefixtures("desk")
def test_the_desk_adds_by_exact_address_and_lists_no_members(officer: Person, community: Community) -> None:
    client, person = session_for(officer), PersonFactory(name="Very Private")
    form = {"addresses": f" {person.email.upper()} ,{person.email}"}
    assert client.post(f"/desk/communities/{community.pk}/add/", form).status_code == 302
    assert members_of(community) == {person.pk}
    body = client.get(f"/desk/communities/{community.pk}/").content.decode()
    assert "1 active member reads through it" in body
    assert "Very Private" not in body
    assert client.post(f"/desk/communities/{community.pk}/eat/", form).status_code == 404
    assert client.get(f"/desk/communities/{community.pk}/add/").status_code == 405


# --- a steward -----------------------------------------------------------------------------------


def test_a_steward_sees_who_reads_through_the_community_and_nothing_else_of_them(
    community: Community, steward: Person
) -> None:
    works = OrganisationFactory(name="Pipe Works")
    PersonFactory(name="Reader One", email="hidden@partner.example", communities=[community], organisations=[works])
    PersonFactory(name="Suspended One", communities=[community], suspended=True)
    former = PersonFactory(name="Former One", communities=[community])
    former.community_memberships.update(ended_at=timezone.now())
    body = session_for(steward).get(ADDRESS.format("pipes")).content.decode()
    assert "2 people have access through it" in body
    assert "Reader One" in body and "Pipe Works" in body
    for word in ("hidden@partner.example", "Suspended One", "Former One"):
        assert word not in body


def test_the_list_of_a_steward_is_paged_and_costs_the_same_for_one_as_for_fifty(
    community: Community, steward: Person, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client, works = session_for(steward), OrganisationFactory()
    PersonFactory(communities=[community], organisations=[works])
    client.get(ADDRESS.format("pipes"))
    with django_assert_max_num_queries(40) as one:
        client.get(ADDRESS.format("pipes"))
    PersonFactory.create_batch(60, communities=[community], organisations=[works])
    with django_assert_num_queries(len(one.captured_queries)):
        body = client.get(ADDRESS.format("pipes")).content.decode()
    assert "1–50 of 62" in body


def neutral(response: Any, slug: str) -> tuple[int, str, list[tuple[str, str]]]:
    changing = {"X-Request-ID", "Content-Security-Policy", "Content-Length"}
    headers = sorted(
        (name, value.replace(slug, "")) for name, value in response.headers.items() if name not in changing
    )
    body = re.sub(r'(csrfmiddlewaretoken" value|nonce|data-session-[a-z-]+|data-draft-owner)="[^"]*"', "",
                  response.content.decode())  # fmt: skip
    return response.status_code, body.replace(slug, ""), headers


def test_to_others_a_community_answers_like_one_that_does_not_exist(community: Community, steward: Person) -> None:
    member, former = PersonFactory(communities=[community]), PersonFactory(communities=[community])
    former.community_memberships.update(is_steward=True, ended_at=timezone.now())
    elsewhere = PersonFactory(communities=[CommunityFactory(slug="elsewhere")])
    elsewhere.community_memberships.update(is_steward=True)
    suspended = PersonFactory(communities=[community], suspended=True)
    suspended.community_memberships.update(is_steward=True)
    boss = PersonFactory(is_superuser=True, roles=[StaffRole.ADMINISTRATOR])
    for client in (*map(session_for, (member, former, elsewhere, suspended, boss)), Client()):
        for send in (client.get, client.post):
            there = neutral(send(ADDRESS.format("pipes")), "pipes")
            assert there == neutral(send(ADDRESS.format("wells")), "wells")
            assert there[0] in {302, 404}
    assert session_for(steward).get(ADDRESS.format("pipes")).status_code == 200


def test_a_proposal_says_the_same_whoever_has_the_address(community: Community, steward: Person) -> None:
    known, inside = PersonFactory(), PersonFactory(communities=[community])
    client, said = session_for(steward), set()
    for email in (known.email, inside.email, "nobody@partner.example", steward.email):
        answer = client.post(ADDRESS.format("pipes"), {"email": email, "reason": "They look after it."}, follow=True)
        body = answer.content.decode()
        assert "Your proposal was sent to the desk" in body
        said.add(re.search(r"<div[^>]*usa-alert.*?</div>", body, re.S)[0])  # type: ignore[index]  # it is there
    assert len(said) == 1
    assert MembershipProposal.objects.count() == 4


def test_what_a_steward_proposed_shows_as_waiting_or_decided_and_no_more(
    community: Community, steward: Person, officer: Person
) -> None:
    for email in ("one@partner.example", PersonFactory(name="Somebody Else").email):
        memberships.Propose(community, steward, email, "Needed.").execute()
    other = PersonFactory(communities=[community])
    other.community_memberships.update(is_steward=True)
    memberships.Propose(community, other, "third@partner.example", "Needed.").execute()
    row = MembershipProposal.objects.get(email="one@partner.example")
    memberships.DecideProposal(row, officer, is_accepted=False).execute()
    body = session_for(steward).get(ADDRESS.format("pipes")).content.decode()
    assert body.count("decided</span>") == body.count("waiting</span>") == 1
    assert "third@partner.example" not in body
    for word in ("declined", "accepted", "Somebody Else"):
        assert word not in body


def test_the_same_proposal_twice_waits_once(community: Community, steward: Person) -> None:
    for email in ("One@Partner.Example", "one@partner.example"):
        memberships.Propose(community, steward, email, "Needed.").execute()
    assert MembershipProposal.objects.count() == 1


def test_a_steward_proposes_so_many_an_hour(community: Community, steward: Person, settings: Any) -> None:
    settings.PORTAL_PROPOSALS_PER_HOUR = 2
    client = session_for(steward)
    for number in range(3):
        form = {"email": f"p{number}@partner.example", "reason": "Needed."}
        answer = client.post(ADDRESS.format("pipes"), form)
    assert "within the hour" in answer.content.decode()
    assert "p2@partner.example" in answer.content.decode()
    assert MembershipProposal.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"email": ""}, {"email": "x"}, {"email": f"{'x' * 250}@partner.example"}, {"reason": ""},
              {"reason": "x" * 301}, {"reason": "a\x00b"}, {"reason": "\u202eabc"}, {"reason": "123-45-6789"}],
)  # fmt: skip
def test_a_bad_proposal_is_refused_in_words(community: Community, steward: Person, wrong: dict[str, str]) -> None:
    form = {"email": "one@partner.example", "reason": "Needed.", **wrong}
    assert session_for(steward).post(ADDRESS.format("pipes"), form).status_code == 422
    assert not MembershipProposal.objects.exists()


# --- the desk decides ----------------------------------------------------------------------------


def propose(community: Community, steward: Person, email: str) -> MembershipProposal:
    memberships.Propose(community, steward, email, "Needed.").execute()
    return MembershipProposal.objects.get(email=email)


def test_an_accepted_proposal_lets_an_active_member_in(community: Community, steward: Person, officer: Person) -> None:
    person = PersonFactory()
    row = propose(community, steward, person.email)
    memberships.DecideProposal(row, officer, is_accepted=True).execute()
    assert person.pk in members_of(community)
    with pytest.raises(ActionRefused, match="meanwhile"):
        memberships.DecideProposal(row, officer, is_accepted=False).execute()


def test_why_somebody_cannot_be_let_in_is_said_to_staff(community: Community, steward: Person, officer: Person) -> None:
    suspended = PersonFactory(suspended=True)
    for email, why in ((suspended.email, "suspended"), ("nobody@partner.example", "Nobody here")):
        row = propose(community, steward, email)
        with pytest.raises(ActionRefused, match=why):
            memberships.DecideProposal(row, officer, is_accepted=True).execute()
        row.refresh_from_db()
        assert row.decided_at is None
        memberships.DecideProposal(row, officer, is_accepted=False).execute()
    assert members_of(community) == {steward.pk}


def test_nobody_decides_on_what_they_proposed_or_lets_themselves_in(community: Community, steward: Person) -> None:
    both = staff(StaffRole.MOP3_EDITOR)
    CommunityMembership.objects.create(person=both, community=community, is_steward=True)
    with pytest.raises(ActionRefused, match="Somebody else"):
        memberships.DecideProposal(propose(community, both, "a@partner.example"), both, is_accepted=False).execute()
    officer = staff(StaffRole.VETTING_OFFICER)
    with pytest.raises(ActionRefused, match="themselves"):
        memberships.DecideProposal(propose(community, steward, officer.email), officer, is_accepted=True).execute()


def test_who_is_no_longer_steward_proposes_nothing(community: Community, steward: Person) -> None:
    CommunityMembership.objects.update(is_steward=False)
    with pytest.raises(ActionRefused, match="steward"):
        memberships.Propose(community, steward, "a@partner.example", "Needed.").execute()


def test_the_queue_shows_what_waits_and_the_desks_front_page_counts_it(
    community: Community, steward: Person, officer: Person, settings: Any
) -> None:
    row = propose(community, steward, "one@partner.example")
    become(settings, "desk")
    client = session_for(officer)
    assert "Members proposed by stewards" in client.get("/desk/").content.decode()
    assert [queue.count for queue in queues.of(officer) if queue.url == "/desk/proposals/"] == [1]
    assert "one@partner.example" in client.get("/desk/proposals/").content.decode()
    said = client.post(f"/desk/proposals/{row.pk}/", {"verb": "accept"}, follow=True).content.decode()
    assert "Nobody here has this address" in said
    assert client.post(f"/desk/proposals/{row.pk}/", {"verb": "eat"}).status_code == 404
    client.post(f"/desk/proposals/{row.pk}/", {"verb": "decline"})
    assert [queue.count for queue in queues.of(officer) if queue.url == "/desk/proposals/"] == [0]


def test_my_account_shows_my_circles_and_marks_those_i_look_after(community: Community, steward: Person) -> None:
    works = OrganisationFactory(name="Pipe Works")
    member = PersonFactory(communities=[community], organisations=[works])
    mine = session_for(member).get("/account/").content.decode()
    assert "Pipe Works" in mine and "Those who look after pipes." in mine
    assert ADDRESS.format("pipes") not in mine
    theirs = session_for(steward).get("/account/").content.decode()
    assert ADDRESS.format("pipes") in theirs and "you are its steward" in theirs
    Community.objects.filter(pk=community.pk).update(closed_at=timezone.now())
    assert "Pipes" not in session_for(member).get("/account/").content.decode()
    assert django_settings.PORTAL_SITE_KIND == "front"
