"""From author to readers: who may ask for a release, and who may give it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.access.enums import Label
from portal.bulletins import actions
from portal.bulletins.enums import RequestState
from portal.bulletins.models import BulletinPage, Release
from portal.core import tick
from portal.members.enums import StaffRole
from portal.members.models import Person
from tests.bulletins.releasing import is_public, submit
from tests.factories import CommunityFactory, draft, edit, staff


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


def test_a_yes_on_the_checklist_stays_until_the_privacy_officer_has_looked(author: Person, supervisor: Person) -> None:
    page = draft(by=author)
    first = submit(page, author, names_people=True)
    actions.SendBack(request=first, by=staff(StaffRole.PRIVACY_OFFICER), reason="Take the names out.").execute()
    second = submit(edit(page, by=author, summary="Without names."), author)
    with pytest.raises(actions.PrivacyFirst):
        actions.ReleaseBulletin(request=second, by=supervisor).execute()


def test_an_urgent_release_that_names_people_is_signed_by_the_privacy_officer(supervisor: Person) -> None:
    action = actions.ReleaseUrgently(page=draft(by=supervisor), by=supervisor, reason="Now.", names_people=True)
    release = action.execute()
    with pytest.raises(actions.NotAllowed):
        actions.Countersign(release=release, by=staff(StaffRole.MIAC_ANALYST)).execute()
    actions.Countersign(release=release, by=staff(StaffRole.PRIVACY_OFFICER)).execute()


def test_of_two_decisions_at_once_the_second_sees_the_first(author: Person, supervisor: Person) -> None:
    asked = submit(draft(by=author), author)
    same = type(asked).objects.get(pk=asked.pk)
    actions.SendBack(request=asked, by=supervisor, reason="No.").execute()
    with pytest.raises(actions.NotNow):
        actions.ReleaseBulletin(request=same, by=supervisor).execute()
    assert not is_public(asked.page)
