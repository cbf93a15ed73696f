"""Mail servers that refuse, hang or die, and workers that are killed: nobody gets two, nobody gets none."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.delivery import claiming, finding, letters, reports, sending, sources
from portal.delivery.actions import RetryDeliveries
from portal.delivery.channels import Mail
from portal.delivery.enums import State
from portal.delivery.envelopes import message_id
from portal.delivery.fates import Fate, Outcome, fate_of, named
from portal.delivery.models import Delivery, News
from portal.members.enums import StaffRole
from portal.members.models import Bounce, Person
from tests.delivery.making import energy, many_members, member
from tests.delivery.sink import free_port, lines, sink
from tests.factories import bulletin, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PEOPLE = int(os.environ.get("PORTAL_TEST_KILLED", "300"))


@pytest.fixture
def smtp(settings: Any, tmp_path: Path) -> Any:
    """Mail goes to a real server, which a test starts."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1
    settings.PORTAL_NEWS_CONNECTIONS = 3

    def use(port: int) -> None:
        settings.EMAIL_PORT = port

    return use


def release(clock: Any) -> None:
    """A critical bulletin, and its messages in the outbox."""
    clock.shift(timedelta(minutes=1))
    bulletin(severity="critical", tlp=Label.GREEN, reach=Reach.MEMBERS, sectors=[energy()[0]])
    finding.find(timezone.now())
    finding.tell_at_once(timezone.now())


def later(clock: Any, **span: float) -> int:
    clock.shift(timedelta(**span))
    return sending.send_waiting()


def assert_one_each(path: Path, people: list[Person]) -> None:
    """Whoever has a message has it under one name: a second copy is the same message to what receives it."""
    found: dict[str, set[str]] = defaultdict(set)
    for address, name in lines(path):
        found[address].add(name)
    assert set(found) == {person.email for person in people}
    assert all(len(names) == 1 for names in found.values())
    assert len({name for names in found.values() for name in names}) == len(people)


def test_a_server_that_is_away_costs_no_attempt_and_loses_nothing(clock: Any, smtp: Any, tmp_path: Path) -> None:
    people = [member() for _ in range(20)]
    port = free_port()
    smtp(port)
    release(clock)
    for _turn in range(3):
        assert later(clock, minutes=2) == 0
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.QUEUED, 0)}
    with sink(tmp_path, port=port) as (_port, path):
        assert later(clock, minutes=2) == 20
    assert_one_each(path, people)


def test_a_server_that_hangs_is_left_and_what_was_shown_to_it_is_tried_again(
    clock: Any, smtp: Any, tmp_path: Path
) -> None:
    people = [member() for _ in range(12)]
    with sink(tmp_path, "hangs") as (port, path):
        smtp(port)
        release(clock)
        assert later(clock, minutes=1) == 0
        tried = Delivery.objects.filter(attempts=1)
        assert 1 <= tried.count() <= 6, "so many as there are connections, and what waited behind them"
        assert not Delivery.objects.exclude(state=State.QUEUED).exists()
        assert lines(path) == []
    with sink(tmp_path, port=port):
        assert later(clock, minutes=5) == 12
    assert_one_each(path, people)


def test_a_server_that_dies_after_it_took_a_message_gets_that_one_again_under_the_same_name(
    clock: Any, smtp: Any, tmp_path: Path
) -> None:
    people = [member() for _ in range(30)]
    with sink(tmp_path, "dies after 10") as (port, path):
        smtp(port)
        release(clock)
        assert later(clock, minutes=1) < 10
    with sink(tmp_path, port=port):
        for _turn in range(3):
            later(clock, minutes=5)
    assert len(lines(path)) > 30
    assert_one_each(path, people)


def test_an_address_that_is_refused_bounces_and_the_others_are_sent(clock: Any, smtp: Any, tmp_path: Path) -> None:
    gone, stays = member(email="gone@partner.example"), member()
    with sink(tmp_path, "refuses one") as (port, path):
        smtp(port)
        release(clock)
        assert later(clock, minutes=1) == 1
    assert [address for address, _name in lines(path)] == [stays.email]
    row = Delivery.objects.get(person=gone)
    assert (row.state, row.problem) == (State.BOUNCED, "SMTPRecipientsRefused 550 5.1.1")
    for _twice in range(2):
        reports.count_refused(timezone.now())
    assert Bounce.objects.filter(person=gone).count() == 1
    gone.refresh_from_db()
    assert gone.validated_until and gone.validated_until < timezone.now() + timedelta(days=31), (
        "they are validated anew"
    )


def test_a_server_that_says_later_gets_it_later(clock: Any, smtp: Any, tmp_path: Path, settings: Any) -> None:
    settings.PORTAL_NEWS_CONNECTIONS = 1
    people = [member() for _ in range(3)]
    with sink(tmp_path, "greylists") as (port, path):
        smtp(port)
        release(clock)
        assert later(clock, minutes=1) == 2
        assert later(clock, minutes=2) == 1
    assert_one_each(path, people)


