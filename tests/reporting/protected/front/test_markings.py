"""A protected submission takes no file that is marked as PCII, neither with the form nor later."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.reporting.models import Attachment
from tests.files import made
from tests.files.test_markings import MARKED, header
from tests.reporting.front.test_files import stored
from tests.reporting.protected.front.conftest import FakeScanner, Submitter

pytestmark = pytest.mark.django_db


def test_with_the_form(submitter: Submitter, scanner: FakeScanner, sealed_root: Path) -> None:
    submitter.begin()
    answer = submitter.upload("a.txt", MARKED["text"][1])
    assert answer.status_code == 422
    assert "marked as PCII" in answer.json()["sentence"]
    assert not stored(sealed_root)
    assert not Attachment.objects.exists()


def test_after_it_was_sent(submitter: Submitter, scanner: FakeScanner, sealed_root: Path) -> None:
    report, _words = submitter.submit()
    data = made.docx(parts={"word/header1.xml": header("PCII")})
    assert submitter.add_file(report.number, "a.docx", data, "").status_code == 422
    assert not stored(sealed_root)


def test_a_banner_is_shown_to_who_sent_it(submitter: Submitter, scanner: FakeScanner) -> None:
    submitter.begin()
    data = made.docx(parts={"word/header1.xml": header("CUI//SP-CEII")})
    assert "CUI//SP-CEII" in submitter.upload("a.docx", data, "").json()["sentence"]
    assert "CUI//SP-CEII" in submitter.shown("protected_files")
