"""Markings in files of a protected submission: the timeline tells the submitter, banners stand with its facts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.models import OutgoingMail
from portal.files.reading import recognition
from portal.members.models import Person
from portal.reporting import contents, evidence
from portal.reporting.enums import FileState, MarkingState
from portal.reporting.models import Evidence, Holding
from portal.reporting.protected import timeline
from portal.reporting.protected.enums import Note
from tests.conftest import session_for
from tests.reporting.evidence.conftest import AnsweringScanner
from tests.reporting.evidence.test_markings import BANNER, BANNERED, TEXT
from tests.reporting.making import Sent
from tests.reporting.protected.desk.working import make_submission, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "program", lambda: "")


def looked_at(*files: Sent, typed: tuple[str, ...] = ()) -> Holding:
    kept = take_in(make_submission(files=files))
    Holding.objects.filter(pk=kept.pk).update(banners=list(typed))
    evidence.look_at_waiting(timezone.now())
    kept.refresh_from_db()
    return kept


def test_a_marked_file_is_locked_and_told(analyst: Person, scanner: AnsweringScanner) -> None:
    kept = looked_at(TEXT)
    row = kept.evidence.get()
    assert (row.state, row.markings) == (FileState.REFUSED, MarkingState.PCII)
    entry = kept.entries.get(note=Note.MARKED)
    assert entry.is_told
    assert any("marked as PCII" in words for _at, _is_from_desk, words in timeline.of(kept.report))
    assert OutgoingMail.objects.filter(kind="protected_moved", about__startswith=f"{entry.pk}:").exists()
    [(_message, words)] = contents.messages_of(kept.report)
    assert words and "not PCII, even if CISA has the same file" in words


def test_banners_of_files_stand_beside_those_that_were_typed(analyst: Person, scanner: AnsweringScanner) -> None:
    kept = looked_at(BANNERED, BANNERED)
    assert kept.banners == [BANNER]
    assert looked_at(BANNERED, typed=("CUI//CEII", BANNER)).banners == ["CUI//CEII", BANNER]


def test_the_desk_sees_banner_state_and_who_wrote(analyst: Person, scanner: AnsweringScanner) -> None:
    kept = looked_at(TEXT, BANNERED)
    browser = session_for(analyst)
    address = reverse("desk_protected_one", args=[kept.report.uuid])
    browser.post(address, {"purpose": "intake"})
    page = browser.get(address).content.decode()
    assert BANNER in page
    assert "It is marked as PCII" in page
    assert "own check" in page


def test_what_is_destroyed_leaves_no_banner(analyst: Person, scanner: AnsweringScanner) -> None:
    from portal.reporting.protected import disposing

    kept = looked_at(BANNERED)
    disposing._empty(kept)
    assert Evidence.objects.get().banners == []
    assert Holding.objects.get().banners == []