@pytest.mark.parametrize("behaviour", ["allows 1", "closes after 3"])
def test_a_server_that_allows_few_connections_or_few_messages_on_each_gets_all_of_them_in_one_turn(
    clock: Any, smtp: Any, tmp_path: Path, behaviour: str
) -> None:
    people = [member() for _ in range(20)]
    with sink(tmp_path, behaviour) as (port, path):
        smtp(port)
        release(clock)
        assert later(clock, minutes=1) == 20
    assert_one_each(path, people)
    assert len(lines(path)) == 20


def test_a_server_of_ours_that_refuses_everybody_counts_against_nobody(clock: Any, smtp: Any, tmp_path: Path) -> None:
    member()
    with sink(tmp_path, "is set wrongly") as (port, _path):
        smtp(port)
        release(clock)
        assert later(clock, minutes=1) == 0
    row = Delivery.objects.get()
    assert (row.state, row.problem) == (State.FAILED, "SMTPRecipientsRefused 550 5.7.1")
    assert reports.count_refused(timezone.now()) == 0 and not Bounce.objects.exists()


@pytest.mark.parametrize(
    ("problem", "fate"),
    [
        (SMTPRecipientsRefused({"a": (550, b"5.1.1 unknown")}), Fate.BOUNCED),
        (SMTPRecipientsRefused({"a": (550, b"no such user")}), Fate.BOUNCED),
        (SMTPRecipientsRefused({"a": (550, b"5.2.1 disabled")}), Fate.BOUNCED),
        (SMTPRecipientsRefused({"a": (552, b"5.2.2 full")}), Fate.FAILED),
        (SMTPRecipientsRefused({"a": (554, b"blocked")}), Fate.FAILED),
        (SMTPRecipientsRefused({"a": (550, b"5.7.1 policy")}), Fate.FAILED),
        (SMTPRecipientsRefused({"a": (450, b"4.2.1 later")}), Fate.RETRY),
        (SMTPRecipientsRefused({"a": (421, b"4.3.2 closing")}), Fate.DOWN),
        (SMTPDataError(554, b"5.6.0 no"), Fate.FAILED),
        (SMTPDataError(451, b"4.3.0 later"), Fate.RETRY),
        (SMTPSenderRefused(550, b"5.7.1 not you", "a"), Fate.DOWN),
        (SMTPServerDisconnected("gone"), Fate.DOWN),
        (SMTPNotSupportedError("SMTPUTF8"), Fate.FAILED),
        (TimeoutError(), Fate.DOWN),
        (UnicodeEncodeError("ascii", "ä", 0, 1, "no"), Fate.FAILED),
        (AnymailRecipientsRefused(), Fate.BOUNCED),
        (AnymailAPIError(status_code=None), Fate.DOWN),
        (AnymailAPIError(status_code=401), Fate.DOWN),
        (AnymailAPIError(status_code=429), Fate.DOWN),
        (AnymailAPIError(status_code=503), Fate.DOWN),
        (AnymailAPIError(status_code=422), Fate.FAILED),
        (AnymailInvalidAddress(), Fate.FAILED),
        (RuntimeError(), Fate.RETRY),
    ],
)
def test_what_a_problem_says_of_the_message(problem: Exception, fate: Fate) -> None:
    assert fate_of(problem) is fate
    assert "@" not in named(problem) and type(problem).__name__ in named(problem)


