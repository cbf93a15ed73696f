"""The public pages of the partnership: who shows, who does not, vacancies, history, and a sector of the state's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from portal.meetings import committees
from portal.members import offices
from portal.members.enums import CommunityKind, StaffRole
from portal.members.models import Community, Office, Term
from portal.members.offices import seats_of
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import PersonFactory, bulletin, staff
from tests.meetings.concerns.making import co_chair, co_chair_office, concern, term, today

pytestmark = pytest.mark.django_db
PAGE = "/partnership/"


@pytest.fixture
def public(pages: Any) -> Client:
    return Client()


def office_of(slug: str = "standing-committee", title: str = "Secretary", **fields: Any) -> Office:
    made: Office = Office.objects.create(community=Community.objects.get(slug=slug), title=title, **fields)
    return made


def test_the_page_names_officers_committees_and_all_sectors(public: Client) -> None:
    text = public.get(PAGE).text
    for name in ("Chairman", "First Vice Chairman", "Third Vice Chairman", "Standing Committee", "CyberSecurity"):
        assert name in text
    assert all(sector.name.replace("&", "&amp;") in text for sector in Sector.objects.all())
    assert Sector.objects.count() == 18


COMMITTEES = {
    "standing-committee": "Standing Committee",
    "standing-committee-urban-areas": "Standing Committee of Urban Areas and National Organizations",
    "advisory-committee": "Advisory Committee",
    "cybersecurity-committee": "CyberSecurity Committee",
}


def test_the_structure_is_there_from_the_beginning_and_every_seat_of_it_is_vacant(public: Client) -> None:
    found = committees.structure()
    chairs = ["Chairman", "First Vice Chairman", "Second Vice Chairman", "Third Vice Chairman"]
    assert [seats.office.title for seats in found.officers] == chairs
    assert all(seats.office.is_private for seats in found.officers)
    assert {body.community.slug: body.community.name for body in found.committees} == COMMITTEES
    assert len(found.sectors) == 18
    for body in found.sectors:
        assert [(seats.office.title, seats.office.seats) for seats in body.seats] == [("Co-chair", 2)]
        assert public.get(body.url).status_code == 200
    assert found.vacant == len(chairs) + 2 * 18
    assert f"{found.vacant} seats are vacant" in public.get(PAGE).text


def test_an_officers_term_shows_from_when_to_when(public: Client) -> None:
    chair = Office.objects.get(community=None, title="Chairman")
    term(chair, since=date(2026, 1, 5), until=date(2028, 1, 4))
    with time_machine.travel(datetime(2027, 3, 4, 18, tzinfo=UTC), tick=False):
        text = strip_tags(public.get(PAGE).text)
        assert "Mon 5 January 2026 to Tue 4 January 2028" in " ".join(text.split())
    with time_machine.travel(datetime(2028, 1, 5, 18, tzinfo=UTC), tick=False):
        before, after = strip_tags(public.get(PAGE).text).split("Former officers")
        assert "In Office" not in before and "In Office" in after
        assert "since Wed 5 January 2028" in " ".join(before.split())


@pytest.mark.parametrize("slug", [*COMMITTEES, "energy"])
def test_each_is_a_community_of_the_access_rule(public: Client, slug: str) -> None:
    """Its members read what is for it, and nobody else does; to hold an office there gives no place in it."""
    community = Community.objects.get(slug=slug)
    page = bulletin(tlp="TLP:AMBER", audience_communities=[community])
    office = Office.objects.create(community=community, title="Clerk")
    holder = PersonFactory()
    term(office, person=holder)
    assert session_for(PersonFactory(communities=[community])).get(page.url).status_code == 200
    others = PersonFactory(communities=[Community.objects.get(slug="dams")]), holder
    assert [session_for(who).get(page.url).status_code for who in others] == [404, 404]
    assert public.get(page.url).status_code == 404


def test_so_is_a_sector_that_the_state_adds_and_its_co_chairs_read_its_concerns(public: Client) -> None:
    sector = Sector.objects.create(name="Outdoor Recreation", slug="outdoor-recreation")
    community = Community.objects.get(sector=sector)
    page = bulletin(tlp="TLP:AMBER", audience_communities=[community])
    assert session_for(PersonFactory(communities=[community])).get(page.url).status_code == 200
    leader, raised = co_chair("outdoor-recreation"), concern(sector="outdoor-recreation")
    assert session_for(leader).get(f"/concerns/{raised.uuid}/").status_code == 200
    assert session_for(co_chair("energy")).get(f"/concerns/{raised.uuid}/").status_code == 404


def test_the_public_reads_name_office_and_employer_and_never_an_address(public: Client) -> None:
    person = PersonFactory(email="their.address@partner.example")
    term(person=person)
    for address in (PAGE, f"{PAGE}energy/", "/sectors/energy/"):
        text = public.get(address).text
        assert "In Office" in text and "Their Company" in text
        assert "their.address" not in text


def test_nobody_shows_who_was_not_told_and_their_seat_shows_as_vacant(public: Client) -> None:
    term(told_at=None)
    for address in (PAGE, f"{PAGE}energy/", "/sectors/energy/"):
        assert "In Office" not in public.get(address).text
    [seats] = seats_of([co_chair_office()])
    assert not seats.holders and len(seats.vacancies) == 2
    Term.objects.update(told_at=timezone.now())
    assert "In Office" in public.get(f"{PAGE}energy/").text


def test_who_is_to_begin_shows_from_the_first_day_and_who_ended_shows_in_the_history(public: Client) -> None:
    term(since=today() + timedelta(days=2), until=today() + timedelta(days=4))
    for days, is_holder, is_former in ((1, False, False), (2, True, False), (4, True, False), (5, False, True)):
        noon = timezone.localtime().replace(hour=12) + timedelta(days=days)
        with time_machine.travel(noon, tick=False):
            text = public.get(f"{PAGE}energy/").text
            before, after = text.split("Who held these offices before")
            assert ("In Office" in before, "In Office" in after) == (is_holder, is_former), days


@pytest.mark.parametrize("change", [{"is_confidential": True}, {"closed_at": timezone.now()}, {"kind": "circle"}])
def test_a_community_that_is_confidential_or_closed_or_a_mere_circle_never_shows(
    public: Client, change: dict[str, Any]
) -> None:
    office = office_of()
    term(office)
    term(office_of(title="Clerk"), until=today() - timedelta(days=3), since=today() - timedelta(days=9))
    assert "In Office" in public.get(f"{PAGE}standing-committee/").text
    Community.objects.filter(slug="standing-committee").update(name="Zebra Council", **change)
    missing, hidden = public.get(f"{PAGE}no-such-thing/"), public.get(f"{PAGE}standing-committee/")
    assert (missing.status_code, hidden.status_code) == (404, 404)
    text = public.get(PAGE).text
    assert "Zebra" not in text and "In Office" not in text
    assert not Term.objects.public().exists()


def test_an_abolished_office_shows_in_the_history_alone(public: Client) -> None:
    office = office_of(closed_at=timezone.now())
    term(office, since=today() - timedelta(days=9), until=today() - timedelta(days=1))
    text = public.get(f"{PAGE}standing-committee/").text
    assert "In Office" in text.split("Who held these offices before")[1]
    assert "Secretary</h2>" not in text


def test_a_vacancy_counts_from_the_day_after_the_last_term_or_from_when_the_office_was_made() -> None:
    office = office_of(seats=3, made_at=timezone.now() - timedelta(days=100))
    ended = [today() - timedelta(days=days) for days in (40, 10)]
    for last in ended:
        term(office, since=last - timedelta(days=5), until=last)
    [seats] = seats_of([office])
    assert [vacancy.days() for vacancy in seats.vacancies] == [9, 39, 100]
    assert [vacancy.is_first for vacancy in seats.vacancies] == [False, False, True]
    term(office)
    [seats] = seats_of([office])
    assert [vacancy.days() for vacancy in seats.vacancies] == [9, 39]


def test_the_pages_take_the_same_queries_for_one_holder_and_for_many(
    public: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    term()
    for address in (PAGE, f"{PAGE}energy/"):
        public.get(address)
        with django_assert_max_num_queries(30) as few:
            public.get(address)
        for number in range(3):
            term(name=f"Former {number}", since=today() - timedelta(days=9), until=today() - timedelta(days=2))
        term(co_chair_office("dams"), person=PersonFactory())
        with django_assert_num_queries(len(few)):
            public.get(address)


def test_history_is_paged(public: Client) -> None:
    for number in range(60):
        term(name=f"Former {number}", since=today() - timedelta(days=9), until=today() - timedelta(days=2))
    assert "1–50" in public.get(f"{PAGE}energy/").text
    assert public.get(f"{PAGE}energy/?page=2").status_code == 200
    assert public.get(f"{PAGE}energy/?page=3").status_code == 404


def test_a_sector_of_the_states_own_gets_its_community_and_its_co_chairs_at_once(public: Client) -> None:
    sector = Sector.objects.create(name="Outdoor Recreation", slug="outdoor-recreation")
    community = Community.objects.get(sector=sector)
    assert (community.kind, community.slug) == (CommunityKind.SECTOR, "outdoor-recreation")
    assert Office.objects.get(community=community).seats == 2
    sector.name = "Parks"
    sector.save()
    assert Community.objects.get(sector=sector).name == "Parks"
    assert Office.objects.filter(community=community).count() == 1
    assert "Parks" in public.get(PAGE).text
    sector.closed_on = today()
    sector.save()
    assert "Parks" not in public.get(PAGE).text
    assert public.get(f"{PAGE}outdoor-recreation/").status_code == 404


def test_a_new_sector_whose_name_a_community_has_already_is_told_apart() -> None:
    Community.objects.create(name="Space", slug="space", kind=CommunityKind.CIRCLE)
    made = Community.objects.get(sector=Sector.objects.create(name="Space", slug="space"))
    assert (made.name, made.slug) == ("Space (sector)", "space-sector")


def test_mop3_staff_add_a_sector_in_the_admin_and_nobody_types_that_somebody_was_told(desk: None, pages: Any) -> None:
    from portal.members import rights

    rights.grant()
    browser = session_for(staff(StaffRole.MOP3_EDITOR))
    facts = {"name": "Outdoor Recreation", "slug": "outdoor-recreation"}
    answer = browser.post("/admin/snippets/vocabulary/sector/add/", facts)
    assert answer.status_code == 302, answer.text
    assert offices.public_communities().filter(slug="outdoor-recreation").exists()
    assert browser.get("/admin/snippets/members/term/").status_code == 404
    analyst = session_for(staff(StaffRole.MIAC_ANALYST))
    assert analyst.get("/admin/snippets/vocabulary/sector/add/").status_code != 200


def test_the_footer_and_the_pages_of_sectors_lead_to_the_partnership(public: Client) -> None:
    assert 'href="/partnership/"' in public.get("/").text
    assert 'href="/partnership/energy/"' in public.get("/sectors/energy/").text
