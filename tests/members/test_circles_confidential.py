"""A confidential community shows nowhere to outsiders: every address of Front is walked and looked through."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from portal.access.enums import Label, Reach
from portal.access.rule import Audience, Marking
from portal.library.models import PortalDocument
from portal.members.audience import report
from portal.members.enums import StaffRole
from portal.members.forms.applications import FORMS
from portal.members.models import Community, FeedToken, Person
from tests.conftest import become, session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance, staff
from tests.members.test_circles import neutral
from tests.test_sites import addresses

pytestmark = pytest.mark.django_db
NAME = "Quokka Zephyr Panel"
SLUG = "quokka-zephyr"
PURPOSE = "Marmalade logistics"
WORDS = ("quokka", "zephyr", "marmalade")
# Roles of staff who have no page that names communities.
WITHOUT_COMMUNITIES = (
    StaffRole.AUDITOR,
    StaffRole.DUTY_OFFICER,
    StaffRole.RECORDS_CUSTODIAN,
    StaffRole.CLOSURE_SIGNATORY,
)


@pytest.fixture
def hidden(pages: Any) -> Community:
    """A confidential community with a steward, members, and things that only it can read."""
    made: Community = CommunityFactory(name=NAME, slug=SLUG, purpose=PURPOSE, is_confidential=True)
    insider = PersonFactory(communities=[made])
    insider.community_memberships.update(is_steward=True)
    for label in (Label.GREEN, Label.AMBER):
        bulletin(title=f"For a few, {label}", tlp=label, audience_communities=[made])
    guidance(title="How a few prepare", tlp=Label.GREEN, audience_communities=[made])
    return made


@pytest.fixture
def shared(hidden: Community) -> Community:
    """A community that outsiders are in, with things that it shares with the confidential one."""
    made: Community = CommunityFactory(name="Open circle", slug="open-circle")
    both = [made, hidden]
    bulletin(title="For both", tlp=Label.AMBER, audience_communities=both)
    guidance(title="For both to prepare", tlp=Label.GREEN, audience_communities=both)
    document = PortalDocument(title="For both", tlp=Label.CLEAR, is_released=True)
    document.file.save("both.txt", ContentFile(b"Both."), save=False)
    document.save()
    return made


def outsiders(shared: Community) -> Iterator[tuple[str, Client]]:
    yield "nobody", Client()
    yield "applicant", session_for(PersonFactory(applicant=True))
    yield "suspended", session_for(PersonFactory(suspended=True, communities=[shared]))
    steward = PersonFactory(communities=[shared])
    steward.community_memberships.update(is_steward=True)
    yield "steward elsewhere", session_for(steward)
    yield "superuser", session_for(PersonFactory(is_superuser=True, communities=[shared]))
    yield "staff of every role", session_for(PersonFactory(roles=list(StaffRole), communities=[shared]))


def everywhere(shared: Community) -> list[str]:
    """Every routed address, the pages that outsiders can read, and the lists with their filters."""
    found = set(addresses()) | {"/account/communities/open-circle/"}
    for query in ("sector=energy", "tlp=green", "tlp=amber", "kind=advisory", "year=2026", "q=circle", "page=9"):
        found |= {f"/bulletins/?{query}", f"/guidance/?{query}", f"/search/?{query}", f"/?{query}"}
    for kind in ("bulletins", "guidance"):
        found |= {page.url for page in _pages(kind)}
    return sorted(found)


def _pages(kind: str) -> Any:
    from portal.bulletins.models import BulletinPage, GuidancePage

    return (BulletinPage if kind == "bulletins" else GuidancePage).objects.filter(live=True)


def everything_said(response: Any) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = b"".join(response) if getattr(response, "streaming", False) else response.content
    return f"{headers}\n{body.decode(errors='replace')}".lower()


def test_its_name_and_slug_are_in_no_answer_of_front_to_outsiders(hidden: Community, shared: Community) -> None:
    looked_at, opened = 0, 0
    for who, client in outsiders(shared):
        for address in everywhere(shared):
            answer = client.get(address)
            said = everything_said(answer)
            assert not [word for word in WORDS if word in said], (who, address)
            looked_at, opened = looked_at + 1, opened + (answer.status_code == 200)
    assert looked_at > 500
    assert opened > 100
    print(f"{looked_at} answers looked through, {opened} of them pages")  # noqa: T201  (the number is the point)


def test_the_same_walk_finds_it_where_an_insider_looks(hidden: Community, shared: Community) -> None:
    insider = session_for(Person.objects.get(community_memberships__community=hidden))
    found = {address for address in everywhere(shared) if WORDS[0] in everything_said(insider.get(address))}
    assert "/account/" in found
    assert WORDS[0] in everything_said(insider.get(f"/account/communities/{SLUG}/"))


@pytest.mark.parametrize(
    "address", ["/account/communities/{}/", "/sectors/{}/", "/bulletins/?sector={}", "/guidance/?sector={}",
                "/bulletins/{}/", "/guidance/{}/", "/{}/"],
)  # fmt: skip
def test_its_slug_in_an_address_answers_like_one_that_nobody_has(
    hidden: Community, shared: Community, address: str
) -> None:
    for who, client in outsiders(shared):
        there = neutral(client.get(address.format(SLUG)), SLUG)
        assert there == neutral(client.get(address.format("quagga-mistral")), "quagga-mistral"), who


def test_it_is_in_no_feed_of_outsiders(hidden: Community, shared: Community) -> None:
    person = PersonFactory(communities=[shared])
    _row, secret = FeedToken.issue(person=person, label="reader")
    pair = base64.b64encode(f"{person.email}:{secret}".encode()).decode()
    answer = Client().get("/bulletins/feed/", HTTP_AUTHORIZATION=f"Basic {pair}")
    assert answer.status_code == 200
    assert not [word for word in WORDS if word in everything_said(answer)]


def test_an_applicant_is_not_offered_it_and_naming_it_is_like_naming_nothing(hidden: Community) -> None:
    asked: Any = next(form for form in FORMS.values() if "communities" in form.base_fields)
    assert "communities" not in asked().fields  # there is no other to choose from
    CommunityFactory(name="Open circle", slug="open-circle")
    assert "Open circle" in asked().as_p()
    for name, form in FORMS.items():
        assert NAME not in form().as_p(), name
    said = {asked({"communities": [slug]}).errors["communities"][0].replace(slug, "") for slug in (SLUG, "quagga")}
    assert len(said) == 1


def test_the_sentence_of_who_can_read_names_it_only_where_an_editor_named_it(hidden: Community) -> None:
    other = CommunityFactory()
    for audience in (Audience(communities=frozenset({other.pk})), Audience(people=frozenset({PersonFactory().pk}))):
        assert NAME not in report(Marking(Label.AMBER, audience=audience)).sentence
    assert NAME not in report(Marking(Label.GREEN, reach=Reach.MEMBERS)).sentence
    assert NAME in report(Marking(Label.AMBER, audience=Audience(frozenset({hidden.pk})))).sentence


@pytest.mark.parametrize("role", WITHOUT_COMMUNITIES)
def test_on_desk_it_does_not_show_to_staff_who_set_no_audience(
    hidden: Community, shared: Community, role: StaffRole, settings: Any
) -> None:
    become(settings, "desk")
    client, opened = session_for(staff(role)), 0
    for address in sorted(address for address in set(addresses()) if address.startswith("/desk/")):
        answer = client.get(address)
        opened += answer.status_code == 200
        assert not [word for word in WORDS if word in everything_said(answer)], address
    assert opened
