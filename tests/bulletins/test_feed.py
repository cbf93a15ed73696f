"""The Atom feed: for whom, with what, and what it never carries."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event
from portal.bulletins.feeds import REFUSALS_RECORDED
from portal.members.models import CommunityMembership, FeedToken, Person
from tests.conftest import SignIn
from tests.factories import CommunityFactory, PersonFactory, bulletin

ADDRESS = "/bulletins/feed/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory(communities=[CommunityFactory(slug="pipes", name="Pipes")])
    return made


def fetch(email: str, secret: str) -> Any:
    pair = base64.b64encode(f"{email}:{secret}".encode()).decode()
    return Client().get(ADDRESS, HTTP_AUTHORIZATION=f"Basic {pair}")


def titles(response: Any) -> list[str]:
    feed = ET.fromstring(response.content)  # noqa: S314  (what the portal itself wrote)
    return [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]


def test_it_carries_what_its_owner_may_read_and_no_more(person: Person) -> None:
    community = person.community_memberships.get().community
    bulletin(title="Public")
    bulletin(title="For members", tlp=Label.GREEN, reach=Reach.MEMBERS)
    bulletin(title="For pipes", tlp=Label.GREEN, audience_communities=[community])
    bulletin(title="For others", tlp=Label.GREEN, audience_communities=[CommunityFactory()])
    _row, secret = FeedToken.issue(person=person, label="reader")
    assert sorted(titles(fetch(person.email, secret))) == [
        "TLP:CLEAR Public",
        "TLP:GREEN For members",
        "TLP:GREEN For pipes",
    ]


def test_above_green_it_carries_the_safe_title_and_a_link_without_words(person: Person) -> None:
    community = person.community_memberships.get().community
    page = bulletin(
        title="Sabotage at the mill", safe_title="New bulletin for Pipes", summary="The mill was entered at night.",
        slug="sabotage-at-the-mill", tlp=Label.AMBER, audience_communities=[community],
    )  # fmt: skip
    _row, secret = FeedToken.issue(person=person, label="reader")
    body = fetch(person.email, secret).content.decode()
    assert titles(fetch(person.email, secret)) == ["TLP:AMBER New bulletin for Pipes"]
    assert "mill" not in body.lower()
    assert "Pipes" in body
    assert page.permalink in body


def test_the_link_leads_its_owner_to_the_bulletin_and_others_nowhere(person: Person, sign_in: SignIn) -> None:
    community = person.community_memberships.get().community
    page = bulletin(tlp=Label.AMBER, audience_communities=[community])
    assert sign_in(person).get(page.permalink)["Location"].endswith(page.url)
    assert sign_in(PersonFactory()).get(page.permalink).status_code == 404
    asked = Client().get(page.permalink)
    assert asked["Location"] == f"/account/login/?next={page.permalink}"
    assert Client().get(f"/b/{uuid.UUID(int=7)}/")["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Basic eDp5",
        "Bearer x",
        "basic Og==",
    ],
)
def test_rubbish_is_asked_for_the_token(pages: Any, header: str) -> None:
    answer = Client().get(ADDRESS, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_the_account_password_is_not_a_token(person: Person) -> None:
    from tests.factories import PASSWORD

    assert fetch(person.email, PASSWORD).status_code == 401


def test_a_token_ends_by_revoking_by_time_and_with_its_owners_standing(person: Person) -> None:
    row, secret = FeedToken.issue(person=person, label="reader")
    assert fetch(person.email, secret).status_code == 200
    assert fetch("somebody.else@partner.example", secret).status_code == 401
    person.standing = "suspended"
    person.save()
    assert fetch(person.email, secret).status_code == 401
    person.standing = "active"
    person.save()
    FeedToken.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert fetch(person.email, secret).status_code == 401
    FeedToken.objects.filter(pk=row.pk).update(expires_at=row.expires_at, revoked_at=timezone.now())
    assert fetch(person.email, secret).status_code == 401


def test_a_token_in_the_address_opens_nothing(person: Person) -> None:
    _row, secret = FeedToken.issue(person=person, label="reader")
    assert Client().get(ADDRESS, {"token": secret, "email": person.email}).status_code == 401


def test_a_token_is_shown_once_and_kept_as_a_digest(person: Person, sign_in: SignIn) -> None:
    client = sign_in(person)
    shown = client.post("/account/feed/", {"label": "My phone"})
    secret = shown.context["secret"]
    assert len(secret) >= 43
    assert secret in shown.content.decode()
    assert secret not in client.get("/account/feed/").content.decode()
    assert secret not in FeedToken.objects.get().digest
    assert fetch(person.email, secret).status_code == 200


def test_one_revokes_only_ones_own(person: Person, sign_in: SignIn) -> None:
    row, secret = FeedToken.issue(person=person, label="reader")
    assert sign_in(PersonFactory()).post(f"/account/feed/{row.pk}/revoke/").status_code == 404
    assert fetch(person.email, secret).status_code == 200
    sign_in(person).post(f"/account/feed/{row.pk}/revoke/")
    assert fetch(person.email, secret).status_code == 401


@pytest.mark.parametrize("email", ["a\0b@partner.example", "\0"])
def test_a_name_that_no_database_takes_is_refused(person: Person, email: str) -> None:
    _row, secret = FeedToken.issue(person=person, label="reader")
    assert fetch(email, secret).status_code == 401
    assert fetch(person.email, f"{secret}\0").status_code == 401


# --- the trail --------------------------------------------------------------------------------------


def carried(since: int = 0) -> list[str]:
    """What the trail says that feeds carried."""
    events = Event.objects.filter(verb=Verb.SUBSCRIBE, outcome=Outcome.DONE, pk__gt=since).exclude(about="")
    return list(events.order_by("pk").values_list("about", flat=True))


def test_what_somebody_comes_to_be_a_reader_of_is_recorded_though_it_was_published_before(person: Person) -> None:
    other = CommunityFactory()
    old = bulletin(tlp=Label.AMBER, audience_communities=[other])
    row, secret = FeedToken.issue(person=person, label="reader")
    fetch(person.email, secret)
    FeedToken.objects.filter(pk=row.pk).update(used_at=timezone.now() + timedelta(days=1))
    assert carried() == []
    CommunityMembership.objects.create(person=person, community=other)
    assert len(titles(fetch(person.email, secret))) == 1
    fetch(person.email, secret)
    assert carried() == [f"bulletins.bulletinpage:{old.pk}"]


def test_each_token_and_each_version_is_recorded_once(person: Person) -> None:
    page = bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS)
    bulletin(title="Public")
    for label in ("one", "other"):
        _row, secret = FeedToken.issue(person=person, label=label)
        fetch(person.email, secret)
        fetch(person.email, secret)
    assert carried() == [f"bulletins.bulletinpage:{page.pk}"] * 2
    type(page).objects.filter(pk=page.pk).update(live_revision=page.save_revision())
    fetch(person.email, secret)
    assert len(carried()) == 3


def test_a_token_that_is_wrong_leaves_a_refusal_and_no_more_than_ten_an_hour(person: Person) -> None:
    Client().get(ADDRESS)
    assert not Event.objects.filter(outcome=Outcome.REFUSED).exists()
    for _ in range(REFUSALS_RECORDED + 2):
        assert fetch(person.email, "wrong").status_code == 401
    found = Event.objects.filter(outcome=Outcome.REFUSED)
    assert [(row.verb, row.why, row.about) for row in found] == [(Verb.SUBSCRIBE, "token", "")] * REFUSALS_RECORDED
    assert found[0].address
