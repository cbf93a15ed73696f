"""The desk: who may open what, and what its mails and links carry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client

from portal.access.enums import Label
from portal.bulletins import actions
from portal.bulletins.models import BulletinIndexPage
from portal.core import outbox
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.bulletins.releasing import is_public, submit
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, draft, edit, staff


@pytest.mark.usefixtures("desk")
def test_a_mail_about_a_draft_carries_what_the_drafts_own_label_allows(
    author: Person, supervisor: Person, mailoutbox: list[Any]
) -> None:
    page = edit(
        draft(by=author, title="Harmless", tlp=Label.CLEAR), by=author, title="Secret words", tlp=Label.RED,
        safe_title="A bulletin for you", audience_people=[author],
    )  # fmt: skip
    answers = {"names_people": "no", "touches_expression": "no", "seen": page.latest_revision_id}
    assert session_for(author).post(f"/desk/bulletins/{page.pk}/submit/", answers).status_code == 302
    outbox.send_waiting(all_sites=True)
    (mail,) = mailoutbox
    assert mail.to == [supervisor.email]
    assert mail.subject.startswith("TLP:RED")
    assert "A bulletin for you" in mail.body
    assert "Secret" not in mail.subject + mail.body
    asked = page.release_requests.get()
    session_for(supervisor).post(f"/desk/releases/{asked.pk}/decide/", {"verb": "send_back", "reason": "Secret words."})
    outbox.send_waiting(all_sites=True)
    assert mailoutbox[-1].to == [author.email]
    assert "Secret" not in mailoutbox[-1].subject + mailoutbox[-1].body


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("key", ["0", "-1", "9" * 30, "x"])
def test_the_audience_sentence_refuses_keys_that_no_row_can_have(author: Person, key: str) -> None:
    asked = {"tlp": "TLP:AMBER", "audience_communities": key}
    assert session_for(author).post("/desk/audience/", asked).status_code == 404


@pytest.mark.usefixtures("desk")
def test_everybody_who_decides_can_read_the_whole_version(author: Person) -> None:
    page = draft(by=author, body='[{"type": "text", "value": "<p>The whole of it.</p>"}]')
    asked = submit(page, author, names_people=True)
    for role in (StaffRole.PRIVACY_OFFICER, StaffRole.MIAC_SUPERVISOR):
        answer = session_for(staff(role)).get(f"/desk/releases/{asked.pk}/read/")
        assert "The whole of it." in answer.content.decode()
    assert session_for(staff(StaffRole.MOP3_EDITOR)).get(f"/desk/releases/{asked.pk}/read/").status_code == 404


@pytest.mark.usefixtures("desk")
def test_what_was_saved_while_the_form_was_open_is_neither_submitted_nor_released(
    author: Person, supervisor: Person
) -> None:
    page = draft(by=author)
    answers = {"names_people": "no", "touches_expression": "no", "seen": page.latest_revision_id, "reason": "Now."}
    edit(page, by=staff(StaffRole.MIAC_AUTHOR), summary="Slipped in.")
    for person, verb in ((author, "submit"), (supervisor, "urgent")):
        answer = session_for(person).post(f"/desk/bulletins/{page.pk}/{verb}/", answers)
        assert "another version meanwhile" in answer.content.decode()
    assert not is_public(page)
    assert not page.release_requests.exists()


@pytest.mark.parametrize("standing", ["suspended", "expired", "closed", "applied"])
@pytest.mark.usefixtures("desk")
def test_staff_who_are_not_in_good_standing_do_nothing(author: Person, standing: str) -> None:
    asked = submit(draft(by=author), author)
    former = staff(StaffRole.MIAC_SUPERVISOR, standing=standing)
    with pytest.raises(actions.NotAllowed):
        actions.ReleaseBulletin(request=asked, by=former).execute()
    client = session_for(former)
    assert client.get("/desk/releases/").status_code == 404
    assert client.get("/admin/").status_code == 404


def test_a_link_in_a_text_carries_no_words_of_what_it_leads_to(pages: Any) -> None:
    hidden = bulletin(slug="strike-at-plant-x", tlp=Label.GREEN, audience_communities=[CommunityFactory()])
    text = json.dumps([{"type": "text", "value": f'<p><a linktype="page" id="{hidden.pk}">more</a></p>'}])
    page = bulletin(body=text)
    shown = Client().get(page.url).content.decode()
    assert "strike" not in shown
    assert f"/-/page/{hidden.pk}/" in shown
    assert Client().get(f"/-/page/{hidden.pk}/")["Location"].startswith("/account/login/")
    assert session_for(PersonFactory()).get(f"/-/page/{hidden.pk}/").status_code == 404
    assert Client().get(f"/-/page/{page.pk}/")["Location"].endswith(page.url)


@pytest.mark.usefixtures("desk")
def test_mop3_edits_guidance_and_no_bulletin(pages: Any) -> None:
    page = draft(by=staff(StaffRole.MIAC_AUTHOR), title="Only for MIAC")
    client = session_for(staff(StaffRole.MOP3_EDITOR))
    for address in (
        f"/admin/pages/{page.pk}/edit/",
        f"/admin/pages/{page.pk}/delete/",
        f"/admin/pages/{page.pk}/history/",
    ):
        answer = client.get(address)
        assert answer.status_code in {302, 403, 404}, address
    index = BulletinIndexPage.objects.get()
    assert client.get(f"/admin/pages/{index.pk}/edit/").status_code in {302, 403, 404}
    assert "Only for MIAC" not in client.get(f"/admin/pages/{index.pk}/").content.decode()


def test_people_are_not_deleted(pages: Any) -> None:
    with pytest.raises(ProtectedError):
        PersonFactory().delete()


@pytest.mark.usefixtures("desk")
def test_the_editor_lists_no_people(author: Person) -> None:
    PersonFactory(name="Somebody Else", email="somebody.else@partner.example")
    page = draft(by=author)
    client = session_for(author)
    for address in (f"/admin/pages/{page.pk}/edit/", "/admin/documents/add/", "/admin/images/add/"):
        shown = client.get(address).content.decode()
        assert "Somebody Else" not in shown
        assert "somebody.else" not in shown


@pytest.mark.usefixtures("desk")
def test_the_site_settings_open(pages: Any) -> None:
    client = session_for(PersonFactory(is_superuser=True))
    assert client.get("/admin/settings/core/portalsettings/", follow=True).status_code == 200
