"""The library on Desk: what waits, what is done with a document, and the list of evidence."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from portal.access.enums import Label, Reach
from portal.access.viewer import ANONYMOUS
from portal.audit import Verb
from portal.audit.models import Event
from portal.library.desk.queue import Waiting, counts
from portal.library.enums import ReadingState
from portal.library.models import DocumentReading, EvidenceTag, PortalDocument
from portal.library.shelf import shelf
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, staff
from tests.library import making

pytestmark = pytest.mark.usefixtures("desk", "pages")
TEXT = b"How to keep going when the power is out.\n"
FACTS = {"title": "Power outage plan", "kind": "template", "publisher": "State", "language": "en"}


@pytest.fixture
def editor() -> Person:
    return staff(StaffRole.MOP3_EDITOR)


@pytest.fixture
def client(editor: Person) -> Client:
    return session_for(editor)


def upload(name: str = "outage-plan.txt", content: bytes = TEXT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def added(client: Client, **fields: Any) -> PortalDocument:
    """A draft that came in through the form."""
    answer = client.post("/desk/library/add/", {"form": "one", "file": upload(), **fields})
    assert answer.status_code == 302, words(answer)
    found: PortalDocument = PortalDocument.objects.latest("pk")
    return found


def words(answer: Any) -> str:
    return BeautifulSoup(answer.content.decode(), "html.parser").get_text(" ", strip=True)


def page(document: PortalDocument, verb: str = "") -> str:
    return f"/desk/library/{document.pk}/{verb}/" if verb else f"/desk/library/{document.pk}/"


def ready(client: Client, **marking: Any) -> PortalDocument:
    """A draft with its facts and readers filled in, through the page's own forms."""
    document = added(client)
    marking = {"tlp": Label.CLEAR, "reach": Reach.NAMED, **marking}
    for name, fields in (("facts", FACTS), ("marking", marking)):
        answer = client.post(page(document), {"form": name, **fields})
        assert answer.status_code == 302, words(answer)
    document.refresh_from_db()
    return document


# --- from file to reader -------------------------------------------------------------------------


def test_a_file_that_was_added_is_a_draft_for_nobody(client: Client, editor: Person) -> None:
    document = added(client)
    assert (document.title, document.uploaded_by_user) == ("outage-plan", editor)
    assert (document.in_library, document.is_released) == (False, False)
    assert document.file_hash
    assert not PortalDocument.objects.readable_by(ANONYMOUS).exists()
    assert "Read by nobody" in words(client.get(page(document)))


def test_a_document_is_published_through_its_page_and_is_read_at_once(client: Client) -> None:
    document = ready(client)
    answer = client.post(page(document, "publish"), follow=True)
    assert "Published." in words(answer)
    document.refresh_from_db()
    assert (document.in_library, document.is_released) == (True, True)
    assert PortalDocument.objects.readable_by(ANONYMOUS).get() == document
    assert Event.objects.filter(verb=Verb.DOCUMENT_PUBLISH, outcome="done").count() == 1


def test_what_is_missing_is_said_and_nothing_is_published(client: Client) -> None:
    document = added(client)
    text = words(client.get(page(document)))
    assert "Say who published it." in text
    assert "Publish in the library" not in text
    answer = client.post(page(document, "publish"), follow=True)
    assert "Say who published it." in words(answer)
    document.refresh_from_db()
    assert not document.in_library


def test_a_file_that_is_not_taken_leaves_nothing_behind(client: Client) -> None:
    answer = client.post("/desk/library/add/", {"form": "one", "file": upload("plan.pdf", b"MZ\x90\0" + bytes(200))})
    assert answer.status_code == 422
    assert not PortalDocument.objects.exists()


def test_the_title_and_date_that_were_found_are_taken_over_by_a_button(client: Client) -> None:
    document = added(client)
    making.read(document, pages=["A plan"], suggested_title="Plan for outages", suggested_date=date(2024, 5, 1))
    assert "Plan for outages" in words(client.get(page(document)))
    for verb in ("take-title", "take-date"):
        client.post(page(document, verb))
    document.refresh_from_db()
    assert (document.title, document.dated) == ("Plan for outages", date(2024, 5, 1))


