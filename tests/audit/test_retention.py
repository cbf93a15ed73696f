"""Whole months go to files and out of the database, and the rest can still be verified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, exporting, guards, keys, sealing
from portal.audit.checks import the_trail_is_kept_for_a_year
from portal.audit.context import Actor
from portal.audit.merkle import Frontier
from portal.audit.models import Checkpoint, Event, Reference, Seal, Segment
from portal.audit.retention import dropping, files, retiring
from portal.audit.retention.months import months_later
from portal.audit.retention.notes import read_segment
from portal.audit.retention.retiring import SegmentRefused
from portal.audit.ticks import retire_months
from portal.audit.verifying import Kind, Outside, Report, bundles, heads, verify
from scripts import verify_trail
from tests.audit import mutations
from tests.audit.mutations import Trail, tampering

pytestmark = pytest.mark.django_db
Run = Callable[..., str]


def at(year: int, month: int, day: int = 15, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, 30, tzinfo=UTC)


def work(clock: Any, when: datetime, count: int = 3) -> None:
    """Things happen, are sealed and signed for."""
    clock.move_to(when)
    for number in range(count):
        verb = audit.Verb.SIGN_IN if number % 2 else audit.Verb.READ
        audit.record(verb, "bulletins.bulletin:7", actor=Actor(person=number + 1, role="member"))
    sealing.seal(now=when)
    checkpoints.make(now=when)


@pytest.fixture
def months(trail_keys: keys.Verifier, clock: Any, settings: Any) -> Trail:
    """Five months of a year, of which three are old enough to go."""
    settings.PORTAL_TRAIL_MONTHS, settings.PORTAL_SITE = 12, "desk-worker"
    for month in range(1, 6):
        work(clock, at(2025, month))
        work(clock, at(2025, month, 20), count=2)
    notes = Checkpoint.objects.order_by("size").values_list("size", "note")
    clock.move_to(at(2026, 5, 20))
    return Trail(trail_keys, tuple(Outside(f"{size}.note", note) for size, note in notes))


def look(trail: Trail, *, files: Path | None = None, outside: bool = True) -> Report:
    sealing.seal(now=timezone.now())
    given = trail.outside if outside else ()
    return verify(now=timezone.now(), keys=trail.keys, outside=given, files=files)


# --- export -----------------------------------------------------------------------------------------


def test_only_months_that_are_old_enough_are_exported(months: Trail) -> None:
    assert run("audit_retire") == "Exported 3 months.\n"
    found = list(Segment.objects.order_by("month").values_list("month", "first", "last"))
    # Each closing checkpoint is the first of the month after, and covers what was sealed with it.
    assert found == [(date(2025, 1, 1), 1, 8), (date(2025, 2, 1), 9, 13), (date(2025, 3, 1), 14, 18)]
    assert run("audit_retire") == "No month is old enough to be exported.\n"


def test_the_clock_exports_them_too(months: Trail, clock: Any) -> None:
    assert retire_months(timezone.now()) == 3
    told = Event.objects.filter(verb=audit.Verb.TRAIL_EXPORT).order_by("pk")
    assert next(event.facts for event in told) == {"month": "2025-01", "first": 1, "last": 8}


def test_a_months_file_and_note_say_the_same_to_anybody(months: Trail, capsys: Any, tmp_path: Path) -> None:
    retiring.retire_due(now=timezone.now())
    paths = sorted(str(path) for path in files.folder().glob("*.trail"))
    assert standalone("segment", *paths, trail=months, folder=tmp_path) == 0
    assert "3 segments hold, up to event 18" in capsys.readouterr().out
    assert standalone("segment", paths[1], trail=months, folder=tmp_path) == 0
    assert standalone("segment", paths[0], paths[2], trail=months, folder=tmp_path) == 1
    head = read_segment(heads.open_body(Path(paths[0]).with_suffix(".note").read_text(), months.keys))
    assert (head.month, head.first, head.last, head.link_before) == ("2025-01", 1, 8, sealing.GENESIS)


@pytest.mark.parametrize("line", [0, 4, 7])
def test_a_changed_line_of_a_file_is_named(months: Trail, capsys: Any, tmp_path: Path, line: int) -> None:
    retiring.retire_due(now=timezone.now())
    path = files.folder() / "2025-01.trail"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"bulletin:7", b"bulletin:8")
    path.write_bytes(b"".join(lines))
    assert standalone("segment", str(path), trail=months, folder=tmp_path) == 1
    assert f"Event {line + 1} is not the one that was sealed" in capsys.readouterr().out


def test_a_month_that_was_changed_is_not_exported(months: Trail) -> None:
    with tampering():
        mutations.edit(3, "about")
        with pytest.raises(SegmentRefused, match="place 3 is not what was sealed"):
            retiring.retire_due(now=timezone.now())
        assert not Segment.objects.exists()
    assert not list(files.folder().glob("*"))


def test_a_month_whose_checkpoint_was_forged_is_not_exported(months: Trail) -> None:
    with tampering():
        Checkpoint.objects.filter(size=8).update(root=bytes(32))
        with pytest.raises(SegmentRefused, match="checkpoint 8 does not say"):
            retiring.retire_due(now=timezone.now())


def test_a_closed_month_is_not_closed_again_when_the_clock_went_back(trail_keys: keys.Verifier, clock: Any) -> None:
    for when in (at(2025, 1), at(2025, 2, 1), at(2025, 1, 31)):
        work(clock, when, count=1)
    assert list(Checkpoint.objects.order_by("size").values_list("closes_month", flat=True)) == [
        None,
        date(2025, 1, 1),
        None,
    ]


# --- drop -------------------------------------------------------------------------------------------


def test_a_month_is_dropped_and_the_chain_can_be_verified_across_the_gap(months: Trail) -> None:
    run("audit_retire")
    assert run("audit_retire", "--drop", "2025-01") == "Dropped 8 events of 2025-01.\n"
    assert (Seal.objects.order_by("pk")[0].pk, Event.objects.filter(at__lt=at(2025, 2, 1)).count()) == (9, 0)
    report = look(months)
    assert report.findings == ()
    assert report.notes == ("4 checkpoints stand where nothing is stored to hold them against.",)
    told = Event.objects.get(verb=audit.Verb.TRAIL_DROP)
    assert (told.facts["month"], told.facts["first"], told.facts["last"]) == ("2025-01", 1, 8)


def test_with_the_files_everything_is_verified_again(months: Trail) -> None:
    drop_all(months)
    report = look(months, files=files.folder())
    assert (report.findings, report.notes) == ((), ())
    assert report.events == report.size


def test_life_goes_on_after_everything_was_dropped(months: Trail, clock: Any) -> None:
    drop_all(months)
    work(clock, at(2026, 5, 21))
    assert look(months).is_fine


def test_a_month_is_dropped_with_the_references_of_its_events(months: Trail, clock: Any) -> None:
    run("audit_retire")
    run("audit_retire", "--drop", "2025-01")
    assert not Reference.objects.filter(month__lte=date(2025, 1, 1)).exists()
    left = set(Event.objects.exclude(who="system").values_list("who", flat=True))
    assert left == set(Reference.objects.filter(pk__in=left).values_list("pk", flat=True))


def test_months_go_in_their_order(months: Trail) -> None:
    run("audit_retire")
    assert refusal("--drop", "2025-02") == "The month 2025-01 comes first: months are dropped in their order."
    run("audit_retire", "--drop", "2025-01")
    run("audit_retire", "--drop", "2025-02")
    assert refusal("--drop", "2025-02") == "The month 2025-02 was dropped before."
    assert refusal("--drop", "2025-04") == "The month 2025-04 was not exported, so it cannot be dropped."


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "is not the one that was signed"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is not the one that was signed"),
    ],
)
def test_a_month_without_its_file_stays(months: Trail, spoil: Callable[[Path], Any], words: str) -> None:
    run("audit_retire")
    spoil(files.folder() / "2025-01.trail")
    assert words in refusal("--drop", "2025-01")
    assert Seal.objects.filter(sequence=1).exists()


def test_a_month_whose_row_was_changed_stays(months: Trail) -> None:
    run("audit_retire")
    with tampering():
        Segment.objects.filter(month=date(2025, 1, 1)).update(digest=bytes(32))
        with pytest.raises(SegmentRefused, match="does not say what its note says"):
            dropping.drop(date(2025, 1, 1), now=timezone.now())


def test_the_guards_are_up_again_after_a_drop(months: Trail) -> None:
    drop_all(months)
    assert not guards.missing(connection)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().delete()


def test_what_is_left_is_still_proven_across_the_gap(months: Trail, tmp_path: Path) -> None:
    drop_all(months)
    events = exporting.select(start=19)
    made = exporting.begin(events, shape=exporting.Shape.JSON, now=timezone.now())
    path = tmp_path / "left.json"
    path.write_bytes(b"".join(made.pieces))
    assert made.count == 7
    assert bundles.check(path.read_text(), keys=months.keys)
    assert standalone("export", str(path), trail=months, folder=tmp_path) == 0


def test_heads_of_dropped_months_are_shown_to_be_the_beginning_where_the_tree_is_known(months: Trail) -> None:
    drop_all(months)
    assert "beginning" in bundles.check(run("audit_prove", "--since", "18"), keys=months.keys)
    with pytest.raises(CommandError, match="its exported file proves it"):
        run("audit_prove", "--since", "10")
    with pytest.raises(CommandError, match="no such event"):
        run("audit_prove", "--event", "10", "--purpose", "subpoena 26-117")


# --- what is done to what was dropped ---------------------------------------------------------------


def test_a_forged_segment_hides_nothing(months: Trail) -> None:
    """Somebody who deletes a month and claims that it was dropped needs the signing key, and the file."""
    run("audit_retire")
    with tampering():
        mutations.replace_seals(lambda seals: seals[8:])
        note = Segment.objects.get(month=date(2025, 1, 1)).note.replace("last 8", "last 9")
        Segment.objects.filter(month=date(2025, 1, 1)).update(dropped_at=timezone.now(), note=note)
        found = look(months, outside=False).findings
    assert (found[0].kind, found[0].place) == (Kind.FORGED, "1-8")
    assert (Kind.REMOVED, "1-8") in [(one.kind, one.place) for one in found]


def test_a_segment_that_was_signed_again_is_found_by_a_checkpoint_from_outside(months: Trail) -> None:
    run("audit_retire")
    run("audit_retire", "--drop", "2025-01")
    forged = Trail(months.verifier, (Outside("8.note", resigned(months.outside[2].note)),))
    found = look(forged).findings
    assert (found[0].kind, found[0].place) == (Kind.REWRITTEN, "1-8")


def test_a_file_that_was_changed_after_the_drop_is_named(months: Trail) -> None:
    drop_all(months)
    path = files.folder() / "2025-02.trail"
    path.write_bytes(path.read_bytes().replace(b"bulletin:7", b"bulletin:8", 1))
    found = look(months, files=files.folder()).findings
    assert (found[0].kind, found[0].first) == (Kind.EDITED, 9)
    assert found[1].kind is Kind.REWRITTEN
    path.unlink()
    assert "cannot be read" in look(months, files=files.folder()).findings[0].words


@pytest.mark.parametrize("is_dropped", [True, False])
@pytest.mark.parametrize(
    "change", ["its own root", "nothing", "roots of other lengths", "no list", "lists in lists", "nulls"]
)
def test_a_tree_that_is_none_is_forged_and_stops_nothing(months: Trail, change: str, is_dropped: bool) -> None:
    """With the head of the tree alone, which is the right one, the walk could not go on from there."""
    run("audit_retire")
    if is_dropped:
        run("audit_retire", "--drop", "2025-01")
        run("audit_retire", "--drop", "2025-02")
    row = Segment.objects.get(month=date(2025, 2, 1))
    root = Frontier.from_text(row.last, row.frontier).head().hex()
    trees = {
        "its own root": [root],
        "nothing": [],
        "roots of other lengths": ["00", *row.frontier[1:]],
        "no list": {root: 1},
        "lists in lists": [[root]],
        "nulls": [None] * row.last.bit_count(),
    }
    with tampering():
        Segment.objects.filter(pk=row.pk).update(frontier=trees[change])
        found = look(months).findings
    assert Kind.FORGED in [one.kind for one in found]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's columns take nothing of the kind")
@pytest.mark.parametrize(
    "change", ["month = 'rubbish'", "first = 'x'", "last = 'x'", "first = 8.5", "last = 13.5", "file = x'ff'"]
)
def test_a_segment_that_cannot_be_read_is_forged_and_stops_nothing(months: Trail, change: str) -> None:
    drop_all(months)
    with tampering(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_segment SET {change} WHERE month = '2025-02-01'")  # noqa: S608  (from above)
        found = look(months, files=files.folder()).findings
    assert Kind.FORGED in [one.kind for one in found]


@pytest.mark.parametrize(("site", "is_told"), [("front", False), ("worker", False), ("desk-worker", True)])
def test_a_drop_is_believed_of_desk_alone(months: Trail, settings: Any, site: str, is_told: bool) -> None:
    run("audit_retire")
    with tampering():
        month = Segment.objects.get(month=date(2025, 1, 1))
        mutations.replace_seals(lambda seals: [seal for seal in seals if seal.sequence > month.last])
        Segment.objects.filter(pk=month.pk).update(dropped_at=timezone.now())
        settings.PORTAL_SITE = site
        audit.record(audit.Verb.TRAIL_DROP, facts={"month": "2025-01", "first": 1, "last": month.last})
        words = [one.words for one in look(months).findings]
    assert any("the trail does not tell of it" in each for each in words) is not is_told


def test_a_seal_at_a_place_that_was_dropped_is_named(months: Trail) -> None:
    drop_all(months)
    with guards.lifted():
        Seal.objects.create(sequence=5, event_id=10_000, leaf=bytes(32), link=bytes(32))
    found = look(months).findings
    assert (found[0].kind, found[0].first) == (Kind.ADDED, 5)


# --- settings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["PORTAL_TRAIL_MONTHS", "PORTAL_TRAIL_READS_MONTHS"])
def test_the_trail_is_kept_for_a_year_at_least(settings: Any, name: str) -> None:
    setattr(settings, name, 12)
    assert the_trail_is_kept_for_a_year(None) == []
    setattr(settings, name, 11)
    assert [found.id for found in the_trail_is_kept_for_a_year(None)] == ["audit.E004"]


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert months_later(date(2026, 1, 1), -13) == date(2024, 12, 1)
    assert months_later(date(2025, 12, 1), 1) == date(2026, 1, 1)


# --- what the tests above share ---------------------------------------------------------------------


def run(*words: str) -> str:
    from io import StringIO

    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as refused:
        run("audit_retire", *words)
    assert refused.value.returncode == 1
    return str(refused.value)


def drop_all(trail: Trail) -> None:
    run("audit_retire")
    for month in ("2025-01", "2025-02", "2025-03"):
        run("audit_retire", "--drop", month)


def standalone(what: str, *paths: str, trail: Trail, folder: Path) -> int:
    kept = []
    for one in trail.outside:
        (folder / one.name).write_text(one.note, encoding="utf-8")
        kept += ["--checkpoint", str(folder / one.name)]
    return verify_trail.main([what, *paths, "--key", trail.verifier.as_text(), *kept])


def resigned(note: str) -> str:
    """The same checkpoint with another head, under the trusted key."""
    from portal.audit import notes

    head, signer = notes.read_head(note.rpartition("\n\n")[0] + "\n"), keys.signer()
    other = notes.Head(head.origin, head.size, bytes(32), head.link, head.time)
    return notes.sign(other.body(), name=signer.name, key=signer.key)
