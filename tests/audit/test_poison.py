"""Front may write events, so what a row holds is not believed: none stops the sealer, and none a page of Desk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from portal import audit
from portal.audit import own, sealing
from portal.audit.context import Actor
from portal.audit.management.commands import audit_seal
from portal.audit.models import Event, OwnEvent, Reference, Seal
from portal.audit.verifying import looks
from portal.audit.verifying.findings import Findings, Kind
from portal.members.enums import StaffRole
from tests.audit.conftest import NOW
from tests.conftest import session_for
from tests.factories import PersonFactory, staff

Happen = Callable[[int], list[Event]]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PLAIN = {
    "at": NOW.replace(tzinfo=None).isoformat(sep=" "),
    "verb": "read",
    "about": "a.b:1",
    "who": "nobody",
    "facts": "{}",
}
# What can be sealed as it stands, though the portal never wrote it.
STRANGE = {
    "a verb of no vocabulary": {"verb": "rule.the-world"},
    "no key of a person": {"verb": "session.begin", "about": "members.person:abc"},
    "a key beyond the column": {"verb": "session.begin", "about": "members.person:99999999999999999999"},
    "a reference to no key": {"verb": "session.begin", "who": "reference-of-abc"},
    "a reference to a key beyond the column": {"verb": "session.begin", "who": "reference-of-9s"},
    "a list for facts": {"facts": '["a", {"b": [null, 1.5]}]'},
    "text for facts": {"facts": '"text"'},
}
# What has no encoding, or cannot be read at all.
UNFIT = {
    "a number of 5,000 digits": {"facts": f'{{"a": {"9" * 5_000}}}'},
    "lists in lists": {"facts": f'{{"a": {"[" * 990}{"]" * 990}}}'},  # SQLite takes 1,000
}
if "sqlite" in settings.DATABASES["default"]["ENGINE"]:  # for PostgreSQL it is a number like others
    UNFIT["beyond every number"] = {"facts": '{"a": 1e400}'}
    # What would look as if it had been edited after it was sealed: the verifier holds the text against the value.
    UNFIT["facts in another text"] = {"facts": '{"a":1}'}
    UNFIT["a name twice"] = {"facts": '{"a": 1, "a": 1}'}
    UNFIT["a time in another text"] = {"at": NOW.isoformat(sep=" ")}
    UNFIT["a day that no month has"] = {"at": "2026-13-45 00:00:00"}
NO_TIME = {"sqlite": "the day before yesterday", "postgresql": "infinity"}


def planted(**fields: str) -> int:
    """Write a row past the portal, as whoever holds Front's account or the file can; gives its number."""
    row = {**PLAIN, "site": "front", "outcome": "done", **fields}
    row |= dict.fromkeys(("role", "session", "purpose", "why", "address", "request"), "")
    marks = ["%s::text::jsonb" if name == "facts" and connection.vendor == "postgresql" else "%s" for name in row]
    with connection.cursor() as cursor:
        statement = f"INSERT INTO audit_event ({', '.join(row)}) VALUES ({', '.join(marks)}) RETURNING id"  # noqa: S608  (names from above)
        cursor.execute(statement, list(row.values()))
        [number] = cursor.fetchone()
    return int(number)


@pytest.fixture(autouse=True)
def references(db: None) -> None:
    for reference, value in (("reference-of-abc", "abc"), ("reference-of-9s", "9" * 40)):
        Reference.objects.create(
            reference=reference, key=bytes(32), kind="person", value=value, month=NOW.date(), kept="decision"
        )


@pytest.fixture
def a_room() -> Iterator[None]:
    """A room whose submissions cannot be looked up for one of them."""

    def owners(name: str) -> list[int]:
        if name == "reports.report:2":
            raise RuntimeError
        return [7]

    own.owners_with("reports.report", owners)
    yield
    del own._owners["reports.report"]