def test_what_keeps_people_out_is_said_before_publishing(client: Client) -> None:
    document = ready(client)
    making.read(document, pages=["A plan"], findings=["not-tagged", "something new"], from_pictures=1)
    text = words(client.get(page(document)))
    assert "Screen readers cannot tell headings" in text
    assert text.index("Screen readers cannot tell") < text.index("From then on its file")


def test_what_could_not_be_read_says_why_and_can_be_published_all_the_same(client: Client) -> None:
    document = ready(client)
    DocumentReading.objects.update_or_create(
        document=document, defaults={"state": ReadingState.REFUSED, "trouble": "locked"}
    )
    assert "locked with a password" in words(client.get(page(document)))
    client.post(page(document, "publish"))
    document.refresh_from_db()
    assert document.in_library


def test_two_who_change_the_facts_at_once_do_not_overwrite_each_other(client: Client) -> None:
    document = added(client)
    form = BeautifulSoup(client.get(page(document)).content.decode(), "html.parser")
    seen = form.select_one("#id_facts_seen")
    assert seen is not None
    PortalDocument.objects.filter(pk=document.pk).update(publisher="Somebody else")
    answer = client.post(page(document), {"form": "facts", "seen": seen["value"], **FACTS})
    assert answer.status_code == 422
    assert "Somebody else changed it meanwhile" in words(answer)
    document.refresh_from_db()
    assert document.publisher == "Somebody else"


def test_after_publishing_title_and_readers_stay_and_facts_may_change(client: Client) -> None:
    document = ready(client)
    client.post(page(document, "publish"))
    client.post(page(document), {"form": "facts", **FACTS, "title": "Another", "publisher": "The State"})
    client.post(page(document), {"form": "marking", "tlp": Label.GREEN, "reach": Reach.MEMBERS})
    document.refresh_from_db()
    assert (document.title, document.publisher, document.label) == ("Power outage plan", "The State", Label.CLEAR)


def test_people_and_documents_are_named_by_address_and_others_are_not_offered(client: Client) -> None:
    document, colleague, member = added(client), staff(StaffRole.MIAC_ANALYST), PersonFactory()
    example, hidden = making.document(title="Filled in"), making.document(title="Hidden", tlp=Label.RED)
    facts = {**FACTS, "form": "facts", "reviewer": colleague.email, "example": example.get_absolute_url()}
    assert client.post(page(document), facts).status_code == 302
    document.refresh_from_db()
    assert (document.reviewer, document.example) == (colleague, example)
    text = client.get(page(document)).content.decode()
    assert member.email not in text
    assert hidden.title not in text
    hidden.in_library = False
    hidden.save()
    answer = client.post(page(document), {**facts, "reviewer": member.email, "example": hidden.get_absolute_url()})
    assert "Nobody on staff" in words(answer)
    assert "No document has this address." in words(answer)


# --- versions, review, withdrawing ---------------------------------------------------------------


def test_a_new_version_takes_facts_and_readers_over_and_supersedes_once_published(client: Client) -> None:
    old = ready(client)
    old.evidence.set([EvidenceTag.objects.create(scheme="EMAP 2022", code="4.6.2")])
    client.post(page(old, "publish"))
    answer = client.post(page(old, "version"), {"file": upload("outage-plan-2.txt", TEXT * 2)}, follow=True)
    assert "the draft of the new version" in words(answer)
    new = PortalDocument.objects.get(supersedes=old)
    assert (new.title, new.publisher, new.kind, new.label) == (FACTS["title"], "State", "template", Label.CLEAR)
    assert [str(tag) for tag in new.evidence.all()] == ["EMAP 2022 4.6.2"]
    assert not new.is_released
    again = client.post(page(old, "version"), {"file": upload("third.txt")}, follow=True)
    assert "newer version already" in words(again)
    assert PortalDocument.objects.count() == 2


