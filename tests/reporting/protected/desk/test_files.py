"""Files of a submission: safe copies with a purpose, and originals by two people, as for reports."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.refusals import NotYours
from portal.reporting.actions.evidence import AskOriginal, DecideOriginal, NotReady, SamePerson
from portal.reporting.enums import FileState
from portal.reporting.models import Evidence, Holding, HoldingEntry
from portal.reporting.protected import disposing
from portal.reporting.protected.enums import Note
from portal.reporting.refusals import OwnReport
from tests.conftest import session_for
from tests.factories import staff
from tests.reporting.protected.desk.test_pages import opened
from tests.reporting.protected.desk.working import DIAGRAM, anew, close, destroy_it, dispose

pytestmark = pytest.mark.django_db


@pytest.fixture
def clean(kept: Holding) -> Evidence:
    Evidence.objects.filter(holding=kept).update(state=FileState.CLEAN, kind="jpeg")
    found: Evidence = Evidence.objects.select_related("holding__report", "attachment").get(holding=kept)
    return found


def test_a_safe_copy_needs_a_purpose_and_its_opening_is_recorded(
    kept: Holding, clean: Evidence, analyst: Person
) -> None:
    address = reverse("desk_protected_file", args=[clean.pk])
    assert session_for(analyst).get(address).status_code == 302
    answer = opened(kept, analyst).get(address)
    assert answer.status_code == 200
    assert DIAGRAM.name in answer.content.decode()


def test_it_is_not_among_the_files_of_reports(clean: Evidence, analyst: Person) -> None:
    for name in ("desk_file", "desk_file_part"):
        keys = [clean.pk] if name == "desk_file" else [clean.pk, 1]
        assert session_for(analyst).get(reverse(name, args=keys)).status_code == 404


def test_an_original_leaves_by_two_people_and_the_submitter_sees_that_it_did(
    kept: Holding, clean: Evidence, analyst: Person, second: Person
) -> None:
    asked = AskOriginal(evidence=clean, by=analyst, to="The engineer", why="To be returned").execute()
    with pytest.raises(SamePerson):
        DecideOriginal(request=asked, by=analyst, is_allowed=True).execute()
    client = opened(kept, second)
    page = reverse("desk_original", args=[asked.uuid])
    assert kept.report.number in client.get(page).content.decode()
    client.post(reverse("desk_original_decide", args=[asked.uuid]), {"decision": "allow"})
    answer: Any = opened(kept, analyst).post(reverse("desk_original_take", args=[asked.uuid]))
    assert b"".join(answer.streaming_content) == DIAGRAM.content
    assert HoldingEntry.objects.get(note=Note.ORIGINAL).is_told
    sheet = opened(kept, second).get(reverse("desk_original_sheet", args=[asked.uuid])).content.decode()
    assert "both hashes are equal" in sheet
    assert kept.report.number in session_for(second).get(reverse("desk_originals")).content.decode()


def test_nobody_of_its_organisation_asks_for_an_original_or_finds_that_one_was_asked_for(
    kept: Holding, clean: Evidence, analyst: Person, second: Person
) -> None:
    asked = AskOriginal(evidence=clean, by=analyst, to="The engineer", why="To be returned").execute()
    second.affiliations.create(organisation=kept.report.organisation)
    with pytest.raises(OwnReport):
        DecideOriginal(request=asked, by=second, is_allowed=True).execute()
    client = session_for(second)
    assert client.get(reverse("desk_original", args=[asked.uuid])).status_code == 404
    assert kept.report.number not in client.get(reverse("desk_originals")).content.decode()
    with pytest.raises(NotYours):
        AskOriginal(evidence=clean, by=staff(StaffRole.CLOSURE_SIGNATORY), to="A", why="B").execute()


def test_after_the_destruction_there_is_nothing_to_ask_for(
    kept: Holding, clean: Evidence, analyst: Person, signatory: Person, custodian: Person
) -> None:
    close(kept, signatory)
    destroy_it(anew(kept), analyst)
    dispose(anew(kept), custodian)
    disposing.finish_begun(None)
    found = Evidence.objects.select_related("holding__report").get(pk=clean.pk)
    with pytest.raises(NotReady):
        AskOriginal(evidence=found, by=analyst, to="A", why="B").execute()
