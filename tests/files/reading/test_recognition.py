"""Pages that are pictures: what Tesseract may do, and that every failure leaves the page as it is.

A script stands in for Tesseract, in the same walls. Where the real one is installed, it is tried as well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from portal.files import running
from portal.files.conversation import Broken
from portal.files.enums import Confined, Trouble
from portal.files.reading import Finding, Form, PageText, Reading, recognition
from portal.files.reading.answers import Heard
from portal.files.reading.recogniser import Order
from portal.files.reading.running import Reader
from portal.files.reading.wire import Layer
from tests.files.reading import papers

INSTALLED = shutil.which("tesseract") or ""
REQUIRED = os.environ.get("PORTAL_TEST_SERVICES") == "required"
needs_tesseract = pytest.mark.skipif(not INSTALLED and not REQUIRED, reason="Tesseract is not installed here")
Install = Callable[[str], Path]
SENTENCE = "The pumps at the north gate are tested on the first Monday of each month, and the desk is told."
SCANS = Path(__file__).resolve().parents[3] / "demo/library"


@pytest.fixture(scope="session")
def _walls() -> None:
    if Confined.NO_FILES not in running.confinement():
        pytest.skip("this kernel has no Landlock, without which Tesseract is not run")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, _walls: None) -> Iterator[Install]:
    """Install a script as Tesseract; others may read it, and not the key beside its folder."""
    base = Path(tempfile.mkdtemp())

    def installed(script: str) -> Path:
        folder = base / "programs"
        folder.mkdir()
        program = folder / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        (base / "key").write_text("secret")
        for path in (base, folder, program):
            path.chmod(0o755)
        (base / "key").chmod(0o644)
        monkeypatch.setattr(recognition, "program", lambda: str(program))
        return base

    yield installed
    shutil.rmtree(base)


def reading(data: bytes, *, entry: str = recognition.ENTRY) -> Reading:
    found = Reader(recogniser=entry).read(Form.PDF, iter([data]), length=len(data))
    assert isinstance(found, Reading), found
    return found


SAYS = "head -c 4 > /dev/null; echo 'on May 7, 2018 the pumps of'; echo 'the north gate were tested'"


def test_a_page_that_is_a_picture_gets_its_text(install: Install) -> None:
    install(SAYS)
    found = reading(papers.scan("Sandbags"))
    text = "on May 7, 2018 the pumps of\nthe north gate were tested"
    assert found.pages == (PageText(1, text, is_from_picture=True),)
    assert (found.from_pictures, found.dated) == (1, date(2018, 5, 7))
    assert Finding.IMAGE_ONLY in found.findings  # the file that people download is still one of pictures


def test_only_pages_without_text_are_given_to_it(install: Install) -> None:
    install(SAYS)
    assert reading(papers.pdf(SENTENCE, "")).from_pictures == 0


def test_it_gets_a_plain_picture_and_three_words(install: Install) -> None:
    install('echo "$@"; env; pwd; head -c 8 | od -An -c')
    said = reading(papers.scan("x")).pages[0].text
    assert said.startswith("stdin stdout -l eng\n")
    names = {line.partition("=")[0] for line in said.split("\n") if "=" in line}
    assert {"PATH", "OMP_THREAD_LIMIT"} <= names <= {"PATH", "OMP_THREAD_LIMIT", "PWD", "OLDPWD", "SHLVL", "_"}
    assert "P N G" in said


@pytest.mark.parametrize(
    "script",
    [
        "kill -SEGV $$",
        "echo 'half a word'; exit 1",
        "exit 0",
        "head -c 60000000 /dev/zero",
        "printf '\\377\\376\\000\\001'",
    ],
)
def test_every_failure_leaves_the_page_as_it_is(install: Install, script: str) -> None:
    install(script)
    found = reading(papers.scan("Sandbags"))
    assert [page.text.strip("\ufffd") for page in found.pages] == [""]
    assert Finding.IMAGE_ONLY in found.findings


def test_a_program_that_does_not_end_is_ended(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    install("exec sleep 1000")
    found = reading(papers.scan("Sandbags"), entry="tests.files.reading.hostile:recognise_in_a_second")
    assert found.from_pictures == 0
    assert [record.getMessage() for record in caplog.records] == ["A page was not recognised: time."]


def test_without_walls_it_is_not_run(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    install(SAYS)
    found = reading(papers.scan("Sandbags"), entry="tests.files.reading.hostile:recognise_without_walls")
    assert found.from_pictures == 0
    assert [record.getMessage() for record in caplog.records] == ["A page was not recognised: not started."]


def test_it_opens_and_writes_no_file_of_ours(install: Install) -> None:
    base = install(
        'for one in "$0/../../key" /etc/hostname /proc/1/environ; do cat "$one" > /dev/null 2>&1 && echo read; done;'
        'for one in /tmp /dev/shm "${0%/*}"; do (echo x > "$one/left") 2> /dev/null && echo wrote; done; echo end'
    )
    assert reading(papers.scan("x")).pages[0].text == "end"
    assert sorted(path.name for path in base.rglob("*")) == ["key", "programs", "tesseract"]


def test_letters_that_are_not_installed_become_the_ordinary_ones(install: Install) -> None:
    install('[ "$4" = eng ] && echo "lo que dice" || exit 1')
    assert reading(papers.scan("x", language="es")).pages[0].text == "lo que dice"


def test_after_its_time_the_other_pages_stay_as_they_are(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(SAYS)
    monkeypatch.setattr(recognition, "MOST_PAGES", 2)
    found = reading(papers.scan("1", "2", "3"))
    assert [page.is_from_picture for page in found.pages] == [True, True, False]
    assert found.is_cut_short


# A text that a scanner's own program left


def heard(*texts: str) -> tuple[Reading, Heard]:
    pages = tuple(PageText(number, text, is_from_picture=True) for number, text in enumerate(texts, 1))
    return Reading(pages=pages), Heard(layers=dict.fromkeys(range(1, len(texts) + 1), Layer.RECOGNISED))


def completed(monkeypatch: pytest.MonkeyPatch, former: list[str], seen: list[str]) -> tuple[Reading, list[int]]:
    """What becomes of the scanner's texts, and which pages were recognised anew."""
    asked: list[int] = []

    def answer(order: Order, _picture: bytes, *, entry: str) -> str:
        asked.append(order.page)
        return seen[order.page - 1]

    monkeypatch.setattr(recognition, "_asked", answer)
    found, told = heard(*former)
    return recognition.completed(found, told, lambda numbers: dict.fromkeys(numbers, b"picture")), asked