def test_withdrawing_closes_it_at_once_and_keeps_the_reason_for_staff(client: Client) -> None:
    document = ready(client)
    client.post(page(document, "publish"))
    assert client.post(page(document, "withdraw"), {"reason": ""}).status_code == 422
    answer = client.post(page(document, "withdraw"), {"reason": "It names a wrong number."}, follow=True)
    assert "It names a wrong number." in words(answer)
    assert not PortalDocument.objects.readable_by(ANONYMOUS).exists()
    assert session_for(PersonFactory()).get(document.download_url).status_code == 404  # on Desk, where they are nobody
    answer = client.post(page(document, "publish"), follow=True)
    assert "It was withdrawn." in words(answer)
    assert "wrong number" not in str(list(Event.objects.values_list("facts", flat=True)))


def test_what_is_due_stands_by_reviewer_until_somebody_looks_at_it(client: Client, editor: Person) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    document = making.document(title="Old guide", publisher="State", review_by=yesterday, reviewer=editor)
    answer = client.get("/desk/library/", {"waits": "review"})
    assert "Old guide" in words(answer)
    assert editor.name in words(answer)
    client.post(page(document, "review"), {"again_by": yesterday.isoformat()})
    assert counts(editor)[Waiting.REVIEW] == 1
    client.post(page(document, "review"), {"again_by": (yesterday + timedelta(days=400)).isoformat()})
    assert counts(editor)[Waiting.REVIEW] == 0


def test_each_reviewer_has_a_heading_above_what_waits_for_them(client: Client, editor: Person) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    another = staff(StaffRole.MOP3_EDITOR)
    for reviewer in (editor, another, None, editor):
        making.document(publisher="State", review_by=yesterday, reviewer=reviewer)
    page = client.get("/desk/library/", {"waits": "review"}).text
    headings = re.findall(r'scope="rowgroup"[^>]*>([^<]*)<', page)
    assert headings == ["No reviewer named", *sorted([editor.name, another.name])]
    assert "rowgroup" not in client.get("/desk/library/", {"waits": "library"}).text


# --- who sees what -------------------------------------------------------------------------------


def test_editors_see_each_others_drafts_on_the_shelf_and_other_staff_do_not(client: Client) -> None:
    document = added(client, title="Half a plan")
    another, author = staff(StaffRole.MOP3_EDITOR), staff(StaffRole.MIAC_AUTHOR)
    for person, is_seen in ((another, True), (staff(StaffRole.MIAC_SUPERVISOR), True), (author, False)):
        theirs = session_for(person)
        assert theirs.get(page(document)).status_code == (200 if is_seen else 404)
        listed = words(theirs.get("/desk/library/", {"waits": "facts"}))
        assert ("Half a plan" in listed) is is_seen


def test_a_law_enforcement_draft_is_seen_by_the_cleared_among_them_alone(client: Client) -> None:
    document = added(client, title="Routes")
    PortalDocument.objects.filter(pk=document.pk).update(law_enforcement_sensitive=True)
    a_year_on = timezone.now() + timedelta(days=365)
    for cleared_until, status in ((None, 404), (a_year_on, 200)):
        other = session_for(staff(StaffRole.MOP3_EDITOR, cleared_until=cleared_until))
        assert other.get(page(document)).status_code == status


def test_a_draft_that_lies_elsewhere_is_seen_by_whoever_uploaded_it_alone(client: Client, editor: Person) -> None:
    elsewhere = making.document(title="For a bulletin", in_library=False, is_released=False, tlp=Label.AMBER)
    PortalDocument.objects.filter(pk=elsewhere.pk).update(is_released=False)
    assert client.get(page(elsewhere)).status_code == 404
    PortalDocument.objects.filter(pk=elsewhere.pk).update(uploaded_by_user=editor)
    assert client.get(page(elsewhere)).status_code == 200


def test_opening_one_above_clear_is_in_the_trail(client: Client) -> None:
    document = ready(client, tlp=Label.GREEN, reach=Reach.MEMBERS)
    client.get(page(document))
    assert Event.objects.filter(verb=Verb.READ, about=f"library.portaldocument:{document.pk}").exists()


