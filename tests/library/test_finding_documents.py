"""Documents are found by search: their pages, their numbers, the newer version first; and by their readers alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.library import finding
from portal.library.enums import DocumentKind
from portal.library.models import PortalDocument
from portal.members.viewers import viewer_for
from portal.vocabulary.models import Sector
from search.models import Entry
from search.questions import Hit
from tests.factories import CommunityFactory, PersonFactory
from tests.library.making import document, read
from tests.search.test_finding import find, titles

pytestmark = pytest.mark.usefixtures("pages")


def pages_of(hit: Hit) -> list[int]:
    return [page.number for page in hit.pages]


def test_a_word_leads_to_the_page_on_which_it_stands() -> None:
    row = document(title="Guide", pages=["Nothing here", "The gyroscope spins", "Nothing either"])
    found = find("gyroscope")
    assert titles(found) == ["Guide"]
    assert pages_of(found.hits[0]) == [2]
    assert row.get_page_url(2) in Client().get("/search/", {"q": "gyroscope"}).content.decode()


def test_what_was_read_again_is_found_anew() -> None:
    row = document(pages=["The gyroscope spins"])
    read(row, pages=["The turbine spins"])
    assert find("gyroscope").total == 0
    assert find("turbine").total == 1


def test_only_the_library_is_found_and_only_by_its_readers() -> None:
    circle = CommunityFactory()
    document(title="Quiet", tlp=Label.AMBER, audience_communities=[circle], pages=["gyroscope"])
    document(title="Carried", in_library=False, pages=["gyroscope"])
    assert find("gyroscope").total == 0
    assert titles(find("gyroscope", viewer_for(PersonFactory(communities=[circle])))) == ["Quiet"]


def test_a_text_without_pages_is_found_as_a_whole() -> None:
    row = document(title="Rule", publisher="Ozark Press")
    read(row, pages={0: "The gyroscope spins"}, has_pages=False)
    assert titles(find("gyroscope")) == ["Rule"]
    assert find("gyroscope").hits[0].pages == []
    assert find("ozark gyroscope").total == 1


def test_taken_out_of_the_library_or_recalled_it_is_found_no_more() -> None:
    one, other = document(pages=["gyroscope"]), document(pages=["gyroscope"])
    assert find("gyroscope").total == 2
    one.in_library = False
    one.save()
    other.recalled_at = timezone.now()
    other.save()
    assert find("gyroscope").total == 0


@pytest.mark.parametrize(
    ("title", "number", "typed"),
    [
        ("NIST SP 800-34 Rev. 1, Contingency planning", "", "sp 800-34"),
        ("NIST SP 800-34 Rev. 1, Contingency planning", "", "800-34"),
        ("Incident briefing (ICS 201)", "", "ics 201"),
        ("BOD 17-01", "", "bod-17-01"),
        ("Immunity, section 44.045", "", "44.045"),
        ("A form", "MO 300-1234, FF 7", "ff 7"),
    ],
)
def test_a_number_that_was_typed_comes_first(title: str, number: str, typed: str) -> None:
    document(title="Speaks of it", pages=[f"see {typed}, {typed}, {typed}"])
    document(title=title, number=number, pages=["nothing else"])
    assert titles(find(typed))[0] == title


def test_facets_carry_kind_publisher_sectors_and_the_date() -> None:
    energy = Sector.objects.get(slug="energy")
    document(kind=DocumentKind.FORM, publisher="FEMA", sectors=[energy], dated=date(2019, 5, 1), pages=["gyroscope"])
    facets = find("gyroscope").facets
    for name, value in (("kind", "form"), ("publisher", "FEMA"), ("sector", "energy"), ("year", "2019")):
        assert dict(facets[name]) == {value: 1}
    row = document(is_cross_sector=True, pages=["turbine"])
    assert len(find("turbine").facets["sector"]) == Sector.objects.count()
    row.is_cross_sector = False
    row.save()
    row.sectors.set([energy])
    assert dict(find("turbine").facets["sector"]) == {"energy": 1}


def test_the_newer_version_comes_first_and_the_older_says_that_it_is_one() -> None:
    old = document(title="Plan SP 800-34", dated=date(2018, 1, 1), summary="How to plan.", pages=["gyroscope"])
    new = document(title="Plan SP 800-34", dated=date(2024, 1, 1), pages=["gyroscope"], supersedes=old)
    keys = [hit.key for hit in find("gyroscope").hits]
    assert keys == [new.pk, old.pk]
    assert next(hit.key for hit in find("sp 800-34").hits) == new.pk
    assert Entry.objects.get(object_id=old.pk, kind="guide").summary == "Older version. How to plan."
    new.recalled_at = timezone.now()
    new.save()
    assert Entry.objects.get(object_id=old.pk, kind="guide").summary == "How to plan."


def test_an_older_version_that_says_more_of_the_words_still_comes_after_the_newer() -> None:
    old = document(title="Gyroscope plan", dated=date(2026, 1, 1), summary="Gyroscope.", pages=["gyroscope " * 40])
    new = document(title="Plan", pages=[f"{'other things ' * 60} gyroscope"])
    assert [hit.key for hit in find("gyroscope").hits] == [old.pk, new.pk]
    new.supersedes = old
    new.save()
    assert [hit.key for hit in find("gyroscope").hits] == [new.pk, old.pk]


def test_what_is_superseded_no_longer_comes_back_at_once() -> None:
    first, second = (document(title=name, summary="How to plan.") for name in ("Plan A", "Plan B"))
    new = document(title="Plan C", supersedes=first)

    def superseded() -> list[int]:
        return list(Entry.objects.filter(is_superseded=True).values_list("object_id", flat=True))

    assert superseded() == [first.pk]
    new.supersedes = second
    new.save()
    assert superseded() == [second.pk]
    assert Entry.objects.get(object_id=first.pk, kind="guide").summary == "How to plan."
    new.supersedes = None
    new.save()
    assert superseded() == []


def test_a_newer_version_for_fewer_readers_is_not_given_away() -> None:
    old = document(title="Plan", summary="How to plan.")
    document(title="Plan", supersedes=old, tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    assert Entry.objects.get(object_id=old.pk, kind="guide").summary == "How to plan."


def test_mail_names_what_is_above_green_by_no_word_of_its_title() -> None:
    row = document(title="Zebra", tlp=Label.GREEN, audience_communities=[CommunityFactory()])
    assert row.leakable_title == "Zebra"
    quiet = document(title="Zebra", tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    assert "Zebra" not in finding.safe_title(quiet)
    assert "zebra" not in PortalDocument.get_absolute_url(quiet)
