"""The leak matrix of mail: every marking × every kind of viewer, at once, daily and weekly, and as a text message.

Mail about saved searches stands in the matrix of search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail
from django.test.utils import override_settings
from django.utils import timezone

from portal.access.crowds import stored
from portal.access.enums import Label
from portal.access.rule import may_read
from portal.bulletins.models import BulletinPage
from portal.delivery import people
from portal.delivery.channels import Note, Text
from portal.delivery.enums import Mode, Rhythm
from portal.delivery.fates import Fate, Outcome
from portal.delivery.models import Delivery, Watch
from portal.delivery.sources import sources
from portal.members.models import Community, Person
from portal.members.viewers import viewer_for
from portal.vocabulary.models import Sector
from tests.access.leaks.items import INSIDE, Item
from tests.access.leaks.viewers import ACTIVE, Visitor
from tests.access.leaks.world import World, made
from tests.delivery.making import choose, turn

pytestmark = [pytest.mark.django_db, pytest.mark.once]
KINDS = ("bulletin", "guidance", "document", "meeting")
# What a thing says of itself, beside the safe title: above TLP:GREEN none of it leaves.
WORDS = ("title", "summary", "in the text", "hall", "line", "office", "point", "closed point", "was said")
MAY_LEAVE = {Label.CLEAR, Label.GREEN}
# Mail asks for no session: who has not used the second factor in theirs is a member all the same, of the same circle.
ADDRESSES = {"bulletin": "bulletin_permalink", "meeting": "meeting"}
WRITTEN_TO = {"without a second factor": "inside"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """All things and all viewers, and two weeks in which everybody was told of everything, in every rhythm."""
    with (
        made(django_db_blocker, str(tmp_path_factory.mktemp("media")), kinds=KINDS) as world,
        override_settings(
            PORTAL_NEWS_CONNECTIONS=1, PORTAL_DESK_LINK_KEY=django_settings.PORTAL_DESK_LINK_KEY or "k" * 40
        ),
    ):
        yield world


def assert_no_words(item: Item, raw: str) -> None:
    for part in WORDS:
        assert f"{item.secret} {part}" not in raw, f"mail says what {item.name} says"
    assert f"s-{item.secret}" not in raw


def is_reader(visitor: Visitor, item: Item) -> bool:
    return bool({visitor.kind, WRITTEN_TO.get(visitor.kind, "")} & (item.case.readers | later(item)))


def later(item: Item) -> frozenset[str]:
    """Who may read it by the end of the week that the tests go through."""
    return INSIDE if item.case.name == "AMBER, not yet" else frozenset()


def told(world: World, rhythm: Rhythm, **fields: Any) -> dict[str, list[Any]]:
    """Begin before all things were made, let everybody choose this rhythm for everything, and go through a week."""
    past = timezone.now() - timedelta(days=1)
    for source in sources():
        Watch.objects.update_or_create(source=source.name, defaults={"begun_at": past, "seen_until": past})
    wishes = {f"sector:{pk}": rhythm for pk in Sector.objects.values_list("pk", flat=True)}
    wishes |= {f"committee:{pk}": rhythm for pk in Community.objects.values_list("pk", flat=True)}
    for person in Person.objects.all():
        choose(
            person,
            Mode.MATRIX,
            wishes={**wishes, "general": rhythm, "named": rhythm},
            **{"critical_at_once": False, **fields},
        )
    mail.outbox.clear()
    turn()
    with time_machine.travel(timezone.now() + timedelta(hours=23), tick=False):
        turn()
    with time_machine.travel(timezone.now() + timedelta(days=7), tick=False):
        turn()
    by_address: dict[str, list[Any]] = defaultdict(list)
    for message in mail.outbox:
        by_address[message.to[0]].append(message)
    return by_address


@pytest.mark.parametrize("rhythm", [Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY])
def test_mail_carries_each_thing_to_its_readers_and_to_nobody_else(world: World, rhythm: Rhythm) -> None:
    by_address = told(world, rhythm)
    carried = 0
    for visitor in world.visitors:
        if visitor.person is None:
            continue
        raw = "\n".join(message.message().as_string() for message in by_address.get(visitor.person.email, ()))
        for item in world.items:
            may_read = is_reader(visitor, item)
            found = item.secret in raw or any(address in raw for address in item.addresses.values())
            carried += found
            assert may_read or not found, f"mail tells {visitor.kind} of {item.name}"
            is_written_to = visitor.kind in ACTIVE or visitor.kind in WRITTEN_TO
            if is_written_to and may_read and item.kind in ADDRESSES and not later(item):
                assert item.addresses[ADDRESSES[item.kind]] in raw, f"mail hides {item.name} from {visitor.kind}"
            if item.case.fields["tlp"] not in MAY_LEAVE:
                assert_no_words(item, raw)
    assert carried > 50
    mail.outbox.clear()
    Delivery.objects.all().delete()


def test_the_rule_for_crowds_says_what_the_rule_for_one_says(world: World) -> None:
    pages = stored(BulletinPage.objects.all())
    now = timezone.now()
    everybody = list(Person.objects.all())
    readers = people.readers([person.pk for person in everybody])
    for person in everybody:
        viewer = viewer_for(person)
        assert (person.pk in readers) == viewer.is_member
        if person.pk in readers:
            assert readers[person.pk].viewer == viewer
        for page in BulletinPage.objects.all():
            assert pages[page.pk].may_be_read_by(viewer, at=now) == may_read(viewer, page, at=now)


def test_no_subject_says_more_than_a_safe_title(world: World) -> None:
    by_address = told(world, Rhythm.AT_ONCE)
    subjects = [message.subject for messages in by_address.values() for message in messages]
    above = [subject for subject in subjects if not subject.startswith(("TLP:CLEAR", "TLP:GREEN"))]
    assert above and all(
        subject.endswith(("safe", "A piece of guidance", "A document of the library")) for subject in above
    )


def test_a_text_message_goes_to_its_readers_alone_and_above_green_has_a_safe_title(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: dict[int, list[str]] = defaultdict(list)

    def send(_way: Text, note: Note) -> Outcome:
        notes[int(note.url.rpartition("/")[2])].append(note.words)
        return Outcome(Fate.SENT)

    settings.PORTAL_TEXT_URL = "json://localhost/{number}"
    monkeypatch.setattr(Text, "send", send)
    monkeypatch.setattr("portal.delivery.channels.phone_of", lambda person: str(person.pk))
    BulletinPage.objects.update(severity="critical")
    told(world, Rhythm.AT_ONCE, wants_texts=True)
    for visitor in world.visitors:
        raw = "\n".join(notes.get(visitor.person.pk, ())) if visitor.person else ""
        for item in world.items:
            found = item.secret in raw or any(address in raw for address in item.addresses.values())
            assert is_reader(visitor, item) or not found, f"a text tells {visitor.kind} of {item.name}"
            if item.case.fields["tlp"] not in MAY_LEAVE:
                assert_no_words(item, raw)
    assert sum(map(len, notes.values())) > 20
    assert any("TLP:RED" in words for told_one in notes.values() for words in told_one)
