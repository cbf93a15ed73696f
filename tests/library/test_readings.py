"""Documents are read once, again when their file changed, and what cannot be read is still there to download."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.core import tick
from portal.files import reading
from portal.files.enums import Trouble
from portal.files.reading import Finding, Form, NotRead, PageText, Reading
from portal.library import readings
from portal.library.enums import ReadingState
from portal.library.models import DocumentPage, DocumentReading, PortalDocument
from search.models import EntryPage

pytestmark = pytest.mark.django_db
Say = Callable[..., None]
READ = Reading(
    pages=(PageText(1, "Sandbags"), PageText(2, "Pumps", name="Second", is_from_picture=True)),
    has_pages=True,
    page_count=2,
    picture=b"a picture",
    language="en",
    title="Flood plan",
    dated=date(2019, 10, 28),
    findings=frozenset({Finding.NOT_TAGGED, Finding.NO_TITLE}),
    is_cut_short=True,
)


def document(content: bytes = b"text of the plan", name: str = "plan.txt", **fields: Any) -> PortalDocument:
    row = PortalDocument(title="Plan", tlp=Label.CLEAR, **fields)
    row.file.save(name, ContentFile(content))
    return row


def reading_of(row: PortalDocument) -> DocumentReading:
    return DocumentReading.objects.get(document=row)


def pictures() -> set[str]:
    return set(default_storage.listdir("first-pages")[1]) if default_storage.exists("first-pages") else set()


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Tell what reading a file gives, without a process: one outcome a try, the last one from then on."""

    def told(*outcomes: Reading | NotRead | Callable[[], Reading | NotRead]) -> None:
        waiting = list(outcomes)

        def read(form: Form, chunks: Iterator[bytes], *, length: int) -> Reading | NotRead:
            assert len(b"".join(chunks)) == length
            outcome = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return outcome() if callable(outcome) else outcome

        monkeypatch.setattr(reading, "read", read)

    return told


def test_a_new_document_waits_and_is_read_for_what_it_says() -> None:
    row = document(b"# Flood plan\n\nSandbags are at the north gate since May 7, 2018.", "plan.md")
    assert reading_of(row).state == ReadingState.WAITING
    assert readings.read_waiting() == 1
    found = reading_of(row)
    assert (found.state, found.page_count, found.has_pages) == (ReadingState.READ, 1, False)
    assert (found.suggested_title, found.suggested_date) == ("Flood plan", date(2018, 5, 7))
    page = DocumentPage.objects.get(document=row)
    assert (page.number, page.name) == (0, "Flood plan")
    assert "north gate" in page.text
    assert readings.read_waiting() == 0


def test_all_that_was_learned_is_written_down(says: Say) -> None:
    says(READ)
    row = document()
    readings.read_waiting()
    found = reading_of(row)
    assert (found.page_count, found.has_pages, found.from_pictures, found.is_cut_short) == (2, True, 1, True)
    assert (found.language, found.suggested_title, found.suggested_date) == ("en", "Flood plan", date(2019, 10, 28))
    assert found.findings == ["no-title", "not-tagged"]
    assert found.file_hash == row.file_hash == hashlib.sha1(b"text of the plan", usedforsecurity=False).hexdigest()
    with found.picture.open() as picture:
        assert picture.read() == b"a picture"
    assert "Plan" not in str(found.picture.name)
    pages = DocumentPage.objects.filter(document=row).values_list("number", "name", "text", "is_from_picture")
    assert list(pages) == [(1, "", "Sandbags", False), (2, "Second", "Pumps", True)]


def test_what_was_read_is_found_by_search_and_only_of_the_library(says: Say) -> None:
    says(READ)
    told: dict[str, Any] = {"is_released": True, "published_at": timezone.now()}
    in_library, elsewhere = document(in_library=True, **told), document(in_library=False, **told)
    readings.read_waiting()
    entered = EntryPage.objects.filter(text__contains="Pumps").values_list("entry__object_id", flat=True)
    assert set(entered) == {in_library.pk}
    assert reading_of(elsewhere).is_read


def test_saving_a_document_again_does_not_have_it_read_again(says: Say) -> None:
    says(READ)
    row = document()
    readings.read_waiting()
    row.refresh_from_db()
    row.title = "Another title"
    row.save()
    assert reading_of(row).is_read


