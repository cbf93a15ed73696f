"""One call, in the transaction of what it records."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.signals import request_finished, request_started
from django.db import OperationalError, transaction
from django.dispatch import Signal
from django.test import Client, RequestFactory

from portal import audit
from portal.access.enums import Label
from portal.audit import Verb, context, recording, references
from portal.audit.enums import Kept, Outcome
from portal.audit.models import Event, Reference
from portal.audit.signal_handlers import begin_anew, write_refusals
from portal.members.models import Community, Person
from tests.conftest import SignIn
from tests.factories import CommunityFactory, PersonFactory, bulletin

pytestmark = pytest.mark.django_db


def meant(reference: str) -> str:
    return Reference.objects.get(pk=reference).value


@pytest.fixture
def community() -> Community:
    made: Community = CommunityFactory()
    return made


@pytest.fixture
def reader(community: Community) -> Person:
    person: Person = PersonFactory(communities=[community])
    return person


@pytest.fixture
def address(community: Community) -> str:
    """Of a bulletin for the community."""
    page: Any = bulletin(tlp=Label.AMBER, audience_communities=[community])
    return str(page.url)


def test_a_read_says_who_what_when_from_where_and_in_which_session(
    reader: Person, address: str, sign_in: SignIn
) -> None:
    client = sign_in(reader)
    client.get(address, REMOTE_ADDR="198.51.100.7")
    event = Event.objects.get(verb=Verb.READ)
    assert meant(event.who) == str(reader.pk)
    assert meant(event.address) == "198.51.100.7"
    assert event.about.startswith("bulletins.bulletinpage:")
    assert (event.outcome, event.site, event.role) == (Outcome.DONE, "front", "member")
    assert event.request
    assert str(client.session.session_key) not in event.session
    assert event.session == Event.objects.exclude(session="").first().session  # type: ignore[union-attr]


def test_what_is_for_everybody_is_read_without_a_record(client: Client) -> None:
    page: Any = bulletin(tlp=Label.CLEAR)
    assert client.get(page.url).status_code == 200
    assert not Event.objects.filter(verb=Verb.READ).exists()


def test_a_refusal_of_the_rule_is_recorded_and_what_does_not_exist_is_not(sign_in: SignIn, address: str) -> None:
    client = sign_in(PersonFactory())
    assert client.get(address).status_code == 404
    assert client.get("/bulletins/never-written/").status_code == 404
    event = Event.objects.get(verb=Verb.READ)
    assert (event.outcome, event.why) == (Outcome.REFUSED, "REFUSED")
    assert event.about.startswith("bulletins.bulletinpage:")


def test_what_is_rolled_back_was_not_recorded() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(Verb.SEARCH)
        raise ZeroDivisionError
    assert not Event.objects.exists()


def test_a_refusal_outlives_the_rollback_that_it_causes() -> None:
    with context.doing() as doing:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            audit.refuse(Verb.SEARCH, why="because")
            raise ZeroDivisionError
        assert not Event.objects.exists()
        audit.recording.flush(doing)
    assert Event.objects.get().why == "because"


@pytest.mark.parametrize("facts", [{"ratio": 0.5}, {"größe": 1}, {"nested": {"a": 1}}, {"large": 2**60}])
def test_facts_that_have_no_single_encoding_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"of the trail|for a fact"):
        audit.record(Verb.SEARCH, facts=facts)


def test_each_event_is_mirrored_in_one_line_of_the_log(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    with caplog.at_level(logging.INFO, "portal.trail"), django_capture_on_commit_callbacks(execute=True):
        audit.record(Verb.SEARCH, facts={"hits": 3})
    (line,) = [record for record in caplog.records if record.name == "portal.trail"]
    assert line.event["verb"] == "search"  # type: ignore[attr-defined]
    assert line.event["facts"] == {"hits": 3}  # type: ignore[attr-defined]


def test_plain_reads_and_decisions_name_a_person_by_different_references() -> None:
    actor = context.Actor(7, "member")
    audit.record(Verb.READ, "a:1", actor=actor)
    audit.record(Verb.RECALL, "a:1", actor=actor)
    kept = {row.kept: row.reference for row in Reference.objects.all()}
    assert set(kept) == {Kept.READ, Kept.DECISION}
    assert len(set(kept.values())) == 2


def test_a_reference_binds_its_value() -> None:
    audit.record(Verb.READ, "a:1", actor=context.Actor(7))
    row = Reference.objects.get()
    assert references.is_true(row)
    row.value = "8"
    assert not references.is_true(row)


def test_a_command_names_itself_and_acts_for_nobody() -> None:
    audit.ran("tidy", things=2)
    event = Event.objects.get()
    assert (event.who, event.facts["command"], event.facts["things"]) == ("system", "tidy", 2)


def test_what_staff_send_is_recorded_even_where_no_view_says_so(desk: None, sign_in: SignIn) -> None:
    from portal.members.enums import StaffRole
    from tests.factories import staff

    client = sign_in(staff(StaffRole.MIAC_AUTHOR))
    client.post("/desk/audience/", {"tlp": "TLP:CLEAR"})
    assert Event.objects.filter(verb=Verb.SEND).exists() or Event.objects.exclude(verb=Verb.SIGN_IN).exists()


def test_a_wrong_password_is_recorded_without_what_was_typed(client: Client) -> None:
    person = PersonFactory()
    client.post("/account/login/", {"login": person.email, "password": "not-the-one-at-all"})
    client.post("/account/login/", {"login": "my-secret-password@nowhere.example", "password": "x" * 12})
    first, second = Event.objects.filter(verb=Verb.SIGN_IN, outcome=Outcome.REFUSED).order_by("pk")
    assert (first.about, second.about) == (f"members.person:{person.pk}", "")
    for event in (first, second):
        assert "secret" not in repr(vars(event))
        assert "not-the-one" not in repr(vars(event))


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database will not take: one try for each entry, by what the event is about."""
    tries: list[str] = []
    real = recording._insert

    def insert(rows: Any, *args: Any) -> None:
        if rows[0]["about"] in tries:
            tries.remove(rows[0]["about"])
            raise OperationalError("database is locked")
        real(rows, *args)

    monkeypatch.setattr(recording, "_insert", insert)
    return tries


