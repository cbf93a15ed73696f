"""From author to readers: who may release what, and what Wagtail's own publishing cannot do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from portal.access.enums import Label
from portal.access.viewer import ANONYMOUS
from portal.bulletins import actions
from portal.bulletins.enums import ReleaseKind, RequestState
from portal.bulletins.models import BulletinIndexPage, BulletinPage, Reading, Release
from portal.bulletins.models.bulletin import NotReleased
from portal.core import tick
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.conftest import SignIn, session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, draft, edit, guidance, staff


@pytest.fixture
def author(pages: Any) -> Person:
    return staff(StaffRole.MIAC_AUTHOR)


@pytest.fixture
def supervisor(pages: Any) -> Person:
    return staff(StaffRole.MIAC_SUPERVISOR)


def submit(page: BulletinPage, by: Person, **answers: Any) -> Any:
    page = BulletinPage.objects.get(pk=page.pk)
    checklist = {"names_people": False, "touches_expression": False, **answers}
    return actions.SubmitForRelease(page=page, by=by, **checklist).execute()


def is_public(page: BulletinPage) -> bool:
    return bool(BulletinPage.objects.readable_by(ANONYMOUS).filter(pk=page.pk).exists())


def test_a_second_person_releases(author: Person, supervisor: Person) -> None:
    page = draft(by=author)
    asked = submit(page, author)
    assert not is_public(page)
    actions.ReleaseBulletin(request=asked, by=supervisor).execute()
    assert is_public(page)
    release = Release.objects.get(page=page)
    assert (release.kind, release.released_by, list(release.editors.all())) == ("two-person", supervisor, [author])
    assert BulletinPage.objects.get(pk=page.pk).issued_at == release.released_at


def test_whoever_edited_cannot_release(author: Person, supervisor: Person) -> None:
    page = edit(draft(by=author), by=supervisor, summary="Changed by the supervisor.")
    asked = submit(page, author)
    with pytest.raises(actions.Edited):
        actions.ReleaseBulletin(request=asked, by=supervisor).execute()
    assert not is_public(page)
    actions.ReleaseBulletin(request=asked, by=staff(StaffRole.MIAC_SUPERVISOR)).execute()
    assert is_public(page)


def test_having_edited_an_earlier_public_version_does_not_count(author: Person, supervisor: Person) -> None:
    page = edit(draft(by=author), by=supervisor, summary="First.")
    actions.ReleaseBulletin(request=submit(page, author), by=staff(StaffRole.MIAC_SUPERVISOR)).execute()
    page = edit(page, by=author, summary="Second.")
    actions.ReleaseBulletin(request=submit(page, author), by=supervisor).execute()
    assert BulletinPage.objects.get(pk=page.pk).summary == "Second."


def test_an_author_cannot_release(author: Person) -> None:
    asked = submit(draft(by=author), author)
    with pytest.raises(actions.NotAllowed):
        actions.ReleaseBulletin(request=asked, by=staff(StaffRole.MIAC_AUTHOR)).execute()


def test_an_edit_after_submission_stops_the_release(author: Person, supervisor: Person) -> None:
    page = draft(by=author)
    asked = submit(page, author)
    edit(page, by=author, summary="Changed after submission.")
    asked.refresh_from_db()
    with pytest.raises(actions.Changed):
        actions.ReleaseBulletin(request=asked, by=supervisor).execute()
    assert not is_public(page)


@pytest.mark.parametrize("answer", ["names_people", "touches_expression"])
def test_the_checklist_brings_the_privacy_officer_in(author: Person, supervisor: Person, answer: str) -> None:
    page = draft(by=author)
    asked = submit(page, author, **{answer: True})
    with pytest.raises(actions.PrivacyFirst):
        actions.ReleaseBulletin(request=asked, by=supervisor).execute()
    with pytest.raises(actions.NotAllowed):
        actions.ClearPrivacy(request=asked, by=supervisor).execute()
    actions.ClearPrivacy(request=asked, by=staff(StaffRole.PRIVACY_OFFICER)).execute()
    actions.ReleaseBulletin(request=asked, by=supervisor).execute()
    assert is_public(page)


def test_above_clear_a_closure_basis_is_needed(author: Person) -> None:
    community = CommunityFactory()
    page = draft(by=author, tlp=Label.AMBER, audience_communities=[community], has_no_closure_basis=False)
    with pytest.raises(actions.Incomplete, match="closure basis"):
        submit(page, author)
    submit(edit(page, by=author, closure_basis="RSMo 610.021(19)"), author)


def test_above_green_a_safe_title_is_needed(author: Person) -> None:
    page = draft(by=author, tlp=Label.AMBER, audience_communities=[CommunityFactory()], safe_title="")
    with pytest.raises(actions.Incomplete, match="safe title"):
        submit(page, author)


def test_what_nobody_could_read_is_not_submitted(author: Person) -> None:
    with pytest.raises(actions.Incomplete, match="nobody could read"):
        submit(draft(by=author, tlp=Label.RED), author)


def test_above_green_the_address_carries_no_words(author: Person, supervisor: Person) -> None:
    page = draft(
        by=author, title="Threat to the north dam", slug="threat-to-the-north-dam", tlp=Label.AMBER,
        audience_communities=[CommunityFactory()],
    )  # fmt: skip
    actions.ReleaseBulletin(request=submit(page, author), by=supervisor).execute()
    assert "dam" not in BulletinPage.objects.get(pk=page.pk).url


def test_urgent_release_by_one_and_the_second_signature(author: Person, supervisor: Person) -> None:
    page = draft(by=supervisor)
    with pytest.raises(actions.NotAllowed):
        actions.ReleaseUrgently(page=page, by=author, reason="Now.").execute()
    with pytest.raises(actions.Incomplete):
        actions.ReleaseUrgently(page=page, by=supervisor, reason=" ").execute()
    release = actions.ReleaseUrgently(page=page, by=supervisor, reason="It is happening now.").execute()
    assert is_public(page)
    assert list(Release.objects.awaiting_countersignature()) == [release]
    with pytest.raises(actions.Edited):
        actions.Countersign(release=release, by=supervisor).execute()
    actions.Countersign(release=release, by=staff(StaffRole.MIAC_ANALYST)).execute()
    assert not Release.objects.awaiting_countersignature()


def test_a_missing_signature_is_reminded_of_once_after_a_day(supervisor: Person, mailoutbox: list[Any]) -> None:
    release = actions.ReleaseUrgently(page=draft(by=supervisor), by=supervisor, reason="Now.").execute()
    tick.run(release.released_at + timedelta(hours=23))
    assert not mailoutbox
    for hours in (24, 25):
        tick.run(release.released_at + timedelta(hours=hours))
    assert len(mailoutbox) == 1


def test_sending_back_tells_the_author_why(author: Person, supervisor: Person) -> None:
    asked = submit(draft(by=author), author)
    actions.SendBack(request=asked, by=supervisor, reason="Name the county.").execute()
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (RequestState.SENT_BACK, "Name the county.")
    with pytest.raises(actions.NotNow):
        submit(asked.page, author)
    submit(edit(asked.page, by=author, summary="In Boone County."), author)


# --- recall, supersession, expiry ---------------------------------------------------------------------------------


def test_recall_closes_it_at_once_and_tells_its_readers(supervisor: Person, sign_in: SignIn) -> None:
    community = CommunityFactory()
    page = bulletin(title="Bridge closed", tlp=Label.AMBER, audience_communities=[community])
    reader, stranger = PersonFactory(communities=[community]), PersonFactory()
    client = sign_in(reader)
    assert "Bridge closed" in client.get(page.url).content.decode()
    actions.RecallBulletin(page=page, by=supervisor, reason="The facts were wrong.").execute()
    notice = client.get(page.url)
    assert notice.status_code == 410
    assert "The facts were wrong." in notice.content.decode()
    assert page.summary not in notice.content.decode()
    assert sign_in(stranger).get(page.url).status_code == 404
    assert Client().get(page.url).status_code == 404
    assert not BulletinPage.objects.readable_by(ANONYMOUS).filter(pk=page.pk)
    assert [row.person for row in Reading.objects.filter(page=page)] == [reader]


def test_a_recalled_bulletin_stays_recalled_when_edited(author: Person, supervisor: Person) -> None:
    page = bulletin()
    actions.RecallBulletin(page=page, by=supervisor, reason="Wrong.").execute()
    page = edit(page, by=author, summary="Better.")
    with pytest.raises(actions.NotNow):
        submit(page, author)
    assert not is_public(page)


def test_only_supervisors_recall(author: Person) -> None:
    with pytest.raises(actions.NotAllowed):
        actions.RecallBulletin(page=bulletin(), by=author, reason="Wrong.").execute()


def test_an_expired_bulletin_says_so_to_those_who_could_read_it(pages: Any) -> None:
    page = bulletin(expires_at=timezone.now() - timedelta(minutes=1), tlp=Label.CLEAR)
    answer = Client().get(page.url)
    assert answer.status_code == 410
    assert "expired" in answer.content.decode()
    assert page.summary not in answer.content.decode()


def test_the_old_one_leads_to_the_one_that_supersedes_it(pages: Any) -> None:
    old = bulletin(title="First word")
    new = bulletin(title="Second word", supersedes=old)
    assert new.url in Client().get(old.url).content.decode()


def test_supersession_by_something_unreadable_shows_nothing(pages: Any) -> None:
    old = bulletin()
    new = bulletin(title="For a few", supersedes=old, tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    shown = Client().get(old.url).content.decode()
    assert "For a few" not in shown
    assert new.url not in shown


# --- what Wagtail's own publishing cannot do ------------------------------------------------------------------------


def test_publishing_a_revision_is_refused(supervisor: Person) -> None:
    page = draft(by=supervisor)
    with pytest.raises(PermissionDenied):
        page.get_latest_revision().publish(user=supervisor)
    assert not is_public(page)


def test_publishing_without_permission_checks_is_refused_too(pages: Any) -> None:
    page = draft()
    with pytest.raises(NotReleased):
        page.get_latest_revision().publish(skip_permission_checks=True)
    with pytest.raises(NotReleased):
        page.get_latest_revision().publish()
    assert not is_public(page)


def test_making_the_row_live_is_refused(pages: Any) -> None:
    page = draft()
    page.live = True
    with pytest.raises(NotReleased):
        page.save()
    with pytest.raises(NotReleased):
        Page.objects.get(pk=BulletinIndexPage.objects.get().pk).add_child(
            instance=BulletinPage(title="Live at birth", slug="live-at-birth", summary="No.", tlp=Label.CLEAR)
        )


def test_a_release_stands_for_one_revision(pages: Any) -> None:
    page = edit(bulletin(summary="Released."), by=None, summary="Not released.")
    with pytest.raises(NotReleased):
        page.get_latest_revision().publish(skip_permission_checks=True)
    assert BulletinPage.objects.get(pk=page.pk).summary == "Released."


def test_copies_are_drafts_and_aliases_do_not_exist(pages: Any) -> None:
    page = bulletin()
    copy = page.copy(update_attrs={"slug": "a-copy"})
    assert not copy.live
    assert copy.public_id != page.public_id
    with pytest.raises(NotReleased):
        page.create_alias(update_slug="an-alias")


@pytest.mark.usefixtures("desk")
def test_bulk_and_button_publishing_do_not_pass_the_second_person_by(pages: Any) -> None:
    administrator = PersonFactory(is_superuser=True)
    page = draft(by=administrator, summary="Before.")
    client, address = session_for(administrator), f"/admin/pages/{page.pk}/edit/"
    bulk = client.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}&next=/admin/", {"include_descendants": ""})
    form = querydict_from_html(client.get(address).content.decode(), form_id="page-edit-form")
    form = {**form.dict(), "summary": "After.", "body-count": "0", "action-publish": "action-publish"}
    button = client.post(address, form)
    assert bulk.status_code in {200, 302}
    assert button.status_code in {200, 302}
    assert BulletinPage.objects.get(pk=page.pk).get_latest_revision_as_object().summary == "After."
    assert not is_public(page)


def test_a_public_bulletin_without_release_is_found_by_the_system_check(pages: Any) -> None:
    page = bulletin()
    assert "bulletins.E001" not in {m.id for m in run_checks(databases=["default"])}
    Release.objects.filter(page=page).delete()
    assert "bulletins.E001" in {m.id for m in run_checks(databases=["default"])}


def test_imports_are_marked_as_such(pages: Any) -> None:
    assert Release.objects.get(page=bulletin()).kind == ReleaseKind.IMPORTED


def test_a_version_that_is_public_is_not_submitted_again(author: Person, supervisor: Person) -> None:
    page = draft(by=author)
    actions.ReleaseBulletin(request=submit(page, author), by=supervisor).execute()
    with pytest.raises(actions.NotNow):
        submit(page, author)


def test_a_newer_request_withdraws_the_one_before(author: Person, supervisor: Person) -> None:
    page = draft(by=author)
    first = submit(page, author)
    second = submit(edit(page, by=author, summary="Better."), author)
    first.refresh_from_db()
    assert first.state == RequestState.WITHDRAWN
    actions.ReleaseBulletin(request=second, by=supervisor).execute()
    assert BulletinPage.objects.get(pk=page.pk).summary == "Better."


def test_an_author_withdraws_and_others_do_not(author: Person) -> None:
    asked = submit(draft(by=author), author)
    with pytest.raises(actions.NotAllowed):
        actions.Withdraw(request=asked, by=staff(StaffRole.MIAC_AUTHOR)).execute()
    actions.Withdraw(request=asked, by=author).execute()
    asked.refresh_from_db()
    assert asked.state == RequestState.WITHDRAWN


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
    (mail,) = mailoutbox
    assert mail.to == [supervisor.email]
    assert mail.subject.startswith("TLP:RED")
    assert "A bulletin for you" in mail.body
    assert "Secret" not in mail.subject + mail.body
    asked = page.release_requests.get()
    session_for(supervisor).post(f"/desk/releases/{asked.pk}/decide/", {"verb": "send_back", "reason": "Secret words."})
    assert "Secret" not in mailoutbox[-1].subject + mailoutbox[-1].body


def test_what_was_submitted_or_released_is_never_written_over(author: Person, supervisor: Person) -> None:
    """Wagtail's editor keeps what is typed by writing over one's own newest revision."""
    page = draft(by=author, summary="Submitted.")
    asked = submit(page, author)
    draft_again = BulletinPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft_again.summary = "Typed while the second person reads."
    draft_again.save_revision(user=author, overwrite_revision=asked.revision)
    asked.refresh_from_db()
    assert asked.revision.as_object().summary == "Submitted."
    with pytest.raises(actions.Changed):
        actions.ReleaseBulletin(request=asked, by=supervisor).execute()

    actions.ReleaseBulletin(request=submit(page, author), by=supervisor).execute()
    public = BulletinPage.objects.get(pk=page.pk)
    later = public.get_latest_revision_as_object()
    later.summary = "Typed after release."
    later.save_revision(user=author, overwrite_revision=public.live_revision)
    with pytest.raises(NotReleased):
        BulletinPage.objects.get(pk=page.pk).get_latest_revision().publish(skip_permission_checks=True)
    assert BulletinPage.objects.get(pk=page.pk).summary == "Typed while the second person reads."
    assert (
        BulletinPage.objects.get(pk=page.pk).live_revision.content["summary"] == "Typed while the second person reads."
    )


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("key", ["0", "-1", "9" * 30, "x"])
def test_the_audience_sentence_refuses_keys_that_no_row_can_have(author: Person, key: str) -> None:
    asked = {"tlp": "TLP:AMBER", "audience_communities": key}
    assert session_for(author).post("/desk/audience/", asked).status_code == 404


def test_a_yes_on_the_checklist_stays_until_the_privacy_officer_has_looked(author: Person, supervisor: Person) -> None:
    page = draft(by=author)
    first = submit(page, author, names_people=True)
    actions.SendBack(request=first, by=staff(StaffRole.PRIVACY_OFFICER), reason="Take the names out.").execute()
    second = submit(edit(page, by=author, summary="Without names."), author)
    with pytest.raises(actions.PrivacyFirst):
        actions.ReleaseBulletin(request=second, by=supervisor).execute()


@pytest.mark.usefixtures("desk")
def test_everybody_who_decides_can_read_the_whole_version(author: Person) -> None:
    page = draft(by=author, body='[{"type": "text", "value": "<p>The whole of it.</p>"}]')
    asked = submit(page, author, names_people=True)
    for role in (StaffRole.PRIVACY_OFFICER, StaffRole.MIAC_SUPERVISOR):
        answer = session_for(staff(role)).get(f"/desk/releases/{asked.pk}/read/")
        assert "The whole of it." in answer.content.decode()
    assert session_for(staff(StaffRole.MOP3_EDITOR)).get(f"/desk/releases/{asked.pk}/read/").status_code == 404


def test_an_urgent_release_that_names_people_is_signed_by_the_privacy_officer(supervisor: Person) -> None:
    action = actions.ReleaseUrgently(page=draft(by=supervisor), by=supervisor, reason="Now.", names_people=True)
    release = action.execute()
    with pytest.raises(actions.NotAllowed):
        actions.Countersign(release=release, by=staff(StaffRole.MIAC_ANALYST)).execute()
    actions.Countersign(release=release, by=staff(StaffRole.PRIVACY_OFFICER)).execute()


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


def test_of_two_decisions_at_once_the_second_sees_the_first(author: Person, supervisor: Person) -> None:
    asked = submit(draft(by=author), author)
    same = type(asked).objects.get(pk=asked.pk)
    actions.SendBack(request=asked, by=supervisor, reason="No.").execute()
    with pytest.raises(actions.NotNow):
        actions.ReleaseBulletin(request=same, by=supervisor).execute()
    assert not is_public(asked.page)


@pytest.mark.parametrize("standing", ["suspended", "expired", "closed", "dormant", "applied"])
@pytest.mark.usefixtures("desk")
def test_staff_who_are_not_in_good_standing_do_nothing(author: Person, standing: str) -> None:
    asked = submit(draft(by=author), author)
    former = staff(StaffRole.MIAC_SUPERVISOR, standing=standing)
    with pytest.raises(actions.NotAllowed):
        actions.ReleaseBulletin(request=asked, by=former).execute()
    client = session_for(former)
    assert client.get("/desk/releases/").status_code == 404
    assert client.get("/admin/").status_code == 404


# --- links, and who may edit


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


def test_the_recall_notice_is_for_those_who_could_read_it_then(supervisor: Person) -> None:
    community = CommunityFactory()
    left, joined, stayed = (
        PersonFactory(communities=[community]),
        PersonFactory(),
        PersonFactory(communities=[community]),
    )
    page = bulletin(tlp=Label.AMBER, audience_communities=[community])
    actions.RecallBulletin(page=page, by=supervisor, reason="Wrong.").execute()
    left.community_memberships.update(ended_at=timezone.now())
    joined.community_memberships.create(community=community)
    answers = {name: session_for(person).get(page.url).status_code for name, person in
               {"left": left, "joined": joined, "stayed": stayed, "stranger": PersonFactory()}.items()}  # fmt: skip
    assert answers == {"left": 410, "joined": 404, "stayed": 410, "stranger": 404}
    assert session_for(left).get(page.permalink).status_code == 302


def test_expired_guidance_says_so(pages: Any) -> None:
    page = guidance(expires_at=timezone.now() - timedelta(days=1))
    assert Client().get(page.url).status_code == 410