def test_each_draft_waits_for_one_thing(client: Client, editor: Person) -> None:
    missing, drafts = added(client), [ready(client) for _ in range(2)]
    making.read(drafts[1], pages=["Text"])
    found = counts(editor)
    assert [found[waiting] for waiting in (Waiting.FACTS, Waiting.READING, Waiting.READY)] == [1, 1, 1]
    assert missing.title in words(client.get("/desk/library/"))


def test_the_queue_takes_as_many_queries_for_one_document_as_for_many(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/desk/library/", {"waits": "library"}).status_code == 200
        return len(caught)

    making.document(publisher="State", pages=["One"])
    queries()
    few = queries()
    for _ in range(20):
        making.document(publisher="State", pages=["One"])
    assert queries() == few


# --- two people ----------------------------------------------------------------------------------


def test_above_green_somebody_else_publishes_than_who_uploaded_or_changed_it(client: Client, editor: Person) -> None:
    circle = CommunityFactory()
    PersonFactory(communities=[circle])
    document = ready(client, tlp=Label.AMBER, audience_communities=[circle.pk])
    assert "somebody else must" in words(client.get(page(document)))
    assert "somebody else must publish it" in words(client.post(page(document, "publish"), follow=True))
    changer, second = staff(StaffRole.MOP3_EDITOR), staff(StaffRole.MIAC_SUPERVISOR)
    session_for(changer).post(page(document), {"form": "facts", **FACTS, "publisher": "The State"})
    session_for(changer).post(page(document, "publish"))
    document.refresh_from_db()
    assert not document.in_library
    session_for(second).post(page(document, "publish"))
    document.refresh_from_db()
    assert document.in_library


def test_up_to_green_supervisors_do_not_publish(client: Client) -> None:
    document = ready(client)
    session_for(staff(StaffRole.MIAC_SUPERVISOR)).post(page(document, "publish"))
    document.refresh_from_db()
    assert not document.in_library


# --- evidence ------------------------------------------------------------------------------------


@pytest.fixture
def requirements() -> list[EvidenceTag]:
    told = {"4.6.2": "Plans", "4.7.1": "Exercises"}
    return [EvidenceTag.objects.create(scheme="EMAP 2022", code=code, title=title) for code, title in told.items()]


def test_requirements_stand_with_what_answers_them_and_gaps_are_shown(
    client: Client, requirements: list[EvidenceTag]
) -> None:
    making.document(title="The plan", publisher="State", evidence=[requirements[0]])
    text = words(client.get("/desk/library/evidence/"))
    assert "1 requirement has no document yet" in text
    assert "The plan" in text
    gaps = words(client.get("/desk/library/evidence/", {"gaps": "1"}))
    assert "4.7.1" in gaps
    assert "4.6.2" not in gaps


def test_the_export_carries_its_handling_runs_nothing_and_is_in_the_trail(
    client: Client, requirements: list[EvidenceTag]
) -> None:
    making.document(title="=cmd|' /C calc'!A0", publisher="State", evidence=[requirements[0]])
    making.document(title="For members", tlp=Label.GREEN, reach=Reach.MEMBERS, evidence=[requirements[0]])
    answer = client.post("/desk/library/evidence/export/", {"purpose": "For the accreditation"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "TLP:GREEN"
    assert [row[3] for row in rows[2:]] == ["'=cmd|' /C calc'!A0", "For members", "none yet"]
    event = Event.objects.get(verb=Verb.LIBRARY_EXPORT)
    assert (event.purpose, event.facts["documents"]) == ("For the accreditation", 2)
    assert client.post("/desk/library/evidence/export/", {"purpose": "x"}).status_code == 422


def test_the_shelf_is_one_collection_however_often_it_is_asked_for() -> None:
    assert shelf() == shelf()


def test_what_was_done_stands_on_the_page_with_who_did_it(client: Client, editor: Person) -> None:
    document = ready(client)
    client.post(page(document, "publish"))
    text = words(client.get(page(document)))
    for words_of_log in ("Uploaded", "Facts changed", "Changed who can read it", "Published"):
        assert words_of_log in text
    assert ModelLogEntry.objects.filter(object_id=str(document.pk), user=editor).count() == 4
