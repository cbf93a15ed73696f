"""Reading far more than is usual, and the limits on what one account and one network fetch."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from hypothesis import given, strategies as st

from portal.access.enums import Label, Reach
from portal.core import outbox
from portal.library.models import PortalDocument
from portal.members import tallies
from portal.members.enums import AlarmKind, StaffRole
from portal.members.models import Alarm, Community, FeedToken, Person, ReadTally
from tests.conftest import session_for
from tests.factories import CommunityFactory, PersonFactory, bulletin, guidance, staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 18, tzinfo=UTC)


@pytest.fixture
def community(pages: Any) -> Community:
    made: Community = CommunityFactory()
    return made


@pytest.fixture
def reader(community: Community) -> Person:
    made: Person = PersonFactory(communities=[community])
    return made


def document(**fields: Any) -> PortalDocument:
    made = PortalDocument(title="Plan", is_released=True, **fields)
    made.file.save("plan.txt", ContentFile(b"A plan."), save=False)
    made.save()
    return made


def status(client: Client, address: str) -> int:
    """The status of an answer that is read to its end, which closes a file."""
    answer = client.get(address)
    b"".join(answer)
    return int(answer.status_code)


def tally_of(person: Person) -> int:
    return sum(ReadTally.objects.filter(person=person).values_list("count", flat=True))


def read_on(person: Person, day: date, count: int) -> ReadTally:
    row: ReadTally = ReadTally.objects.create(person=person, day=day, count=count)
    return row


# --- what counts ---------------------------------------------------------------------------------


def test_opening_something_above_clear_counts_and_nothing_else_does(community: Community, reader: Person) -> None:
    marked = bulletin(tlp=Label.AMBER, audience_communities=[community])
    others = bulletin(tlp=Label.AMBER, audience_communities=[CommunityFactory()])
    clear = bulletin()
    client = session_for(reader)
    assert client.get(marked.url).status_code == 200
    assert client.get(marked.url).status_code == 200
    assert tally_of(reader) == 2
    client.head(marked.url)
    client.get("/bulletins/")
    client.get(clear.url)
    assert client.get(others.url).status_code == 404
    assert Client().get(clear.url).status_code == 200
    assert tally_of(reader) == 2


def test_guidance_counts_like_bulletins(community: Community, reader: Person) -> None:
    page = guidance(tlp=Label.GREEN, reach=Reach.MEMBERS)
    assert session_for(reader).get(page.url).status_code == 200
    assert tally_of(reader) == 1


def test_a_download_counts_unless_it_is_for_everyone(community: Community, reader: Person) -> None:
    marked, clear = document(tlp=Label.GREEN, reach=Reach.MEMBERS), document(tlp=Label.CLEAR)
    client = session_for(reader)
    for row in (marked, clear):
        assert b"".join(client.get(row.download_url)) == b"A plan."
    assert tally_of(reader) == 1


def test_counting_costs_one_query_after_the_first_of_the_day(reader: Person, django_assert_num_queries: Any) -> None:
    tallies.count(reader.pk)
    with django_assert_num_queries(1):
        tallies.count(reader.pk)
    with django_assert_num_queries(0):
        tallies.count(None)
    assert tally_of(reader) == 2


def fetch(person: Person, secret: str) -> Any:
    pair = base64.b64encode(f"{person.email}:{secret}".encode()).decode()
    return Client().get("/bulletins/feed/", HTTP_AUTHORIZATION=f"Basic {pair}")


def test_a_feed_counts_for_its_owner_each_bulletin_when_it_is_new(community: Community, reader: Person) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        PersonFactory._meta.model.objects.filter(pk=reader.pk).update(validated_until=NOON + timedelta(days=300))
        reader.visit.active_at = NOON
        reader.visit.save()
        _row, secret = FeedToken.issue(person=reader, label="reader")
        bulletin()
        bulletin(tlp=Label.AMBER, audience_communities=[community])
        bulletin(tlp=Label.GREEN, reach=Reach.MEMBERS)
        for _time in range(3):
            clock.shift(timedelta(minutes=10))
            assert fetch(reader, secret).status_code == 200
        assert tally_of(reader) == 2
        clock.shift(timedelta(minutes=10))
        bulletin(tlp=Label.AMBER, audience_communities=[community])
        clock.shift(timedelta(minutes=10))
        fetch(reader, secret)
        assert tally_of(reader) == 3


# --- what is unusual -----------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 300), max_size=30),
    st.integers(1, 2000),
)
def test_a_day_is_unusual_when_it_passes_both_numbers(days: list[int], count: int) -> None:
    ordered = sorted(days)
    middle = len(ordered) // 2
    usual = 0 if not ordered else ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    person = PersonFactory()
    today = timezone.localdate()
    ReadTally.objects.bulk_create(
        ReadTally(person=person, day=today - timedelta(days=n + 1), count=each) for n, each in enumerate(days)
    )
    read_on(person, today - timedelta(days=31), 5000)  # too long ago to count
    assert tallies.is_unusual(read_on(person, today, count)) == (count > 100 and count > 5 * usual)
    ReadTally.objects.filter(person=person).delete()


def test_staff_are_alarmed_once_a_day_and_told_by_mail(reader: Person) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    today = timezone.localdate()
    for back in range(1, 6):
        read_on(reader, today - timedelta(days=back), 10)
    row = read_on(reader, today, 100)
    assert tallies.alarm_of_much_reading(timezone.now()) == 0
    tallies.count(reader.pk)
    assert tallies.alarm_of_much_reading(timezone.now()) == 1
    tallies.count(reader.pk)
    assert tallies.alarm_of_much_reading(timezone.now()) == 0
    alarm = Alarm.objects.get(kind=AlarmKind.READS_MUCH)
    assert (alarm.person, alarm.count) == (reader, 1)
    row.refresh_from_db()
    assert row.alarmed_at
    outbox.send_waiting()
    (letter,) = mail.outbox
    assert letter.to == [officer.email]
    assert reader.email not in f"{letter.subject} {letter.body}"
    tomorrow = timezone.now() + timedelta(days=1)
    read_on(reader, today + timedelta(days=1), 600)
    assert tallies.alarm_of_much_reading(tomorrow) == 1
    assert Alarm.objects.get(kind=AlarmKind.READS_MUCH).count == 2


def test_two_schedulers_at_once_alarm_once(reader: Person) -> None:
    row = read_on(reader, timezone.localdate(), 101)
    ReadTally.objects.filter(pk=row.pk).update(alarmed_at=timezone.now())
    assert not tallies._alarm(row, timezone.now())
    assert not Alarm.objects.exists()


def test_who_reads_much_every_day_alarms_nobody(reader: Person) -> None:
    today = timezone.localdate()
    for back in range(1, 21):
        read_on(reader, today - timedelta(days=back), 120)
    read_on(reader, today, 500)
    assert tallies.alarm_of_much_reading(timezone.now()) == 0


def test_a_scheduler_that_was_down_over_midnight_still_sees_yesterday(reader: Person) -> None:
    read_on(reader, timezone.localdate() - timedelta(days=1), 101)
    assert tallies.alarm_of_much_reading(timezone.now()) == 1


def test_tallies_are_forgotten_when_they_say_nothing_any_more(reader: Person) -> None:
    today = timezone.localdate()
    for back in (0, 30, 31, 32):
        read_on(reader, today - timedelta(days=back), 1)
    assert tallies.forget_old(timezone.now()) == 1


# --- limits --------------------------------------------------------------------------------------


def test_an_account_downloads_so_much_an_hour_and_its_neighbour_is_left_alone(reader: Person, settings: Any) -> None:
    settings.PORTAL_DOWNLOADS_PER_HOUR = 2
    row = document(tlp=Label.GREEN, reach=Reach.MEMBERS)
    client = session_for(reader)
    assert [status(client, row.download_url) for _time in range(3)] == [200, 200, 429]
    refused = session_for(reader).get(row.download_url)  # another browser is no way around it
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"
    assert "Try again in an hour" in refused.content.decode()
    assert status(session_for(PersonFactory()), row.download_url) == 200
    assert tally_of(reader) == 2


def test_the_limit_tells_nothing_of_what_one_may_not_read(reader: Person, settings: Any) -> None:
    settings.PORTAL_DOWNLOADS_PER_HOUR = 1
    mine = document(tlp=Label.GREEN, reach=Reach.MEMBERS)
    others = document(tlp=Label.AMBER)
    client = session_for(reader)
    assert [status(client, row.download_url) for row in (mine, mine, others)] == [200, 429, 404]


def test_a_network_downloads_so_much_an_hour(pages: Any, settings: Any) -> None:
    settings.PORTAL_DOWNLOADS_PER_HOUR_OF_NETWORK = 2
    row = document(tlp=Label.CLEAR)
    assert [status(Client(), row.download_url) for _time in range(3)] == [200, 200, 429]
    assert status(Client(REMOTE_ADDR="198.51.100.7"), row.download_url) == 200


def test_a_feed_is_fetched_so_often_an_hour(reader: Person, settings: Any) -> None:
    settings.PORTAL_FEEDS_PER_HOUR = 2
    _row, secret = FeedToken.issue(person=reader, label="one")
    _row, other = FeedToken.issue(person=reader, label="two")
    answers = [fetch(reader, each) for each in (secret, other, secret)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "3600"
    neighbour = PersonFactory()
    _row, theirs = FeedToken.issue(person=neighbour, label="one")
    assert fetch(neighbour, theirs).status_code == 200


def test_tokens_cannot_be_tried_without_end_from_one_network(pages: Any, settings: Any) -> None:
    settings.PORTAL_FEEDS_PER_HOUR_OF_NETWORK = 3
    person = PersonFactory()
    assert [fetch(person, f"guess-{n}").status_code for n in range(4)] == [401, 401, 401, 429]


def test_an_ordinary_reader_meets_no_limit_and_alarms_nobody(community: Community, reader: Person) -> None:
    """A busy morning: twenty documents and twenty bulletins in an hour, a feed reader every five minutes."""
    row = document(tlp=Label.GREEN, reach=Reach.MEMBERS)
    page = bulletin(tlp=Label.AMBER, audience_communities=[community])
    _row, secret = FeedToken.issue(person=reader, label="reader")
    client = session_for(reader)
    answers = [status(client, address) for address in (row.download_url, page.url) for _time in range(20)]
    answers += [fetch(reader, secret).status_code for _time in range(12)]
    assert set(answers) == {200}
    assert tallies.alarm_of_much_reading(timezone.now()) == 0
