"""The leak matrix of meetings: calendars, mail and what is posted, every marking × every kind of viewer.

The pages are in `test_leaks.py`. Of a closed part neither documents nor sealed words show on any surface, to anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from portal.access.enums import Label
from portal.core import outbox
from portal.delivery.enums import Mode, Rhythm
from portal.delivery.models import Watch
from portal.delivery.sources import sources
from portal.library.models import PortalDocument
from portal.meetings import attending, calendars, mail as notices_mail
from portal.meetings.enums import Coming
from portal.meetings.models import AccessNeed, Answer, CalendarFeed, Meeting, Minutes, Subscriber
from portal.members.models import Community, FeedToken, Person
from tests.access.leaks.items import SEALED, Item
from tests.access.leaks.surfaces import Answer as Answered, absent, ask, difference
from tests.access.leaks.viewers import ACTIVE, EVERYBODY, Visitor
from tests.access.leaks.world import World, made
from tests.delivery.making import choose, turn

pytestmark = [pytest.mark.django_db, pytest.mark.once]
IN_FULL = {Label.CLEAR, Label.GREEN}
WORDS = ("title", "hall", "line", "office", "point", "closed point", "was said")
# A program that asks by an address, and mail, know no session: these are members all the same, of the same circle.
WITHOUT_A_SESSION = {"without a second factor": "inside"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    with (
        made(django_db_blocker, str(tmp_path_factory.mktemp("media")), kinds=("meeting",)) as world,
        override_settings(
            PORTAL_NEWS_CONNECTIONS=1, PORTAL_DESK_LINK_KEY=django_settings.PORTAL_DESK_LINK_KEY or "k" * 40
        ),
    ):
        for item in world.items:
            if item.kind == "meeting" and item.case.readers == EVERYBODY:
                assert meeting_of(item).last_notice.number == 1
        yield world


def items_of(world: World) -> list[Item]:
    return [item for item in world.items if item.kind == "meeting"]


def meeting_of(item: Item) -> Meeting:
    found: Meeting = Meeting.objects.get(title=f"{item.secret} title")
    return found


def is_reader(visitor: Visitor, item: Item) -> bool:
    """By what stands in the table; of somebody who is asked for no session."""
    return bool({visitor.kind, WITHOUT_A_SESSION.get(visitor.kind, "")} & item.case.readers)


def check_words(item: Item, text: str) -> None:
    """Above TLP:GREEN nothing but the safe title; of a closed part nothing at all."""
    if item.case.fields["tlp"] not in IN_FULL:
        for words in WORDS:
            assert f"{item.secret} {words}" not in text
    for words in ("closed point", "was said"):
        assert f"{item.secret} {words}" not in text


def test_a_members_own_calendar_carries_each_meeting_to_its_readers_and_to_nobody_else(
    world: World, capsys: Any
) -> None:
    cells = 0
    for visitor in world.visitors:
        if visitor.person is None:
            continue
        response = Client().get(urlsplit(own_address(visitor.person)).path)
        is_answered = visitor.kind in ACTIVE or visitor.kind in WITHOUT_A_SESSION
        assert (response.status_code == 200) == is_answered, visitor.kind
        text = response.content.replace(b"\r\n ", b"").decode()
        for item in items_of(world):
            found = item.secret in text
            cells += 1
            assert found == (is_answered and is_reader(visitor, item)), f"{item.name} for {visitor.kind}"
            check_words(item, text)
            if found and item.case.fields["tlp"] in IN_FULL:
                assert f"{item.secret} title" in text and f"{item.secret} hall" in text
    tell(capsys, "a member's calendar", cells)


def own_address(person: Person) -> str:
    token, _secret = FeedToken.issue(person=person, label="calendar")
    return calendars.address_of(CalendarFeed.objects.create(token=token))


def test_the_public_calendar_carries_public_meetings_alone_whoever_asks(world: World) -> None:
    for visitor in world.visitors:
        text = ask(visitor, "/meetings/calendar.ics").body.replace("\r\n ", "")
        if visitor.kind not in ACTIVE | {"anybody"}:
            continue
        for item in items_of(world):
            assert (item.secret in text) == (item.case.readers == EVERYBODY), f"{item.name} for {visitor.kind}"


@pytest.mark.parametrize(("name", "typed"), [("answer", {"coming": "yes"}), ("need", {"words": "A ramp, please"})])
def test_what_is_posted_to_a_meeting_that_is_not_for_one_is_answered_as_if_there_was_none(
    world: World, capsys: Any, name: str, typed: dict[str, str]
) -> None:
    cells = 0
    for visitor in world.visitors:
        missing: Answered | None = None
        for item in items_of(world):
            address, rows = f"{item.addresses['meeting']}{name}/", Answer.objects.count() + AccessNeed.objects.count()
            answer = ask(visitor, address, post=True, typed=typed)
            cells += 1
            is_kept = Answer.objects.count() + AccessNeed.objects.count() > rows
            if visitor.kind not in item.case.readers:
                missing = missing or ask(visitor, absent(address), post=True, typed=typed)
                found = [line for line in difference(answer, missing) if "/account/login/" not in line]
                assert not found, f"{item.name}, {visitor.kind}"
                assert not is_kept and item.secret not in answer.body
            elif visitor.kind in ACTIVE and name == "answer":
                assert is_kept, f"{item.name}, {visitor.kind}"
            elif name == "answer":
                assert not is_kept, f"{item.name}, {visitor.kind}"
    tell(capsys, f"what is posted ({name})", cells)


def test_subscribers_hear_of_public_meetings_alone(world: World, on_desk: None) -> None:
    Subscriber.objects.get_or_create(email="desk@paper.example", defaults={"confirmed_at": timezone.now()})
    mail.outbox.clear()
    notices_mail.tell_subscribers(timezone.now())
    outbox.send_waiting(all_sites=True)
    raw = [message.message().as_string() for message in mail.outbox if message.to == ["desk@paper.example"]]
    for item in items_of(world):
        found = any(item.secret in text for text in raw)
        assert found == (item.case.readers == EVERYBODY), item.name


def test_reminders_go_to_those_who_may_still_read_it_and_say_no_more_than_they_may(
    world: World, on_desk: None, capsys: Any
) -> None:
    for visitor in world.visitors:
        for item in items_of(world) if visitor.person else ():
            facts = {"defaults": {"coming": Coming.YES}}
            Answer.objects.update_or_create(meeting=meeting_of(item), person=visitor.person, **facts)
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(days=9, hours=12), tick=False):
        attending.remind(timezone.now())
        for _turn in range(3):
            outbox.send_waiting(all_sites=True)
    tell(capsys, "reminders", check_mail(world, later=True))


def test_news_goes_to_readers_and_to_nobody_else(world: World, on_desk: None, capsys: Any) -> None:
    past = timezone.now() - timedelta(days=1)
    committee = Community.objects.get(slug="standing-committee")
    for source in sources():
        Watch.objects.update_or_create(source=source.name, defaults={"begun_at": past, "seen_until": past})
    for visitor in world.visitors:
        if visitor.person:
            choose(visitor.person, Mode.MATRIX, wishes={f"committee:{committee.pk}": Rhythm.AT_ONCE})
    mail.outbox.clear()
    turn()
    tell(capsys, "news", check_mail(world))


def check_mail(world: World, *, later: bool = False) -> int:
    """Each mail against each item; `later`: ten days on, when what was not visible yet is."""
    by_address: dict[str, list[str]] = defaultdict(list)
    for message in mail.outbox:
        by_address[message.to[0]].append(message.message().as_string())
    cells = told = 0
    for visitor in world.visitors:
        raw = "\n".join(by_address.get(visitor.person.email, ())) if visitor.person else ""
        for item in items_of(world):
            found = item.secret in raw or item.addresses["meeting"] in raw
            inside = later and item.case.name == "AMBER, not yet" and visitor.kind in INSIDE
            cells += 1
            told += found
            assert inside or is_reader(visitor, item) or not found, f"mail tells {visitor.kind} of {item.name}"
            is_written_to = visitor.person and (visitor.kind in ACTIVE or visitor.kind in WITHOUT_A_SESSION)
            if is_written_to and is_reader(visitor, item):
                assert found, f"mail hides {item.name} from {visitor.kind}"
            check_words(item, raw)
    assert told > 30
    return cells


INSIDE = {"inside", "inside, cleared", "without a second factor"}


def test_of_a_closed_part_documents_and_sealed_words_show_nowhere(world: World, capsys: Any) -> None:
    assert Minutes.objects.filter(closed_words=SEALED).count() == len(items_of(world))
    papers = [str(uuid) for uuid in PortalDocument.objects.filter(title="Former").values_list("uuid", flat=True)]
    assert papers
    cells = 0
    for visitor in world.visitors:
        for item in items_of(world):
            for address in item.addresses.values():
                body = ask(visitor, address).body
                cells += 1
                assert SEALED.decode() not in body
                assert not any(paper in body for paper in papers), f"{address} for {visitor.kind}"
    tell(capsys, "closed parts", cells)


@pytest.fixture
def on_desk(settings: Any) -> None:
    """The clock and the worker of mail are Desk's."""
    settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"


def tell(capsys: Any, surface: str, cells: int) -> None:
    with capsys.disabled():
        print(f"\nleak matrix of meetings, {surface}: {cells} cells", end="")  # noqa: T201  (the count is asked for)
