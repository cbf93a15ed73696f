"""'Who will be able to read this' in the forms of documents and pictures."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from wagtail.images.forms import get_image_form
from wagtail.images.tests.utils import get_test_image_file

from portal.access.enums import Label
from portal.library.models import PortalDocument, PortalImage
from portal.members.enums import StaffRole
from portal.members.models import Community
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, staff

pytestmark = pytest.mark.usefixtures("desk")
NOBODY_YET = "Read by nobody: name at least one community, organisation or person."


def panel(answer: Any) -> Any:
    found = BeautifulSoup(answer.content.decode(), "html.parser").select("[data-audience]")
    assert len(found) == 1
    return found[0]


def sentence(answer: Any) -> str:
    return panel(answer).select_one("[data-audience-sentence]").get_text(strip=True)


@pytest.fixture
def community(pages: Any) -> Community:
    made: Community = CommunityFactory(name="Pipes")
    PersonFactory(communities=[made])
    return made


def document(community: Community, **fields: Any) -> PortalDocument:
    made = PortalDocument(title="Plan", **fields)
    made.file.save("plan.txt", ContentFile(b"plan"))
    made.audience_communities.set([community])
    return made


def picture(community: Community, **fields: Any) -> PortalImage:
    made = PortalImage.objects.create(title="Map", file=get_test_image_file("map.png"), **fields)
    made.audience_communities.set([community])
    return made


@pytest.mark.parametrize("address", ["/admin/documents/add/", "/admin/images/add/"])
def test_a_new_file_says_that_it_is_for_nobody_yet(community: Community, address: str) -> None:
    answer = session_for(staff(StaffRole.MOP3_EDITOR)).get(address)
    assert sentence(answer) == NOBODY_YET
    assert panel(answer)["data-audience-url"] == "/desk/audience/"
    assert "admin-audience.js" in answer.content.decode()


def test_what_was_saved_is_said_without_a_script(community: Community) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    file = document(community, uploaded_by_user=editor)
    assert sentence(session_for(editor).get(f"/admin/documents/edit/{file.pk}/")).startswith("Read by 1 person: Pipes.")
    form = get_image_form(PortalImage)(instance=picture(community), user=editor)  # the page makes a rendition as well
    assert "Read by 1 person: Pipes." in str(form["who_can_read"])


def test_after_an_error_it_still_says_what_was_saved_and_not_what_was_chosen(community: Community) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    file = document(community, uploaded_by_user=editor)
    answer = session_for(editor).post(f"/admin/documents/edit/{file.pk}/", {"title": "", "tlp": Label.CLEAR})
    assert sentence(answer).startswith("Read by 1 person: Pipes.")
    file.refresh_from_db()
    assert file.label is Label.AMBER


def test_the_sentence_changes_nothing_that_is_saved(community: Community) -> None:
    editor = staff(StaffRole.MOP3_EDITOR)
    file = document(community, uploaded_by_user=editor)
    facts: dict[str, Any] = {"title": "New words", "tlp": Label.GREEN, "reach": "named"}
    facts |= {"audience_communities": [community.pk], "who_can_read": "everybody", "collection": file.collection_id}
    assert session_for(editor).post(f"/admin/documents/edit/{file.pk}/", facts).status_code == 302
    file.refresh_from_db()
    assert (file.title, file.label) == ("New words", Label.GREEN)


def test_the_form_in_a_choosers_dialogue_names_its_fields_prefix(community: Community) -> None:
    client = session_for(staff(StaffRole.MIAC_AUTHOR))
    for kind in ("documents", "images"):
        html = client.get(f"/admin/{kind}/chooser/").json()["html"]
        shown = BeautifulSoup(html, "html.parser")
        (found,) = shown.select("[data-audience]")
        assert shown.select_one(f"[name='{found['data-audience-prefix']}tlp']") is not None


def test_the_server_says_the_sentence_while_one_chooses(community: Community) -> None:
    asked = {"tlp": Label.AMBER.value, "audience_communities": community.pk}
    for role, status in ((StaffRole.MOP3_EDITOR, 200), (StaffRole.MIAC_AUTHOR, 200), (StaffRole.AUDITOR, 404)):
        answer = session_for(staff(role)).post("/desk/audience/", asked)
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["sentence"].startswith("Read by 1 person: Pipes.")
