"""Lists: what they hold, how they count, and how often they ask the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.members.models import Community, Office, Term
from portal.vocabulary.models import County, Hazard, Sector
from tests.conftest import SignIn, session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance


def sector(slug: str) -> Sector:
    return Sector.objects.get(slug=slug)


def shown(client: Client, address: str = "/bulletins/") -> list[str]:
    listing = client.get(address).context["listing"]
    assert listing.count == len(listing.rows) or listing.pages > 1
    return [row.title for row in listing.rows]


def test_the_count_is_what_this_viewer_can_see(pages: Any, sign_in: SignIn) -> None:
    bulletin()
    bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS)
    bulletin(tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    assert Client().get("/bulletins/").context["listing"].count == 1
    assert sign_in(PersonFactory()).get("/bulletins/").context["listing"].count == 2


def test_newest_first(pages: Any) -> None:
    for year in (2022, 2024, 2023):
        bulletin(title=str(year), issued_at=datetime(year, 5, 1, tzinfo=UTC))
    assert shown(Client()) == ["2024", "2023", "2022"]


def test_filters(pages: Any) -> None:
    bulletin(title="energy", sectors=[sector("energy")], issued_at=datetime(2023, 5, 1, tzinfo=UTC))
    bulletin(title="water", sectors=[sector("water")], kind="alert", counties=[County.objects.get(fips="29019")])
    bulletin(title="several", is_cross_sector=True)
    client = Client()
    assert set(shown(client, "/bulletins/?sector=energy")) == {"energy", "several"}
    assert shown(client, "/bulletins/?kind=alert") == ["water"]
    assert shown(client, "/bulletins/?year=2023") == ["energy"]
    assert shown(client, "/bulletins/?county=29019") == ["water"]
    assert len(shown(client, "/bulletins/?tlp=clear")) == len(shown(client, "/bulletins/?tlp=TLP:CLEAR")) == 3


@pytest.mark.parametrize("query", ["sector=atlantis", "year=20x3", "tlp=purple", "kind=%00", "county=1' or '1'='1"])
def test_a_filter_nobody_knows_gives_an_empty_list_and_not_the_whole(pages: Any, query: str) -> None:
    bulletin()
    answer = Client().get(f"/bulletins/?{query}")
    assert answer.status_code == 200
    assert answer.context["listing"].count == 0


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "999999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(pages: Any, page: str) -> None:
    bulletin()
    assert Client().get(f"/bulletins/?page={page}").status_code == 404


def test_filter_choices_show_only_years_that_the_viewer_can_read(pages: Any) -> None:
    bulletin(issued_at=datetime(2023, 5, 1, tzinfo=UTC))
    bulletin(issued_at=datetime(2019, 5, 1, tzinfo=UTC), tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    body = Client().get("/bulletins/").content.decode()
    assert "2023" in body
    assert "2019" not in body


def test_sector_pages_count_and_list_alike(pages: Any, sign_in: SignIn) -> None:
    bulletin(title="public", sectors=[sector("energy")])
    bulletin(title="members", sectors=[sector("energy")], tlp=Label.GREEN, reach=Reach.MEMBERS)
    guidance(sectors=[sector("energy")])
    for client, expected in ((Client(), 1), (sign_in(PersonFactory()), 2)):
        row = next(row for row in client.get("/sectors/").context["sectors"] if row.slug == "energy")
        assert (row.bulletin_count, row.guidance_count) == (expected, 1)
        page = client.get("/sectors/energy/").context
        assert page["bulletin_count"] == len(page["bulletins"]) == expected
    assert Client().get("/sectors/atlantis/").status_code == 404


def test_guidance_is_filtered_by_sector_and_hazard(pages: Any) -> None:
    guidance(title="flood", hazards=[Hazard.objects.get(slug="flood")])
    guidance(title="storm", hazards=[Hazard.objects.get(slug="tornado")], sectors=[sector("energy")])
    assert shown(Client(), "/guidance/?hazard=flood") == ["flood"]
    assert shown(Client(), "/guidance/?sector=energy") == ["storm"]


def test_new_for_you_is_by_sector_gravest_first_and_since_the_last_visit(pages: Any) -> None:
    reader = PersonFactory(communities=[Community.objects.get(slug="energy")])
    bulletin(title="low", sectors=[sector("energy")], severity="low", cvss_score="3.0")
    bulletin(title="critical", sectors=[sector("energy")], severity="critical", cvss_score="9.8")
    bulletin(title="water", sectors=[sector("water")])
    context = session_for(reader).get("/").context
    assert [row.title for row in context["new_for_you"]] == ["critical", "low"]
    session_for(reader)  # the visit after: what was there when the last one began is no longer new
    context = session_for(reader).get("/").context
    assert [row.title for row in context["new_for_you"]] == []


# --- the same number of queries for 1 row and for 20


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


LISTS = ["/", "/bulletins/", "/guidance/", "/sectors/", "/sectors/energy/", "/bulletins/?sector=energy"]


def test_a_list_asks_as_often_for_one_row_as_for_twenty(pages: Any) -> None:
    member = session_for(PersonFactory(communities=[Community.objects.get(slug="energy")]))
    clients = {"visitor": Client(), "member": member}
    facts = {"sectors": [sector("energy"), sector("water")]}

    def asked() -> dict[tuple[str, str], int]:
        return {(who, address): queries(client, address) for who, client in clients.items() for address in LISTS}

    bulletin(**facts)
    guidance(**facts)
    one = asked()
    for _ in range(19):
        bulletin(**facts)
        guidance(**facts)
    assert asked() == one
    assert max(one.values()) < 30


def test_a_sector_page_names_its_co_chairs_while_they_hold_office(pages: Any) -> None:
    community, today = Community.objects.get(slug="energy"), timezone.localdate()
    since = today - timedelta(days=400)
    office, told = Office.objects.get(community=community), timezone.now()
    facts = {"office": office, "employer": "A company", "since": since}
    Term.objects.create(name="In Office", told_at=told, **facts)
    Term.objects.create(name="Out of Office", told_at=told, until=today - timedelta(days=1), **facts)
    Term.objects.create(name="Not Told", **facts)
    shown = Client().get("/sectors/energy/").content.decode()
    assert "In Office" in shown
    assert "Out of Office" not in shown
    assert "Not Told" not in shown
