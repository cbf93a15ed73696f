"""What a file is read as."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from portal.files.reading import Form, form_of
from tests.files import made


@pytest.mark.parametrize(
    ("name", "head", "form"),
    [
        ("plan.pdf", b"%PDF-1.7\n", Form.PDF),
        ("plan", b"\n\n%PDF-1.4", Form.PDF),
        ("plan.docx", made.docx(), Form.DOCX),
        ("plan.DOTX", made.docx(), Form.DOCX),
        ("plan.xlsx", made.xlsx(), Form.XLSX),
        ("plan.pptx", made.pptx(), Form.PPTX),
        ("plan.odt", made.opendocument("text", ""), Form.ODT),
        ("plan.zip", made.opendocument("spreadsheet", ""), Form.ODS),
        ("plan", made.opendocument("presentation", ""), Form.ODP),
        ("plan.html", b"<!doctype html><p>x", Form.HTML),
        ("plan.htm", b"<p>no head at all", Form.HTML),
        ("plan.md", b"# Plan", Form.MARKDOWN),
        ("plan.md", b"<html> in Markdown", Form.MARKDOWN),
        ("plan.txt", b"a plan", Form.TEXT),
        ("plan.csv", b"a,b\n1,2", Form.TEXT),
        ("README", b"read me", Form.TEXT),
        ("plan.docx", b"no zip at all", None),
        ("plan.zip", made.docx(), None),
        ("plan.svg", b"<svg>", None),
        ("plan.png", b"\x89PNG\r\n\x1a\n", None),
        ("plan.txt", b"MZ\x90\0\x03\0\0\0", None),
        ("plan.txt", b"\0\1\2\3", None),
        ("plan.doc", made.word_97(), None),
        ("plan.txt", b"", None),
    ],
    ids=lambda one: one if isinstance(one, str) else getattr(one, "value", ""),
)
def test_the_form_is_told_by_bytes_and_name(name: str, head: bytes, form: Form | None) -> None:
    assert form_of(name, head) is form


@given(st.text(max_size=40), st.binary(max_size=200))
def test_it_never_raises(name: str, head: bytes) -> None:
    assert form_of(name, head) is None or isinstance(form_of(name, head), Form)
