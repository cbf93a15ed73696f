"""A name can be shown and saved anywhere, says nothing hidden, and keeps its extension."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from portal.files import names


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("C:\\Users\\guard\\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("pho\u200bto\ufeff.jpg", "photo.jpg"),
        ("pho\0to\x1b[31m.jpg", "photo[31m.jpg"),
        ("two\nlines.jpg", "two lines.jpg"),
        ("снимок 1.jpg", "снимок 1.jpg"),
        ("صورة.jpg", "صورة.jpg"),
        ("cafe\u0301.txt", "café.txt"),
        ("what?<is>*it|.txt", "what__is__it_.txt"),
        ("  spaced  .pdf  ", "spaced.pdf"),
        ("trailing.pdf...", "trailing.pdf"),
        ("", "file"),
        ("...", "file"),
        ("/", "file"),
        (".jpg", "file.jpg"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("console.txt", "console.txt"),
        ("\ud83d.jpg", "file.jpg"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("No. 7 gate", "No. 7 gate"),
    ],
)
def test_a_name_becomes(sent: str, shown: str) -> None:
    assert names.clean(sent) == shown


@pytest.mark.parametrize("letter", ["a", "é", "視", "🚐"])
def test_a_long_name_loses_its_middle_and_keeps_its_extension(letter: str) -> None:
    shown = names.clean(letter * 400 + ".jpeg")
    assert 250 < len(shown.encode()) <= 255
    assert shown.endswith(f"{letter}.jpeg")


def test_a_name_of_just_255_bytes_stays() -> None:
    name = "a" * 251 + ".jpg"
    assert names.clean(name) == name


def test_an_extension_that_is_too_long_to_be_one_does_not_save_itself() -> None:
    assert len(names.clean("a." + "b" * 300).encode()) <= 255


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.JPG", "jpg"), ("a", ""), ("a.b.pdf", "pdf"), ("a.пдф", ""), ("a.", ""), (f"a.{'b' * 30}", "")],
)
def test_an_extension_is_short_plain_and_small(name: str, extension: str) -> None:
    assert names.extension(name) == extension


@given(st.text(max_size=600) | st.text(alphabet="./\\ \u202e\0a\u0301:*éCON", max_size=60))
def test_any_name_becomes_a_clean_one_and_stays_so(sent: str) -> None:
    shown = names.clean(sent)
    assert shown
    assert names.clean(shown) == shown
    assert len(shown.encode()) <= 255
    assert not set(shown) & set('/\\<>:"|?*')
    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert shown == shown.strip() and not shown.endswith(".")
