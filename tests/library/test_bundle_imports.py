"""A zip that staff send: kept, taken in row by row by the worker, stopped, resumed, broken off."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.core.actions import ActionRefused
from portal.library import bundle_imports, door
from portal.library.desk.actions import ResumeImport, SendBundle, StopImport
from portal.library.enums import Outcome
from portal.library.importing import Importing
from portal.library.models import BundleImport, BundleRow, PortalDocument
from portal.library.tasks import import_waiting_bundles
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.conftest import session_for
from tests.factories import staff
from tests.library.test_importing import folder, row, tell, zipped

__all__ = ["folder"]
pytestmark = pytest.mark.usefixtures("desk")
ADD = "/desk/library/add/"


@pytest.fixture
def editor(db: None) -> Person:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is away until a test calls for it."""
    monkeypatch.setattr(type(import_waiting_bundles), "enqueue", lambda task, *given, **named: None)


def upload(folder: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile("plans.zip", zipped(folder))


def send(folder: Path, editor: Person) -> BundleImport:
    file = io.BytesIO(zipped(folder))
    file.name = "plans.zip"
    run: BundleImport = SendBundle(file=file, told=bundle_imports.looked_into(file), by=editor).execute()
    return run


def states(run: BundleImport) -> dict[str, str]:
    return dict(BundleRow.objects.filter(run=run).values_list("file", "state"))


def test_an_editor_sends_a_zip_and_is_told_what_became_of_each_row(folder: Path, editor: Person) -> None:
    tell(folder, [row("a.md", "Plan A", example="b.md"), row("gone.md", "Gone"), row("b.md", "Plan B", kind="novel")])
    client = session_for(editor)
    answer = client.post(ADD, {"form": "bundle", "bundle": upload(folder)}, follow=True)
    text = answer.content.decode()
    assert "3 of 3 rows decided; 2 refused, 0 wait." in text
    assert "not in the zip" in text
    assert "was not set" in text
    document = PortalDocument.objects.get()
    assert (document.uploaded_by_user, document.in_library) == (editor, False)
    assert f"/desk/library/{document.pk}/" in text
    assert "plans.zip" in client.get("/desk/library/imports/").content.decode()


@pytest.mark.parametrize("content", [b"none", b""])
def test_what_is_no_zip_is_refused_at_once_and_nothing_is_kept(content: bytes, editor: Person) -> None:
    bad = session_for(editor).post(ADD, {"form": "bundle", "bundle": SimpleUploadedFile("x.zip", content)})
    assert bad.status_code == 422
    assert not BundleImport.objects.exists()


def test_one_with_too_many_rows_is_refused_at_once(
    folder: Path, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_imports, "MOST_ROWS", 1)
    answer = session_for(editor).post(ADD, {"form": "bundle", "bundle": upload(folder)})
    assert "more than 1 rows" in answer.content.decode()
    assert not BundleImport.objects.exists()


@pytest.mark.usefixtures("later")
def test_it_waits_for_the_worker_and_its_zip_goes_when_it_is_done(
    folder: Path, editor: Person, django_capture_on_commit_callbacks: Any
) -> None:
    run = send(folder, editor)
    place = str(run.bundle.name)
    assert default_storage.exists(place)
    assert not PortalDocument.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert bundle_imports.work() == 2
    run.refresh_from_db()
    assert run.done_at
    assert not default_storage.exists(place)
    assert PortalDocument.objects.count() == 2
    assert bundle_imports.work() == 0


@pytest.mark.usefixtures("later")
def test_what_is_stopped_waits_and_what_is_resumed_goes_on(
    folder: Path, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, take = send(folder, editor), Importing.take

    def and_stop(into: Importing, told: Any) -> Outcome:
        outcome = take(into, told)
        StopImport(run=BundleImport.objects.get(), by=editor).execute()
        return outcome

    monkeypatch.setattr(Importing, "take", and_stop)
    assert bundle_imports.work() == 1
    assert states(run) == {"a.md": Outcome.CREATED, "b.md": Outcome.WAITING}
    monkeypatch.setattr(Importing, "take", take)
    assert bundle_imports.work() == 0
    client = session_for(editor)
    assert "Let it go on" in client.get(f"/desk/library/imports/{run.pk}/").content.decode()
    client.post(f"/desk/library/imports/{run.pk}/resume/")
    assert bundle_imports.work() == 1
    assert states(run) == {"a.md": Outcome.CREATED, "b.md": Outcome.CREATED}
    with pytest.raises(ActionRefused):
        ResumeImport(run=BundleImport.objects.get(), by=editor).execute()


@pytest.mark.usefixtures("later")
def test_a_worker_that_is_killed_leaves_a_row_done_or_waiting(
    folder: Path, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: Any, **words: Any) -> Any:
        raise Killed

    tell(folder, [row("a.md", "Plan A", supersedes="b.md"), row("b.md", "Plan B")])
    run, note = send(folder, editor), bundle_imports._note
    monkeypatch.setattr(bundle_imports, "_note", die)
    with pytest.raises(Killed):
        bundle_imports.work()
    assert not PortalDocument.objects.exists()
    monkeypatch.setattr(bundle_imports, "_note", note)
    monkeypatch.setattr(bundle_imports, "_tie_all", die)
    with pytest.raises(Killed):
        bundle_imports.work()
    assert set(states(run).values()) == {Outcome.CREATED}
    monkeypatch.undo()
    bundle_imports.work()
    assert BundleImport.objects.get().done_at
    assert PortalDocument.objects.get(title="Plan A").supersedes == PortalDocument.objects.get(title="Plan B")


@pytest.mark.usefixtures("later")
def test_a_file_that_ends_the_worker_is_given_up_and_the_rest_goes_on(
    folder: Path, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, look = send(folder, editor), door.look

    def fall(name: str, file: Any, **options: Any) -> Any:
        if name == "a.md":
            raise MemoryError
        return look(name, file, **options)

    monkeypatch.setattr(door, "look", fall)
    bundle_imports.work()
    assert states(run) == {"a.md": Outcome.REFUSED, "b.md": Outcome.CREATED}
    assert BundleRow.objects.get(file="a.md").tries > bundle_imports.MOST_TRIES


@pytest.mark.usefixtures("later")
def test_the_zip_of_somebody_who_is_no_editor_any_more_is_not_taken_in(folder: Path, editor: Person) -> None:
    run = send(folder, editor)
    editor.groups.clear()
    assert bundle_imports.work() == 0
    run.refresh_from_db()
    assert "no editor any more" in run.why
    assert not PortalDocument.objects.exists()


@pytest.mark.usefixtures("later")
def test_a_zip_that_is_gone_ends_its_import_with_a_sentence(folder: Path, editor: Person) -> None:
    run = send(folder, editor)
    default_storage.delete(str(run.bundle.name))
    bundle_imports.work()
    run.refresh_from_db()
    assert run.done_at
    assert "send it again" in run.why


@pytest.mark.usefixtures("later")
def test_what_was_stopped_for_two_weeks_is_thrown_away(
    folder: Path, editor: Person, django_capture_on_commit_callbacks: Any
) -> None:
    run = send(folder, editor)
    StopImport(run=run, by=editor).execute()
    for days, is_there in ((13, True), (15, False)):
        with (
            time_machine.travel(timezone.now() + timedelta(days=days), tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            bundle_imports.clear_away(timezone.now())
        assert default_storage.exists(str(run.bundle.name)) is is_there
    with time_machine.travel(timezone.now() + timedelta(days=200), tick=False):
        bundle_imports.clear_away(timezone.now())
    assert not BundleImport.objects.exists()
    assert not BundleRow.objects.exists()


def test_the_pages_take_a_fixed_number_of_queries(
    folder: Path, editor: Person, django_assert_max_num_queries: Any
) -> None:
    tell(folder, [row(f"{number}.md", f"Plan {number}") for number in range(40)])
    client = session_for(editor)
    sent = client.post(ADD, {"form": "bundle", "bundle": upload(folder)})
    for address in (sent["Location"], sent["Location"] + "?only=told", "/desk/library/imports/"):
        with django_assert_max_num_queries(25):
            assert client.get(address).status_code == 200
    assert client.get("/desk/library/imports/999999999999999999999999/").status_code == 404
