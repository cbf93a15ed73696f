"""Rows that hold what no code of the portal stores: the verifier names their places, and none stops it."""

# ruff: noqa: S608  (every word of the statements stands in this file)
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from hypothesis import given, strategies as st

from portal import audit
from portal.audit import keys
from portal.audit.models import Checkpoint, Delivery, Event
from portal.audit.notes import Head
from portal.audit.verifying import Finding, Kind, Outside, heads, verify
from portal.audit.verifying.findings import MOST_FINDINGS, Findings
from tests.audit import mutations
from tests.audit.mutations import EVENTS, Trail, tampering

IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
only_sqlite = pytest.mark.skipif(IS_POSTGRESQL, reason="PostgreSQL's columns take nothing of the kind")
pytestmark = pytest.mark.django_db
PLACE = 5
OF_EVENT = "WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 5)"
DEEP = "printf('%%.*c', 20000, '[') || printf('%%.*c', 20000, ']')"


@pytest.fixture
def trail(trail_keys: keys.Verifier, clock: Any) -> Trail:
    return mutations.recorded(trail_keys, clock)


@contextmanager
def after(*statements: str) -> Iterator[None]:
    """What somebody does who rules the database, its constraints included."""
    with tampering(), connection.cursor() as cursor:
        if not IS_POSTGRESQL:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            for statement in statements:
                cursor.execute(statement, [])
            yield
        finally:
            if not IS_POSTGRESQL:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def found(trail: Trail) -> list[Finding]:
    report = verify(now=timezone.now(), keys=trail.keys, outside=trail.outside)
    return [finding for finding in report.findings if finding.kind is not Kind.UNGUARDED]


@only_sqlite
@pytest.mark.parametrize(
    "change",
    [
        "at = 'rubbish'",
        "at = '2026-13-01 00:00:00'",
        "at = 5",
        "at = '0001-01-01 00:00:00'",
        "facts = '{'",
        "facts = 5",
        "facts = x'ff'",
        "facts = '{\"number\": ' || printf('%%.*c', 5000, '9') || '}'",
        f"facts = {DEEP}",
        "about = x'41'",
        "about = CAST(x'ff41' AS TEXT)",
        "about = CAST(about AS BLOB)",
    ],
)
def test_an_event_that_cannot_be_read_is_an_edited_one(trail: Trail, change: str) -> None:
    with after(f"UPDATE audit_event SET {change} {OF_EVENT}"):
        first = found(trail)[0]
    assert (first.kind, first.first) == (Kind.EDITED, PLACE)


@only_sqlite
@pytest.mark.parametrize(
    "change",
    [
        'facts = \'{"number": 999, "number": 5}\'',  # programs read the last, and people the first
        "at = replace(substr(at, 1, 10), '-', '') || 'T' || substr(at, 12)",  # a search by time no longer finds it
        "at = strftime('%%Y-%%m-%%d %%H:%%M:%%S', at, '+14 hours') || substr(at, 20) || '+14:00'",
    ],
)
def test_another_text_for_the_same_value_is_an_edit(trail: Trail, change: str) -> None:
    with after(f"UPDATE audit_event SET {change} {OF_EVENT}"):
        assert [(one.kind, one.first) for one in found(trail)] == [(Kind.EDITED, PLACE)]


@only_sqlite
@pytest.mark.parametrize(
    "change", ["leaf = 'abc'", "leaf = 5", "leaf = -5", "leaf = leaf || x'00'", "link = 'abc'", "event_id = 'abc'"]
)
def test_a_seal_that_holds_no_hashes_is_named(trail: Trail, change: str) -> None:
    with after(f"UPDATE audit_seal SET {change} WHERE sequence = 5"):
        assert found(trail)[0].first == PLACE


@only_sqlite
@pytest.mark.parametrize("change", ["-5", "9223372036854775807", "'abc'"])
def test_a_seal_at_a_place_that_is_none_is_named(trail: Trail, change: str) -> None:
    with after(f"UPDATE audit_seal SET sequence = {change} WHERE sequence = {EVENTS}"):
        assert found(trail)


@only_sqlite
def test_a_seal_below_the_first_place_hides_no_event(trail: Trail) -> None:
    audit.record(audit.Verb.KEY_DESTROY)
    hidden = Event.objects.order_by("-pk")[0].pk
    with after(f"INSERT INTO audit_seal (sequence, event_id, leaf, link) VALUES (-7, {hidden}, x'00', x'00')"):
        assert [(one.kind, one.first) for one in found(trail)] == [(Kind.ADDED, None)]
        assert "stands at -7" in found(trail)[0].words


@only_sqlite
@pytest.mark.parametrize(
    "change",
    [
        "root = 'abc'",
        "link = -5",
        "frontier = '5'",
        "frontier = '{'",
        "frontier = '[1, 2, 3]'",
        "note = ''",
        "note = x'00'",
        "at = 'x'",
        "at = '2020-01-01 00:00:00'",
        "closes_month = '2019-12-01'",
    ],
)
def test_a_checkpoint_that_cannot_be_read_or_says_other_than_its_note_is_forged(trail: Trail, change: str) -> None:
    with after(f"UPDATE audit_checkpoint SET {change} WHERE size = 20"):
        first = found(trail)[0]
    assert (first.kind, first.first) == (Kind.FORGED, 20)


