"""The demo's real documents: each is read, and what one looks for stands on its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from portal.files.reading import Finding, Form, Reading, form_of, read

LIBRARY = Path(__file__).resolve().parents[3] / "demo/library"
SOME = sorted(path for path in LIBRARY.iterdir() if form_of(path.name, path.read_bytes()[:65_536]))


@cache
def reading_of(name: str) -> Reading:
    data = (LIBRARY / name).read_bytes()
    form = form_of(name, data[:65_536])
    assert form is not None
    found = read(form, iter([data]), length=len(data))
    assert isinstance(found, Reading), found
    return found


def test_there_are_documents_of_many_forms() -> None:
    assert {form_of(path.name, path.read_bytes()[:65_536]) for path in SOME} >= {Form.PDF, Form.MARKDOWN, Form.HTML}
    assert len(SOME) >= 14


@pytest.mark.parametrize("name", [path.name for path in SOME])
def test_a_real_document_is_read_whole(name: str) -> None:
    found = reading_of(name)
    assert not found.is_cut_short
    assert Finding.UNREAD_PAGES not in found.findings
    if Finding.IMAGE_ONLY not in found.findings:
        assert found.language == "en"
        assert sum(len(page.text) for page in found.pages) > 700 * bool(found.pages)


@pytest.mark.parametrize(
    ("name", "page", "words"),
    [
        ("nist-sp-800-34r1-contingency-planning-guide.pdf", 30, "business impact analysis"),
        ("fema-slg-101-all-hazard-emergency-operations-planning.pdf", 21, "long-term recovery"),
        ("ready-gov-be-prepared-flood.pdf", 1, "be prepared for a flood"),
        ("nccic-ar-16-20173-network-infrastructure-devices.pdf", 1, "network infrastructure"),
    ],
)
def test_the_right_page_has_the_words(name: str, page: int, words: str) -> None:
    texts = {one.number: " ".join(one.text.lower().split()) for one in reading_of(name).pages}
    assert words in texts[page]


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("nccic-ar-16-20173-network-infrastructure-devices.pdf", set()),
        ("nist-sp-800-84-test-training-exercise-programs.pdf", {Finding.NO_TITLE, Finding.NO_LANGUAGE}),
        (
            "fema-slg-101-all-hazard-emergency-operations-planning.pdf",
            {Finding.NOT_TAGGED, Finding.NO_TITLE, Finding.NO_LANGUAGE},
        ),
    ],
)
def test_the_accessibility_check_of_real_documents(name: str, findings: set[Finding]) -> None:
    assert reading_of(name).findings == findings


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nist-sp-800-84-test-training-exercise-programs.pdf", lambda one: one.dated.isoformat() == "2006-09-01"),
        ("ready-gov-be-prepared-flood.pdf", lambda one: one.title == "BE PREPARED FOR A FLOOD"),
        ("nsa-mitigating-web-shells.md", lambda one: not one.has_pages and len(one.pages) > 5),
        ("fema-slg-101-all-hazard-emergency-operations-planning.pdf", lambda one: one.page_count == 279),
    ],
)
def test_guesses_about_real_documents(name: str, told: Callable[[Reading], bool]) -> None:
    assert told(reading_of(name))
