"""Copies are made without LibreOffice here, whether or not it is installed; the tests of pages say which they want."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.files import office


@pytest.fixture(autouse=True, scope="session")
def _no_libreoffice() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "program", lambda: "")
        yield