@only_sqlite
def test_a_checkpoint_of_less_than_nothing_is_forged(trail: Trail) -> None:
    columns = "at, root, link, note, frontier, closes_month"
    copied = f"INSERT INTO audit_checkpoint (size, {columns}) SELECT -3, {columns} FROM audit_checkpoint LIMIT 1"
    with after(copied):
        assert [one.kind for one in found(trail)] == [Kind.FORGED]


@only_sqlite
@pytest.mark.parametrize(
    "change", ["key = 'abc'", "key = -12", "value = x'41'", "kind = x'41'", "month = 'x'", "reference = 'ä'"]
)
def test_a_reference_that_cannot_be_read_is_named(trail: Trail, change: str) -> None:
    with after(f"UPDATE audit_reference SET {change} WHERE reference = (SELECT min(reference) FROM audit_reference)"):
        assert {one.kind for one in found(trail)} == {Kind.REFERENCE}


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no such times")
@pytest.mark.parametrize("time", ["infinity", "20000-01-01 00:00:00+00"])
def test_a_time_that_python_does_not_know_is_an_edit(trail: Trail, time: str) -> None:
    with after(f"UPDATE audit_event SET at = '{time}' {OF_EVENT}"):
        first = found(trail)[0]
    assert (first.kind, first.first) == (Kind.EDITED, PLACE)


# --- numbers, months and trees that are none --------------------------------------------------------


@only_sqlite
@pytest.mark.parametrize("size", ["1000000.5", "10.5", "'x'", "'30 events'"])
def test_a_checkpoint_whose_size_is_no_whole_number_is_named(trail: Trail, size: str) -> None:
    columns = "at, root, link, note, frontier, closes_month"
    copied = f"INSERT INTO audit_checkpoint (size, {columns}) SELECT {size}, {columns} FROM audit_checkpoint LIMIT 1"
    with after(copied):
        (one,) = found(trail)
    assert (one.kind, one.first) == (Kind.FORGED, None)
    assert size.strip("'") in one.words


@only_sqlite
@pytest.mark.parametrize("place", ["100.5", "4.5", "'x'"])
def test_a_seal_whose_place_is_no_whole_number_is_named(trail: Trail, place: str) -> None:
    planted = f"INSERT INTO audit_seal (sequence, event_id, leaf, link) VALUES ({place}, 999999, x'00', x'00')"
    with after(planted):
        (one,) = found(trail)
    assert (one.kind, one.first) == (Kind.ADDED, None)


@only_sqlite
@pytest.mark.parametrize("month", ["'x'", "''", "5"])
def test_a_month_that_is_none_is_forged(trail: Trail, month: str) -> None:
    with after(f"UPDATE audit_checkpoint SET closes_month = {month} WHERE size = 20"):
        assert [(one.kind, one.first) for one in found(trail)] == [(Kind.FORGED, 20)]


# --- what is told first -----------------------------------------------------------------------------


@given(places=st.lists(st.one_of(st.none(), st.integers(1, 10_000)), min_size=1, max_size=600))
def test_the_findings_that_are_kept_are_those_of_the_first_places(places: list[int | None]) -> None:
    findings = Findings()
    for place in places:
        findings.add(Kind.EDITED, "It is another.", first=place)
    kept = [one.first for one in findings.in_order()]
    numbers = sorted(place for place in places if place is not None)
    assert kept == (numbers + [None] * (len(places) - len(numbers)))[:MOST_FINDINGS]
    assert (findings.count, len(findings.kept) < 2 * MOST_FINDINGS) == (len(places), True)


def test_checkpoints_that_are_missing_push_no_place_aside(trail: Trail) -> None:
    many = [Outside(f"{one.name} {copy}", one.note) for one in trail.outside[1:] for copy in range(50)]
    with tampering():
        mutations.edit(5, "about")
        Delivery.objects.all().delete()
        Checkpoint.objects.filter(size__gt=10).delete()
        report = verify(now=timezone.now(), keys=trail.keys, outside=many)
    assert (report.findings[0].kind, report.findings[0].first) == (Kind.EDITED, 5)
    missing = [one for one in report.findings if "missing among the stored" in one.words]
    assert [one.first for one in missing] == [20]
    assert "and 130 more" in missing[0].words


def test_however_many_checkpoints_were_kept_outside_they_are_looked_up(db: None) -> None:
    """More than a statement can have values (SQLite, SQLITE_MAX_VARIABLE_NUMBER)."""
    findings = Findings()
    heads._miss([heads.Witness(Head("x", size, b"", b"", ""), "x", True) for size in range(1, 250_002)], findings)
    assert findings.count == 1


def test_a_checkpoint_before_the_one_at_which_a_look_begins_is_not_passed_over_in_silence(trail: Trail) -> None:
    """Rewritten before 37, and signed again: the checkpoint of 20 that somebody kept could have told it."""
    mine = [one for one in trail.outside if one.name == "20.note"]
    with tampering():
        mutations.edit(5, "about")
        mutations.seal_anew(after=0)
        mutations.sign_anew()
        whole = verify(now=timezone.now(), keys=trail.keys, outside=mine)
        part = verify(now=timezone.now(), keys=trail.keys, outside=mine, since=37)
    assert whole.findings[0].kind is Kind.REWRITTEN
    assert whole.notes == ()
    (note,) = part.notes
    assert "NOT HELD AGAINST ANYTHING: your checkpoints of 20 events" in note
    assert verify(now=timezone.now(), keys=trail.keys, outside=trail.outside[2:], since=37).notes == ()
