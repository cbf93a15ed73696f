"""What a person does with their own account, and what their roles refuse, is in the trail."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.access.enums import Label
from portal.audit import Verb
from portal.audit.enums import Kept, Outcome
from portal.audit.models import Event, Reference
from portal.members.enums import StaffRole
from portal.members.models import FeedToken, FrontSession, Person
from tests.conftest import SignIn, enrol, session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, staff

pytestmark = pytest.mark.django_db
PASSWORD = "Correct horse 12 battery!"


@pytest.fixture
def person() -> Person:
    made: Person = PersonFactory()
    made.set_password(PASSWORD)
    made.save()
    return made


def the(verb: Verb) -> Event:
    return Event.objects.get(verb=verb)


def whose(event: Event) -> str:
    return Reference.objects.get(pk=event.who).value


def signed_in(person: Person) -> Client:
    """Through the pages, since an event's session is the one of its request."""
    client, secret = Client(), enrol(person)
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/account/code/", {"code": code}).status_code == 302
    return client


def test_once_plain_reads_are_erased_no_sign_in_tells_whose_they_were(person: Person, pages: Any) -> None:
    page: Any = bulletin(tlp=Label.AMBER, audience_people=[person])
    client = signed_in(person)
    assert client.get(page.url).status_code == 200
    read, sign_in = the(Verb.READ), the(Verb.SIGN_IN)
    assert whose(sign_in) == str(person.pk)
    assert sign_in.about == ""
    assert read.session
    assert sign_in.session
    assert read.session != sign_in.session
    Reference.objects.filter(kept=Kept.READ).delete()
    told = {read.session, read.who, read.address}
    assert not told & {sign_in.session, sign_in.who, sign_in.address}


def test_a_failed_sign_in_keeps_the_account_since_nobody_is_its_doer(person: Person, client: Client) -> None:
    client.post("/account/login/", {"login": person.email, "password": "not-the-one-at-all"})
    event = the(Verb.SIGN_IN)
    assert (event.who, event.about, event.outcome) == ("nobody", f"members.person:{person.pk}", Outcome.REFUSED)


def test_making_and_revoking_a_feed_token_is_recorded(person: Person, sign_in: SignIn) -> None:
    client = sign_in(person)
    client.post("/account/feed/", {"label": "Secret label"})
    token = FeedToken.objects.get()
    client.post(f"/account/feed/{token.pk}/revoke/")
    for event in (the(Verb.TOKEN_CREATE), the(Verb.TOKEN_REVOKE)):
        assert (event.about, whose(event)) == (f"members.feedtoken:{token.pk}", str(person.pk))
        assert "Secret" not in repr(vars(event))


def test_ending_ones_other_sessions_is_recorded(person: Person, sign_in: SignIn) -> None:
    client = sign_in(person)
    sign_in(person)
    sign_in(person)
    client.post("/account/sessions/end-others/")
    event = the(Verb.SIGN_OUT)
    assert (event.facts, whose(event)) == ({"others": 2}, str(person.pk))


def test_ending_one_other_session_is_recorded(person: Person, sign_in: SignIn) -> None:
    client, other = sign_in(person), sign_in(person)
    row = FrontSession.objects.get(session_key=other.session.session_key)
    client.post(f"/account/sessions/{row.handle}/end/")
    assert the(Verb.SIGN_OUT).facts == {"others": 1}


def test_confirming_who_one_is_is_recorded_and_failing_to(person: Person, sign_in: SignIn) -> None:
    enrol(person)
    client = sign_in(person)
    client.post("/account/reauthenticate/", {"password": "not-the-one-at-all"})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    failed, done = Event.objects.filter(verb=Verb.REAUTHENTICATE).order_by("pk")
    assert (failed.outcome, failed.why) == (Outcome.REFUSED, "password")
    assert (done.outcome, done.facts, whose(done)) == (Outcome.DONE, {"method": "password"}, str(person.pk))


def test_asking_for_a_new_password_is_recorded_alike_for_any_address(person: Person, client: Client) -> None:
    for email in (person.email, "nobody.at.all@partner.example"):
        client.post("/account/password/reset/", {"email": email})
    known, unknown = Event.objects.filter(verb=Verb.PASSWORD_ASK).order_by("pk")
    assert (known.about, unknown.about) == (f"members.person:{person.pk}", "")
    assert "nobody.at.all" not in repr(vars(unknown))


def test_asking_costs_the_same_whether_there_is_an_account_or_not(
    person: Person, client: Client, django_assert_num_queries: Any
) -> None:
    client.post("/account/password/reset/", {"email": "first@partner.example"})  # the network's reference is made
    with CaptureQueriesContext(connection) as one:
        client.post("/account/password/reset/", {"email": "nobody.at.all@partner.example"})
    with django_assert_num_queries(len(one.captured_queries)):
        client.post("/account/password/reset/", {"email": person.email})


@pytest.mark.parametrize(
    ("address", "name"),
    [("/desk/audit/", "desk_audit"), ("/desk/staff/", "desk_staff"), ("/desk/releases/", "desk_releases")],
)
def test_a_page_that_a_role_refuses_is_recorded(desk: None, address: str, name: str) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    assert session_for(editor).get(address).status_code == 404
    event = the(Verb.LOOK)
    assert (event.outcome, event.why, event.facts) == (Outcome.REFUSED, "role", {"page": name})
    assert whose(event) == str(editor.pk)


def test_a_feed_records_once_each_marked_bulletin_that_it_carried(client: Client, pages: Any) -> None:
    community = CommunityFactory()
    person = PersonFactory(communities=[community])
    _row, secret = FeedToken.issue(person=person, label="reader")
    marked = bulletin(tlp=Label.AMBER, audience_communities=[community])
    bulletin(tlp=Label.CLEAR)
    given = base64.b64encode(f"{person.email}:{secret}".encode()).decode()
    for _time in range(2):
        assert client.get("/bulletins/feed/", headers={"authorization": f"Basic {given}"}).status_code == 200
    events = Event.objects.filter(verb=Verb.SUBSCRIBE).order_by("pk")
    assert [event.about for event in events] == ["", f"bulletins.bulletinpage:{marked.pk}", ""]
    assert {whose(event) for event in events} == {str(person.pk)}