def sealed() -> list[int]:
    return list(Seal.objects.order_by("sequence").values_list("event_id", flat=True))


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_strange_is_sealed_and_its_neighbours_are_shown_to_their_people(what: str) -> None:
    audit.record(audit.Verb.SIGN_IN, "members.person:5", actor=Actor(5))
    strange = planted(**STRANGE[what])
    audit.record(audit.Verb.SIGN_IN, "members.person:6", actor=Actor(6))
    assert sealing.seal(now=NOW) == 3
    assert sealed()[1] == strange
    assert list(OwnEvent.objects.order_by("event_id").values_list("person", flat=True)) == [5, 6]


@pytest.mark.parametrize("what", [*UNFIT, "no time"])
def test_what_has_no_encoding_gets_no_place_and_everything_else_is_sealed(
    what: str, happen: Happen, caplog: pytest.LogCaptureFixture
) -> None:
    first = happen(2)
    fields = UNFIT.get(what) or {"at": NO_TIME[connection.vendor]}
    unfit = planted(**fields)
    second = happen(2)
    with caplog.at_level(logging.ERROR):
        assert sealing.seal(now=NOW) == 4
    assert sealed() == [event.pk for event in first + second]
    [line] = [record for record in caplog.records if record.name == "portal.audit.sealing"]
    assert line.events == [unfit]  # type: ignore[attr-defined]
    assert line.exc_info is None
    assert "9999" not in line.getMessage()
    assert sealing.seal(now=NOW) == 0
    findings = Findings()
    looks.look_for_unsealed(now=NOW + timedelta(hours=1), findings=findings)
    [found] = findings.in_order()
    assert found.kind is Kind.UNSEALED
    assert f"number {unfit}." in found.words


def test_many_of_them_keep_none_behind_them_waiting(happen: Happen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_AT_ONCE", 3)
    for _ in range(7):
        planted(**UNFIT["a number of 5,000 digits"])
    behind = happen(4)
    assert sealing.seal(now=NOW) == 4
    assert sealed() == [event.pk for event in behind]


def test_a_room_that_cannot_say_whose_something_is_stops_nothing(a_room: None) -> None:
    for number in (1, 2, 3):
        audit.record(audit.Verb.READ, f"reports.report:{number}")
    assert sealing.seal(now=NOW) == 3
    assert list(OwnEvent.objects.order_by("event_id").values_list("person", "about")) == [
        (7, "reports.report:1"),
        (7, "reports.report:3"),
    ]


def test_the_loop_of_the_sealer_outlives_whatever_is_raised(
    happen: Happen, monkeypatch: pytest.MonkeyPatch, trail_keys: Any
) -> None:
    monkeypatch.setattr(audit_seal, "close_old_connections", lambda: None)  # a test has one, and needs it
    happen(1)
    with monkeypatch.context() as broken:
        broken.setattr(sealing, "seal", None)  # which nobody can call
        audit_seal.Command()._turn()
    assert sealed() == []
    audit_seal.Command()._turn()
    assert len(sealed()) == 1


@pytest.mark.parametrize("is_sealed", [True, False])
def test_the_auditors_pages_show_what_is_there(desk: None, pages: Any, is_sealed: bool) -> None:
    browser = session_for(staff(StaffRole.AUDITOR))
    made = [planted(**fields) for fields in STRANGE.values()]
    unfit = {what: planted(**fields) for what, fields in UNFIT.items()}
    made += unfit.values()
    if is_sealed:
        sealing.seal(now=NOW)
    answer = browser.get("/desk/audit/")
    assert answer.status_code == 200
    assert set(made) <= {row.event.pk for row in answer.context["rows"]}
    assert "rule.the-world" in answer.content.decode()
    for number in made:
        assert browser.get(f"/desk/audit/events/{number}/").status_code == 200
    assert "cannot be read" in browser.get(f"/desk/audit/events/{unfit['a number of 5,000 digits']}/").content.decode()
    assert browser.get("/desk/audit/about/a.b:1/").status_code == 200


def test_ones_own_page_shows_a_verb_that_it_does_not_know(pages: Any) -> None:
    person = PersonFactory()
    browser: Client = session_for(person)
    OwnEvent.objects.create(event_id=1, person=person.pk, at=NOW, verb="rule.the-world", outcome="done")
    answer = browser.get("/account/activity/")
    assert "Something was done with what you sent." in answer.content.decode()
