"""What is found, by whom, in which order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.access.viewer import ANONYMOUS, Viewer
from portal.members.viewers import viewer_for
from portal.vocabulary.models import Sector
from search.engines import engine
from search.models import Entry
from search.queries import understand
from search.questions import MARK, Ask, Found
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance


def find(typed: str, viewer: Viewer = ANONYMOUS, **facets: list[str]) -> Found:
    return engine().find(Ask(viewer=viewer, query=understand(typed), at=timezone.now(), facets=facets))


def titles(found: Found) -> list[str]:
    return [hit.title.replace(MARK, "").replace("\ue001", "") for hit in found.hits]


def body(text: str) -> str:
    return json.dumps([{"type": "text", "value": f"<p>{text}</p>"}])


def test_words_are_found_by_their_stem(pages: Any) -> None:
    bulletin(tlp=Label.CLEAR, title="Pumps", body=body("Operators are inspecting pumps."))
    assert titles(find("inspect pump")) == ["Pumps"]
    assert not find("inspect valve turbine").hits or find("inspect valve turbine").is_loose


def test_a_phrase_stands_together_and_an_exclusion_keeps_out(pages: Any) -> None:
    bulletin(tlp=Label.CLEAR, title="One", body=body("the water plant by the river"))
    bulletin(tlp=Label.CLEAR, title="Two", body=body("the plant takes water"))
    assert titles(find('"water plant"')) == ["One"]
    assert titles(find("water -river")) == ["Two"]


def test_only_readers_find_it_in_hits_counts_and_facets(pages: Any) -> None:
    circle = CommunityFactory()
    bulletin(tlp=Label.AMBER, audience_communities=[circle], title="Quiet", body=body("zebra crossing"))
    bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS, title="Members", body=body("zebra house"))
    inside, member = PersonFactory(), PersonFactory()
    inside.community_memberships.create(community=circle)
    assert find("zebra").total == 0
    assert titles(find("zebra", viewer_for(member))) == ["Members"]
    found = find("zebra", viewer_for(inside))
    assert set(titles(found)) == {"Quiet", "Members"}
    assert dict(found.facets["label"]) == {"TLP:AMBER": 1, "TLP:GREEN": 1}


def test_a_number_that_was_typed_comes_first(pages: Any) -> None:
    bulletin(tlp=Label.CLEAR, title="Speaks of it", body=body("see CVE-2023-1234, CVE-2023-1234, CVE-2023-1234"))
    bulletin(tlp=Label.CLEAR, title="Is it", number="ICSA-23-010-01", body=body("nothing else"))
    assert titles(find("icsa 23-010-01"))[0] == "Is it"


def test_what_changes_changes_in_the_same_transaction(pages: Any) -> None:
    page = guidance(tlp=Label.CLEAR, title="Flood")
    assert find("flood").total == 1
    page.unpublish()
    assert find("flood").total == 0
    assert not Entry.objects.filter(object_id=page.pk).exists()


RUBBISH = [
    "",
    " ",
    "the and of",
    "!!! ???",
    "\0\ud800",
    '"',
    "-",
    "-" * 10_000,
    "\u0627\u202eb",
    "NEAR(a b)",
    "title:x OR *",
]


@pytest.mark.parametrize("typed", RUBBISH)
def test_rubbish_is_answered(pages: Any, typed: str) -> None:
    assert find(typed).total >= 0


def test_a_new_sector_finds_what_is_for_every_sector(pages: Any) -> None:
    everywhere, named = bulletin(is_cross_sector=True), bulletin(sectors=[Sector.objects.get(slug="energy")])
    Sector.objects.create(name="Space", slug="space")
    by_key = {entry.object_id: entry.sectors for entry in Entry.objects.all()}
    assert "space" in by_key[everywhere.pk]
    assert by_key[named.pk] == ["energy"]


def test_a_sector_with_another_name_in_addresses_is_found_by_it(pages: Any) -> None:
    sector = Sector.objects.get(slug="energy")
    bulletin(sectors=[sector])
    sector.slug = "power"
    sector.save()
    assert [entry.sectors for entry in Entry.objects.all()] == [["power"]]
