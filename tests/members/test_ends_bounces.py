"""Mail that comes back: what is counted, what is refused, and what follows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, strategies as st

from portal.members import bounces
from portal.members.actions.ends import Lift
from portal.members.ends import reason_of, suspend
from portal.members.enums import AlarmKind, EndReason, StaffRole, Standing
from portal.members.models import Alarm, Bounce, Person
from tests.factories import PersonFactory, staff

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
REPORT = """\
From: MAILER-DAEMON@mail.example
To: portal@state.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

It could not be delivered.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

{block}

--edge
Content-Type: message/rfc822

Subject: What was sent

--edge--
"""


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def person(db: None) -> Person:
    made: Person = PersonFactory(email="partner@power.example")
    return made


def report(status: str = "5.1.1", *, final: str = "rfc822; partner@power.example", extra: str = "") -> bytes:
    block = f"Final-Recipient: {final}\n{extra}Action: failed\nStatus: {status}"
    return REPORT.format(block=block).encode()


def run(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out = io.StringIO()
    call_command("record_bounce", stdout=out)
    return out.getvalue()


def fresh(person: Person) -> Person:
    found: Person = Person.objects.get(pk=person.pk)
    return found


def test_one_is_counted_and_ends_nothing(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 counted" in run(report(), monkeypatch)
    assert Bounce.objects.get().status == "5.1.1"
    assert fresh(person).is_vetted


@pytest.mark.parametrize(("apart", "ends"), [(timedelta(days=3), True), (timedelta(days=3, seconds=-1), False)])
def test_two_three_days_apart_suspend_on_the_moment(
    person: Person, monkeypatch: pytest.MonkeyPatch, clock: Any, apart: timedelta, ends: bool
) -> None:
    run(report(), monkeypatch)
    run(report(), monkeypatch)
    assert fresh(person).is_vetted
    clock.shift(apart)
    run(report(), monkeypatch)
    now = fresh(person)
    assert (now.standing == Standing.SUSPENDED) == ends
    assert (reason_of(now) is EndReason.BOUNCES) == ends


def test_lifting_begins_the_count_anew(person: Person, monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    run(report(), monkeypatch)
    clock.shift(timedelta(days=4))
    run(report(), monkeypatch)
    clock.shift(60)
    Lift(fresh(person), staff(StaffRole.VETTING_OFFICER)).execute()
    clock.shift(timedelta(days=4))
    run(report(), monkeypatch)
    assert fresh(person).is_vetted
    clock.shift(timedelta(days=3))
    run(report(), monkeypatch)
    assert not fresh(person).is_vetted


@pytest.mark.parametrize(("apart", "ends"), [(timedelta(days=30), True), (timedelta(days=30, seconds=1), False)])
def test_two_count_together_within_thirty_days(
    person: Person, monkeypatch: pytest.MonkeyPatch, clock: Any, apart: timedelta, ends: bool
) -> None:
    run(report(), monkeypatch)
    clock.shift(apart)
    run(report(), monkeypatch)
    assert (fresh(person).standing == Standing.SUSPENDED) == ends


def test_staff_are_not_suspended_for_it_but_somebody_is_told(
    monkeypatch: pytest.MonkeyPatch, db: None, clock: Any
) -> None:
    """A forged notification is easily sent: it would put out everybody who could lift the suspension again."""
    officer = staff(StaffRole.VETTING_OFFICER, email="partner@power.example")
    run(report(), monkeypatch)
    assert not Alarm.objects.exists()
    clock.shift(timedelta(days=4))
    run(report(), monkeypatch)
    assert fresh(officer).is_vetted
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.person) == (AlarmKind.STAFF_MAIL, officer)


def test_the_server_lifts_a_suspension_for_bounces_and_no_other(
    person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    suspend(person, reason=EndReason.BOUNCES)
    with pytest.raises(CommandError):
        call_command("account_release", person.email)
    assert not fresh(person).is_vetted
    call_command("account_release", person.email.upper(), "--bounces")
    assert "lifted" in capsys.readouterr().out
    assert fresh(person).is_vetted
    suspend(fresh(person), reason=EndReason.STAFF, at=NOON + timedelta(hours=1))
    suspend(fresh(person), reason=EndReason.BOUNCES, at=NOON + timedelta(hours=2))
    with pytest.raises(CommandError):
        call_command("account_release", person.email, "--bounces")
    assert not fresh(person).is_vetted


@pytest.mark.parametrize("status", ["4.2.2", "2.0.0", "5", "5.x.1", "", "55.1.1"])
def test_only_a_status_of_class_five_counts(person: Person, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    assert "0 counted" in run(report(status), monkeypatch)


def test_a_delay_does_not_count(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "0 counted" in run(report().replace(b"Action: failed", b"Action: delayed"), monkeypatch)


@pytest.mark.parametrize("final", ["rfc822; PARTNER@Power.example", "rfc822;<partner@power.example>"])
def test_the_address_is_found_as_it_is_written(person: Person, monkeypatch: pytest.MonkeyPatch, final: str) -> None:
    assert "1 counted" in run(report(final=final), monkeypatch)


def test_the_address_that_was_written_to_comes_first(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    forwarded = report(
        final="rfc822; somebody@forwarded.example", extra="Original-Recipient: rfc822; partner@power.example\n"
    )
    assert "1 counted" in run(forwarded, monkeypatch)


@pytest.mark.parametrize(
    "final", ["rfc822; nobody@power.example", "x400; partner@power.example", "partner", "rfc822; a\x00b@c"]
)
def test_an_address_of_nobody_counts_for_nobody(person: Person, monkeypatch: pytest.MonkeyPatch, final: str) -> None:
    assert "0 counted" in run(report(final=final), monkeypatch)


def nested(depth: int) -> bytes:
    """Parts within parts."""
    lines = [b"Content-Type: multipart/report; report-type=delivery-status; boundary=b0", b""]
    for number in range(depth):
        lines += [b"--b%d" % number, b"Content-Type: multipart/mixed; boundary=b%d" % (number + 1), b""]
    return b"\n".join(lines)


HOSTILE = {
    "empty": (b"", 2),
    "not a report": (b"Subject: Hello\n\nHello.", 2),
    "another report": (report().replace(b"delivery-status;", b"feedback-report;"), 2),
    "a report in name only": (b"Content-Type: multipart/report; report-type=delivery-status\n\nNothing.", 2),
    "too large": (report() + b"x" * bounces.LARGEST, 2),
    "no part about delivery": (report().replace(b"message/delivery-status", b"text/plain"), 1),
    "no recipient": (report().replace(b"Final-Recipient", b"X"), 1),
    "nested": (nested(5000), 1),
    "bytes": (bytes(range(256)) * 100, 2),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_input_is_refused_with_a_sentence(db: None, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    raw, code = HOSTILE[name]
    with pytest.raises(CommandError) as refused:
        run(raw, monkeypatch)
    assert refused.value.returncode == code
    assert str(refused.value).endswith(".")
    assert not Bounce.objects.exists()


@given(cut=st.integers(0, len(report())), at=st.integers(0, len(report()) - 1), put=st.binary(max_size=8))
def test_a_damaged_report_is_read_or_refused_and_nothing_else(cut: int, at: int, put: bytes) -> None:
    raw = report()
    for damaged in (raw[:cut], raw[:at] + put + raw[at + len(put) :]):
        try:
            found = bounces.failures_in(damaged)
        except (bounces.NotAReport, bounces.Damaged):
            continue
        assert all(address.isprintable() for failure in found for address in failure.addresses)
