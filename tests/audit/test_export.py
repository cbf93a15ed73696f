"""Exports: what stands in them can be shown to others, one event without the rest."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, exporting, keys, proofs, sealing
from portal.audit.context import Actor
from portal.audit.exporting import Export, NothingSigned, NotProvable, Shape, archive
from portal.audit.merkle import root_of, verify_consistency, verify_inclusion
from portal.audit.models import Checkpoint, Event, Reference, Seal
from portal.audit.verifying import bundles
from tests.audit import mutations
from tests.audit.mutations import SIZES, Trail, tampering

pytestmark = pytest.mark.django_db
SEALED = SIZES[-1]
PURPOSE = ("--purpose", "subpoena 26-117")


@pytest.fixture
def trail(trail_keys: keys.Verifier, clock: Any, settings: Any) -> Trail:
    settings.PORTAL_SITE = "desk"
    return mutations.recorded(trail_keys, clock)


def export(shape: Shape = Shape.JSON, *, with_people: bool = False, **chosen: Any) -> Export:
    events = exporting.select(**chosen)
    return exporting.begin(events, shape=shape, now=timezone.now(), filters={}, with_people=with_people)


def read(made: Export) -> Any:
    return json.loads(b"".join(made.pieces))


def table(made: Export) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(b"".join(made.pieces))) as packed:
        return list(csv.DictReader(io.StringIO(packed.read("trail.csv").decode("utf-8-sig"), newline="")))


# --- what is in it ----------------------------------------------------------------------------------


def test_every_event_under_a_checkpoint_is_in_it_with_its_proof(trail: Trail) -> None:
    made = export()
    assert (made.count, made.newer, made.content_type) == (SEALED, 60 - SEALED, "application/json")
    data = read(made)
    assert [entry["sequence"] for entry in data["events"]] == list(range(1, SEALED + 1))
    assert "were in the trail when checkpoint 52 was signed" in bundles.check(json.dumps(data), keys=trail.keys)


def test_one_event_is_proven_without_the_others(trail: Trail) -> None:
    data = read(export(start=9, until=9))
    (entry,) = data["events"]
    leaves = [bytes(leaf).hex() for leaf in Seal.objects.order_by("pk").values_list("leaf", flat=True)]
    assert bundles.check(json.dumps(data), keys=trail.keys)
    assert entry["event"]["about"] == "bulletins.bulletin:2"
    assert "bulletins.bulletin:3" not in json.dumps(data)
    assert len([node for node in entry["path"] if node in leaves]) == 1  # the neighbour's hash, from which none is read


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"start": 10, "until": 19}, 10),
        ({"person": 2}, 13),
        ({"person": 99}, 0),
        ({"about": "bulletins.bulletin:3"}, 8),
        ({"person": 2, "about": "bulletins.bulletin:3"}, 2),
    ],
)
def test_events_are_chosen_by_place_person_and_thing(trail: Trail, chosen: dict[str, Any], count: int) -> None:
    made = export(**chosen)
    assert (made.count, len(read(made)["events"])) == (count, count)


def test_events_are_chosen_by_time(trail: Trail) -> None:
    events = Event.objects.order_by("pk")
    made = read(export(start=events[3].at, until=events[8].at))
    assert [entry["sequence"] for entry in made["events"]] == [4, 5, 6, 7, 8, 9]


def test_people_are_opened_only_when_asked_and_can_be_checked(trail: Trail) -> None:
    assert not [entry for entry in read(export())["events"] if "people" in entry]
    data = read(export(with_people=True))
    assert data["events"][0]["people"]["who"]["kind"] == "person"
    assert [entry["people"]["who"]["value"] for entry in data["events"][:4]] == ["2", "3", "4", "1"]
    assert bundles.check(json.dumps(data), keys=trail.keys)


def test_a_person_who_was_erased_is_not_opened(trail: Trail) -> None:
    Reference.objects.filter(value="2").delete()
    data = read(export(with_people=True, until=4))
    assert [("people" in entry) for entry in data["events"]] == [False, True, True, True]
    assert bundles.check(json.dumps(data), keys=trail.keys)


def test_an_export_is_in_the_trail_itself(trail: Trail) -> None:
    exporting.begin(
        exporting.select(person=2),
        shape=Shape.CSV,
        now=timezone.now(),
        filters={"person": 2, "verb": "read"},
        with_people=True,
    )
    told = Event.objects.get(verb=audit.Verb.TRAIL_EXPORT)
    assert told.facts == {"events": 13, "format": "csv", "people": True, "filters": ["person=2", "verb=read"]}


def test_without_a_checkpoint_nothing_is_exported_and_nothing_recorded(trail_keys: Any, clock: Any) -> None:
    audit.record(audit.Verb.READ)
    sealing.seal(now=timezone.now())
    with pytest.raises(NothingSigned):
        export()
    assert not Event.objects.filter(verb=audit.Verb.TRAIL_EXPORT).exists()


def test_a_gap_in_the_trail_keeps_it_from_being_exported(trail: Trail) -> None:
    with tampering():
        mutations.remove(9, event=True, seal=True)
        with pytest.raises(NotProvable, match="place 9 is missing"):
            export()


def test_what_was_changed_is_exported_and_found_by_whoever_verifies(trail: Trail) -> None:
    with tampering():
        mutations.edit(9, "about")
        text = b"".join(export().pieces).decode()
    with pytest.raises(bundles.BundleRefused, match="Event 9 is not proven"):
        bundles.check(text, keys=trail.keys)


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data["events"][2]["event"].update(verb="download"), "Event 3 is not proven"),
        (lambda data: data["events"][2].update(sequence=2), "stands twice"),
        (lambda data: data["events"].reverse(), "not in its order"),
        (lambda data: data["events"][2]["path"].pop(), "Event 3 is not proven"),
        (lambda data: data["events"].pop(), "holds 5 events, and does not"),
        (lambda data: data["events"][1]["people"]["who"].update(value="9"), "Event 2 does not mean the person"),
        (lambda data: data.update(checkpoint=data["checkpoint"].replace("\n52\n", "\n53\n")), "does not hold"),
        (lambda data: data.update(format="another"), "not one of the trail's"),
        (lambda data: data.update(verdict="fine"), "the names that an export has"),
        (lambda data: data["events"][0].update(person_name="Somebody Else"), "the names that an event has"),
        (lambda data: data["events"][0].update(sequence=True), "the names that an event has"),
        (lambda data: data["events"][0]["event"].pop("v"), "the names that an event has"),
        (lambda data: data["events"][0]["people"].update(role={}), "the names that an event has"),
        (lambda data: data.pop("events"), "the names that an export has"),
    ],
)
def test_a_bundle_that_was_changed_is_refused(trail: Trail, spoil: Callable[[Any], Any], words: str) -> None:
    data = read(export(with_people=True, until=5))
    spoil(data)
    with pytest.raises(bundles.BundleRefused, match=words):
        bundles.check(json.dumps(data), keys=trail.keys)


def test_a_bundle_in_which_a_name_stands_twice_is_refused(trail: Trail) -> None:
    text = b"".join(export(until=5).pieces).decode()
    with pytest.raises(bundles.BundleRefused, match="twice in an object"):
        bundles.check(text.replace('"verb":', '"verb":"download","verb":', 1), keys=trail.keys)


def test_a_bundle_signed_by_a_key_that_is_not_trusted_is_refused(trail: Trail, tmp_path: Path) -> None:
    other = keys.write_new(tmp_path / "other", name=trail.verifier.name)
    with pytest.raises(bundles.BundleRefused, match="none of the keys"):
        bundles.check(json.dumps(read(export())), keys={other.hash: other})


# --- the table --------------------------------------------------------------------------------------


def test_the_table_says_the_same_and_names_leaf_and_checkpoint(trail: Trail) -> None:
    rows = table(export(Shape.CSV, with_people=True))
    assert len(rows) == SEALED
    assert (rows[0]["sequence"], rows[0]["who"], rows[0]["checkpoint"]) == ("1", "2", "52")
    assert rows[0]["leaf"] == bytes(Seal.objects.get(pk=1).leaf).hex()
    assert rows[0]["facts"] == '{"number":1}'


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(trail_keys: Any, clock: Any, begin: str) -> None:
    audit.record(audit.Verb.SEARCH, purpose=f"{begin}cmd|' /C calc'!A0")
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    (row,) = table(export(Shape.CSV))
    assert row["purpose"] == f"'{begin}cmd|' /C calc'!A0"


def test_the_archive_holds_the_proofs_and_a_word_on_them(trail: Trail) -> None:
    made = export(Shape.CSV)
    with zipfile.ZipFile(io.BytesIO(b"".join(made.pieces))) as packed:
        assert packed.namelist() == [archive.TABLE, archive.PROOFS, archive.WORDS]
        assert bundles.check(packed.read("trail.json").decode(), keys=trail.keys)
        assert packed.testzip() is None


# --- proofs -----------------------------------------------------------------------------------------


@pytest.fixture
def many(trail_keys: keys.Verifier, clock: Any) -> list[bytes]:
    """The leaves of more than two blocks of events, in a tree that is not complete."""
    for number in range(2 * proofs.BLOCK + 90):
        audit.record(audit.Verb.READ, f"bulletins.bulletin:{number}")
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    return [bytes(leaf) for leaf in Seal.objects.order_by("pk").values_list("leaf", flat=True)]


def test_every_path_leads_to_the_head(many: list[bytes]) -> None:
    tree, root = proofs.Tree(len(many)), root_of(many)
    assert tree.head() == root
    for index in [0, 1, 254, 255, 256, 257, 511, 512, 600, 601, 3, 599]:
        path = tree.inclusion(index + 1)
        verify_inclusion(leaf=many[index], index=index, size=len(many), path=path, root=root)


@pytest.mark.parametrize("old", [1, 2, 255, 256, 257, 300, 512, 601, 602])
def test_every_older_head_is_shown_to_be_the_beginning(many: list[bytes], old: int) -> None:
    path = proofs.Tree(len(many)).consistency(old)
    heads = {"old_root": root_of(many[:old]), "new_root": root_of(many)}
    verify_consistency(old=old, new=len(many), path=path, **heads)


def test_paths_do_not_cost_a_look_at_every_seal(many: list[bytes]) -> None:
    tree = proofs.Tree(len(many))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for place in range(1, 513):
            tree.inclusion(place)
    assert len(asked) <= 4  # the blocks of the events themselves, and the right edge


def test_an_export_asks_as_many_questions_for_ten_events_as_for_fifty(trail: Trail) -> None:
    asked = []
    for until in (10, 50):
        with CaptureQueriesContext(connection) as queries:
            read(export(until=until))
        asked.append(len(queries))
    assert asked[0] == asked[1]


# --- commands ---------------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_writes_a_file_that_the_other_command_verifies(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    run("audit_export", *PURPOSE, "--about", "bulletins.bulletin:3", "--output", str(path))
    assert path.stat().st_mode & 0o077 == 0
    assert run("audit_verify", "--proof", str(path), "--key", trail.verifier.as_text()).startswith("All 8 events")
    with pytest.raises(CommandError, match="such a file already") as refused:
        run("audit_export", *PURPOSE, "--output", str(path))
    assert refused.value.returncode == 2


def test_the_command_tells_the_trail_what_for_and_not_whom(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    run("audit_export", *PURPOSE, "--person", "2", "--from", "3", "--output", str(path))
    told = Event.objects.get(verb=audit.Verb.TRAIL_EXPORT)
    assert (told.purpose, told.facts["filters"]) == ("subpoena 26-117", ["from=3", "person=one"])
    assert json.loads(path.read_text())["filters"] == {"from": 3, "person": "one"}
    with pytest.raises(CommandError, match="--purpose"):
        run("audit_export", "--person", "2")


def test_an_export_that_fails_leaves_no_file(trail_keys: Any, clock: Any, settings: Any, tmp_path: Path) -> None:
    settings.PORTAL_SITE = "desk"
    with pytest.raises(CommandError, match="No checkpoint") as refused:
        run("audit_export", *PURPOSE, "--output", str(tmp_path / "made.json"))
    assert refused.value.returncode == 1
    assert not list(tmp_path.glob("made*"))


def test_one_event_is_proven_by_a_command(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    path.write_text(run("audit_prove", *PURPOSE, "--event", "17", "--with-people"))
    assert run("audit_verify", "--proof", str(path)).startswith("All 1 events")
    with pytest.raises(CommandError, match="no such event"):
        run("audit_prove", *PURPOSE, "--event", "55")


def test_a_checkpoint_from_outside_is_shown_to_be_the_beginning_of_the_last(trail: Trail, tmp_path: Path) -> None:
    kept, path = tmp_path / "mine.note", tmp_path / "proof.json"
    kept.write_text(trail.outside[1].note)
    for old in ("20", str(kept)):
        path.write_text(run("audit_prove", "--since", old))
        words = run("audit_verify", "--proof", str(path))
        assert words == "The trail of checkpoint 20 is the beginning of that of checkpoint 52.\n"


def test_a_proof_over_a_rewritten_trail_does_not_hold(trail: Trail, tmp_path: Path) -> None:
    kept, path = tmp_path / "mine.note", tmp_path / "proof.json"
    kept.write_text(trail.outside[1].note)
    with tampering():
        mutations.edit(5, "about")
        mutations.seal_anew(after=0)
        mutations.sign_anew()
        path.write_text(run("audit_prove", "--since", str(kept)))
    with pytest.raises(CommandError, match="does not hold") as refused:
        run("audit_verify", "--proof", str(path))
    assert refused.value.returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ["audit_prove", "--since", "9"],
        ["audit_prove", "--event", "9"],
        ["audit_prove", "--since", "52", "--until", "20"],
        ["audit_verify", "--since", "9"],
        ["audit_verify", "--key", "no key"],
        ["audit_verify", "--proof", "/nowhere"],
        ["audit_verify", "--checkpoints", "/nowhere"],
    ],
)
def test_wrong_use_ends_with_2(trail: Trail, words: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert refused.value.returncode == 2


@pytest.mark.parametrize("words", [["audit_export", *PURPOSE], ["audit_verify"], ["audit_retire"]])
def test_front_may_not(trail: Trail, settings: Any, words: list[str]) -> None:
    settings.PORTAL_SITE = "front"
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert refused.value.returncode == 2


def test_the_command_says_how_many_how_long_and_what_is_wrong(trail: Trail, tmp_path: Path) -> None:
    folder = tmp_path / "outside"
    folder.mkdir()
    for one in trail.outside:
        (folder / one.name).write_text(one.note)
    said = run("audit_verify", "--checkpoints", str(folder), "--key", trail.verifier.as_text())
    assert said.startswith("Verified 60 events up to place 60 against 8 checkpoints in ")
    mutated = Checkpoint.objects.count()
    with tampering():
        mutations.edit(9, "about")
        with pytest.raises(CommandError, match="the first is edited at 9") as refused:
            run("audit_verify")
    assert refused.value.returncode == 1
    assert Checkpoint.objects.count() == mutated


def test_progress_of_a_long_run_goes_to_standard_error(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.audit.verifying.PROGRESS_EVERY", 20)
    err = io.StringIO()
    call_command("audit_verify", stdout=io.StringIO(), stderr=err)
    assert err.getvalue().split("\n")[:3] == ["20 events", "40 events", "60 events"]


def test_a_person_who_acted_in_several_hours_is_found_in_all(trail: Trail, clock: Any) -> None:
    """Each hour has a reference of its own; the search goes through them all."""
    clock.shift(timedelta(hours=2))
    audit.record(audit.Verb.READ, actor=Actor(person=2))
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    assert export(person=2).count == 16
