"""Failures, locks, alarms: who is kept out, from where, for how long, and that nobody can keep everybody out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.core import outbox, tick
from portal.core.models import OutgoingMail
from portal.members import locks
from portal.members.alarms import close, raise_alarm
from portal.members.enums import AlarmKind, FailureKind, StaffRole
from portal.members.models import Alarm, Lock, Person, SignInFailure
from tests.conftest import enrol, session_for
from tests.factories import PersonFactory, staff
from tests.members.test_sign_in import CODE, LOGIN, code_for, give_password, is_signed_in

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def person(pages: Any) -> Person:
    made: Person = PersonFactory()
    return made


def fail(email: str, times: int = 5, address: str = HERE) -> list[int]:
    asked = {"login": email, "password": "wrong password"}
    return [Client().post(LOGIN, asked, REMOTE_ADDR=address).status_code for _ in range(times)]


# --- which network ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7 ", "198.51.100.7"),
        ("198.51.100.7:443", locks.UNREADABLE),
        ("", locks.UNREADABLE),
        ("x\0y", locks.UNREADABLE),
    ],
)
def test_an_address_becomes_the_network_that_is_locked(address: str, network: str) -> None:
    assert locks.network_of_address(address) == network


@given(st.ip_addresses(v=6), st.integers(min_value=0, max_value=2**64 - 1))
def test_addresses_of_one_slash_64_are_one_network(address: Any, rest: int) -> None:
    if not address.ipv4_mapped:
        neighbour = type(address)(int(address) >> 64 << 64 | rest)
        if not neighbour.ipv4_mapped:
            assert locks.network_of_address(str(address)) == locks.network_of_address(str(neighbour))


@given(st.text(max_size=400))
def test_any_typed_account_can_be_stored(typed: str) -> None:
    account = locks.account_of(typed)
    assert len(account) <= locks.LONGEST_ADDRESS
    assert "\0" not in account


def test_axes_is_told_the_same_network(settings: Any) -> None:
    from portal.members import axes

    settings.PORTAL_PROXY_DEPTH = 1
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="10.0.0.1, 2001:db8::5", REMOTE_ADDR="10.9.9.9")
    assert axes.client_address(request) == locks.network_of(request) == "2001:db8::"


# --- what locks ---------------------------------------------------------------------------------------------------


def test_five_failures_lock_and_four_do_not(person: Person) -> None:
    enrol(person)
    assert fail(person.email, 4) == [200] * 4
    assert give_password(Client(), person, REMOTE_ADDR=HERE)["Location"] == CODE
    assert fail(person.email, 1) == [429]
    assert give_password(Client(), person, REMOTE_ADDR=HERE).status_code == 429


def test_a_lock_lasts_half_an_hour_whatever_is_tried_meanwhile(person: Person) -> None:
    enrol(person)
    with time_machine.travel(NOON, tick=False) as clock:
        fail(person.email)
        for _ in range(6):
            clock.shift(timedelta(minutes=4, seconds=59))
            assert give_password(Client(), person, REMOTE_ADDR=HERE).status_code == 429
        clock.shift(timedelta(seconds=7))
        assert give_password(Client(), person, REMOTE_ADDR=HERE)["Location"] == CODE
    assert Lock.objects.count() == 1


def test_failures_add_up_within_a_quarter_of_an_hour_only(person: Person) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(9):
            assert fail(person.email, 1) == [200]
            clock.shift(timedelta(minutes=3, seconds=45))
        clock.shift(timedelta(seconds=-1))  # now four lie within the window
        assert fail(person.email, 1) == [429]


@hypothesis_settings(max_examples=30)
@given(st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=9))
def test_a_lock_follows_from_five_failures_within_the_window_and_from_nothing_else(db: Any, pauses: list[int]) -> None:
    Lock.objects.all().delete()
    SignInFailure.objects.all().delete()
    moments: list[datetime] = []
    with time_machine.travel(NOON, tick=False) as clock:
        for pause in pauses:
            clock.shift(timedelta(seconds=pause))
            now = datetime.now(UTC)
            lock = locks.record_failure(email="a@b.example", network=HERE, kind=FailureKind.PASSWORD)
            moments = [*(moment for moment in moments if moment > now - timedelta(minutes=15)), now]
            assert bool(lock) == (len(moments) >= 5)
            if lock:
                return


def test_passwords_and_codes_add_up(person: Person) -> None:
    secret, client = enrol(person), Client()
    fail(person.email, 3)
    give_password(client, person, REMOTE_ADDR=HERE)
    answers = [client.post(CODE, {"code": "000000"}, REMOTE_ADDR=HERE).status_code for _ in range(2)]
    assert answers == [200, 429]
    assert client.post(CODE, {"code": code_for(secret)}, REMOTE_ADDR=HERE).status_code == 429
    assert not is_signed_in(client)
    kinds = list(SignInFailure.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["password"] * 3 + ["code"] * 2


def test_a_lock_closes_the_code_stage_on_that_network_only(person: Person) -> None:
    secret, here, elsewhere = enrol(person), Client(), Client()
    give_password(here, person, REMOTE_ADDR=HERE)
    give_password(elsewhere, person, REMOTE_ADDR=ELSEWHERE)
    fail(person.email)
    assert here.post(CODE, {"code": code_for(secret)}, REMOTE_ADDR=HERE).status_code == 429
    elsewhere.post(CODE, {"code": code_for(secret)}, REMOTE_ADDR=ELSEWHERE)
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (False, True)


def test_wrong_codes_lock_when_something_asks_for_them_again(person: Person) -> None:
    enrol(person)
    client = session_for(person)
    asked = "/account/second-factor/reauthenticate/"
    answers = [client.post(asked, {"code": "000000"}, REMOTE_ADDR=HERE).status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]
    assert is_signed_in(client)
    assert give_password(Client(), person, REMOTE_ADDR=HERE).status_code == 429


def test_wrong_recovery_codes_and_used_codes_count(person: Person) -> None:
    secret, client = enrol(person), Client()
    (used, *_others) = RecoveryCodes.activate(person).get_unused_codes()
    give_password(client, person, REMOTE_ADDR=HERE)
    client.post(CODE, {"code": used}, REMOTE_ADDR=HERE)
    assert is_signed_in(client)
    code = code_for(secret)
    client = Client()
    give_password(client, person, REMOTE_ADDR=HERE)
    client.post(CODE, {"code": code}, REMOTE_ADDR=HERE)
    client = Client()
    give_password(client, person, REMOTE_ADDR=HERE)
    for wrong in (used, code):
        client.post(CODE, {"code": wrong}, REMOTE_ADDR=HERE)
    assert SignInFailure.objects.filter(email=person.email, kind="code").count() == 2


def test_wrong_old_passwords_count_when_the_password_is_changed(person: Person) -> None:
    enrol(person)
    client = session_for(person)
    new = {"password1": "a new long passphrase", "password2": "a new long passphrase"}
    for _ in range(4):
        client.post("/account/password/change/", {"oldpassword": "wrong", **new}, REMOTE_ADDR=HERE)
    assert SignInFailure.objects.filter(email=person.email).count() == 4


def test_a_complete_sign_in_clears_the_count_and_a_password_alone_does_not(person: Person) -> None:
    secret, client = enrol(person), Client()
    fail(person.email, 3)
    give_password(client, person, REMOTE_ADDR=HERE)
    assert SignInFailure.objects.count() == 3
    client.post(CODE, {"code": code_for(secret)}, REMOTE_ADDR=HERE)
    assert SignInFailure.objects.count() == 0


def test_known_and_unknown_accounts_lock_alike(person: Person) -> None:
    enrol(person)
    with time_machine.travel(NOON, tick=False):
        pages = []
        for email in (person.email, "nobody@partner.example"):
            asked = {"login": email, "password": "wrong password"}
            answers = [Client().post(LOGIN, asked, REMOTE_ADDR=HERE) for _ in range(6)]
            assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
            pages.append(answers[-1].content)
    assert pages[0] == pages[1]


def test_the_strict_setting_keeps_a_lock_until_staff_release_it(person: Person, settings: Any) -> None:
    settings.PORTAL_LOCK_STRICT = True
    enrol(person)
    with time_machine.travel(NOON, tick=False) as clock:
        fail(person.email)
        clock.shift(timedelta(days=30))
        locked = give_password(Client(), person, REMOTE_ADDR=HERE)
        assert locked.status_code == 429
        assert "until staff release it" in locked.content.decode()
        assert locks.release(email=person.email) == 1
        assert give_password(Client(), person, REMOTE_ADDR=HERE)["Location"] == CODE


def test_old_failures_are_pruned_by_tick(db: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        locks.record_failure(email="a@b.example", network=HERE, kind=FailureKind.CODE)
        clock.shift(timedelta(minutes=15, seconds=1))
        locks.record_failure(email="a@b.example", network=HERE, kind=FailureKind.CODE)
        outcomes = {outcome.name: outcome for outcome in tick.run(datetime.now(UTC))}
    assert outcomes["members: old sign-in failures"].moved == 1
    assert SignInFailure.objects.count() == 1


@pytest.mark.parametrize(
    "rubbish", ["", "x" * 5000, "a\0b@c.example", "a\x07@c.example", "\u202ea@c.example", "@", "a@b"]
)
def test_rubbish_typed_as_an_address_is_answered_as_a_wrong_one(pages: Any, rubbish: str) -> None:
    answer = Client().post(LOGIN, {"login": rubbish, "password": "p" * 5000})
    assert answer.status_code == 200
    assert Client().post(LOGIN, {"login": "a@b.example", "password": "p\0q"}).status_code == 200
    assert Client().post(LOGIN, {}).status_code == 200
    assert Client().post(LOGIN, {"login": "a@b.example", "password": "wrong"}, REMOTE_ADDR="nowhere").status_code == 200


# --- nobody locks everybody out -----------------------------------------------------------------------------------


def test_nobody_outside_can_lock_all_staff_out_at_once(pages: Any) -> None:
    everybody = [staff(role) for role in StaffRole]
    secrets = {person.pk: enrol(person) for person in everybody}
    for person in everybody:
        fail(person.email, address=HERE)
        assert give_password(Client(), person, REMOTE_ADDR=HERE).status_code == 429
    for person in everybody:
        client = Client()
        give_password(client, person, REMOTE_ADDR=ELSEWHERE)
        client.post(CODE, {"code": code_for(secrets[person.pk])}, REMOTE_ADDR=ELSEWHERE)
        assert is_signed_in(client), person.email


# --- alarms -------------------------------------------------------------------------------------------------------


def test_an_account_locked_again_and_again_alarms_staff_once(person: Person, mailoutbox: list[Any]) -> None:
    officer, administrator = staff(StaffRole.VETTING_OFFICER), staff(StaffRole.ADMINISTRATOR)
    staff(StaffRole.AUDITOR)
    for number in range(5):
        fail(person.email, address=f"198.51.100.{number}")
    (alarm,) = Alarm.objects.all()
    assert (alarm.kind, alarm.about, alarm.person, alarm.count) == (
        AlarmKind.LOCKS_OF_ONE,
        person.email,
        person,
        3,
    )
    outbox.send_waiting()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([officer.email, administrator.email])
    assert person.email not in mailoutbox[0].subject + mailoutbox[0].body
    assert "/desk/alarms/" in mailoutbox[0].body


def test_an_account_that_does_not_exist_alarms_as_well(pages: Any) -> None:
    for number in range(3):
        fail("nobody@partner.example", address=f"198.51.100.{number}")
    assert Alarm.objects.get().person is None


def test_a_stranger_who_makes_addresses_up_raises_no_alarm_for_each(db: Any) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    for number in range(10):
        for network in range(3):
            for _ in range(5):
                where = f"2001:db8:{number}:{network}::"
                locks.record_failure(email=f"n{number}@x.example", network=where, kind=FailureKind.PASSWORD)
    (alarm,) = Alarm.objects.filter(kind=AlarmKind.LOCKS_OF_ONE)
    assert (alarm.count, alarm.person, alarm.about) == (10, None, locks.NOBODYS)
    rows = OutgoingMail.objects.filter(kind="alarm", about__startswith=f"{alarm.pk}:")
    assert [row.about for row in rows] == [f"{alarm.pk}:{officer.pk}"]


def test_an_alarm_counted_as_high_as_it_goes_stays_there(db: Any) -> None:
    alarm = raise_alarm(AlarmKind.MANY_LOCKS)
    Alarm.objects.update(count=2**31 - 1)
    again = raise_alarm(AlarmKind.MANY_LOCKS)
    assert (again.pk, again.count) == (alarm.pk, 2**31 - 1)


def test_many_locks_at_once_alarm_staff(db: Any, settings: Any) -> None:
    settings.PORTAL_LOCKS_THAT_ALARM = 4
    for number in range(5):
        for _ in range(5):
            locks.record_failure(email=f"p{number}@partner.example", network=HERE, kind=FailureKind.PASSWORD)
    assert Alarm.objects.get(kind=AlarmKind.MANY_LOCKS).count == 2


def test_a_closed_alarm_is_raised_anew(db: Any) -> None:
    officer = staff(StaffRole.VETTING_OFFICER)
    first = raise_alarm(AlarmKind.MANY_LOCKS)
    assert close(first, by=officer, finding="A printer with an old password.")
    assert not close(first, by=officer, finding="Something else.")
    second = raise_alarm(AlarmKind.MANY_LOCKS)
    first.refresh_from_db()
    assert (second.pk == first.pk, first.finding) == (False, "A printer with an old password.")


# --- releasing ----------------------------------------------------------------------------------------------------


def test_account_release_opens_the_door(person: Person, capsys: Any) -> None:
    enrol(person)
    fail(person.email, address=HERE)
    fail(person.email, address=ELSEWHERE)
    AccessAttempt.objects.create(username=person.email, ip_address=HERE, failures_since_start=5)
    call_command("account_release", person.email.upper(), "--network", HERE)
    assert give_password(Client(), person, REMOTE_ADDR=HERE)["Location"] == CODE
    assert give_password(Client(), person, REMOTE_ADDR=ELSEWHERE).status_code == 429
    assert AccessAttempt.objects.count() == 0
    call_command("account_release", "--all")
    assert give_password(Client(), person, REMOTE_ADDR=ELSEWHERE)["Location"] == CODE


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nobody@partner.example"], 1),
        (["--all"], 1),
        ([], 2),
        (["a@b.example", "--all"], 2),
        (["a@b.example", "--network", "x"], 2),
    ],
)
def test_account_release_says_what_it_found(db: Any, arguments: list[str], code: int) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("account_release", *arguments)
    assert refused.value.returncode == code


@pytest.mark.usefixtures("desk")
def test_officers_and_administrators_release_locks_on_the_desk(pages: Any) -> None:
    for _ in range(5):
        locks.record_failure(email="a@b.example", network="2001:db8::", kind=FailureKind.PASSWORD)
    lock = Lock.objects.get()
    for role in StaffRole:
        may = role in {StaffRole.VETTING_OFFICER, StaffRole.ADMINISTRATOR}
        client = session_for(staff(role))
        assert client.get("/desk/locks/").status_code == (200 if may else 404), role
        if not may:
            assert client.post(f"/desk/locks/{lock.pk}/release/").status_code == 404, role
            assert client.get("/desk/alarms/").status_code == 404, role
    officer = session_for(staff(StaffRole.VETTING_OFFICER))
    assert "2001:db8::/64" in officer.get("/desk/locks/").content.decode()
    for _replayed in range(2):
        assert officer.post(f"/desk/locks/{lock.pk}/release/")["Location"] == "/desk/locks/"
    lock.refresh_from_db()
    assert lock.released_by is not None
    assert not Lock.objects.holding().exists()
    assert officer.post("/desk/locks/999/release/").status_code == 404
    assert officer.get(f"/desk/locks/{lock.pk}/release/").status_code == 405
    assert officer.get("/desk/locks/?page=x").status_code == 404


@pytest.mark.usefixtures("desk")
def test_the_list_of_locks_asks_as_often_for_many_as_for_one(pages: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = session_for(staff(StaffRole.ADMINISTRATOR))
    counts = []
    for made in (1, 60):
        Lock.objects.bulk_create([Lock(email=f"x{made}-{n}@b.example", network=HERE) for n in range(made)])
        client.get("/desk/locks/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/locks/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("names_the_row", [True, False])
def test_nobody_closes_an_alarm_about_their_own_account(pages: Any, *, names_the_row: bool) -> None:
    own, colleague = staff(StaffRole.VETTING_OFFICER), staff(StaffRole.ADMINISTRATOR)
    about = "former@partner.example" if names_the_row else own.email
    alarm = raise_alarm(AlarmKind.READS_MUCH, about=about, person=own if names_the_row else None)
    address = f"/desk/alarms/{alarm.pk}/close/"
    refused = session_for(own).post(address, {"finding": "Nothing to see."})
    assert "about your own account" in refused.content.decode()
    assert Alarm.objects.open().exists()
    assert session_for(colleague).post(address, {"finding": "A long report."})["Location"] == "/desk/alarms/"
    assert Alarm.objects.get().closed_by == colleague


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("finding", ["", "x" * 301, "a\0b", "a\x07b"])
def test_an_alarm_is_closed_with_a_finding_only(pages: Any, finding: str) -> None:
    alarm = raise_alarm(AlarmKind.MANY_LOCKS)
    client = session_for(staff(StaffRole.ADMINISTRATOR))
    address = f"/desk/alarms/{alarm.pk}/close/"
    assert client.post(address, {"finding": finding}).status_code == 200
    assert Alarm.objects.open().exists()
    assert client.post(address, {"finding": "A test."})["Location"] == "/desk/alarms/"
    assert client.post(address, {"finding": "Another."})["Location"] == "/desk/alarms/"
    assert Alarm.objects.get().finding == "A test."
    assert client.get("/desk/alarms/").status_code == 200