def refused_in(doing: context.Doing, *abouts: str) -> None:
    with transaction.atomic():  # so that they wait
        doing.request = RequestFactory().get("/")
        doing.request.user = AnonymousUser()
        for about in abouts:
            audit.refuse(Verb.READ, about, why="because")


def test_a_refusal_that_cannot_be_written_waits_on(busy: list[str]) -> None:
    with context.doing() as doing:
        refused_in(doing, "a.b:1", "a.b:2")
        busy.append("a.b:1")
        with pytest.raises(OperationalError):
            recording.flush(doing)
        assert recording.flush(doing) == 2
    assert list(Event.objects.order_by("pk").values_list("about", flat=True)) == ["a.b:1", "a.b:2"]


@pytest.mark.parametrize("signal", [request_started, request_finished])
def test_one_that_cannot_be_written_stops_no_request_and_leaves_a_line(
    busy: list[str], signal: Signal, caplog: pytest.LogCaptureFixture
) -> None:
    busy.append("a.b:1")
    with context.doing() as doing, caplog.at_level(logging.ERROR, "portal.trail"):
        refused_in(doing, "a.b:1", "a.b:2")
        # Django's own receivers of these close connections, which a test still needs.
        {request_started: begin_anew, request_finished: write_refusals}[signal](None)
        assert context._doing.get() is None
    assert list(Event.objects.values_list("about", flat=True)) == ["a.b:2"]
    [line] = [record for record in caplog.records if record.message == "event not written"]
    assert (line.event["about"], line.event["why"]) == ("a.b:1", "because")  # type: ignore[attr-defined]
    assert not {"person", "address"} & set(line.event)  # type: ignore[attr-defined]


def test_what_was_opened_and_rolled_back_is_recorded_when_it_is_opened_again() -> None:
    with context.doing() as doing:
        doing.request = RequestFactory().get("/")
        doing.request.user = AnonymousUser()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            audit.record_openings(Verb.UNSEAL, ["a.b:1"])
            raise ZeroDivisionError
        for _ in range(2):
            audit.record_openings(Verb.UNSEAL, ["a.b:1"])
    assert Event.objects.filter(verb=Verb.UNSEAL).count() == 1