WORDS = " ".join(f"word{number}" for number in range(60))
POOR = WORDS.replace("word1", "w0rdi").replace("word2", "vvord")


def test_a_good_text_of_a_scanner_is_kept_after_a_few_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = completed(monkeypatch, [WORDS] * 9, [f"{WORDS} anew"] * 9)
    assert [page.text for page in found.pages] == [WORDS] * 9
    assert asked == [1, 2, 3]
    assert not found.findings


def test_a_poor_one_is_read_anew_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = completed(monkeypatch, [POOR] * 9, [WORDS] * 8 + ["little"])
    assert [page.text for page in found.pages] == [WORDS] * 8 + [POOR]
    assert asked == list(range(1, 10))
    assert found.findings == {Finding.POOR_TEXT_LAYER}


def test_where_recognition_sees_nothing_the_scanners_text_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _asked = completed(monkeypatch, [WORDS] * 2, ["", ""])
    assert [page.text for page in found.pages] == [WORDS] * 2
    assert not found.findings


def test_one_page_that_breaks_it_keeps_no_other_from_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(order: Order, _picture: bytes, *, entry: str) -> str:
        if order.page == 1:
            raise Broken(Trouble.CRASH)
        return "text"

    monkeypatch.setattr(recognition, "_asked", answer)
    bare = Reading(pages=(PageText(1, ""), PageText(2, "")))
    told = Heard(layers=dict.fromkeys((1, 2), Layer.PICTURE))
    found = recognition.completed(bare, told, lambda numbers: dict.fromkeys(numbers, b"picture"))
    assert [page.text for page in found.pages] == ["", "text"]


# The real one


@pytest.fixture
def _real(monkeypatch: pytest.MonkeyPatch, _walls: None) -> None:
    assert INSTALLED, "PORTAL_TEST_SERVICES=required, and Tesseract is not installed"
    monkeypatch.setattr(recognition, "program", lambda: INSTALLED)


@needs_tesseract
@pytest.mark.usefixtures("_real")
def test_tesseract_reads_a_scanned_page() -> None:
    found = reading(papers.scan("The pumps at the north gate\nare tested each month.\nCall the desk first."))
    said = " ".join(found.pages[0].text.split())
    assert said == "The pumps at the north gate are tested each month. Call the desk first."
    assert found.pages[0].is_from_picture


@needs_tesseract
@pytest.mark.usefixtures("_real")
@pytest.mark.skipif(not (SCANS / "dhs-bod-17-01-scan-image-only.pdf").exists(), reason="the demo has no scan")
def test_a_real_directive_of_pictures_becomes_searchable() -> None:
    found = reading((SCANS / "dhs-bod-17-01-scan-image-only.pdf").read_bytes())
    texts = [" ".join(page.text.split()) for page in found.pages]
    assert "Removal of Kaspersky-Branded Products" in texts[0]
    assert "information security products, solutions, and services" in texts[1]
    assert all(page.is_from_picture for page in found.pages)
    assert found.dated == date(2017, 9, 13)
