"""Files are scanned and sealed as they come in; whatever goes wrong ends in a definite state, and never in clear."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from portal.core.clamd import EICAR
from portal.reporting import contents
from portal.reporting.enums import FileState
from portal.reporting.models import Attachment, Report
from portal.vault import records
from portal.vault.storage import sealed_files
from tests.conftest import session_for
from tests.core.test_clamd import REAL, with_clamd
from tests.factories import PersonFactory
from tests.reporting.front.conftest import ORIGIN, FakeScanner, Reporter
from tests.reporting.front.test_writing import hand_over

pytestmark = pytest.mark.django_db


def picture(*, size: int = 64) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((size, size), 40).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def writing(reporter: Reporter) -> Reporter:
    reporter.begin()
    return reporter


def test_a_picture_is_sealed_and_the_desk_opens_it_whole(
    reporter: Reporter, scanner: FakeScanner, sealed_root: Path, go_to_desk: Any
) -> None:
    reporter.fill()
    content = picture(size=400)
    assert len(content) > 64 * 1024 / 2
    answer = reporter.upload("van at gate.jpg", content)
    assert answer.json()["state"] == FileState.CLEAN
    reporter.send()
    [path] = stored(sealed_root)
    assert content[:200] not in path.read_bytes()
    go_to_desk()
    [facts] = contents.files_of(Report.objects.get())
    assert (facts.name, facts.sha256) == ("van at gate.jpg", hashlib.sha256(content).hexdigest())
    row = facts.attachment
    source: Any
    with sealed_files().open(row.place) as source:
        assert b"".join(records.open_file(row.record, row.file, source)) == content


@pytest.mark.parametrize("length", [1, 65_535, 65_536, 65_537, 200_000])
def test_every_length_comes_out_as_it_went_in(
    reporter: Reporter, scanner: FakeScanner, go_to_desk: Any, length: int
) -> None:
    reporter.fill()
    content = (b"The van came back. " * (length // 19 + 1))[:length]
    reporter.upload("notes.txt", content, "text/plain")
    reporter.send()
    go_to_desk()
    row = Attachment.objects.get()
    source: Any
    with sealed_files().open(row.place) as source:
        assert b"".join(records.open_file(row.record, row.file, source)) == content


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (b"stream: OK\0", FileState.CLEAN),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", FileState.HELD),
        (b"stream: OK", FileState.WAITING),  # and closes
        (b"INSTREAM size limit exceeded. ERROR\0", FileState.WAITING),
        (b"", FileState.WAITING),
    ],
)
def test_only_what_the_scanner_called_clean_is_clean(
    writing: Reporter, scanner: FakeScanner, said: bytes, state: FileState
) -> None:
    scanner.answer = said
    assert writing.upload("a.jpg", picture()).json()["state"] == state
    assert Attachment.objects.get().state == state


def test_without_a_scanner_nothing_is_lost(writing: Reporter, settings: Any, sealed_root: Path) -> None:
    settings.PORTAL_CLAMD_ADDRESS = ""
    answer = writing.upload("a.jpg", picture())
    assert answer.json()["state"] == FileState.WAITING
    assert len(stored(sealed_root)) == 1


@with_clamd
def test_the_real_scanner_finds_the_test_string(writing: Reporter, settings: Any) -> None:
    settings.PORTAL_CLAMD_ADDRESS = REAL
    assert writing.upload("a.jpg", picture()).json()["state"] == FileState.CLEAN
    assert writing.upload("eicar.txt", EICAR, "text/plain").json()["state"] == FileState.HELD


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("run.exe", b"MZ" + bytes(500), "application/octet-stream"),
        ("picture.jpg", b"MZ" + bytes(500), "image/jpeg"),
        ("empty.txt", b"", "text/plain"),
        ("page.html", b"<html><script>alert(1)</script></html>", "text/html"),
    ],
)
def test_what_is_refused_leaves_nothing_and_says_why(
    writing: Reporter, scanner: FakeScanner, sealed_root: Path, name: str, content: bytes, kind: str
) -> None:
    answer = writing.upload(name, content, kind)
    assert answer.status_code in {403, 422}
    assert answer.json()["sentence"].endswith(".")
    assert not stored(sealed_root)
    assert not Attachment.objects.exists()


def test_over_the_limit_it_is_refused_before_and_while_it_comes(
    writing: Reporter, scanner: FakeScanner, settings: Any, sealed_root: Path
) -> None:
    settings.PORTAL_FILE_LARGEST = 100_000
    assert writing.upload("a.txt", b"x" * 100_001, "text/plain").status_code == 422
    settings.PORTAL_FILE_LARGEST = 10_000
    assert writing.upload("a.txt", b"x" * 100_001, "text/plain").status_code == 403
    assert not stored(sealed_root)


def test_the_twenty_first_file_is_refused(writing: Reporter, scanner: FakeScanner, settings: Any) -> None:
    settings.PORTAL_FILES_A_REPORT = 2
    for number in range(2):
        assert writing.upload(f"{number}.jpg", picture()).status_code == 200
    answer = writing.upload("3.jpg", picture())
    assert answer.status_code == 403 and "at most 2 files" in answer.json()["sentence"]
    first = Attachment.objects.order_by("stored_at")[0]
    writing.post("report_file_remove", first.uuid)
    assert writing.upload("3.jpg", picture()).status_code == 200


@pytest.mark.parametrize("origin", ["", "http://evil.example", "null", "https://testserver"])
def test_from_another_place_nothing_is_taken(
    writing: Reporter, scanner: FakeScanner, sealed_root: Path, origin: str
) -> None:
    assert writing.upload("a.jpg", picture(), Origin=origin).status_code == 403
    assert not stored(sealed_root)


def test_a_wrong_token_keeps_nothing(reporter: Reporter, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter.begin()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = reporter.browser.cookies
    data = {"file": SimpleUploadedFile("a.jpg", picture()), "csrfmiddlewaretoken": "x" * 64}
    assert strict.post(reverse("report_upload"), data, headers={"Origin": ORIGIN}).status_code == 403
    assert not stored(sealed_root)
    assert not Attachment.objects.exists()


def test_nobody_else_takes_a_file_for_it(reporter: Reporter, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter.begin()
    for browser in (Client(), session_for(PersonFactory())):
        hand_over(reporter, browser)
        stranger = Reporter(reporter.person, browser)
        assert stranger.upload("a.jpg", picture()).status_code == 403
    assert not stored(sealed_root)


def test_a_full_disk_is_said_and_leaves_nothing(
    writing: Reporter, scanner: FakeScanner, sealed_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: FileSystemStorage, name: str, mode: str = "rb") -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("portal.vault.storage.SealedFolder._open", full)
        answer = writing.upload("a.jpg", picture())
    assert "cannot store files just now" in answer.json()["sentence"]
    assert not Attachment.objects.exists()
    assert writing.upload("a.jpg", picture()).status_code == 200


def test_two_files_in_one_request_are_refused(writing: Reporter, scanner: FakeScanner, sealed_root: Path) -> None:
    data = {"file": SimpleUploadedFile("a.jpg", picture()), "more": SimpleUploadedFile("b.jpg", picture())}
    headers = {"Origin": ORIGIN, "Accept": "application/json"}
    answer = writing.browser.post(reverse("report_upload"), data, headers=headers)
    assert answer.status_code == 422 and "one file at a time" in answer.json()["sentence"].lower()
    assert not stored(sealed_root)


def test_without_a_script_the_page_says_what_became_of_it(writing: Reporter, scanner: FakeScanner) -> None:
    answer = writing.upload("van.jpg", picture(), Accept="text/html")
    assert answer["Location"] == reverse("report_files")
    page = writing.get("report_files").content.decode()
    assert "The file was sealed and scanned." in page and "van.jpg" in page


def test_other_addresses_of_front_still_take_no_file(writing: Reporter, sealed_root: Path) -> None:
    data = {"file": SimpleUploadedFile("a.jpg", picture()), "seen": "0"}
    writing.browser.post(reverse("report_page", args=["activity"]), data)
    assert not stored(sealed_root)


def test_a_file_of_another_draft_is_not_taken_out(writing: Reporter, scanner: FakeScanner) -> None:
    writing.upload("a.jpg", picture())
    row = Attachment.objects.get()
    other = Reporter(PersonFactory(), session_for(PersonFactory()))
    other.begin()
    assert other.post("report_file_remove", row.uuid).status_code == 404
