"""Files are read without Tesseract here, installed or not; the tests of recognition say which they want."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.files.reading import recognition


@pytest.fixture(autouse=True)
def _no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(recognition, "program", lambda: "")
    yield
