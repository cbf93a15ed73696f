"""What a week's review calls odd, with the numbers just below and just above each rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit import Verb, sealing
from portal.audit.models import Event
from portal.members.models import Person
from portal.oversight import oddities
from portal.oversight.enums import Oddity
from portal.oversight.oddities import Odd
from portal.oversight.weeks import Week
from tests.conftest import session_for
from tests.factories import PersonFactory
from tests.oversight.happenings import WEDNESDAY, happened, sealed

pytestmark = pytest.mark.django_db
WEEK = Week(date(2026, 3, 2))


@pytest.fixture
def reader(auditor: Person) -> Person:
    made: Person = PersonFactory(name="Rosa Reader")
    return made


def odd(kind: Oddity, week: Week = WEEK) -> list[Odd]:
    return [row for row in oddities.of_week(week) if row.kind is kind]


def leads_to(browser: Client, row: Odd) -> set[int]:
    """The events that an entry's link shows."""
    answer = browser.get(row.url)
    assert answer.status_code == 200
    return {shown.event.pk for shown in answer.context["rows"]}


# --- the week -------------------------------------------------------------------------------------


def test_a_week_is_the_states_own_and_keeps_to_midnight_when_the_clocks_change() -> None:
    week = Week.of(datetime(2026, 3, 9, 4, 59, tzinfo=UTC))
    assert week == WEEK
    assert week.begins_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert week.ends_at == datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
    assert week.ends_at.astimezone(UTC) - week.begins_at.astimezone(UTC) == timedelta(hours=167)
    assert Week.of(datetime(2026, 3, 9, 5, 0, tzinfo=UTC)) == week.after()


def test_an_ordinary_day_is_not_odd(reader: Person) -> None:
    happened(by=reader, times=10)
    sealed()
    assert oddities.of_week(WEEK) == []


# --- night ----------------------------------------------------------------------------------------


def test_openings_at_night_by_the_states_clock(browser: Client, reader: Person) -> None:
    """05:00 is day: at 11:00 UTC in winter, and at 10:00 UTC from the Sunday on which the clocks change."""
    night = {
        happened(by=reader, at=datetime(2026, 3, 3, 10, 59, tzinfo=UTC)).pk,
        happened(by=reader, at=datetime(2026, 3, 8, 9, 59, tzinfo=UTC), verb=Verb.DOWNLOAD).pk,
    }
    happened(by=reader, at=datetime(2026, 3, 3, 11, 0, tzinfo=UTC))
    happened(by=reader, at=datetime(2026, 3, 8, 10, 0, tzinfo=UTC))
    [row] = odd(Oddity.NIGHT)
    assert row.whom.pk == reader.pk
    assert row.words == "2 openings at night"
    assert leads_to(browser, row) == night


