"""The demonstration's meetings: lawful, entered once, with nobody invented and nobody mailed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from portal.core import outbox
from portal.core.demo import seeders
from portal.meetings import mail as notice_mail, notices, wording
from portal.meetings.desk import demo, reminders
from portal.meetings.models import Attendance, Meeting, Notice, RollCall
from portal.meetings.notices import Standing
from portal.members.demo import seed as seed_accounts
from portal.members.models import Person
from portal.vocabulary import calendar

pytestmark = pytest.mark.django_db


def said(_line: str) -> None:
    return None


@pytest.fixture
def seeded(db: None) -> Iterator[None]:
    seed_accounts(said)
    for _time in range(2):
        demo.seed(said)
    yield


def test_it_comes_after_the_accounts_and_the_offices() -> None:
    autodiscover_modules("demo")
    titles = [title for title, _seeder in seeders()]
    assert titles.index("Offices of the partnership") < titles.index("Meetings")


def test_there_is_a_lawful_one_to_come_published_minutes_and_an_exercise(seeded: None) -> None:
    assert Meeting.objects.count() == 4
    (coming,) = Meeting.objects.upcoming()
    judgement = notices.standing(coming.notices.get(), calendar.load())
    assert judgement.standing is Standing.LAWFUL
    page = Client().get("/meetings/?when=past").content.decode()
    assert demo.TITLE in page
    published = Meeting.objects.get(minutes__state="published")
    assert "The report of the co-chairs was heard" in Client().get(published.get_absolute_url()).content.decode()
    drill = Meeting.objects.get(kind="exercise")
    assert "1 of 3 met" in " ".join(Client().get(drill.get_absolute_url()).content.decode().split())


def test_each_notice_is_what_its_digest_says(seeded: None) -> None:
    for notice in Notice.objects.all():
        assert wording.digest(notice.facts) == notice.digest


def test_whoever_attended_is_a_demo_account(seeded: None) -> None:
    names = set(Person.objects.filter(is_demo=True).values_list("name", flat=True))
    assert set(Attendance.objects.values_list("name", flat=True)) <= names
    assert set(RollCall.objects.values_list("name", flat=True)) <= names


def test_nobody_is_mailed_about_any_of_it(seeded: None, desk_keys: None) -> None:
    now = timezone.now()
    assert reminders.remind_owners(now) == reminders.warn_of_late(now) == notice_mail.tell_subscribers(now) == 0
    outbox.send_waiting(all_sites=True)
    assert not mail.outbox


def test_without_accounts_there_is_nothing() -> None:
    demo.seed(said)
    assert not Meeting.objects.exists()
