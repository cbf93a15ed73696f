"""What of pages and files the people of Desk see in Wagtail's admin, asked from outside by each role."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from wagtail.images.tests.utils import get_test_image_file

from portal.access.enums import Label
from portal.bulletins.desk.gate import PAGE_ARGUMENTS
from portal.bulletins.desk.visibility import drafted_documents, visible_pages
from portal.bulletins.models import BulletinPage, GuidanceIndexPage
from portal.library.models import PortalDocument, PortalImage
from portal.library.permissions import visible_on_desk
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from tests.bulletins.releasing import submit
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, draft, edit, guidance, staff

pytestmark = pytest.mark.usefixtures("desk")

WRITERS = [StaffRole.MIAC_AUTHOR, StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR]
REVIEWERS = [*WRITERS, StaffRole.PRIVACY_OFFICER]
OTHERS = [StaffRole.MOP3_EDITOR, StaffRole.ADMINISTRATOR, StaffRole.AUDITOR]
SECRET = "Siege at the dam"


@pytest.fixture
def community(pages: Any) -> Community:
    made: Community = CommunityFactory()
    return made


def restricted(community: Community) -> dict[str, Any]:
    return {"title": SECRET, "tlp": Label.AMBER, "audience_communities": [community]}


def status(client: Client, address: str) -> int:
    """How somebody is answered; a file that is sent is read to its end, which closes it."""
    answer: Any = client.get(address)
    if answer.streaming:
        list(answer.streaming_content)
    return int(answer.status_code)


# --- pages


def places_that_list_pages(page: BulletinPage) -> list[str]:
    parent = page.get_parent()
    return [
        f"/admin/choose-page/{parent.pk}/",
        "/admin/choose-page/?page_type=bulletins.bulletinpage",
        "/admin/choose-page/search/?q=siege",
        "/admin/pages/search/?q=siege",
        f"/admin/pages/{parent.pk}/",
        f"/admin/pages/{parent.pk}/results/?search_all=1&q=siege",
        f"/admin/api/main/pages/?child_of={parent.pk}&for_explorer=1",
        "/admin/",
        "/admin/reports/site-history/",
        "/admin/reports/aging-pages/",
    ]


def addresses_of_a_page(page: BulletinPage) -> list[str]:
    return [
        f"/admin/pages/{page.pk}/",
        f"/admin/pages/{page.pk}/results/",
        f"/admin/pages/{page.pk}/edit/",
        f"/admin/pages/{page.pk}/usage/",
        f"/admin/pages/{page.pk}/history/",
        f"/admin/pages/{page.pk}/move/{page.pk}/confirm/",
        f"/admin/pages/{GuidanceIndexPage.objects.get().pk}/move/{page.pk}/confirm/",
        f"/admin/choose-page/{page.pk}/",
        f"/admin/choose-page/chosen-multiple/?id={page.pk}",
        f"/admin/api/main/pages/{page.pk}/",
        f"/admin/bulk/wagtailcore/page/delete/?id={page.pk}&next=/admin/",
        f"/admin/bulk/wagtailcore/page/move/?id={page.pk}&next=/admin/",
        f"/admin/bulk/wagtailcore/page/delete/?id=all&childOf={page.get_parent().pk}&next=/admin/",
        "/admin/bulk/wagtailcore/page/delete/?id=all&q=siege&next=/admin/",
        "/admin/reports/page-types-usage/",
    ]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("is_draft", [False, True])
def test_no_title_of_a_bulletin_that_is_not_for_one(community: Community, role: StaffRole, is_draft: bool) -> None:
    page = draft(**restricted(community)) if is_draft else bulletin(**restricted(community))
    client = session_for(staff(role))
    for address in [*places_that_list_pages(page), *addresses_of_a_page(page)]:
        assert SECRET not in client.get(address).content.decode(), address


@pytest.mark.parametrize("role", OTHERS)
def test_a_page_that_one_does_not_see_answers_like_one_that_is_not_there(community: Community, role: StaffRole) -> None:
    page = bulletin(**restricted(community))
    client = session_for(staff(role))
    for address in (f"/admin/pages/{page.pk}/", f"/admin/choose-page/{page.pk}/"):
        missing = address.replace(str(page.pk), "987654")
        assert client.get(address).status_code == client.get(missing).status_code == 404, address


def test_a_number_that_no_page_can_have_is_not_found(pages: Any) -> None:
    client = session_for(staff(StaffRole.MOP3_EDITOR))
    assert client.get(f"/admin/pages/{'9' * 30}/").status_code == 404
    assert client.get(f"/admin/choose-page/chosen-multiple/?id={'9' * 30}&id=x").status_code == 404


def test_bulk_actions_work_on_what_one_edits(pages: Any) -> None:
    page = guidance(title="Ours to delete")
    client = session_for(staff(StaffRole.MOP3_EDITOR))
    for chosen in (f"id={page.pk}", f"id=all&childOf={page.get_parent().pk}"):
        answer = client.get(f"/admin/bulk/wagtailcore/page/publish/?{chosen}&next=/admin/")
        assert "Ours to delete" in answer.content.decode()


@pytest.mark.parametrize("role", REVIEWERS)
@pytest.mark.parametrize("is_draft", [False, True])
def test_bulletin_staff_choose_among_all_bulletins(community: Community, role: StaffRole, is_draft: bool) -> None:
    page = draft(**restricted(community)) if is_draft else bulletin(**restricted(community))
    client = session_for(staff(role))
    for address in (
        f"/admin/choose-page/{page.get_parent().pk}/",
        "/admin/choose-page/search/?q=siege",
        f"/admin/choose-page/chosen-multiple/?id={page.pk}",
    ):
        assert SECRET in client.get(address).content.decode(), address
    if role in WRITERS:
        assert SECRET in client.get(f"/admin/pages/{page.get_parent().pk}/").content.decode()
        assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200


@pytest.mark.parametrize("role", [*REVIEWERS, StaffRole.ADMINISTRATOR])
def test_bulletin_staff_see_no_guidance_that_is_not_for_them(community: Community, role: StaffRole) -> None:
    page = guidance(**restricted(community))
    client = session_for(staff(role))
    for address in (
        f"/admin/choose-page/{page.get_parent().pk}/",
        "/admin/choose-page/search/?q=siege",
        f"/admin/choose-page/chosen-multiple/?id={page.pk}",
        f"/admin/pages/{page.pk}/",
    ):
        assert SECRET not in client.get(address).content.decode(), address


def test_editors_of_guidance_see_all_guidance_and_the_bulletins_that_are_for_them(community: Community) -> None:
    own, theirs = guidance(**restricted(community)), bulletin(title="For the committee", **only_for(community))
    outsider = session_for(staff(StaffRole.MOP3_EDITOR))
    insider = session_for(staff(StaffRole.MOP3_EDITOR, communities=[community]))
    for client in (outsider, insider):
        assert SECRET in client.get(f"/admin/choose-page/{own.get_parent().pk}/").content.decode()
        assert SECRET in client.get(f"/admin/pages/{own.get_parent().pk}/").content.decode()
    listed = f"/admin/choose-page/{theirs.get_parent().pk}/"
    assert "For the committee" in insider.get(listed).content.decode()
    assert "For the committee" not in outsider.get(listed).content.decode()


def only_for(community: Community) -> dict[str, Any]:
    return {"tlp": Label.AMBER, "audience_communities": [community]}


def test_the_gate_knows_what_wagtail_calls_a_page() -> None:
    """A name that the next version of Wagtail brings must be added to the gate, or to what is no page."""
    no_page = {"revision_id", "task_state_id", "task_id", "workflow_state_id"}
    names: set[str] = set()
    admin: Any
    (admin,) = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == "admin/"]
    for entry in admin.url_patterns:
        if str(entry.pattern).startswith(("pages/", "choose-page/")):
            for pattern in getattr(entry, "url_patterns", [entry]):
                names |= {name for name, kind in pattern.pattern.converters.items() if "Int" in type(kind).__name__}
    assert names <= PAGE_ARGUMENTS | no_page
    assert {"page_id", "parent_page_id"} <= names


def test_what_one_sees_is_asked_in_a_fixed_number_of_queries(pages: Any) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            list(visible_pages(Person.objects.get(pk=editor.pk)))
            drafted_documents(Person.objects.get(pk=editor.pk))
        return len(caught)

    queries()  # content types are remembered from here on
    one = queries()
    for _ in range(10):
        bulletin()
        guidance()
    assert queries() == one


# --- files


def document(**fields: Any) -> PortalDocument:
    made = PortalDocument(title=SECRET, **fields)
    made.file.save("siege.txt", ContentFile(b"plan"))
    return made


def carrying(file: PortalDocument) -> str:
    return json.dumps([{"type": "attachments", "value": [file.pk]}])


def lists_of_documents(file: PortalDocument) -> list[str]:
    return [
        "/admin/documents/",
        "/admin/documents/?q=siege",
        "/admin/documents/results/",
        "/admin/documents/chooser/",
        "/admin/documents/chooser/results/?q=siege",
        f"/admin/documents/chooser/chosen-multiple/?id={file.pk}",
        "/admin/api/main/documents/",
    ]


def addresses_of_a_document(file: PortalDocument) -> list[str]:
    return [
        f"/admin/documents/edit/{file.pk}/",
        f"/admin/documents/delete/{file.pk}/",
        f"/admin/documents/usage/{file.pk}/",
        f"/admin/documents/chooser/chosen/{file.pk}/",
        f"/admin/api/main/documents/{file.pk}/",
        f"/admin/bulk/library/portaldocument/delete/?id={file.pk}&next=/admin/",
    ]


def sees(person: Person, file: PortalDocument) -> bool:
    """Whether somebody gets the file on Desk; the file, its lists and its own pages agree."""
    client = session_for(person)
    shown = status(client, file.download_url) == 200
    if person.groups.filter(name=StaffRole.AUDITOR.value).exists():
        return shown
    chooses = not person.groups.filter(name__in=["Privacy officer", "Administrator"]).exists()
    for address in lists_of_documents(file) if chooses else []:
        if "/api/" not in address:
            assert (SECRET in client.get(address).content.decode()) == shown, address
    if not shown:
        for address in [*lists_of_documents(file), *addresses_of_a_document(file)]:
            assert SECRET not in client.get(address).content.decode(), address
    return shown


def who_sees(file: PortalDocument) -> set[StaffRole]:
    return {role for role in [*REVIEWERS, *OTHERS] if sees(staff(role), file)}


def test_a_file_on_nothing_is_for_whoever_uploaded_it(pages: Any) -> None:
    uploader = staff(StaffRole.MOP3_EDITOR)
    file = document(uploaded_by_user=uploader)
    assert who_sees(file) == set()
    assert sees(uploader, file)


def test_a_file_on_a_draft_bulletin_is_for_those_who_write_or_decide_on_it(pages: Any) -> None:
    file = document()
    draft(by=staff(StaffRole.MIAC_AUTHOR), body=carrying(file))
    assert who_sees(file) == set(REVIEWERS)


def test_a_file_on_a_draft_of_a_public_bulletin_as_well(pages: Any) -> None:
    file = document()
    edit(bulletin(), by=None, body=carrying(file))
    assert who_sees(file) == set(REVIEWERS)


def test_a_file_on_what_was_submitted_as_well_whatever_became_of_the_draft(author: Person) -> None:
    file = document(tlp=Label.CLEAR)
    page = draft(by=author, body=carrying(file))
    submit(page, author)
    edit(page, by=author, body="[]")
    assert who_sees(file) == set(REVIEWERS)


def test_a_file_on_draft_guidance_is_for_the_editors_of_guidance(pages: Any) -> None:
    file = document()
    page = guidance()
    page.body = carrying(file)
    page.save_revision()
    assert who_sees(file) == {StaffRole.MOP3_EDITOR}


def test_a_released_file_is_for_those_whom_the_access_rule_lets_read_it(community: Community) -> None:
    file = document(tlp=Label.AMBER)
    file.audience_communities.set([community])
    bulletin(**only_for(community), body=carrying(file))
    file.refresh_from_db()
    assert file.is_released
    assert who_sees(file) == set()
    for role in (StaffRole.MIAC_AUTHOR, StaffRole.MOP3_EDITOR, StaffRole.AUDITOR):
        assert sees(staff(role, communities=[community]), file)


def test_pictures_follow_the_same_rule(community: Community) -> None:
    picture = PortalImage.objects.create(title=SECRET, file=get_test_image_file("siege.png"))
    picture.audience_communities.set([community])
    addresses = [
        "/admin/images/results/?q=siege",
        "/admin/images/chooser/results/?q=siege",
        f"/admin/images/chooser/chosen-multiple/?id={picture.pk}",
        "/admin/api/main/images/",
        f"/admin/api/main/images/{picture.pk}/",
        f"/admin/images/{picture.pk}/",
        f"/admin/images/{picture.pk}/delete/",
        f"/admin/images/usage/{picture.pk}/",
        f"/admin/images/chooser/{picture.pk}/select_format/",
        f"/admin/images/chooser/chosen/{picture.pk}/",
        f"/admin/bulk/library/portalimage/delete/?id={picture.pk}&next=/admin/",
    ]
    for role in [*REVIEWERS, *OTHERS]:
        client = session_for(staff(role))
        for address in addresses:
            assert SECRET not in client.get(address).content.decode(), (role, address)
    insider = staff(StaffRole.MOP3_EDITOR, communities=[community])
    assert list(visible_on_desk(PortalImage.objects.all(), insider)) == [picture]


def test_on_front_being_an_editor_opens_no_file(settings: Any, pages: Any) -> None:
    uploader = staff(StaffRole.MOP3_EDITOR)
    file = document(uploaded_by_user=uploader)
    assert status(session_for(uploader), file.download_url) == 200
    settings.PORTAL_SITE_KIND = "front"
    assert status(session_for(uploader), file.download_url) == 404


def test_a_superuser_sees_every_file(pages: Any) -> None:
    assert sees(PersonFactory(is_superuser=True), document())


def test_the_list_of_documents_asks_as_often_for_one_as_for_twenty(pages: Any) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    client = session_for(editor)

    def queries() -> int:
        client.get("/admin/documents/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/admin/documents/").status_code == 200
        return len(caught)

    document(uploaded_by_user=editor)
    one = queries()
    for _ in range(19):
        document(uploaded_by_user=editor)
    assert queries() == one


def test_a_system_check_finds_wagtails_own_rule_in_use(pages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from wagtail.documents.permissions import permission_policy

    assert "library.E001" not in {message.id for message in run_checks()}
    monkeypatch.setattr(permission_policy, "__class__", type(permission_policy).__mro__[1])
    assert "library.E001" in {message.id for message in run_checks()}
