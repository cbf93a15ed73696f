"""Daily and weekly mail: all that came, once, and nothing when there is nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.delivery import claiming, queue, sending
from portal.delivery.digests import rounds
from portal.delivery.enums import Mode, Rhythm, State, Why
from portal.delivery.models import Delivery, DigestRound
from portal.members.enums import Standing
from portal.members.models import Person
from tests.delivery.making import choose, energy, mailed, member, turn
from tests.factories import CommunityFactory, PersonFactory, bulletin

pytestmark = pytest.mark.django_db
CHICAGO = ZoneInfo("America/Chicago")
GREEN = {"tlp": Label.GREEN, "reach": Reach.MEMBERS}


def news(title: str, **fields: Any) -> Any:
    return bulletin(**{"title": title, **GREEN, "sectors": [energy()[0]], **fields})


def to(clock: Any, day: int, hour: int) -> None:
    """Move to this day of March 2026 and this hour of the state's clock, which is changed on the 8th."""
    clock.move_to(datetime(2026, 3, day, hour, 1, tzinfo=CHICAGO).astimezone(UTC), tick=False)


def test_the_rest_comes_once_a_week_grouped_by_topic(clock: Any) -> None:
    person, other = member(), PersonFactory()
    clock.shift(timedelta(minutes=1))
    news("Valve")
    news("Pump", is_cross_sector=True, sectors=[])
    turn()
    to(clock, 6, 12)
    turn()
    assert mail.outbox == [], "it is no Monday yet"
    to(clock, 9, 6)
    assert turn() == 0, "nor seven o'clock"
    to(clock, 9, 7)
    assert turn() == 2
    subjects = dict(mailed())
    assert subjects == {
        person.email: "TLP:GREEN News of the week: 2 items",
        other.email: "TLP:GREEN News of the week: 1 item",
    }
    body = next(message.body for message in mail.outbox if message.to == [person.email])
    assert body.index("Bulletins") < body.index("Pump") < body.index("Energy") < body.index("Valve")
    assert turn() == 0 and len(mail.outbox) == 2


def test_nothing_new_is_no_mail_and_no_row(clock: Any) -> None:
    member()
    for day in range(3, 6):
        to(clock, day, 8)
        turn()
    assert mail.outbox == [] and not Delivery.objects.exists()


def test_daily_mail_comes_at_the_chosen_hour_once(clock: Any) -> None:
    person = member()
    choose(person, wishes={f"sector:{energy()[0].pk}": Rhythm.DAILY}, digest_hour=18)
    clock.shift(timedelta(minutes=1))
    news("Valve")
    turn()
    to(clock, 2, 17)
    assert turn() == 0
    to(clock, 2, 18)
    assert turn() == 1 and "News of the day" in mailed()[0][1]
    to(clock, 2, 19)
    news("Pump")
    choose(person, digest_hour=20)
    to(clock, 2, 20)
    assert turn() == 0, "another hour on the same day is no second mail"
    to(clock, 3, 20)
    assert turn() == 1 and "Pump" in mail.outbox[1].body
    assert "Valve" not in mail.outbox[1].body, "what was told is not told again"


def test_who_changes_from_weekly_to_daily_loses_nothing_and_hears_nothing_twice(clock: Any) -> None:
    person = member()
    clock.shift(timedelta(minutes=1))
    news("Valve")
    turn()
    to(clock, 4, 12)
    choose(person, wishes={f"sector:{energy()[0].pk}": Rhythm.DAILY})
    to(clock, 5, 8)
    assert turn() == 1 and "Valve" in mail.outbox[0].body
    choose(person, Mode.MINE)
    to(clock, 9, 12)
    assert turn() == 0


def test_who_changes_to_at_once_is_told_in_the_next_daily_mail_what_was_told_at_once_before(clock: Any) -> None:
    person, other = member(), member()
    wishes = {f"sector:{energy()[0].pk}": Rhythm.AT_ONCE}
    clock.shift(timedelta(minutes=1))
    news("Valve")
    assert turn() == 0
    to(clock, 4, 12)
    for changed in (person, other):
        choose(changed, wishes=wishes)
    choose(other, wishes={"digest:daily": Rhythm.NONE})
    to(clock, 5, 8)
    assert turn() == 1
    assert mailed() == [(person.email, "TLP:GREEN News of the day: 1 item")]
    news("Pump")
    clock.shift(timedelta(minutes=1))
    assert turn() == 2
    to(clock, 6, 8)
    assert turn() == 0, "what was told is not told again"


def test_a_worker_that_was_killed_after_half_of_the_digests_sends_the_same_again_under_the_same_names(
    clock: Any,
) -> None:
    """The second half never went; the first did, and nobody wrote it down. What came meanwhile is for the next one."""
    for _ in range(4):
        member()
    clock.shift(timedelta(minutes=1))
    news("Valve")
    to(clock, 9, 12)
    turn(send=False)
    rows = claiming.claim(now=timezone.now())
    lost = sending.Batch(rows[:2], sending.Crew(1), threading.Event())
    lost.ledger.flush = lambda: None  # type: ignore[method-assign]  # the process is gone before it writes
    assert lost.send() == 2
    news("Pump")
    clock.shift(claiming.LEASE + timedelta(seconds=1))
    assert turn() == 4
    names: dict[str, set[str]] = {}
    for message in mail.outbox:
        names.setdefault(message.to[0], set()).add(message.extra_headers["Message-ID"])
        assert "Valve" in message.body and "Pump" not in message.body
    assert len(mail.outbox) == 6 and len(names) == 4 and all(len(found) == 1 for found in names.values())