def test_another_file_takes_the_former_text_away_at_once(
    says: Say, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    says(READ)
    row = document()
    readings.read_waiting()
    former = reading_of(row).picture.name
    row.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        row.file = ContentFile(b"another text", name="other.txt")
        row.save()
    found = reading_of(row)
    assert (found.state, found.tries, found.suggested_title) == (ReadingState.WAITING, 0, "")
    assert not DocumentPage.objects.filter(document=row).exists()
    assert str(former).removeprefix("first-pages/") not in pictures()
    assert readings.read_waiting() == 1
    assert reading_of(row).file_hash == hashlib.sha1(b"another text", usedforsecurity=False).hexdigest()


def test_a_file_replaced_while_it_is_read_is_read_again(says: Say) -> None:
    row = document()

    def replaced() -> Reading:
        PortalDocument.objects.filter(pk=row.pk).update(file_hash="0" * 40)
        return READ

    says(replaced, READ)
    before = pictures()
    assert readings.read_waiting() == 0
    found = reading_of(row)
    assert (found.state, found.tries) == (ReadingState.WAITING, 0)
    assert not DocumentPage.objects.filter(document=row).exists()
    assert pictures() == before


def test_a_document_deleted_while_it_is_read_leaves_nothing(
    says: Say, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    row = document()

    def deleted() -> Reading:
        PortalDocument.objects.filter(pk=row.pk).delete()
        return READ

    says(deleted)
    before = pictures()
    assert readings.read_waiting() == 0
    assert pictures() == before
    assert not DocumentPage.objects.exists()


def test_a_picture_goes_with_its_document(says: Say, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    says(READ)
    row = document()
    readings.read_waiting()
    name = reading_of(row).picture.name
    with django_capture_on_commit_callbacks(execute=True):
        row.delete()
    assert str(name).removeprefix("first-pages/") not in pictures()


@pytest.mark.parametrize("trouble", [Trouble.DAMAGED, Trouble.LOCKED, Trouble.BOMB, Trouble.NONSENSE])
def test_what_cannot_be_read_says_why_and_can_still_be_downloaded(says: Say, trouble: Trouble) -> None:
    says(NotRead(trouble))
    row = document(is_released=True)
    assert readings.read_waiting() == 1
    found = reading_of(row)
    assert (found.state, found.trouble, found.tries) == (ReadingState.REFUSED, trouble.value, 1)
    answer: Any = Client().get(row.download_url)
    assert b"".join(answer.streaming_content) == b"text of the plan"


def test_what_is_no_text_at_all_is_refused_without_a_process() -> None:
    row = document(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture.png")
    readings.read_waiting()
    assert (reading_of(row).state, reading_of(row).trouble) == (ReadingState.REFUSED, "kind")


@pytest.mark.parametrize("trouble", sorted(readings.PASSING, key=str))
def test_what_may_go_better_is_tried_three_times(says: Say, trouble: Trouble) -> None:
    says(NotRead(trouble))
    row = document()
    assert [readings.read_waiting() for _try in range(4)] == [0, 0, 1, 0]
    assert (reading_of(row).state, reading_of(row).trouble) == (ReadingState.REFUSED, trouble.value)


def test_a_second_try_that_goes_well_counts(says: Say) -> None:
    says(NotRead(Trouble.TIME), READ)
    row = document()
    assert [readings.read_waiting() for _try in range(2)] == [0, 1]
    assert (reading_of(row).is_read, reading_of(row).trouble) == (True, "")


def test_a_file_that_ends_the_worker_itself_is_not_tried_for_ever(says: Say) -> None:
    row = document()
    DocumentReading.objects.filter(document=row).update(tries=readings.MOST_TRIES)
    assert readings.read_waiting() == 1
    assert (reading_of(row).state, reading_of(row).trouble) == (ReadingState.REFUSED, "crash")


def test_a_program_that_does_not_start_costs_the_file_no_try(says: Say) -> None:
    says(NotRead(Trouble.NOT_STARTED))
    row = document()
    for _try in range(5):
        readings.read_waiting()
    assert (reading_of(row).state, reading_of(row).tries) == (ReadingState.WAITING, 0)


def test_storage_that_is_away_costs_the_file_no_try(says: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    row = document()

    def away(*_arguments: Any, **_options: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(FileSystemStorage, "open", away)
    readings.read_waiting()
    assert (reading_of(row).state, reading_of(row).tries) == (ReadingState.WAITING, 0)


def test_a_file_that_is_gone_is_refused() -> None:
    row = document()
    row.file.storage.delete(row.file.name)
    readings.read_waiting()
    assert (reading_of(row).state, reading_of(row).trouble) == (ReadingState.REFUSED, Trouble.NOTHING.value)


def test_one_document_that_goes_wrong_keeps_no_other_from_being_read(
    says: Say, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Reading:
        raise RuntimeError("words of the file")

    says(broken, READ)
    first, second = document(), document()
    assert readings.read_waiting() == 1
    assert {reading_of(first).state, reading_of(second).state} == {ReadingState.WAITING, ReadingState.READ}
    assert "words of the file" not in caplog.text


def test_staff_can_have_a_document_read_again(says: Say) -> None:
    says(NotRead(Trouble.DAMAGED), READ)
    row = document()
    readings.read_waiting()
    readings.ask(row)
    assert reading_of(row).state == ReadingState.REFUSED
    readings.ask(row, again=True)
    readings.read_waiting()
    assert (reading_of(row).is_read, reading_of(row).trouble) == (True, "")


def test_the_most_at_once_is_kept(says: Say) -> None:
    says(READ)
    rows = [document() for _number in range(3)]
    assert readings.read_waiting(2) == 2
    assert sorted(reading_of(row).state for row in rows) == ["read", "read", "waiting"]


def test_a_document_without_a_hash_gets_one(says: Say) -> None:
    says(READ)
    row = document()
    PortalDocument.objects.filter(pk=row.pk).update(file_hash="")
    readings.read_waiting()
    row.refresh_from_db()
    assert row.file_hash == reading_of(row).file_hash != ""


def test_on_desk_the_job_is_put_when_the_document_is_saved(
    says: Say, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    says(READ)
    settings.PORTAL_SITE_KIND = "desk"
    with django_capture_on_commit_callbacks(execute=True):
        row = document()
    assert reading_of(row).is_read


def test_the_clock_finds_what_no_job_was_put_for(says: Say, settings: Any) -> None:
    says(READ)
    never, replaced = document(), document()
    readings.read_waiting()
    DocumentReading.objects.filter(document=never).delete()
    PortalDocument.objects.filter(pk=replaced.pk).update(file_hash="0" * 40)
    assert moved_by_the_clock() == 0
    settings.PORTAL_SITE_KIND = "desk"
    assert moved_by_the_clock() == 2
    assert reading_of(never).is_read
    assert moved_by_the_clock() >= 0


def moved_by_the_clock() -> int:
    outcome = next(one for one in tick.run(timezone.now()) if one.name == "library: documents to be read")
    assert not outcome.failed
    return outcome.moved
