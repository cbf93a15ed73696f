"""Each label, allowed and refused from one set-up; and the forms of the rule held equal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from portal.access.derivation import derive
from portal.access.enums import Caveat, Label, Reach
from portal.access.models import Token
from portal.access.querysets import verdict_on_stored
from portal.access.rule import Verdict, may_read, verdict
from portal.access.viewer import ANONYMOUS, Viewer
from portal.bulletins.models import BulletinPage
from portal.members.enums import Standing
from portal.members.models import Community, Organisation, Person
from portal.members.viewers import viewer_for
from tests.factories import CommunityFactory, OrganisationFactory, PersonFactory, bulletin

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass
class World:
    """Four people around one community, one organisation and one named person."""

    community: Community
    organisation: Organisation
    insider: Person
    colleague: Person
    outsider: Person
    suspended: Person


@pytest.fixture
def world(pages: Any) -> World:
    community, organisation = CommunityFactory(), OrganisationFactory()
    return World(
        community=community,
        organisation=organisation,
        insider=PersonFactory(communities=[community]),
        colleague=PersonFactory(organisations=[organisation]),
        outsider=PersonFactory(communities=[CommunityFactory()], organisations=[OrganisationFactory()]),
        suspended=PersonFactory(suspended=True, communities=[community], organisations=[organisation]),
    )


def readers(page: BulletinPage, world: World) -> set[str]:
    """Who of the world may read a page, asked of both forms, which must agree."""
    names = ("insider", "colleague", "outsider", "suspended")
    viewers = {name: viewer_for(getattr(world, name)) for name in names} | {"public": ANONYMOUS}
    for viewer in viewers.values():
        assert verdict_on_stored(page, viewer) is verdict(viewer, page)
    by_object = {name for name, viewer in viewers.items() if may_read(viewer, page)}
    by_rows = {name for name, viewer in viewers.items() if BulletinPage.objects.readable_by(viewer).filter(pk=page.pk)}
    assert by_object == by_rows
    return by_object


def test_clear_is_for_everyone(world: World) -> None:
    page = bulletin(tlp=Label.CLEAR)
    assert readers(page, world) == {"insider", "colleague", "outsider", "suspended", "public"}


def test_green_to_all_members_is_for_active_members_only(world: World) -> None:
    page = bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS)
    assert readers(page, world) == {"insider", "colleague", "outsider"}


def test_green_by_default_is_for_those_named(world: World) -> None:
    page = bulletin(tlp=Label.GREEN, audience_communities=[world.community])
    assert readers(page, world) == {"insider"}


def test_amber_is_for_named_communities_organisations_and_people(world: World) -> None:
    page = bulletin(
        tlp=Label.AMBER, audience_communities=[world.community], audience_organisations=[world.organisation]
    )
    assert readers(page, world) == {"insider", "colleague"}


def test_amber_strict_is_for_a_named_organisation(world: World) -> None:
    page = bulletin(tlp=Label.AMBER_STRICT, audience_organisations=[world.organisation])
    assert readers(page, world) == {"colleague"}


def test_red_is_for_the_named_person(world: World) -> None:
    page = bulletin(tlp=Label.RED, audience_people=[world.outsider])
    assert readers(page, world) == {"outsider"}


@pytest.mark.parametrize("label", [Label.GREEN, Label.AMBER, Label.AMBER_STRICT, Label.RED])
def test_an_empty_audience_means_nobody(world: World, label: Label) -> None:
    assert readers(bulletin(tlp=label), world) == set()


def test_an_audience_that_does_not_fit_its_label_means_nobody(world: World) -> None:
    assert readers(bulletin(tlp=Label.CLEAR, audience_people=[world.insider]), world) == set()
    assert readers(bulletin(tlp=Label.RED, audience_communities=[world.community]), world) == set()
    assert readers(bulletin(tlp=Label.AMBER_STRICT, audience_people=[world.insider]), world) == set()
    members_and_named = bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS, audience_people=[world.insider])
    assert readers(members_and_named, world) == set()


def test_the_enforced_caveat_needs_the_clearance(world: World) -> None:
    page = bulletin(tlp=Label.AMBER, audience_communities=[world.community], law_enforcement_sensitive=True)
    assert readers(page, world) == set()
    Person.objects.filter(pk=world.insider.pk).update(cleared_until=timezone.now() + timedelta(days=1))
    world.insider.refresh_from_db()
    assert readers(page, world) == {"insider"}


def test_the_legacy_caveat_is_only_shown(world: World) -> None:
    page = bulletin(tlp=Label.AMBER, audience_communities=[world.community], for_official_use_only=True)
    assert readers(page, world) == {"insider"}
    assert page.caveats == ["For official use only"]


def test_a_closed_community_opens_nothing(world: World) -> None:
    page = bulletin(tlp=Label.AMBER, audience_communities=[world.community])
    world.community.closed_at = NOON
    world.community.save()
    assert readers(page, world) == set()


def test_leaving_a_community_ends_reading(world: World) -> None:
    page = bulletin(tlp=Label.AMBER, audience_communities=[world.community])
    world.insider.community_memberships.update(ended_at=NOON)
    assert readers(page, world) == set()


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-2, Verdict.NOT_YET), (-1, Verdict.READABLE), (0, Verdict.READABLE), (1, Verdict.ENDED), (2, Verdict.ENDED)],
)
def test_the_window_opens_and_closes_on_the_moment(pages: Any, hours: int, expected: Verdict) -> None:
    page = bulletin(visible_from=NOON - timedelta(hours=1), expires_at=NOON + timedelta(hours=1))
    at = NOON + timedelta(hours=hours)
    assert verdict(ANONYMOUS, page, at=at) is expected
    is_listed = BulletinPage.objects.readable_by(ANONYMOUS, at=at).filter(pk=page.pk).exists()
    assert is_listed == (expected is Verdict.READABLE)


def test_a_draft_is_nobodys(pages: Any, world: World) -> None:
    from tests.factories import draft

    assert readers(draft(tlp=Label.CLEAR), world) == set()


def test_an_unpublished_change_of_audience_opens_nothing(world: World) -> None:
    from tests.factories import edit

    page = bulletin(tlp=Label.AMBER, audience_communities=[world.community])
    edited = edit(page, by=world.insider, tlp=Label.CLEAR, audience_communities=[])
    assert readers(edited, world) == {"insider"}
    assert {row.token for row in Token.objects.filter(object_id=page.pk)} == {f"community:{world.community.pk}"}


# --- the oracle: the table of labels, written a second time and differently -----------------------------------


def oracle(item: dict[str, Any], person: dict[str, Any], at: datetime) -> bool:
    """The table in docs/access.md, literally, row by row."""
    communities, organisations, people = item["communities"], item["organisations"], item["people"]
    nobody_named = not (communities or organisations or people)
    in_community = bool(communities & person["communities"])
    in_organisation = bool(organisations & person["organisations"])
    is_named = person["key"] in people
    member = person["active"]
    rows = {
        Label.CLEAR: nobody_named and not item["les"],
        Label.GREEN: member
        and (nobody_named if item["reach"] is Reach.MEMBERS else in_community or in_organisation or is_named),
        Label.AMBER: member and (in_community or in_organisation or is_named),
        Label.AMBER_STRICT: member and in_organisation and not communities and not people,
        Label.RED: member and is_named and not communities and not organisations,
    }
    is_cleared = not item["les"] or person["cleared"]
    has_begun = item["from"] is None or item["from"] <= at
    has_not_ended = item["until"] is None or at < item["until"]
    return bool(rows[item["tlp"]] and is_cleared and has_begun and has_not_ended)


subsets = st.frozensets(st.integers(0, 2), max_size=2)
moments = st.none() | st.integers(-3, 3).map(lambda hours: NOON + timedelta(hours=hours))
items = st.fixed_dictionaries(
    {
        "tlp": st.sampled_from(list(Label)),
        "reach": st.sampled_from(list(Reach)),
        "les": st.booleans(),
        "communities": subsets,
        "organisations": subsets,
        "people": subsets,
        "from": moments,
        "until": moments,
    }
)
people = st.fixed_dictionaries(
    {
        "active": st.booleans(),
        "cleared": st.booleans(),
        "communities": subsets,
        "organisations": subsets,
        "key": st.integers(0, 2),
    }
)


class TestTheFormsAgree(TestCase):
    """Object, rows and the table agree over generated people, items and times.

    The item is stored past the forms' validation: what no form would let through must hold as well.
    """

    communities: list[Community]
    organisations: list[Organisation]
    everybody: list[Person]
    page: BulletinPage

    @classmethod
    def setUpTestData(cls) -> None:
        cls.communities = [CommunityFactory() for _ in range(3)]
        cls.organisations = [OrganisationFactory() for _ in range(3)]
        cls.everybody = [PersonFactory(suspended=True) for _ in range(3)]
        cls.page = bulletin()

    @settings(max_examples=200)
    @given(item=items, person=people, hours=st.integers(-4, 4))
    def test_object_rows_and_table_agree(self, item: dict[str, Any], person: dict[str, Any], hours: int) -> None:
        reader = self._shape(person)
        page = self._mark(item)
        at, viewer = NOON + timedelta(hours=hours), viewer_for(reader)
        expected = oracle(item, person, at)
        assert may_read(viewer, page, at=at) == expected
        assert verdict_on_stored(page, viewer, at=at) is verdict(viewer, page, at=at)
        assert BulletinPage.objects.readable_by(viewer, at=at).filter(pk=page.pk).exists() == expected

    def _mark(self, item: dict[str, Any]) -> BulletinPage:
        rows = BulletinPage.objects.filter(pk=self.page.pk)
        rows.update(
            tlp=item["tlp"],
            reach=item["reach"],
            law_enforcement_sensitive=item["les"],
            visible_from=item["from"],
            expires_at=item["until"],
        )
        page: BulletinPage = rows.get()
        _link(
            BulletinPage.audience_communities.through, "community", page, _pick(self.communities, item["communities"])
        )
        _link(
            BulletinPage.audience_organisations.through,
            "organisation",
            page,
            _pick(self.organisations, item["organisations"]),
        )
        _link(BulletinPage.audience_people.through, "person", page, _pick(self.everybody, item["people"]))
        derive(BulletinPage, page.pk)
        stored: BulletinPage = rows.get()
        return stored

    def _shape(self, person: dict[str, Any]) -> Person:
        reader: Person = self.everybody[person["key"]]
        reader.standing = Standing.ACTIVE if person["active"] else Standing.SUSPENDED
        reader.cleared_until = timezone.now() + timedelta(days=1) if person["cleared"] else None
        reader.save()
        for community in _pick(self.communities, person["communities"]):
            reader.community_memberships.create(community=community)
        for organisation in _pick(self.organisations, person["organisations"]):
            reader.affiliations.create(organisation=organisation)
        return reader


def _link(through: Any, name: str, page: BulletinPage, rows: list[Any]) -> None:
    through.objects.filter(bulletinpage=page).delete()
    through.objects.bulk_create([through(bulletinpage=page, **{name: row}) for row in rows])


def _pick(rows: list[Any], numbers: Iterable[int]) -> list[Any]:
    return [rows[number] for number in sorted(numbers)]


def test_a_viewer_who_is_nobody_holds_only_everyone() -> None:
    assert Viewer().tokens == {"everyone"}
    assert Viewer().clearances == frozenset()
    assert not Caveat.FOR_OFFICIAL_USE_ONLY.is_enforced