def test_a_digest_that_was_given_up_leaves_what_it_had_to_the_next_one(clock: Any) -> None:
    member()
    clock.shift(timedelta(minutes=1))
    news("Valve")
    to(clock, 9, 12)
    turn(send=False)
    Delivery.objects.update(state=State.FAILED)
    to(clock, 16, 12)
    assert turn() == 1 and "Valve" in mail.outbox[0].body
    Delivery.objects.filter(state=State.FAILED).update(state=State.QUEUED, due_at=timezone.now())
    assert turn() == 0
    assert Delivery.objects.get(state=State.SUPPRESSED).why == Why.NOTHING


def test_who_stopped_all_mail_after_a_digest_was_put_together_gets_none(clock: Any) -> None:
    person = member()
    clock.shift(timedelta(minutes=1))
    news("Valve")
    to(clock, 9, 12)
    turn(send=False)
    choose(person, Mode.NOTHING)
    assert turn() == 0 and mail.outbox == []


def test_what_was_told_at_once_is_in_no_digest(clock: Any) -> None:
    member()
    clock.shift(timedelta(minutes=1))
    news("Turbine", severity="critical")
    assert turn() == 1
    to(clock, 9, 12)
    assert turn() == 0


def test_the_rule_is_asked_again_for_each_line_when_it_is_sent(clock: Any) -> None:
    circle = CommunityFactory()
    person = member()
    place = person.community_memberships.create(community=circle)
    clock.shift(timedelta(minutes=1))
    news("Valve")
    kept = news("Secret", tlp=Label.AMBER, reach=Reach.NAMED, audience_communities=[circle], safe_title="A notice")
    to(clock, 9, 12)
    turn(send=False)
    assert Delivery.objects.get().state == State.QUEUED
    type(place).objects.filter(pk=place.pk).update(ended_at=timezone.now())
    assert turn() == 1
    (message,) = mail.outbox
    assert "Valve" in message.body and "A notice" not in message.body and kept.permalink not in message.body
    assert message.subject.startswith("TLP:GREEN")


def test_above_green_a_line_is_a_safe_title_and_stands_under_no_topic(clock: Any) -> None:
    community = energy()[1]
    member()
    clock.shift(timedelta(minutes=1))
    news("Secret", summary="Hidden", tlp=Label.AMBER, reach=Reach.NAMED, audience_communities=[community])
    to(clock, 9, 12)
    assert turn() == 1
    (message,) = mail.outbox
    raw = message.message().as_string()
    assert message.subject == "TLP:AMBER News of the week: 1 item"
    for word in ("Secret", "Hidden", "Energy", "Advisory"):
        assert word not in raw
    assert "Marked: sign in to read" in message.body


def test_who_was_suspended_meanwhile_gets_no_digest(clock: Any) -> None:
    person = member()
    clock.shift(timedelta(minutes=1))
    news("Valve")
    to(clock, 9, 12)
    turn(send=False)
    Person.objects.filter(pk=person.pk).update(standing=Standing.SUSPENDED)
    assert turn() == 0
    assert Delivery.objects.get().why == Why.PERSON


def test_when_all_of_it_was_recalled_meanwhile_nothing_is_sent(clock: Any) -> None:
    member()
    clock.shift(timedelta(minutes=1))
    page = news("Valve")
    to(clock, 9, 12)
    turn(send=False)
    type(page).objects.filter(pk=page.pk).update(recalled_at=timezone.now())
    assert turn() == 0
    assert Delivery.objects.get().why == Why.NOTHING


def test_a_round_that_was_cut_off_goes_on_where_it_was(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [member() for _ in range(5)]
    clock.shift(timedelta(minutes=1))
    news("Valve")
    to(clock, 9, 12)
    monkeypatch.setattr(rounds, "PEOPLE_AT_ONCE", 2)
    calls = iter([None, None, RuntimeError])
    whole = queue.put

    def cut(rows: Any) -> int:
        problem = next(calls, None) if rows else None
        if problem:
            raise problem
        return whole(rows)

    monkeypatch.setattr(queue, "put", cut)
    assert turn() == 4, "what was put before it was cut off"
    assert not DigestRound.objects.filter(rhythm="weekly").exclude(done_at=None).exists()
    assert turn() == 1
    assert sorted(to for to, _subject in mailed()) == sorted(person.email for person in people)


def test_a_digest_has_the_same_number_of_queries_for_few_and_for_many(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "FLUSH_EVERY", 60)  # how often is written down what went depends on the machine
    counts = []
    for day, many in ((9, 2), (16, 30)):
        clock.shift(timedelta(minutes=1))
        news(f"Valve {day}")
        for _person in range(many):
            member()
        to(clock, day, 12)
        turn(send=False)
        with CaptureQueriesContext(connection) as asked:
            sending.send_waiting()
        assert Delivery.objects.filter(queued_at=timezone.now(), state=State.SENT).count() >= many
        counts.append(len(asked))
    assert counts[0] == counts[1]
