"""What events say of themselves is not believed beyond what can have been: times, erasures, drops, zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from portal import audit
from portal.audit import checkpoints, keys, references, sealing
from portal.audit.context import Actor
from portal.audit.models import Checkpoint, Event, Reference
from portal.audit.retention import erasing
from portal.audit.retention.months import month_of, start_of
from portal.audit.verifying import Finding, Kind, verify
from tests.audit.mutations import tampering
from tests.audit.test_poison import planted

pytestmark = pytest.mark.django_db
IS_POSTGRESQL = django_settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
NOTHING_LEFT = '{"references": 9000000, "decisions": 4500000, "before": "2025-11", "by": "order"}'


def at(year: int, month: int) -> datetime:
    return datetime(year, month, 15, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def year(clock: Any, settings: Any) -> Any:
    settings.PORTAL_TRAIL_READS_MONTHS, settings.PORTAL_SITE = 13, "desk-worker"
    clock.move_to(at(2025, 10))
    return clock


def found(verifier: keys.Verifier) -> list[Finding]:
    sealing.seal(now=timezone.now(), everything=True)
    report = verify(now=timezone.now(), keys={verifier.hash: verifier})
    return [finding for finding in report.findings if finding.kind is not Kind.UNGUARDED]


def happen(person: int, verb: audit.Verb = audit.Verb.SIGN_IN, *, times: int = 1) -> None:
    for _ in range(times):
        references.forget()
        audit.record(verb, actor=Actor(person=person))


def text_of(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ")


# --- erasures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"facts": '{"references": 1e999, "decisions": 0, "before": "2025-01", "by": "order"}'},
        {"facts": '{"references": 1, "decisions": [], "before": "2025-01", "by": "order"}'},
        {"facts": '{"references": 1, "decisions": 0, "before": "2025-01", "by": "order", "months": 7}'},
        {"facts": '{"references": 1, "decisions": 0, "before": "2025-01", "by": "order", "months": ["2024-12 x 1"]}'},
        {"facts": '{"references": 1, "decisions": 0, "before": "0001-01", "by": "age"}'},
        {"facts": "[]"},
        {"at": "0001-01-01 00:00:00"},
        {"at": "infinity" if IS_POSTGRESQL else "rubbish"},
        {"at": "20000-01-01 00:00:00"},
    ],
)
def test_no_erasure_stops_the_verifier_or_hides_what_somebody_deleted(
    trail_keys: keys.Verifier, fields: dict[str, str]
) -> None:
    happen(8)
    moment = text_of(timezone.now())
    planted(**{"verb": "trail.erase", "site": "desk-worker", "at": moment, "facts": NOTHING_LEFT, **fields})
    Reference.objects.filter(kind="person").delete()
    assert Kind.REFERENCE in [one.kind for one in found(trail_keys)]


@pytest.mark.parametrize(("site", "is_believed"), [("front", False), ("worker", False), ("desk-worker", True)])
def test_an_erasure_is_believed_of_desk_alone(
    trail_keys: keys.Verifier, clock: Any, site: str, is_believed: bool
) -> None:
    happen(8, times=3)
    clock.move_to(at(2025, 11))
    planted(verb="trail.erase", site=site, at=text_of(timezone.now()), facts=NOTHING_LEFT)
    Reference.objects.filter(kind="person").delete()
    assert (found(trail_keys) == []) is is_believed


def test_what_an_order_explained_is_no_allowance_for_other_months(trail_keys: keys.Verifier, clock: Any) -> None:
    """Its plain reads are old enough by now to be gone anyhow: nothing of it is left for those of October."""
    clock.move_to(at(2025, 1))
    happen(7, audit.Verb.READ, times=10)
    clock.move_to(at(2025, 10))
    happen(8, audit.Verb.READ, times=10)
    clock.move_to(at(2025, 11))
    assert erasing.erase_person(7, before=date(2025, 11, 1), now=timezone.now()) == 10
    assert found(trail_keys) == []
    clock.move_to(at(2026, 3))
    erasing.erase_reads(now=timezone.now())
    Reference.objects.filter(value="8").delete()
    (one,) = found(trail_keys)
    assert one.words.startswith("10 references")


def test_an_order_says_how_many_of_each_month(clock: Any) -> None:
    happen(7, audit.Verb.READ)
    happen(7, times=2)
    clock.move_to(at(2025, 11))
    happen(7)
    clock.move_to(at(2025, 12))
    erasing.erase_person(7, before=date(2025, 12, 1), now=timezone.now())
    told = Event.objects.get(verb=audit.Verb.TRAIL_ERASE).facts
    assert told["months"] == ["2025-10 1 2", "2025-11 0 1"]
    assert (told["references"], told["decisions"]) == (4, 3)


def test_an_older_order_that_says_none_keeps_its_rule(trail_keys: keys.Verifier, clock: Any) -> None:
    happen(8, times=2)
    clock.move_to(at(2025, 11))
    audit.record(
        audit.Verb.TRAIL_ERASE, facts={"references": 2, "decisions": 2, "own": 0, "before": "2025-11", "by": "order"}
    )
    Reference.objects.filter(value="8").delete()
    assert found(trail_keys) == []


# --- times ----------------------------------------------------------------------------------------


def test_an_event_that_says_it_happened_after_it_was_signed_for_is_named(trail_keys: keys.Verifier) -> None:
    happen(8, times=2)
    planted(at="2030-01-01 00:00:00")
    happen(8)
    sealing.seal(now=timezone.now(), everything=True)
    assert found(trail_keys) == []  # no checkpoint covers it yet
    checkpoints.make(now=timezone.now())
    (one,) = found(trail_keys)
    assert (one.kind, one.first) == (Kind.ADDED, 3)
    assert "2030-01-01" in one.words


def test_clocks_may_differ_by_a_minute(trail_keys: keys.Verifier) -> None:
    for seconds in (0, 60):
        planted(at=text_of(timezone.now() + timedelta(seconds=seconds)))
    sealing.seal(now=timezone.now(), everything=True)
    checkpoints.make(now=timezone.now())
    assert found(trail_keys) == []
    planted(at=text_of(timezone.now() + timedelta(seconds=61)))
    sealing.seal(now=timezone.now(), everything=True)
    checkpoints.make(now=timezone.now())
    assert [one.first for one in found(trail_keys)] == [3]


# --- zones ----------------------------------------------------------------------------------------


def test_a_month_is_the_states_whatever_zone_is_active(trail_keys: keys.Verifier, clock: Any) -> None:
    """Wagtail makes an editor's own zone the active one. In Missouri it is still November, at nine in the evening."""
    clock.move_to(datetime(2025, 11, 20, 12, 0, tzinfo=UTC))
    happen(8)
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    clock.move_to(datetime(2025, 12, 1, 3, 0, tzinfo=UTC))
    with timezone.override("UTC"):
        happen(8)
        sealing.seal(now=timezone.now())
        checkpoints.make(now=timezone.now())
        assert month_of(timezone.now()) == date(2025, 11, 1)
        assert start_of(date(2025, 12, 1)) == datetime(2025, 12, 1, 6, 0, tzinfo=UTC)
    assert not Checkpoint.objects.exclude(closes_month=None).exists()
    assert found(trail_keys) == []
    with timezone.override("Pacific/Kiritimati"):
        assert found(trail_keys) == []


def test_a_row_whose_time_cannot_be_read_hides_no_other(trail_keys: keys.Verifier) -> None:
    happen(8)
    happen(9)
    sealing.seal(now=timezone.now())
    lost = Event.objects.order_by("pk")[1]
    Reference.objects.filter(pk=lost.who).delete()
    if not IS_POSTGRESQL:
        with tampering():
            Event.objects.filter(pk=lost.pk - 1).update(at=datetime(1, 1, 1, tzinfo=UTC))
            kinds = [one.kind for one in found(trail_keys)]
        assert kinds.count(Kind.REFERENCE) == 2
    assert [one.kind for one in found(trail_keys)] == [Kind.REFERENCE]
