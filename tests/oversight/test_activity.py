"""What members see of the trail on Front: their own sign-ins, nobody else's, from rows that Desk wrote for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.audit import Outcome, Verb
from portal.audit.models import OwnEvent
from portal.members.models import Person
from portal.oversight import own
from tests.conftest import session_for
from tests.factories import PersonFactory
from tests.oversight.happenings import happened, sealed

pytestmark = pytest.mark.django_db
PAGE = "/account/activity/"


@pytest.fixture
def member(clock: Any, pages: Any) -> Person:
    made: Person = PersonFactory(name="Rosa Reader")
    return made


@pytest.fixture
def theirs(member: Person) -> Client:
    return session_for(member)


def test_ones_own_sign_ins_and_failures_show_after_they_are_sealed_and_nobody_elses(
    theirs: Client, member: Person
) -> None:
    happened(Verb.SIGN_IN, member, by=member)
    happened(Verb.SIGN_IN, member, refused="password", address="198.51.100.4")
    happened(Verb.PASSWORD_CHANGE, PersonFactory(), by=PersonFactory())
    assert "Somebody tried" not in theirs.get(PAGE).content.decode()
    sealed()
    shown = theirs.get(PAGE).content.decode()
    assert "You signed in." in shown
    assert "192.0.2.7" in shown
    assert "Somebody tried to sign in to your account and failed." in shown
    assert "198.51.100.4" not in shown  # whoever that was is not told to somebody else
    assert "password was changed" not in shown


def test_what_was_not_me_leads_to_what_to_do(theirs: Client, member: Person) -> None:
    happened(Verb.SIGN_IN, member, by=member)
    sealed()
    shown = theirs.get(PAGE).content.decode()
    assert 'href="#not-me"' in shown
    for address in ("/account/sessions/", "/account/password/change/", "/account/second-factor/"):
        assert f'href="{address}"' in shown


def test_nobody_else_has_a_page(member: Person) -> None:
    answer = Client().get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_account_menu_leads_there(theirs: Client) -> None:
    assert f'href="{PAGE}"' in theirs.get("/account/").content.decode()


def test_it_is_paged_and_takes_as_many_queries_for_fifty_as_for_one(theirs: Client, member: Person) -> None:
    def events(count: int) -> None:
        made = range(OwnEvent.objects.count(), OwnEvent.objects.count() + count)
        facts: dict[str, Any] = {"person": member.pk, "verb": Verb.SIGN_IN, "outcome": Outcome.DONE}
        at = timezone.now()
        OwnEvent.objects.bulk_create(OwnEvent(event_id=n, at=at - timedelta(hours=n), **facts) for n in made)

    events(1)
    theirs.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        theirs.get(PAGE)
    events(59)
    with CaptureQueriesContext(connection) as many:
        assert len(theirs.get(PAGE).context["shown"]) == 50
    assert len(many) == len(one)
    assert len(theirs.get(PAGE, {"page": 2}).context["shown"]) == 10
    assert theirs.get(PAGE, {"page": 3}).status_code == 404


def test_it_asks_no_table_that_front_may_not_read(theirs: Client, member: Person) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert theirs.get(PAGE).status_code == 200
    closed = ("audit_event", "audit_reference", "audit_seal", "audit_checkpoint", "oversight_review")
    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert not [sql for sql in reads for table in closed if table in sql]


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb.is_shown_to_person])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_event_that_can_be_shown_has_a_sentence(verb: Verb, outcome: Outcome) -> None:
    event = OwnEvent(person=1, verb=verb, outcome=outcome, about="members.person:1", at=timezone.now())
    told = own.in_words(event, 1)
    assert str(told.words).endswith(".")
    assert told.is_of_account


def test_the_use_of_what_one_sent_is_not_taken_for_a_sign_in() -> None:
    event = OwnEvent(person=1, verb=Verb.READ, outcome=Outcome.DONE, about="reporting.report:4", at=timezone.now())
    told = own.in_words(event, 1)
    assert str(told.words) == "Something that you sent was opened."
    assert not told.is_of_account


def test_what_staff_did_to_another_account_is_not_told_as_done_to_ones_own() -> None:
    event = OwnEvent(
        person=1, verb=Verb.RELEASE_ACCOUNT, outcome=Outcome.DONE, about="members.person:2", at=timezone.now()
    )
    assert str(own.in_words(event, 1).words) == "You did this to another account."
