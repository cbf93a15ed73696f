"""Taking a bulletin back: recall, supersession, expiry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label
from portal.access.viewer import ANONYMOUS
from portal.bulletins import actions
from portal.bulletins.models import BulletinPage, Reading
from portal.members.models import Person
from tests.bulletins.releasing import is_public, submit
from tests.conftest import SignIn, session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, edit, guidance


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
