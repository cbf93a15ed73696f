"""A reference that is gone was erased, and the trail tells of it; or else somebody has hidden who it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import audit
from portal.audit import keys, references, sealing
from portal.audit.context import Actor
from portal.audit.models import Event, Reference
from portal.audit.retention import erasing
from portal.audit.verifying import Finding, Kind, verify
from tests.audit.mutations import tampering

pytestmark = pytest.mark.django_db
MARCH = date(2025, 3, 1)


def at(year: int, month: int) -> datetime:
    return datetime(year, month, 15, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def year(clock: Any, settings: Any) -> Any:
    settings.PORTAL_TRAIL_READS_MONTHS, settings.PORTAL_SITE = 13, "desk-worker"
    clock.move_to(at(2025, 1))
    return clock


def happen(person: int, verb: audit.Verb = audit.Verb.SIGN_IN) -> Event:
    audit.record(verb, "bulletins.bulletin:7", actor=Actor(person=person))
    return Event.objects.order_by("-pk")[0]


def found(verifier: keys.Verifier) -> list[Finding]:
    sealing.seal(now=timezone.now(), everything=True)
    report = verify(now=timezone.now(), keys={verifier.hash: verifier})
    return [finding for finding in report.findings if finding.kind is not Kind.UNGUARDED]


@pytest.mark.parametrize("verb", [audit.Verb.READ, audit.Verb.SIGN_IN])
def test_a_reference_that_somebody_deleted_is_named(trail_keys: keys.Verifier, verb: audit.Verb) -> None:
    Reference.objects.filter(pk=happen(12, verb).who).delete()  # no guard keeps anybody from it
    (one,) = found(trail_keys)
    assert one.kind is Kind.REFERENCE
    assert "1 references of events are gone that nothing tells to have been erased" in one.words
    assert "2025-01" in one.words


def test_plain_reads_that_went_by_their_age_are_fine(trail_keys: keys.Verifier, clock: Any) -> None:
    happen(12, audit.Verb.READ)
    clock.move_to(at(2026, 3))
    assert erasing.erase_reads(now=timezone.now()) == 1
    assert not found(trail_keys)


def test_a_decision_does_not_go_by_its_age(trail_keys: keys.Verifier, clock: Any) -> None:
    read, decision = happen(12, audit.Verb.READ), happen(12)
    clock.move_to(at(2026, 3))
    erasing.erase_reads(now=timezone.now())
    assert not found(trail_keys)
    Reference.objects.filter(pk=decision.who).delete()
    assert [one.kind for one in found(trail_keys)] == [Kind.REFERENCE]
    assert read.who != decision.who


def test_reads_that_were_due_under_a_shorter_setting_stay_fine(
    trail_keys: keys.Verifier, clock: Any, settings: Any
) -> None:
    happen(12, audit.Verb.READ)
    clock.move_to(at(2026, 3))
    erasing.erase_reads(now=timezone.now())
    settings.PORTAL_TRAIL_READS_MONTHS = 36
    assert not found(trail_keys)


@pytest.mark.parametrize("verb", [audit.Verb.READ, audit.Verb.SIGN_IN])
def test_what_was_erased_on_order_is_fine_and_covers_no_more(
    trail_keys: keys.Verifier, clock: Any, verb: audit.Verb
) -> None:
    ordered, other = happen(12, verb), happen(13, verb)
    clock.move_to(at(2025, 3))
    later = happen(12, verb)
    assert erasing.erase_person(12, before=MARCH, now=timezone.now()) == 1
    assert not found(trail_keys)
    Reference.objects.filter(pk=other.who).delete()
    (one,) = found(trail_keys)
    assert one.words.startswith("1 references")
    Reference.objects.filter(pk=later.who).delete()
    assert found(trail_keys)[0].words.startswith("2 references")
    assert ordered.who != later.who


def test_an_order_for_reads_covers_no_decision(trail_keys: keys.Verifier, clock: Any) -> None:
    happen(12, audit.Verb.READ)
    decision = happen(13)
    clock.move_to(at(2025, 3))
    erasing.erase_person(12, before=MARCH, now=timezone.now())
    Reference.objects.filter(pk=decision.who).delete()
    assert [one.kind for one in found(trail_keys)] == [Kind.REFERENCE]


def test_an_event_that_claims_an_erasure_of_today_covers_nothing(trail_keys: keys.Verifier) -> None:
    facts: dict[str, str | int] = {"references": 9, "decisions": 9, "own": 0, "before": "2030-01", "by": "age"}
    audit.record(audit.Verb.TRAIL_ERASE, facts=facts)
    audit.record(audit.Verb.TRAIL_ERASE, facts=facts | {"by": "order"})
    Reference.objects.filter(pk=happen(12).who).delete()
    assert [one.kind for one in found(trail_keys)] == [Kind.REFERENCE]


@pytest.mark.parametrize("change", [{"kept": "read"}, {"month": date(2020, 1, 1)}])
def test_a_reference_that_was_moved_to_where_the_clock_erases_it_is_named(
    trail_keys: keys.Verifier, change: dict[str, Any]
) -> None:
    decision = happen(12)
    with tampering():
        Reference.objects.filter(pk=decision.who).update(**change)
        (one,) = found(trail_keys)
    assert one.kind is Kind.REFERENCE
    assert decision.who in one.words
    assert "erased at another time" in one.words


def test_it_asks_as_many_questions_for_thirty_people_as_for_three(trail_keys: keys.Verifier) -> None:
    asked = []
    for count in (3, 30):
        references.forget()
        for person in range(count):
            happen(person + 1)
        sealing.seal(now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            found(trail_keys)
        asked.append(len(queries))
    assert asked[0] == asked[1]
