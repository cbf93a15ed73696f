"""Taking events out: with a purpose, recorded before the first one leaves, never more than so many."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from portal.audit import Verb, keys, merkle, notes
from portal.audit.encoding import canonical
from portal.audit.models import Event
from portal.members.models import Person
from tests.factories import PersonFactory
from tests.oversight.happenings import happened, looks, sealed

pytestmark = pytest.mark.django_db
EXPORT = "/desk/audit/export/"
WANTED = {"format": "json", "purpose": "Case 12-345, asked for by counsel"}


@pytest.fixture
def reader(auditor: Person) -> Person:
    made: Person = PersonFactory(name="Rosa Reader", email="rosa@partner.example")
    return made


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def recorded() -> list[Event]:
    return list(Event.objects.filter(verb=Verb.TRAIL_EXPORT))


def prove(taken: dict[str, Any]) -> None:
    """Check each event against the signed checkpoint, with nothing but the file and the public keys."""
    trusted = {mark: verifier.key for mark, verifier in keys.verifiers().items()}
    head = notes.read_head(notes.open_note(taken["checkpoint"], trusted))
    for entry in taken["events"]:
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(canonical(entry["event"])),
            index=entry["sequence"] - 1,
            size=head.size,
            path=[bytes.fromhex(node) for node in entry["path"]],
            root=head.root,
        )


def test_json_holds_what_the_search_finds_and_proves_it(browser: Client, reader: Person) -> None:
    wanted = {happened(by=reader).pk for _ in range(3)}
    happened(by=PersonFactory())
    sealed()
    answer = browser.post(f"{EXPORT}?person={reader.pk}&verb=read", WANTED)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    taken = json.loads(content(answer))
    assert {entry["event"]["id"] for entry in taken["events"]} == wanted
    prove(taken)
    assert str(reader.pk) not in json.dumps(taken["filters"])


def test_csv_holds_the_same_events(browser: Client, reader: Person) -> None:
    wanted = {str(happened(by=reader).pk) for _ in range(3)}
    sealed()
    answer = browser.post(f"{EXPORT}?person={reader.pk}", {**WANTED, "format": "csv", "with_people": "on"})
    with zipfile.ZipFile(io.BytesIO(content(answer))) as packed:
        rows = list(csv.DictReader(io.StringIO(packed.read("trail.csv").decode("utf-8-sig"))))
    assert {row["id"] for row in rows} == wanted
    assert {row["who"] for row in rows} == {str(reader.pk)}


def test_people_go_along_only_when_asked_for(browser: Client, reader: Person) -> None:
    happened(by=reader)
    sealed()
    address = f"{EXPORT}?person={reader.pk}"
    plain = json.loads(content(browser.post(address, WANTED)))
    assert all("people" not in entry for entry in plain["events"])
    assert "192.0.2.7" not in json.dumps(plain)
    told = json.loads(content(browser.post(address, {**WANTED, "with_people": "on"})))
    assert all(entry["people"]["who"]["value"] == str(reader.pk) for entry in told["events"])


def test_it_is_recorded_with_what_for_how_many_and_by_which_filters(browser: Client, reader: Person) -> None:
    happened(by=reader, about="members.lock:5", times=2)
    sealed()
    browser.post(f"{EXPORT}?person={reader.pk}&verb=read&since=2026-03-04", WANTED)
    [event] = recorded()
    assert event.purpose == WANTED["purpose"]
    assert event.about == f"members.person:{reader.pk}"
    assert event.facts["events"] == 2
    assert set(event.facts["filters"]) == {"person=one", "since=2026-03-04", "verb=read"}
    assert event.role == "Auditor"


@pytest.mark.parametrize("purpose", ["", "short", "x" * 201, "Case 12\x00-345 asked", "For 123-45-6789, asked today"])
def test_without_a_fit_purpose_nothing_leaves_and_what_was_typed_stays(browser: Client, purpose: str) -> None:
    happened()
    sealed()
    answer = browser.post(EXPORT, {**WANTED, "purpose": purpose})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert recorded() == []
    assert browser.post(EXPORT, WANTED).status_code == 200
    assert len(recorded()) == 1


def test_more_than_the_limit_is_refused_whole_and_the_page_says_both_numbers(
    browser: Client, reader: Person, settings: Any
) -> None:
    settings.PORTAL_TRAIL_EXPORT_MOST = 3
    happened(by=reader, times=4)
    sealed()
    address = f"{EXPORT}?person={reader.pk}"
    assert "finds 4 events, and at most 3 leave" in browser.get(address).content.decode()
    assert browser.post(address, WANTED).status_code == 422
    assert recorded() == []
    settings.PORTAL_TRAIL_EXPORT_MOST = 4
    assert browser.post(address, WANTED).status_code == 200


def test_without_a_checkpoint_it_says_that_nothing_can_be_proven(browser: Client) -> None:
    happened()
    answer = browser.post(EXPORT, WANTED)
    assert answer.status_code == 422
    assert "cannot be proven now" in answer.content.decode()
    assert recorded() == []


def test_what_no_checkpoint_covers_is_left_out_and_counted(browser: Client, reader: Person) -> None:
    covered = happened(by=reader)
    sealed()
    happened(by=reader)
    taken = json.loads(content(browser.post(f"{EXPORT}?person={reader.pk}", WANTED)))
    assert [entry["event"]["id"] for entry in taken["events"]] == [covered.pk]
    assert taken["newer"] == 1


def test_opening_the_form_is_a_look_and_takes_nothing_out(browser: Client) -> None:
    happened()
    assert browser.get(EXPORT).status_code == 200
    assert len(looks(page="export")) == 1
    assert recorded() == []


# --- the proof of one event -----------------------------------------------------------------------


def test_the_proof_of_one_event_holds_that_event_alone(browser: Client, reader: Person) -> None:
    happened(by=reader)
    event = happened(by=reader)
    happened(by=reader)
    sealed()
    answer = browser.post(f"/desk/audit/events/{event.pk}/proof/", {"purpose": WANTED["purpose"]})
    taken = json.loads(content(answer))
    assert [entry["event"]["id"] for entry in taken["events"]] == [event.pk]
    prove(taken)
    taken["events"][0]["event"]["outcome"] = "refused"
    with pytest.raises(merkle.ProofRefused):
        prove(taken)
    [told] = recorded()
    assert told.about == f"audit.event:{event.pk}"


def test_a_proof_needs_a_purpose_too(browser: Client) -> None:
    event = happened()
    sealed()
    assert browser.post(f"/desk/audit/events/{event.pk}/proof/", {}).status_code == 422
    assert browser.get(f"/desk/audit/events/{event.pk}/proof/").status_code == 405
    assert recorded() == []