@pytest.mark.parametrize("verb", [Verb.SUBSCRIBE, Verb.SIGN_IN, Verb.SEARCH])
def test_what_is_not_opened_by_hand_may_happen_at_night(reader: Person, verb: Verb) -> None:
    happened(by=reader, verb=verb, at=datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    assert odd(Oddity.NIGHT) == []


# --- refusals -------------------------------------------------------------------------------------


def test_refusals_of_one_person_are_odd_from_the_number_on(browser: Client, reader: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_REFUSALS_ODD = 3
    for number in range(2):
        happened(by=reader, refused="REFUSED", address=f"192.0.2.{number}")
    happened(by=PersonFactory(), refused="REFUSED", address="192.0.2.9")
    assert odd(Oddity.REFUSALS_PERSON) == []
    happened(by=reader, refused="REFUSED", address="192.0.2.3")
    [row] = odd(Oddity.REFUSALS_PERSON)
    assert (row.whom.pk, row.words) == (reader.pk, "3 refusals")
    assert len(leads_to(browser, row)) == 3
    assert odd(Oddity.REFUSALS_ADDRESS) == []


def test_refusals_of_one_address_are_odd_whoever_it_was(browser: Client, reader: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_REFUSALS_ODD = 3
    happened(verb=Verb.SIGN_IN, refused="password", address="198.51.100.4")
    happened(verb=Verb.SIGN_IN, refused="password", address="198.51.100.4")
    happened(verb=Verb.SIGN_IN, refused="password", address="198.51.100.5")
    assert odd(Oddity.REFUSALS_ADDRESS) == []
    happened(by=reader, verb=Verb.SIGN_IN, refused="password", address="198.51.100.4")
    [row] = odd(Oddity.REFUSALS_ADDRESS)
    assert row.whom.words == "198.51.100.4"
    assert "198.51.100.4" not in row.url
    assert len(leads_to(browser, row)) == 3
    assert odd(Oddity.REFUSALS_PERSON) == []


def test_refusals_of_nobody_in_particular_are_no_persons(settings: Any, auditor: Person) -> None:
    settings.PORTAL_TRAIL_REFUSALS_ODD = 2
    happened(refused="REFUSED", address="198.51.100.4")
    happened(refused="REFUSED", address="198.51.100.5")
    assert odd(Oddity.REFUSALS_PERSON) == []


# --- more than usual ------------------------------------------------------------------------------


def weeks_ago(count: int) -> datetime:
    return WEDNESDAY - timedelta(days=7 * count)


def test_far_more_than_the_median_of_the_weeks_before(browser: Client, reader: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_READS_ODD, settings.PORTAL_TRAIL_READS_OVER_USUAL = 4, 3
    for count, times in ((1, 2), (2, 9), (4, 2)):  # the median is 2; a week without any does not count
        happened(by=reader, at=weeks_ago(count), times=times)
    happened(by=reader, times=6)
    assert odd(Oddity.MUCH) == []
    happened(by=reader)
    [row] = odd(Oddity.MUCH)
    assert row.words == "7 openings; 2 in a usual week"
    assert len(leads_to(browser, row)) == 7


def test_few_are_never_far_more(reader: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_READS_ODD, settings.PORTAL_TRAIL_READS_OVER_USUAL = 4, 3
    happened(by=reader, times=4)
    assert odd(Oddity.MUCH) == []
    happened(by=reader)
    [row] = odd(Oddity.MUCH)
    assert row.words == "5 openings; 0 in a usual week"


def test_what_is_usual_is_each_persons_own(reader: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_READS_ODD, settings.PORTAL_TRAIL_READS_OVER_USUAL = 4, 3
    busy = PersonFactory()
    happened(by=busy, at=weeks_ago(1), times=9)
    happened(by=busy, times=10)
    happened(by=reader, at=weeks_ago(1), times=1)
    happened(by=reader, times=10)
    assert [row.whom.pk for row in odd(Oddity.MUCH)] == [reader.pk]


# --- break-glass and exports ----------------------------------------------------------------------


@pytest.mark.parametrize("verb", [Verb.RELEASE_URGENT, Verb.RELEASE_ACCOUNT, Verb.RECOVERY_GRANT])
def test_break_glass_is_always_listed_when_it_was_done(browser: Client, reader: Person, verb: Verb) -> None:
    happened(by=reader, verb=verb, refused="NotTheirRole")
    assert odd(Oddity.BREAK_GLASS) == []
    event = happened(by=reader, verb=verb)
    [row] = odd(Oddity.BREAK_GLASS)
    assert event.pk in leads_to(browser, row)


@pytest.mark.parametrize("verb", [Verb.TRAIL_EXPORT])
def test_exports_are_always_listed(browser: Client, reader: Person, verb: Verb) -> None:
    event = happened(by=reader, verb=verb)
    [row] = odd(Oddity.EXPORT)
    assert leads_to(browser, row) == {event.pk}


# --- sealed late ----------------------------------------------------------------------------------


def put_in(at: datetime) -> Event:
    """An event with a false time, as somebody with rights on the database can add one."""
    return Event.objects.create(at=at, site="desk", who="system", verb=Verb.READ, outcome="done", facts={})


def test_an_event_put_in_afterwards_is_found_whatever_day_it_states(browser: Client, clock: Any) -> None:
    happened()
    sealed()
    clock.shift(timedelta(minutes=20))
    a_little, long_ago = put_in(WEDNESDAY - timedelta(minutes=59)), put_in(WEDNESDAY - timedelta(days=200))
    sealed()
    [row] = odd(Oddity.LATE)
    assert leads_to(browser, row) == {long_ago.pk}
    assert a_little.pk != long_ago.pk


def test_an_event_that_nobody_seals_is_found(auditor: Person, clock: Any) -> None:
    sealed()
    event = happened()
    assert odd(Oddity.LATE) == []
    clock.shift(timedelta(hours=1, seconds=1))
    [row] = odd(Oddity.LATE)
    assert row.words == "1 event, not sealed yet"
    assert leads_to(session_for(auditor), row) >= {event.pk}
    sealing.seal(now=clock_now(), everything=True)
    assert odd(Oddity.LATE) == []


def clock_now() -> datetime:
    return datetime.now(UTC)


def test_a_late_event_is_listed_in_the_week_in_which_it_was_sealed(auditor: Person, clock: Any) -> None:
    happened()
    sealed()
    put_in(WEDNESDAY - timedelta(days=200))
    clock.shift(timedelta(days=7))
    sealed()
    assert len(odd(Oddity.LATE, WEEK.after())) == 1
    happened()
    clock.shift(timedelta(days=7))
    sealed()
    assert odd(Oddity.LATE, WEEK.after().after()) == []


# --- all of it ------------------------------------------------------------------------------------


def test_it_takes_as_many_queries_for_fifty_people_as_for_one(auditor: Person, settings: Any) -> None:
    settings.PORTAL_TRAIL_READS_ODD = settings.PORTAL_TRAIL_REFUSALS_ODD = 1

    def a_bad_week(person: Person) -> None:
        happened(by=person, at=weeks_ago(1))
        happened(by=person, times=2, at=datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
        happened(by=person, refused="REFUSED", address=f"192.0.2.{person.pk % 250}")
        happened(by=person, verb=Verb.RELEASE_URGENT)
        happened(by=person, verb=Verb.TRAIL_EXPORT)

    a_bad_week(PersonFactory())
    sealed()
    with CaptureQueriesContext(connection) as one:
        assert len(oddities.of_week(WEEK)) >= 5
    for _ in range(24):
        a_bad_week(PersonFactory())
    sealed()
    with CaptureQueriesContext(connection) as many:
        assert len(oddities.of_week(WEEK)) >= 100
    assert len(many) == len(one)


def test_an_entry_of_somebody_erased_still_leads_somewhere(browser: Client, reader: Person) -> None:
    from portal.audit.models import Reference

    event = happened(by=reader, verb=Verb.TRAIL_EXPORT)
    Reference.objects.filter(pk=event.who).delete()
    [row] = odd(Oddity.EXPORT)
    assert row.whom.words == "erased on schedule"
    assert leads_to(browser, row) == {event.pk}


def test_nothing_here_needs_the_clock_of_the_machine(reader: Person) -> None:
    happened(by=reader, verb=Verb.TRAIL_EXPORT)
    with time_machine.travel(WEDNESDAY + timedelta(days=300), tick=False):
        assert len(odd(Oddity.EXPORT)) == 1