def test_one_message_that_cannot_be_written_keeps_none_of_the_others(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its room cannot say what it is about any more. It waits, and everything else goes, digests as well."""
    people = [member() for _ in range(3)]
    release(clock)
    release(clock)
    broken = News.objects.latest("pk").object_id
    source = sources.source_named("bulletin")
    assert source is not None

    def topics(page: Any) -> Any:
        if page.pk == broken:
            raise KeyError(page.pk)
        return source.topics(page)

    monkeypatch.setitem(sources._sources, "bulletin", replace(source, topics=topics))
    assert later(clock, minutes=1) == 3
    assert sorted(row.person_id for row in Delivery.objects.filter(state=State.QUEUED)) == [row.pk for row in people]
    monkeypatch.undo()
    assert later(clock, minutes=3) == 3


def test_a_kind_that_cannot_be_read_together_is_read_row_by_row(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [member() for _ in range(3)]
    release(clock)
    whole = letters.builder_of(finding.KIND)
    assert whole is not None

    def build(rows: Any, readers: Any) -> Any:
        if len(rows) > 1 or rows[0].person_id == people[0].pk:
            raise ValueError("a row that is broken")
        return whole(rows, readers)

    monkeypatch.setitem(letters._builders, finding.KIND, build)
    assert later(clock, minutes=1) == 2
    assert Delivery.objects.get(state=State.QUEUED).problem == "ValueError"


def test_a_source_that_cannot_say_what_is_new_keeps_none_of_the_others(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    member()
    source = sources.source_named("guidance")
    assert source is not None

    def released(after: Any, until: Any) -> Any:
        raise RuntimeError("its table is being changed")

    monkeypatch.setitem(sources._sources, "guidance", replace(source, released=released))
    monkeypatch.setitem(sources._sources, "a first one", replace(source, name="a first one", released=released))
    release(clock)
    assert later(clock, minutes=1) == 1


def test_a_worker_that_slept_through_its_lease_hands_nothing_over_any_more(clock: Any) -> None:
    member()
    release(clock)
    rows = claiming.claim(now=timezone.now())
    clock.shift(claiming.LEASE + timedelta(minutes=1))
    theirs = claiming.claim(now=timezone.now())
    crew = sending.Crew(1)
    assert sending.Batch(rows, crew, threading.Event()).send() == 0
    assert sending.Batch(theirs, crew, threading.Event()).send() == 1
    assert len(mail.outbox) == 1


def test_what_fails_again_and_again_is_given_up_after_a_day_and_can_be_tried_again(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    member()
    release(clock)
    monkeypatch.setattr(Mail, "send", lambda self, message: Outcome(Fate.RETRY, "SMTPDataError 451"))
    for _turn in range(30):
        later(clock, hours=2)
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.problem) == (State.FAILED, claiming.MOST_ATTEMPTS, "SMTPDataError 451")
    monkeypatch.undo()
    assert RetryDeliveries(by=staff(StaffRole.ADMINISTRATOR)).execute() == 1
    assert later(clock, minutes=1) == 1


def test_two_workers_take_no_row_both(clock: Any) -> None:
    for _ in range(5):
        member()
    release(clock)
    mine, theirs = claiming.claim(now=timezone.now()), claiming.claim(now=timezone.now())
    assert len(mine) == 5 and theirs == []
    again = claiming.claim(now=timezone.now() + claiming.LEASE + timedelta(seconds=1))
    assert {row.pk for row in again} == {row.pk for row in mine}
    ledger = claiming.Ledger()
    ledger.settle(mine[0], Outcome(Fate.FAILED, "late"))
    ledger.flush()
    assert Delivery.objects.filter(state=State.FAILED).count() == 0, "whose lease is over writes nothing down any more"


# Sends what waits, and kills itself right before or after the server took so many messages.
WORKER = """
import itertools, json, os, signal, sys
from collections import Counter
import django; django.setup()
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[1]), 60
settings.PORTAL_SITE = settings.PORTAL_SITE_KIND = "desk"
from portal.delivery import channels, sending
from portal.delivery.models import Delivery
Delivery.objects.update(leased_until=None)  # as if the lease of whoever was killed before had run out
last, after = int(sys.argv[2]), sys.argv[3] == "after"
count, whole = itertools.count(1), channels.Mail.send
def send(self, message):
    is_last = next(count) == last
    if is_last and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    outcome = whole(self, message)
    if is_last:
        os.kill(os.getpid(), signal.SIGKILL)
    return outcome
channels.Mail.send = send
sending.send_waiting()
print(json.dumps(Counter(Delivery.objects.values_list("state", flat=True))))
"""


def worker(address: str, port: int, last: int = 0, when: str = "after") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test", "PORTAL_TEST_DATABASE_URL": address}
    command = [sys.executable, "-c", WORKER, str(port), str(last), when]
    return subprocess.run(
        command, cwd=django_settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, timeout=600, check=False
    )


def address_of_database(folder: Path) -> str:
    """The database as other processes reach it: a copy in a file, with what this transaction has made."""
    path = folder / "portal.sqlite3"
    path.write_bytes(connection.connection.serialize())
    return f"sqlite:///{path}"


@pytest.mark.once
@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies its database as a file")
def test_a_worker_killed_again_and_again_tells_everybody_once(tmp_path: Path, desk_keys: None) -> None:
    """A process that is killed at random moments, and a real server. PORTAL_TEST_KILLED=5000 takes five thousand."""
    page = bulletin(severity="critical", tlp=Label.CLEAR)
    people = many_members(PEOPLE)
    News.objects.create(source="bulletin", object_id=page.pk, version=str(page.live_revision_id), at=timezone.now())
    assert finding.tell_at_once(timezone.now()) == PEOPLE
    names = {message_id(row.key) for row in Delivery.objects.all()}
    address = address_of_database(tmp_path)
    chance = random.Random(9)
    kills = 5
    with sink(tmp_path) as (port, path):
        for number in range(kills):
            last = chance.randrange(1, PEOPLE // kills)
            done = worker(address, port, last, "after" if number % 2 else "before")
            assert done.returncode == -signal.SIGKILL
        assert json.loads(worker(address, port).stdout) == {"sent": PEOPLE}
    assert_one_each(path, people)
    assert {name for _address, name in lines(path)} == names
    twice = len(lines(path)) - PEOPLE
    assert twice <= kills * (claiming.FLUSH_AT + 2 * django_settings.PORTAL_NEWS_CONNECTIONS)
