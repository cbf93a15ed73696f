"""Events keep what happened, and lose whom they mean: with time, and on order."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal import audit
from portal.audit import keys, own, references, sealing
from portal.audit.context import Actor
from portal.audit.models import Event, OwnEvent, Reference
from portal.audit.ticks import erase_reads
from portal.audit.verifying import verify

pytestmark = pytest.mark.django_db


def at(year: int, month: int, day: int = 15) -> datetime:
    return datetime(year, month, day, 12, 30, tzinfo=UTC)


def happen(person: int, verb: audit.Verb = audit.Verb.READ) -> Event:
    audit.record(verb, "bulletins.bulletin:7", actor=Actor(person=person, role="member"))
    return Event.objects.order_by("-pk")[0]


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


# --- plain reads ------------------------------------------------------------------------------------


def test_plain_reads_lose_their_person_after_the_months_of_the_setting(clock: Any, settings: Any) -> None:
    settings.PORTAL_TRAIL_READS_MONTHS = 13
    clock.move_to(at(2025, 1, 31))
    read, decided = happen(12), happen(12, audit.Verb.SIGN_IN)
    clock.move_to(at(2026, 2, 27))
    assert erase_reads(timezone.now()) == 0
    clock.move_to(at(2026, 3, 1))
    assert erase_reads(timezone.now()) == 1
    assert not Reference.objects.filter(pk=read.who).exists()
    assert Reference.objects.get(pk=decided.who).value == "12"
    assert Event.objects.get(pk=read.pk).who == read.who
    told = Event.objects.get(verb=audit.Verb.TRAIL_ERASE)
    assert told.facts == {"references": 1, "decisions": 0, "own": 0, "before": "2025-02", "by": "age"}


def test_the_last_day_of_a_month_counts_in_the_states_time(clock: Any, settings: Any) -> None:
    settings.PORTAL_TRAIL_READS_MONTHS = 13
    clock.move_to(datetime(2025, 2, 1, 4, 0, tzinfo=UTC))  # still January there
    happen(12)
    clock.move_to(at(2026, 3, 1))
    assert erase_reads(timezone.now()) == 1


def test_nothing_is_recorded_when_there_was_nothing_to_erase(clock: Any) -> None:
    happen(12)
    assert erase_reads(timezone.now()) == 0
    assert not Event.objects.filter(verb=audit.Verb.TRAIL_ERASE).exists()


def test_what_people_were_shown_goes_at_the_same_age(trail_keys: keys.Verifier, clock: Any, settings: Any) -> None:
    clock.move_to(at(2025, 1))
    happen(12, audit.Verb.SIGN_IN)
    sealing.seal(now=timezone.now())
    assert OwnEvent.objects.filter(person=12).count() == 1
    clock.move_to(at(2026, 3))
    erase_reads(timezone.now())
    assert not OwnEvent.objects.exists()


def test_an_erased_reference_is_not_used_again(clock: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = happen(12).who
    assert happen(12).who == first
    Reference.objects.all().delete()
    erase_reads(timezone.now())
    assert happen(12).who != first


def test_the_trail_is_whole_after_an_erasure(trail_keys: keys.Verifier, clock: Any) -> None:
    clock.move_to(at(2025, 1))
    for person in (1, 2):
        happen(person)
    sealing.seal(now=timezone.now())
    clock.move_to(at(2026, 3))
    assert erase_reads(timezone.now()) == 2
    sealing.seal(now=timezone.now())
    assert verify(now=timezone.now(), keys={trail_keys.hash: trail_keys}).is_fine


# --- on order ---------------------------------------------------------------------------------------


def test_one_persons_references_are_erased_on_order(clock: Any, settings: Any) -> None:
    settings.PORTAL_SITE = "desk"
    clock.move_to(at(2025, 1))
    mine, theirs = happen(12, audit.Verb.SIGN_IN), happen(13, audit.Verb.SIGN_IN)
    sealing.seal(now=timezone.now())
    clock.move_to(at(2025, 3))
    later = happen(12)
    assert run("audit_retire", "--erase-person", "12", "--before", "2025-03") == "Erased 1 references.\n"
    left = set(Reference.objects.values_list("pk", flat=True))
    assert mine.who not in left
    assert {theirs.who, later.who} <= left
    assert set(OwnEvent.objects.values_list("person", flat=True)) == {13}
    told = Event.objects.get(verb=audit.Verb.TRAIL_ERASE)
    assert (told.about, told.facts["before"]) == (f"{own.ACCOUNT}:12", "2025-03")


def test_an_address_is_erased_on_order_and_is_not_named(clock: Any, settings: Any) -> None:
    settings.PORTAL_SITE = "desk"
    clock.move_to(at(2025, 1))
    name = references.reference_to(
        kind=references.ADDRESS, value="192.0.2.7", kept=audit.Verb.SIGN_IN.kept, at=timezone.now()
    )
    OwnEvent.objects.create(event_id=1, person=3, at=timezone.now(), verb="session.begin", address="192.0.2.7")
    clock.move_to(at(2025, 3))
    run("audit_retire", "--erase-address", "192.0.2.7", "--before", "2025-02")
    assert not Reference.objects.filter(pk=name).exists()
    assert OwnEvent.objects.get().address == ""
    told = Event.objects.get(verb=audit.Verb.TRAIL_ERASE)
    assert "192.0.2.7" not in str((told.about, told.facts))


@pytest.mark.parametrize(
    "words",
    [
        ["--erase-person", "12"],
        ["--before", "2025-01"],
        ["--erase-person", "12", "--before", "2026-12"],
        ["--drop", "2025-01", "--before", "2025-01"],
    ],
)
def test_an_order_that_is_not_whole_is_wrong_use(clock: Any, settings: Any, words: list[str]) -> None:
    settings.PORTAL_SITE = "desk"
    happen(12)
    with pytest.raises(CommandError) as refused:
        run("audit_retire", *words)
    assert refused.value.returncode == 2
    assert Reference.objects.exists()
