"""A file that is marked as PCII is refused as it comes in, and nothing of it stays; other markings are kept."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from portal.audit.models import Event
from portal.files.enums import Trouble
from portal.files.markings import running
from portal.files.markings.running import NotSeen
from portal.reporting.enums import FileState
from portal.reporting.models import Attachment, Report
from portal.reporting.receiving import banners_in
from tests.files import made
from tests.files.test_markings import MARKED, header
from tests.reporting.front.conftest import FakeScanner, Reporter
from tests.reporting.front.test_files import picture, stored

pytestmark = pytest.mark.django_db
BANNER = "CUI//SP-CEII//FED ONLY"
TYPES = {
    "docx": "",
    "xlsx": "",
    "pptx": "",
    "pdf": "application/pdf",
    "odt": "",
    "png": "image/png",
    "jpg": "image/jpeg",
}
EACH_KIND = (
    *("text", "docx, header", "xlsx, header", "pptx, master", "odt, footer", "pdf, headers"),
    *("png, packed", "jpeg, Exif", "mail, attached", "docx in a docx"),
)


@pytest.fixture
def writing(reporter: Reporter, scanner: FakeScanner) -> Reporter:
    reporter.begin()
    return reporter


def send(by: Reporter, name: str, data: bytes, **headers: str) -> Any:
    return by.upload(name, data, TYPES.get(name.rpartition(".")[2], "text/plain"), **headers)


@pytest.mark.parametrize("name", EACH_KIND)
def test_a_marked_file_is_refused_and_nothing_of_it_is_kept(writing: Reporter, sealed_root: Path, name: str) -> None:
    file, data = MARKED[name]
    kind = "message/rfc822" if file.endswith("eml") else TYPES.get(file.rpartition(".")[2], "text/plain")
    answer = writing.upload(file, data, kind)
    assert answer.status_code == 422
    assert "marked as PCII" in answer.json()["sentence"]
    assert "Nothing of it was kept" in answer.json()["sentence"]
    assert "<" not in answer.json()["sentence"]
    assert not stored(sealed_root)
    assert not Attachment.objects.exists()
    assert not Event.objects.filter(verb="file.upload").exists()


def test_without_the_script_the_page_leads_to_the_hand_off(writing: Reporter) -> None:
    answer = send(writing, "a.txt", MARKED["text"][1], Accept="text/html")
    assert answer.status_code == 302
    page = writing.browser.get(answer.url).content.decode()
    assert f'href="{reverse("protected_pcii")}"' in page
    assert "a portal of the state may not hold that" in page


def test_the_file_before_and_the_file_after_are_kept(writing: Reporter, sealed_root: Path) -> None:
    assert writing.upload("one.jpg", picture()).status_code == 200
    assert send(writing, "a.txt", MARKED["text"][1]).status_code == 422
    assert writing.upload("two.jpg", picture()).status_code == 200
    assert Attachment.objects.count() == len(stored(sealed_root)) == 2


def test_a_file_that_is_added_later_is_refused_too(reporter: Reporter, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter.fill()
    reporter.send()
    answer = reporter.add_file(Report.objects.get().number, "a.txt", MARKED["text"][1], "text/plain")
    assert answer.status_code == 422
    assert not stored(sealed_root)


def test_one_that_would_be_held_is_refused_all_the_same(writing: Reporter, sealed_root: Path) -> None:
    data = made.docx(parts={"word/header1.xml": header("PCII"), "word/vbaProject.bin": b"x" * 600})
    assert send(writing, "a.docx", data).status_code == 422
    assert not stored(sealed_root)


def test_an_accredited_holder_takes_it(writing: Reporter, settings: Any) -> None:
    settings.PORTAL_PCII_ACCREDITED = True
    assert send(writing, "a.txt", MARKED["text"][1]).json()["state"] == FileState.CLEAN


def test_a_cui_banner_is_kept_and_shown_as_it_came(reporter: Reporter, scanner: FakeScanner) -> None:
    reporter.fill()
    answer = send(reporter, "plan.docx", made.docx(parts={"word/header1.xml": header(BANNER)}))
    assert BANNER in answer.json()["sentence"]
    assert BANNER in reporter.get("report_files").content.decode()
    assert BANNER.encode() not in bytes(Attachment.objects.get().facts)
    reporter.send()
    words = reporter.get("report_receipt").context["receipt"]["words"]
    number = Report.objects.get().number
    reporter.post("report_one", number, words=words)
    assert f"plan.docx · {BANNER}" in reporter.get("report_one", number).content.decode()


def test_the_portal_makes_no_banner(writing: Reporter) -> None:
    assert "CUI" not in writing.upload("a.jpg", picture()).json()["sentence"]
    assert "CUI" not in writing.get("report_files").content.decode()


def test_what_was_sealed_as_a_banner_and_is_none_is_not_shown() -> None:
    assert banners_in({"banners": ["CUI", "<b>", 7, "The valve", ""]}) == ["CUI"]
    assert banners_in({"banners": "CUI"}) == banners_in({}) == []


@pytest.mark.parametrize("reason", [Trouble.NOT_STARTED, Trouble.TIME, Trouble.CRASH])
def test_where_nobody_could_look_the_file_is_sealed_for_the_desks_own_look(
    writing: Reporter, monkeypatch: pytest.MonkeyPatch, reason: Trouble
) -> None:
    monkeypatch.setattr(running.Looking, "outcome", lambda looking: NotSeen(reason))
    assert writing.upload("a.jpg", picture()).json()["state"] == FileState.CLEAN


def test_a_process_that_cannot_be_started_loses_nothing(writing: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "Popen", fail)
    assert writing.upload("a.jpg", picture()).json()["state"] == FileState.CLEAN


def test_no_process_is_left_behind_by_a_refused_or_broken_upload(
    writing: Reporter, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[running.Looking] = []
    honest = running.Looking.__init__

    def remember(looking: running.Looking, *args: Any, **options: Any) -> None:
        honest(looking, *args, **options)
        begun.append(looking)

    monkeypatch.setattr(running.Looking, "__init__", remember)
    settings.PORTAL_FILE_LARGEST = 10_000
    writing.upload("a.txt", b"x" * 20_000, "text/plain")
    settings.PORTAL_FILE_LARGEST = 10_000_000
    send(writing, "a.txt", MARKED["text"][1])
    assert len(begun) == 2
    assert all(looking._talk._process.poll() is not None for looking in begun)
