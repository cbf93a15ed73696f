"""Searching works under Front's account on PostgreSQL, which can write nothing that is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from search import mail, saved
from search.models import Entry, SavedSearch, Synonyms
from tests.core.database_roles.conftest import AsFront, World, on_postgresql

REFUSED = [
    "UPDATE search_entry SET label = 'TLP:CLEAR'",
    "DELETE FROM search_entry",
    "INSERT INTO search_entrytoken (entry_id, token) SELECT id, 'everyone' FROM search_entry",
    "DELETE FROM search_entrypage",
    "UPDATE search_change SET is_confirmed = true",
    "UPDATE search_synonyms SET words = ''",
    "UPDATE search_savedsearch SET address = 'q=x'",
]


@on_postgresql
def test_a_member_searches_and_keeps_searches(as_front: AsFront, world: World) -> None:
    Synonyms.objects.create(words="bulletin, notice")
    with as_front():
        page = world.client.get("/search/", {"q": world.page.title}).content.decode()
        assert world.page.url in page
        assert world.client.get("/search/complete/", {"q": "bul"}).json()["offers"]
        world.client.post("/search/saved/", {"name": "Mine", "address": "q=bulletin", "alerts": "none"})
        row = SavedSearch.objects.get()
        world.client.post("/search/saved/change/", {"search": row.pk, "name": "Ours", "alerts": "daily"})
        row.refresh_from_db()
        assert (row.name, row.alerts) == ("Ours", "daily")
        world.client.post("/search/saved/delete/", {"search": row.pk})
        assert not SavedSearch.objects.exists()


@on_postgresql
def test_the_clocks_step_leaves_mail_about_saved_searches_to_desk(as_front: AsFront, world: World) -> None:
    before = timezone.now() - timedelta(days=2)
    row = SavedSearch.objects.create(person=world.member, name="Mine", address="q=x", alerts="daily", told_until=before)
    Entry.objects.update(entered_at=before + timedelta(hours=1))
    with as_front():
        assert mail.ask_for_mail(timezone.now()) == 0
    row.refresh_from_db()
    assert row.told_until == before
    assert saved.ask_for_mail(timezone.now()) == 1


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_found_is_desks_to_write(as_front: AsFront, world: World, statement: str) -> None:
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@on_postgresql
def test_nobody_is_told_again_of_what_was_told(as_front: AsFront, world: World) -> None:
    row = SavedSearch.objects.create(person=world.member, name="Mine", address="q=x", told_until=timezone.now())
    with as_front(), pytest.raises(DatabaseError), transaction.atomic():
        SavedSearch.objects.filter(pk=row.pk).update(told_until=timezone.now() - timedelta(days=9))
