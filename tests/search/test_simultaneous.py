"""Two changes of one thing at the same moment: its entry says both, and never less than the stricter of them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from portal.access.enums import Label
from portal.library.enums import Evidence
from portal.library.models import Provision
from portal.members.models import Community
from search import indexing
from search.models import Entry
from tests.factories import CommunityFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time (make services)"),
]
WAIT = 10  # seconds, after which the test has failed


def provision(*audience: Community) -> Provision:
    facts = {"citation": "Number 1", "title": "Title", "summary": "Words.", "evidence": Evidence.EXCERPT}
    made = Provision(slug="one", standard="Good faith.", tlp=Label.AMBER if audience else Label.CLEAR, **facts)
    made.save()
    made.audience_communities.set(audience)
    return made


def in_another_connection(do: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            do()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        cursor.execute(waiting)
        return bool(cursor.fetchone()[0])


def test_a_narrower_audience_outlasts_a_change_of_words_at_the_same_moment() -> None:
    """The one who changes the words read the thing before the audience was committed, and enters it afterwards."""
    wide, narrow = CommunityFactory(), CommunityFactory()
    thing = provision(wide, narrow)
    is_held, may_end = threading.Event(), threading.Event()

    def narrow_audience() -> None:
        with transaction.atomic():
            thing.audience_communities.remove(wide)
            is_held.set()
            assert may_end.wait(WAIT)

    def change_words() -> None:
        with transaction.atomic():
            Provision.objects.filter(pk=thing.pk).update(summary="Other words.")
            indexing.refresh(Provision, thing.pk)

    first = in_another_connection(narrow_audience)
    assert is_held.wait(WAIT)
    second = in_another_connection(change_words)
    while second.is_alive() and not somebody_waits():
        second.join(0.01)
    may_end.set()
    first.join(WAIT)
    second.join(WAIT)
    entry = Entry.objects.get()
    assert [row.token for row in entry.tokens.all()] == [f"community:{narrow.pk}"]
    assert entry.summary == "Other words."


def test_two_that_enter_the_same_new_thing_make_one_entry() -> None:
    thing = provision()
    Entry.objects.all().delete()
    both = threading.Barrier(2)

    def enter() -> None:
        both.wait(WAIT)
        indexing.refresh(Provision, thing.pk, is_forced=True)

    for thread in [in_another_connection(enter) for _ in range(2)]:
        thread.join(WAIT)
    assert Entry.objects.count() == 1
