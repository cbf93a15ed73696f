"""What Wagtail's own publishing cannot do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from portal.access.enums import Label
from portal.bulletins import actions
from portal.bulletins.enums import ReleaseKind
from portal.bulletins.models import BulletinIndexPage, BulletinPage, Release
from portal.bulletins.models.bulletin import NotReleased
from portal.members.models import Person
from tests.bulletins.releasing import is_public, submit
from tests.conftest import session_for
from tests.factories import PersonFactory, bulletin, draft, edit


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
