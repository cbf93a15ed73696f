"""The pages of files: opened with a purpose, recorded, harmless to the browser, and as cheap for many as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.files.enums import PartForm, Removed, Title
from portal.files.running import Copy, Part
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import evidence, safe_copies
from portal.reporting.desk.evidence import evidence_context
from portal.reporting.enums import CopyState, FileState
from portal.reporting.models import Case, Evidence
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.evidence.conftest import AnsweringScanner
from tests.reporting.evidence.test_scanning import PICTURE, picture
from tests.reporting.making import Sent, make_report, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(db: None) -> Person:
    return staff(StaffRole.MIAC_ANALYST)


@pytest.fixture
def row(desk: None, scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch) -> Evidence:
    """A picture and a text, with a safe copy made of the real picture's bytes."""
    plain = picture("green")
    copy = Copy(
        parts=(
            Part(PartForm.PICTURE, Title.PICTURE, 1, picture=plain),
            Part(PartForm.TEXT, Title.TEXT, 1, text="<script>alert(1)</script> a gate"),
            Part(PartForm.TABLE, Title.TABLE, 1, rows=(("north", "south"),)),
        ),
        removals=(Removed.EXIF,),
    )
    monkeypatch.setattr("portal.files.running.safe_copy", lambda kind, chunks, length: copy)
    case = take_in(make_report(files=[PICTURE]))
    evidence.look_at_waiting(timezone.now())
    safe_copies.make_waiting(timezone.now())
    found: Evidence = case.evidence.get()
    assert found.copy_state == CopyState.MADE
    return found


def assigned(row: Evidence, analyst: Person) -> Client:
    Case.objects.update(assigned_to=analyst)
    return session_for(analyst)


def test_without_a_purpose_one_is_asked_first(row: Evidence, analyst: Person) -> None:
    client = session_for(analyst)
    page = client.get(f"/desk/files/{row.pk}/")
    assert page["Location"] == f"/desk/reports/{row.case.report.uuid}/"
    assert client.get(f"/desk/files/{row.pk}/parts/1/")["Location"] == page["Location"]
    assert not Event.objects.filter(verb=Verb.COPY_OPEN).exists()


def test_a_copy_is_shown_page_by_page_and_each_opening_recorded(row: Evidence, analyst: Person) -> None:
    client = assigned(row, analyst)
    first = client.get(f"/desk/files/{row.pk}/").content.decode()
    assert f"/desk/files/{row.pk}/parts/1/" in first
    assert "&lt;script&gt;alert(1)" in first
    assert row.removed[0] in first
    assert "south" not in first
    assert "south" in client.get(f"/desk/files/{row.pk}/?page=2").content.decode()
    events = Event.objects.filter(verb=Verb.COPY_OPEN).order_by("pk")
    assert [event.facts for event in events] == [{"parts": [1, 2]}, {"parts": [3]}]
    assert {event.about for event in events} == {f"reporting.attachment:{row.pk}"}
    assert all(event.purpose for event in events)


def test_a_picture_comes_with_harmless_headers_and_is_recorded(row: Evidence, analyst: Person) -> None:
    response = assigned(row, analyst).get(f"/desk/files/{row.pk}/parts/1/")
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="copy-1.jpeg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert Event.objects.get(verb=Verb.COPY_OPEN).facts == {"parts": [1]}


def test_only_pictures_are_sent_as_pictures(row: Evidence, analyst: Person) -> None:
    client = assigned(row, analyst)
    assert client.get(f"/desk/files/{row.pk}/parts/2/").status_code == 404
    assert client.get(f"/desk/files/{row.pk}/parts/9/").status_code == 404


def test_what_is_stored_as_a_picture_and_is_none_is_not_sent(
    row: Evidence, analyst: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = assigned(row, analyst)
    monkeypatch.setattr(safe_copies, "opened", lambda part: b"<svg onload=alert(1)>")
    assert client.get(f"/desk/files/{row.pk}/parts/1/").status_code == 404


def test_the_case_lists_a_file_with_state_kind_size_and_hash(row: Evidence, analyst: Person) -> None:
    page = assigned(row, analyst).get(f"/desk/reports/{row.case.report.uuid}/").content.decode().replace("<wbr>", "")
    for word in ("intake.jpg", "clean", "JPG", evidence.facts_of(row.attachment).sha256, f"/desk/files/{row.pk}/"):
        assert word in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FileState.WAITING, "Nobody opens it before it was scanned"),
        (FileState.HELD, "Ask to open it with a second person"),
        (FileState.REFUSED, "It was cut short"),
    ],
)
def test_each_state_says_what_can_be_done(row: Evidence, analyst: Person, state: str, words: str) -> None:
    row.parts.all().delete()
    Evidence.objects.update(state=state, copy_state=CopyState.NONE, why="It was cut short")
    page = assigned(row, analyst).get(f"/desk/reports/{row.case.report.uuid}/").content.decode()
    assert words in page
    assert "Open the safe copy" not in page


def test_the_list_of_files_costs_the_same_for_one_as_for_many(
    desk: None, scanner: AnsweringScanner, analyst: Person
) -> None:
    one = take_in(make_report(files=[PICTURE]))
    many = take_in(make_report(files=[Sent(name=f"{number}.jpg", content=picture()) for number in range(8)]))
    queries = []
    analyst.has_role(StaffRole.MIAC_ANALYST)  # remembered from here on
    for case in (one, many):
        fresh = Case.objects.select_related("report").get(pk=case.pk)
        with CaptureQueriesContext(connection) as content, CaptureQueriesContext(vault()) as keys:
            assert len(evidence_context(fresh, analyst)["case_files"]) == fresh.evidence.count()
        queries.append((len(content), len(keys)))
    assert queries[0] == queries[1]


def vault() -> Any:
    from django.db import connections

    return connections["vault"]
