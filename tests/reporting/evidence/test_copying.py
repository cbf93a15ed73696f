"""Safe copies: sealed like the original, with what they leave out beside them; and never of a file that is held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from PIL import Image

from portal.files import answers, child, confinement, wire
from portal.files.enums import Confined, Fact, Finding, Kind, PartForm, Removed, Title, Trouble
from portal.files.running import Copy, Detail, NoCopy, Part
from portal.members.enums import StaffRole
from portal.reporting import evidence, safe_copies
from portal.reporting.desk.evidence import not_started
from portal.reporting.enums import CopyState, FileState
from portal.reporting.models import Case, Evidence, SafeCopyPart
from portal.vault import records
from portal.vault.storage import sealed_files
from portal.vocabulary.models import County
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.evidence.conftest import AnsweringScanner
from tests.reporting.making import COLE, Sent, make_report, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk_keys", "scanner")]
PNG = b"\x89PNG made anew"
COPY = Copy(
    parts=(
        Part(PartForm.PICTURE, Title.PAGE, 1, picture=PNG),
        Part(PartForm.TEXT, Title.PAGE, 1, text="What the page says"),
        Part(PartForm.TABLE, Title.SHEET, 1, "Secret sheet", rows=(("a", "b"), ("c", "d"))),
    ),
    removals=(Removed.POSITION, Removed.EXIF),
    metadata=(Detail(Fact.LATITUDE, "38.5767"), Detail(Fact.LONGITUDE, "-92.1735"), Detail(Fact.MAKE, "Lens works")),
)


def picture_with_position() -> bytes:
    """A photograph as a phone takes it: with position, make and model."""
    out, exif = BytesIO(), Image.Exif()
    exif[271], exif[272] = "Lens works", "Model 7"
    exif.get_ifd(34853).update(
        {1: "N", 2: (38.0, 34.0, 36.12), 3: "W", 4: (92.0, 10.0, 24.6)},
    )
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG", exif=exif)
    return out.getvalue()


def clean_row(content: bytes = b"") -> Evidence:
    sent = Sent(content=content or picture_with_position())
    case = take_in(make_report(files=[sent]))
    evidence.look_at_waiting(timezone.now())
    row: Evidence = case.evidence.get()
    assert row.state == FileState.CLEAN
    return row


def made(monkeypatch: pytest.MonkeyPatch, *outcomes: Copy | NoCopy) -> list[Kind]:
    """Have the child answer so; gives what it was asked for."""
    asked: list[Kind] = []
    waiting = iter(outcomes)

    def safe_copy(kind: Kind, chunks: Iterator[bytes], *, length: int) -> Copy | NoCopy:
        assert len(b"".join(chunks)) == length
        asked.append(kind)
        return next(waiting)

    monkeypatch.setattr("portal.files.running.safe_copy", safe_copy)
    return asked


def test_a_copy_is_sealed_part_by_part_and_opens_again(monkeypatch: pytest.MonkeyPatch, sealed: Path) -> None:
    row = clean_row()
    made(monkeypatch, COPY)
    assert safe_copies.make_waiting(timezone.now()) == 1
    row.refresh_from_db()
    assert (row.copy_state, row.state) == (CopyState.MADE, FileState.CLEAN)
    parts = list(row.parts.all())
    assert [part.form for part in parts] == ["picture", "text", "table"]
    assert safe_copies.opened(parts[0]) == PNG
    titles = safe_copies.aside_of(row).titles
    shown = [safe_copies.shown(part, title) for part, title in zip(parts, titles, strict=True)]
    assert shown[1].text == "What the page says"
    assert shown[2].rows == [["a", "b"], ["c", "d"]]
    stored = b"".join(path.read_bytes() for path in sealed.rglob("*") if path.is_file())
    assert PNG not in stored
    assert b"What the page says" not in stored


def test_what_a_copy_leaves_out_is_kept_as_evidence_and_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    County.objects.get_or_create(fips=COLE, defaults={"name": "Cole County"})
    row = clean_row()
    made(monkeypatch, COPY)
    safe_copies.make_waiting(timezone.now())
    row.refresh_from_db()
    assert len(row.removed) == 2
    values = [value for _label, value in safe_copies.aside_of(row).metadata]
    assert values == ["38.5767", "-92.1735", "Lens works", County.objects.get(fips=COLE).name]
    clear = json.dumps([str(value) for value in vars(row).values()] + list(row.removed))
    assert "38.5767" not in clear
    assert "Secret sheet" not in json.dumps(list(SafeCopyPart.objects.values()), default=str)


def test_a_file_in_which_something_was_found_is_held_and_its_copy_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    row = clean_row()
    made(monkeypatch, Copy(parts=COPY.parts, findings=(Finding.MACROS,)))
    safe_copies.make_waiting(timezone.now())
    row.refresh_from_db()
    assert (row.state, row.copy_state) == (FileState.HELD, CopyState.NONE)
    assert row.why
    assert not row.parts.exists()


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Trouble.KIND, FileState.CLEAN),
        (Trouble.TOO_LARGE, FileState.CLEAN),
        (Trouble.BOMB, FileState.HELD),
        (Trouble.CRASH, FileState.HELD),
    ],
)
def test_where_no_copy_can_be_made_the_row_says_why(
    monkeypatch: pytest.MonkeyPatch, reason: Trouble, state: str
) -> None:
    row = clean_row()
    made(monkeypatch, NoCopy(reason=reason))
    safe_copies.make_waiting(timezone.now())
    row.refresh_from_db()
    assert (row.copy_state, row.state) == (CopyState.NONE, state)
    assert row.copy_why or row.why


def test_what_may_pass_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    row = clean_row()
    asked = made(monkeypatch, *[NoCopy(reason=Trouble.MEMORY)] * 5)
    now = timezone.now()
    for hour in range(5):
        safe_copies.make_waiting(now + timedelta(hours=hour))
    row.refresh_from_db()
    assert len(asked) == safe_copies.MOST_TRIES
    assert (row.copy_state, row.state) == (CopyState.NONE, FileState.CLEAN)


def test_while_the_program_does_not_start_a_copy_waits_with_growing_pauses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The desk's own fault: no file loses its copy for it, however long it lasts."""
    row = clean_row()
    made(monkeypatch, *[NoCopy(reason=Trouble.NOT_STARTED)] * 40, COPY)
    pauses, now = [], timezone.now()
    for _time in range(40):
        assert safe_copies.make_waiting(now) == 0
        row.refresh_from_db()
        assert (row.state, row.copy_state, row.tries) == (FileState.CLEAN, CopyState.WAITING, 0)
        pauses.append(row.due_at - now)
        now = row.due_at
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (evidence.FIRST_PAUSE, evidence.LONGEST_PAUSE)
    assert "does not start" in caplog.text
    assert safe_copies.make_waiting(now) == 1
    row.refresh_from_db()
    assert (row.copy_state, row.copy_why) == (CopyState.MADE, "")


