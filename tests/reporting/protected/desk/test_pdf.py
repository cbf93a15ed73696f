"""The writing as PDF: every letter of any name, the same bytes each time, and nothing of it in the log."""

from __future__ import annotations

import logging
import unicodedata
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st
from pypdf import PdfReader

from portal.reporting.protected import pdf

AT = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
FINDING = ("First finding", "Disclosure would impair.")


def made(name: str, *, at: datetime = AT) -> bytes:
    return pdf.written("Determination", [FINDING, ("Signed", name)], author=name, at=at)


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


@pytest.mark.parametrize("name", ["José Núñez", "Łukasz Żółć", "Đặng Thị Hồng", "Ольга Ёлкина", "李明", "नीलम", "ᏣᎳᎩ"])
def test_every_letter_of_a_name_can_be_read_again(name: str) -> None:
    assert name in text_of(made(name))


def test_a_name_from_right_to_left_has_all_its_letters_in_the_order_in_which_it_is_read() -> None:
    assert "דוד" in text_of(made("דוד")) or "דוד"[::-1] in text_of(made("דוד"))


def test_what_no_font_has_stands_by_its_number_and_is_no_question_mark() -> None:
    found = text_of(made("Lee \U0002a6d6"))
    assert "Lee [U+2A6D6]" in found
    assert "?" not in found


def test_title_author_language_and_moment_are_set() -> None:
    found = PdfReader(BytesIO(made("José Núñez")))
    facts = found.metadata
    assert facts is not None
    assert (facts.title, facts.author, facts.creation_date) == ("Determination", "José Núñez", AT)
    root: Any = found.trailer["/Root"]
    assert root["/Lang"] == "en-US"


def test_the_same_writing_is_the_same_file_and_another_moment_is_another() -> None:
    assert made("José Núñez") == made("José Núñez")
    assert made("José Núñez") != made("José Núñez", at=AT + timedelta(seconds=1))


def test_its_letters_are_in_the_file() -> None:
    page: Any = PdfReader(BytesIO(made("Ольга"))).pages[0]
    fonts = page["/Resources"]["/Font"]
    names = {str(row.get_object()["/BaseFont"]).partition("+")[2] for row in fonts.values()}
    assert len(names) == 3
    for row in fonts.values():
        kind = row.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in kind


def test_nothing_of_a_name_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made("Ольга")
    assert not caplog.records


def test_long_reasons_go_on_over_pages() -> None:
    content = pdf.written("Determination", [("Reasons", "word " * 3_000)], author="x", at=AT)
    assert len(PdfReader(BytesIO(content)).pages) > 1
    assert text_of(content).count("word") == 3_000


PLAIN = st.characters(codec="latin-1", categories=["Lu", "Ll", "Nd", "Po", "Pd", "Zs", "Sm", "Sc"])


@given(st.text(PLAIN, min_size=1, max_size=60))
@hypothesis_settings(max_examples=30, deadline=None)
def test_whatever_is_written_makes_a_document_in_which_no_letter_is_lost(words: str) -> None:
    found = text_of(made(words))
    for letter in words:
        if unicodedata.category(letter)[0] in "LN":
            assert letter in found
