"""How a document comes into the library and goes out of it: the actions, and the editor's own form."""

from __future__ import annotations

import gc
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.access.viewer import ANONYMOUS, Viewer
from portal.audit import Verb
from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.library import actions, publishing
from portal.library.actions import Changed, Edited, Incomplete, NotAllowed, NotNow, PublishDocument, WithdrawDocument
from portal.library.door import look_at
from portal.library.models import EvidenceTag, PortalDocument
from portal.library.shelf import shelf
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.members.viewers import viewer_for
from portal.vocabulary.models import Sector
from search.models import Entry
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, staff

pytestmark = pytest.mark.django_db
TEXT = b"Who opens the shelter, and who has the key.\n"


@pytest.fixture
def editor() -> Person:
    return staff(StaffRole.MOP3_EDITOR)


def draft(**fields: Any) -> PortalDocument:
    """A draft with all that publishing needs, unless told otherwise."""
    facts = {"title": "Shelter plan", "publisher": "State", "kind": "template", "tlp": Label.CLEAR, **fields}
    document = PortalDocument(collection=shelf(), **facts)
    document.file.save("shelter-plan.txt", ContentFile(TEXT), save=False)
    document.save()
    document.get_file_hash()
    return document


def publish(document: PortalDocument, by: Person) -> PortalDocument:
    actions.publish(document, by=by)
    document.refresh_from_db()
    return document


def amber() -> PortalDocument:
    """A draft above TLP:GREEN that somebody can read."""
    circle = CommunityFactory()
    PersonFactory(communities=[circle])
    document = draft(tlp=Label.AMBER)
    document.audience_communities.set([circle])
    return document


# --- publishing ----------------------------------------------------------------------------------


def test_what_is_published_is_read_and_found_at_once_by_its_readers_alone(editor: Person) -> None:
    member = viewer_for(PersonFactory())
    document = publish(draft(tlp=Label.GREEN, reach=Reach.MEMBERS), editor)
    for viewer, is_reader in ((member, True), (ANONYMOUS, False)):
        assert PortalDocument.objects.readable_by(viewer).exists() is is_reader
        assert Entry.objects.readable_by(viewer).exists() is is_reader
    assert Entry.objects.get().title == document.title
    assert document.published_at is not None


def test_a_draft_is_neither_read_nor_found() -> None:
    draft()
    assert not PortalDocument.objects.readable_by(ANONYMOUS).exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": " "}, "no title"),
        ({"publisher": ""}, "who published it"),
        ({"tlp": Label.AMBER}, "Read by nobody"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expired already"),
    ],
)
def test_without_title_publisher_or_readers_nothing_is_published(
    editor: Person, fields: dict[str, Any], why: str
) -> None:
    document = draft(**fields)
    with pytest.raises(Incomplete, match=why):
        publish(document, editor)
    document.refresh_from_db()
    assert not document.in_library


def test_an_audience_in_which_nobody_is_active_is_nobody(editor: Person) -> None:
    circle = CommunityFactory()
    document = draft(tlp=Label.GREEN)
    document.audience_communities.set([circle])
    assert publishing.what_is_missing(document) == ["Nobody could read it: there is no active member in its audience."]
    PersonFactory(communities=[circle])
    assert not publishing.what_is_missing(document)