def test_a_tile_and_the_page_of_the_case_say_that_the_program_does_not_start(
    desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = clean_row()
    analyst, sender = staff(StaffRole.MIAC_ANALYST), row.case.report.submitter
    assert not_started(analyst) == []
    made(monkeypatch, NoCopy(reason=Trouble.NOT_STARTED))
    safe_copies.make_waiting(timezone.now())
    assert [(tile.count, tile.overdue) for tile in not_started(analyst)] == [(1, 1)]
    assert not_started(sender) == not_started(staff(StaffRole.MOP3_EDITOR)) == []
    Case.objects.update(assigned_to=analyst)
    page = session_for(analyst).get(f"/desk/reports/{row.case.report.uuid}/").content.decode()
    assert "The program that makes safe copies did not start. The desk tries again." in page
    assert "The safe copy is being made." not in page


def test_a_file_that_ends_the_worker_itself_is_held_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    row = clean_row()

    def killed(*args: Any, **kwargs: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr("portal.files.running.safe_copy", killed)
    now = timezone.now()
    for hour in range(2 * safe_copies.MOST_TRIES):
        with pytest.raises(SystemExit):
            safe_copies.make_waiting(now + timedelta(hours=3 * hour))
    assert safe_copies.make_waiting(now + timedelta(days=2)) == 1
    row.refresh_from_db()
    assert row.state == FileState.HELD


@pytest.mark.parametrize(
    "fault", [OSError("no space left"), records.KeyNotHeld(), OperationalError("the server is away")]
)
def test_a_fault_of_the_desk_itself_costs_a_file_no_try(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    row = clean_row()
    asked = made(monkeypatch, *[COPY] * 12)
    now = timezone.now()

    def failing(*args: Any) -> Any:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(safe_copies, "_seal_part", failing)
        for hour in range(10):
            assert safe_copies.make_waiting(now + timedelta(hours=3 * hour)) == 0
    row.refresh_from_db()
    assert (row.state, row.copy_state, row.tries, len(asked)) == (FileState.CLEAN, CopyState.WAITING, 0, 10)
    assert safe_copies.make_waiting(now + timedelta(days=3)) == 1
    row.refresh_from_db()
    assert row.copy_state == CopyState.MADE


def test_of_two_workers_that_copy_one_file_the_first_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    row, now = clean_row(), timezone.now()
    asked: list[Kind] = []

    def slow(kind: Kind, chunks: Iterator[bytes], *, length: int) -> Copy | NoCopy:
        asked.append(kind)
        if len(asked) == 1:
            assert safe_copies.make_waiting(now + timedelta(hours=1)) == 1
            return NoCopy(reason=Trouble.CRASH)
        return COPY

    monkeypatch.setattr("portal.files.running.safe_copy", slow)
    safe_copies.make_waiting(now)
    row.refresh_from_db()
    assert (len(asked), row.state, row.copy_state) == (2, FileState.CLEAN, CopyState.MADE)
    assert row.parts.count() == len(COPY.parts)


def test_a_copy_without_pictures_of_pages_is_kept_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    row = clean_row()
    made(monkeypatch, Copy(parts=COPY.parts, findings=(Finding.NO_PAGES,)))
    safe_copies.make_waiting(timezone.now())
    row.refresh_from_db()
    assert (row.state, row.copy_state) == (FileState.CLEAN, CopyState.MADE)
    assert "Pictures of its pages could not be made." in safe_copies.aside_of(row).findings[0]


def test_while_the_storage_is_away_a_copy_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    row = clean_row()
    place, now = row.attachment.place, timezone.now()
    with sealed_files().open(place) as source:
        whole = source.read()
    sealed_files().delete(place)
    for hour in range(10):
        assert safe_copies.make_waiting(now + timedelta(hours=3 * hour)) == 0
    row.refresh_from_db()
    assert (row.state, row.copy_state) == (FileState.CLEAN, CopyState.WAITING)
    with sealed_files().open(place, "wb") as out:
        out.write(whole)
    made(monkeypatch, COPY)
    assert safe_copies.make_waiting(now + timedelta(days=3)) == 1


def test_a_child_that_could_still_open_files_reads_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([wire.request(Kind.TEXT, 5)])
    said: list[bytes] = []
    monkeypatch.setattr(child, "take_standard_streams", lambda: 0)
    monkeypatch.setattr(child, "read", lambda length: next(given))  # asked a second time, it raises
    monkeypatch.setattr(child, "write", lambda descriptor, frame: said.append(frame))
    monkeypatch.setattr(confinement, "leave", set)
    monkeypatch.setattr(confinement, "close", lambda *args, **kwargs: {Confined.LIMITS})
    child.serve(lambda kind: lambda data, delivery: delivery.text("read"))
    outcome = answers.read(b"".join(said))
    assert isinstance(outcome, NoCopy)
    assert (outcome.reason, outcome.confinement) == (Trouble.NOT_STARTED, frozenset({Confined.LIMITS}))


def test_a_file_that_waits_for_its_scan_is_not_copied(
    monkeypatch: pytest.MonkeyPatch, scanner: AnsweringScanner
) -> None:
    take_in(make_report(files=[Sent(content=picture_with_position())]))
    asked = made(monkeypatch, COPY)
    assert safe_copies.make_waiting(timezone.now()) == 0
    assert asked == []


def test_a_photograph_is_copied_without_its_position_and_the_position_stands_beside_it() -> None:
    """The real child process, on a picture with EXIF."""
    County.objects.get_or_create(fips=COLE, defaults={"name": "Cole County"})
    original = picture_with_position()
    row = clean_row(original)
    safe_copies.make_waiting(timezone.now())
    row.refresh_from_db()
    assert row.copy_state == CopyState.MADE, row.copy_why or row.why
    copy = safe_copies.opened(row.parts.get())
    assert b"Lens works" in original
    assert b"Lens works" not in copy
    assert b"Exif" not in copy
    told = dict(safe_copies.aside_of(row).metadata)
    assert County.objects.get(fips=COLE).name in told.values()
    assert any(value.startswith("38.57") for value in told.values())
