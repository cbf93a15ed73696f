"""More urgent reports in an hour than mail tells of one by one: none goes unseen, and no mailbox is drowned."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.core import outbox
from portal.core.models import OutgoingMail
from portal.members.models import Person
from portal.reporting import alerts, mail, numbers, ticks, urgent
from portal.reporting.actions.triage import TakeUp
from portal.reporting.desk import queue
from portal.reporting.enums import Review
from portal.reporting.models import Case, Report
from tests.factories import PersonFactory
from tests.reporting.desk.working import anew, review
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db
SOON, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    """Three an hour, and of one member two."""
    settings.PORTAL_URGENT_TOLD_SINGLY, settings.PORTAL_URGENT_TOLD_SINGLY_OF_ONE = 3, 2


@pytest.fixture
def flood(clock: Any, duty: Person, supervisor: Person) -> list[Case]:
    """Five urgent reports of five members; each asked for its first mail when it was sent."""
    cases = []
    for _number in range(5):
        report = make_report(is_urgent=True)
        mail.alert(report)
        cases.append(take_in(report))
    return cases


def asked_for(kind: str) -> list[str]:
    """What mail of a kind was asked for, and forget it."""
    rows = OutgoingMail.objects.filter(kind=kind).order_by("pk")
    found = list(rows.values_list("about", flat=True))
    rows.delete()
    return found


def numbers_in(abouts: list[str]) -> list[str]:
    return [about.partition(":")[0] for about in abouts]


def labels(person: Person) -> dict[str, int]:
    return {str(found.label): found.count for found in queue.waiting(person)}


def test_the_first_of_an_hour_are_told_of_one_by_one(flood: list[Case]) -> None:
    assert numbers_in(asked_for(mail.URGENT)) == [case.report.number for case in flood[:3]]
    assert list(urgent.beyond()) == flood[3:]


def test_each_that_was_alerted_goes_on_to_the_supervisor(clock: Any, flood: list[Case], supervisor: Person) -> None:
    asked_for(mail.URGENT)
    clock.shift(timedelta(minutes=5))
    assert alerts.alert_due(timezone.now()) == 3
    assert numbers_in(asked_for(mail.URGENT)) == [case.report.number for case in flood[:3]]
    clock.shift(timedelta(minutes=5))
    assert alerts.alert_due(timezone.now()) == 3
    told = [about for about in asked_for(mail.URGENT) if about.endswith(f":{supervisor.pk}")]
    assert numbers_in(told) == [case.report.number for case in flood[:3]]


def test_of_the_others_one_mail_an_hour_tells_until_each_is_taken_up(
    clock: Any, flood: list[Case], duty: Person, supervisor: Person
) -> None:
    begun = timezone.now()
    for minute in range(181):
        if minute == 100:
            TakeUp(anew(flood[3]), duty).execute()
        if minute == 170:
            TakeUp(anew(flood[4]), duty).execute()
        ticks.alert(timezone.now())
        clock.shift(SOON)
    told = [(row.created_at - begun, row.about) for row in OutgoingMail.objects.filter(kind=mail.MORE).order_by("pk")]
    assert told == [(HOUR * hour, str(person.pk)) for hour in range(3) for person in (duty, supervisor)]


def test_a_hundred_of_them_are_no_hundred_mails(clock: Any, flood: list[Case], duty: Person) -> None:
    asked_for(mail.URGENT)
    for _number in range(100):
        mail.alert(take_in(make_report(is_urgent=True)).report)
    ticks.alert(timezone.now())
    assert (len(asked_for(mail.URGENT)), len(asked_for(mail.MORE))) == (0, 2)


def test_the_mail_says_how_many_and_nothing_of_them(flood: list[Case], duty: Person) -> None:
    asked_for(mail.URGENT)
    alerts.tell_of_more(timezone.now())
    outbox.send_waiting()
    message = next(found for found in sent.outbox if found.to == [duty.email])
    assert "2 more urgent reports wait" in message.body
    assert "/desk/reports/?urgent=yes" in message.body
    for words in ("van", "Water", *(case.report.number for case in flood)):
        assert words not in f"{message.subject}\n{message.body}"


def test_the_desk_says_on_its_first_page_how_many_there_are(flood: list[Case], duty: Person) -> None:
    label = "Among them: more than mail tells of one by one"
    found = labels(duty)
    assert (found["Urgent reports nobody has taken up"], found[label]) == (5, 2)
    for case in flood[3:]:
        TakeUp(anew(case), duty).execute()
    assert label not in labels(duty)


def test_one_member_does_not_crowd_out_the_others(clock: Any, duty: Person) -> None:
    one, other = PersonFactory(), PersonFactory()
    rows = [make_report(one, is_urgent=True) for _number in range(5)] + [make_report(other, is_urgent=True)]
    assert [mail.alert(row) for row in rows] == [1, 1, 0, 0, 0, 1]


def test_the_next_hour_begins_anew(clock: Any, flood: list[Case]) -> None:
    clock.shift(HOUR)
    assert mail.alert(make_report(is_urgent=True)) == 1


def test_an_emergency_among_the_others_is_alerted_for(clock: Any, flood: list[Case], second: Person) -> None:
    review(anew(flood[4]), second, review=Review.EMERGENCY)
    assert list(urgent.beyond()) == [flood[3]]
    clock.shift(timedelta(minutes=6))
    assert alerts.alert_due(timezone.now()) == 4


def test_rows_of_front_cannot_make_more_of_it(flood: list[Case], duty: Person) -> None:
    """As somebody who holds Front would put them: again and again, of those beyond, and in Desk's name."""
    asked_for(mail.URGENT)
    told, beyond = flood[0].report.number, flood[4].report.number
    rows = [(mail.URGENT, f"{told}:{duty.pk}")] * 9 + [(mail.URGENT, f"{beyond}:{duty.pk}"), (mail.MORE, str(duty.pk))]
    for kind, about in rows:
        OutgoingMail.objects.create(kind=kind, about=about, site="front")
    outbox.send_waiting(all_sites=True)
    assert [told in message.body for message in sent.outbox] == [True]
    assert alerts.tell_of_more(timezone.now()) == 2


@given(st.lists(st.integers(0, 3), max_size=9))
@hypothesis_settings(max_examples=30)
def test_never_more_than_so_many_and_never_taken_back(members: list[int]) -> None:
    people = [PersonFactory() for _member in range(4)]
    rows: list[Report] = []
    answers = []
    for member in members:
        row = Report.objects.create(number=numbers.new_number(numbers.REPORT), submitter=people[member], is_urgent=True)
        answers.append((member, urgent.is_told_singly(row)))
        rows.append(row)
    told = Counter(member for member, is_told in answers if is_told)
    assert told.total() == min(3, sum(min(2, count) for count in Counter(members).values()))
    assert all(count <= 2 for count in told.values())
    assert [urgent.is_told_singly(row) for row in rows] == [is_told for _member, is_told in answers]
    Report.objects.all().delete()