def test_only_editors_publish_and_the_refusal_is_in_the_trail(editor: Person) -> None:
    document = draft()
    for role in (StaffRole.MIAC_AUTHOR, StaffRole.MIAC_SUPERVISOR, StaffRole.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            publish(document, staff(role))
    publish(document, editor)
    events = Event.objects.filter(verb=Verb.DOCUMENT_PUBLISH)
    assert sorted(events.values_list("outcome", flat=True)) == ["done", "refused", "refused", "refused"]


def test_what_is_in_the_library_or_was_withdrawn_is_not_published_again(editor: Person) -> None:
    document = publish(draft(), editor)
    with pytest.raises(NotNow, match="already"):
        publish(document, editor)
    WithdrawDocument(document, editor, "Wrong number.").execute()
    document.refresh_from_db()
    with pytest.raises(NotNow, match="withdrawn"):
        publish(document, editor)


def test_a_file_that_was_changed_after_it_was_looked_at_is_not_published(editor: Person) -> None:
    document = draft()
    seen = look_at(document).sha1
    PortalDocument.objects.filter(pk=document.pk).update(file_hash="0" * 40)
    with pytest.raises(Changed):
        PublishDocument(document, editor, seen).execute()


def test_while_the_scanner_is_away_nothing_is_published(editor: Person, settings: Any) -> None:
    document = draft()
    settings.PORTAL_CLAMD_ADDRESS = "unix:/nowhere/clamd"
    with pytest.raises(Incomplete, match="did not answer"):
        publish(document, editor)


def test_what_lies_there_from_before_is_judged_when_it_is_published(editor: Person) -> None:
    document = draft()
    document.file.save("shelter-plan.pdf", ContentFile(b"MZ" + bytes(100)))
    with pytest.raises(ActionRefused):
        publish(document, editor)


# --- two people ----------------------------------------------------------------------------------


def test_above_green_a_second_person_publishes(editor: Person) -> None:
    document = amber()
    PortalDocument.objects.filter(pk=document.pk).update(uploaded_by_user=editor)
    changer, second = staff(StaffRole.MOP3_EDITOR), staff(StaffRole.MIAC_SUPERVISOR)
    actions.ChangeFacts(document, changer, {"publisher": "The State"}).execute()
    for by in (editor, changer):
        with pytest.raises(Edited):
            publish(document, by)
    assert publish(document, second).in_library


def test_up_to_green_whoever_uploaded_it_may_publish_it(editor: Person) -> None:
    document = draft(uploaded_by_user=editor)
    assert publish(document, editor).in_library


# --- withdrawing, versions, review ---------------------------------------------------------------


def test_what_is_withdrawn_is_neither_read_nor_found_from_that_moment(editor: Person) -> None:
    document = publish(draft(), editor)
    WithdrawDocument(document, editor, "Wrong number.").execute()
    assert not PortalDocument.objects.readable_by(ANONYMOUS).exists()
    assert not Entry.objects.exists()


def test_withdrawing_takes_a_reason_and_a_document_that_is_there(editor: Person) -> None:
    document = draft()
    with pytest.raises(NotNow):
        WithdrawDocument(document, editor, "Wrong number.").execute()
    publish(document, editor)
    with pytest.raises(Incomplete):
        WithdrawDocument(document, editor, " ").execute()
    with pytest.raises(NotAllowed):
        WithdrawDocument(document, staff(StaffRole.MIAC_AUTHOR), "Wrong number.").execute()


def test_a_new_version_copies_facts_and_audience_and_is_a_draft(editor: Person) -> None:
    document = amber()
    document.sectors.set(Sector.objects.filter(slug="energy"))
    publish(document, editor)
    stored = publishing.put(ContentFile(TEXT * 2), name="shelter-plan-2.txt", looked=look_at(document))  # type: ignore[arg-type]  # it reads as a file does
    newer = actions.NewVersion(document, editor, stored).execute()
    assert newer.supersedes == document
    assert newer.marking().tokens() == document.marking().tokens()
    assert [sector.slug for sector in newer.sectors.all()] == ["energy"]
    assert (newer.is_released, newer.in_library, newer.published_at) == (False, False, None)
    assert publishing.newest(document) == newer
    with pytest.raises(NotNow, match="newer version"):
        actions.NewVersion(document, editor, stored).execute()


def test_of_a_draft_no_version_is_made(editor: Person) -> None:
    stored = publishing.Stored("documents/x.txt", 1, "0" * 40)
    with pytest.raises(NotNow, match="never published"):
        actions.NewVersion(draft(), editor, stored).execute()


def test_a_review_sets_the_next_day_and_never_one_that_is_past(editor: Person) -> None:
    document = publish(draft(review_by=timezone.localdate() - timedelta(days=1)), editor)
    assert document.is_due
    with pytest.raises(Incomplete):
        actions.ReviewDocument(document, editor, timezone.localdate()).execute()
    actions.ReviewDocument(document, editor, timezone.localdate() + timedelta(days=365)).execute()
    document.refresh_from_db()
    assert not document.is_due


def test_what_was_released_stays_and_the_refusal_writes_nothing(editor: Person) -> None:
    document = publish(draft(), editor)
    with pytest.raises(actions.Unfit):
        actions.ChangeFacts(document, editor, {"title": "Another", "publisher": "The State"}).execute()
    with pytest.raises(NotNow):
        actions.ChangeMarking(document, editor, {"tlp": Label.GREEN}).execute()
    document.refresh_from_db()
    assert (document.title, document.publisher, document.label) == ("Shelter plan", "State", Label.CLEAR)
    with pytest.raises(ValidationError):
        document.audience_communities.set([CommunityFactory()])


def test_a_viewer_outside_the_audience_finds_nothing_of_what_is_published(editor: Person) -> None:
    document = publish(amber(), editor)
    inside = Viewer(tokens=document.marking().tokens())
    assert Entry.objects.readable_by(inside).exists()
    assert not Entry.objects.readable_by(viewer_for(PersonFactory())).exists()


# --- the editor's own form -----------------------------------------------------------------------


@pytest.fixture
def wagtail(desk: None, pages: Any, editor: Person) -> Any:
    return session_for(editor)


def form(**fields: Any) -> dict[str, Any]:
    return {"title": "Plan", "tlp": Label.AMBER, "reach": Reach.NAMED, "collection": shelf().pk, **fields}


def test_the_editors_form_asks_for_the_librarys_facts_under_a_heading(wagtail: Any) -> None:
    text = wagtail.get("/admin/documents/add/").content.decode()
    assert text.index("Who can read it") < text.index("For the library") < text.index("id_publisher")


def test_a_file_through_the_editors_form_is_judged_as_at_the_door(wagtail: Any) -> None:
    bad = SimpleUploadedFile("plan.pdf", b"MZ\x90\0" + bytes(100))
    assert wagtail.post("/admin/documents/add/", form(file=bad)).status_code == 200
    assert not PortalDocument.objects.exists()
    good = SimpleUploadedFile("plan.txt", TEXT)
    assert wagtail.post("/admin/documents/add/", form(file=good, publisher="State")).status_code == 302
    document = PortalDocument.objects.get()
    assert (document.publisher, document.kind, document.language) == ("State", "guide", "en")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail's view leaves its file open
def test_several_files_at_once_go_on_working(wagtail: Any, editor: Person) -> None:
    files = {"files[]": SimpleUploadedFile("plan.txt", TEXT), "title": "Plan", "collection": shelf().pk}
    answer = wagtail.post("/admin/documents/multiple/add/", files).json()
    assert answer["success"]
    key = answer["uploaded_file_id"]
    prefix = f"uploaded-document-{key}-"
    sent = {f"{prefix}{name}": value for name, value in form(publisher="State").items()}
    done = wagtail.post(f"/admin/documents/multiple/create_from_uploaded_document/{key}/", sent).json()
    assert done["success"], done
    document = PortalDocument.objects.get()
    assert (document.title, document.publisher, document.uploaded_by_user) == ("Plan", "State", editor)
    bad = {**files, "files[]": SimpleUploadedFile("plan.pdf", b"MZ\x90\0" + bytes(100))}
    assert not wagtail.post("/admin/documents/multiple/add/", bad).json()["success"]
    gc.collect()  # so that it is closed here, and not in a test that fails on warnings


def test_editors_look_after_the_requirements(wagtail: Any) -> None:
    sent = {"scheme": "EMAP", "code": "4.4.1", "title": "Plans"}
    assert wagtail.post("/admin/snippets/library/evidencetag/add/", sent).status_code == 302
    assert str(EvidenceTag.objects.get()) == "EMAP 4.4.1"
    author = session_for(staff(StaffRole.MIAC_AUTHOR))
    assert author.post("/admin/snippets/library/evidencetag/add/", {**sent, "code": "4.4.2"}).status_code == 302
    assert EvidenceTag.objects.count() == 1
