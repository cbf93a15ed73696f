"""Whatever is done to the stored trail, the verifier says where it begins to be another."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal import audit
from portal.audit import checkpoints, guards, keys, notes, sealing
from portal.audit.encoding import FIELDS, encode
from portal.audit.merkle import Frontier, leaf_hash
from portal.audit.models import Checkpoint, Delivery, Event, Reference, Seal
from portal.audit.verifying import Finding, Kind, NoSuchCheckpoint, Outside, Report, heads, verify
from tests.audit import mutations
from tests.audit.mutations import EVENTS, SIZES, Trail, tampering
from tests.audit.strategies import fields, places, two_places, ways_to_swap

pytestmark = pytest.mark.django_db
few = hypothesis_settings(max_examples=50)
IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
SEALED = SIZES[-1]  # the last place that a checkpoint covers


@pytest.fixture
def trail(trail_keys: keys.Verifier, clock: Any) -> Trail:
    return mutations.recorded(trail_keys, clock)


def look(trail: Trail, *, outside: Iterable[Outside] = (), since: int = 0) -> Report:
    return verify(now=timezone.now(), keys=trail.keys, outside=outside, since=since)


def first(report: Report) -> Finding:
    """The first bad place."""
    assert report.findings, "nothing was found"
    return report.findings[0]


# --- what was recorded passes -----------------------------------------------------------------------


def test_a_trail_as_it_was_recorded_is_fine(trail: Trail) -> None:
    report = look(trail, outside=trail.outside)
    assert (report.findings, report.events, report.size) == ((), EVENTS, EVENTS)
    assert report.checkpoints == 2 * len(SIZES)


@few
@given(since=st.sampled_from(SIZES))
def test_it_is_fine_from_every_checkpoint_on(trail: Trail, since: int) -> None:
    report = look(trail, outside=trail.outside, since=since)
    assert (report.findings, report.events) == ((), EVENTS - since)


@few
@given(pieces=st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_a_trail_passes_however_it_was_sealed_and_signed(
    trail_keys: keys.Verifier, clock: Any, pieces: list[int], seed: int
) -> None:
    draw = random.Random(seed)
    trail = Trail(trail_keys, ())
    with tampering():
        for count in pieces:
            for _ in range(count):
                audit.record(audit.Verb.SEARCH, facts={"words": "Bräuhaus 日本 \u2028\x7f", "is_exact": True})
            sealing.seal(now=timezone.now())
            if draw.random() < 0.5:
                checkpoints.make(now=timezone.now())
        Reference.objects.filter(pk__in=list(Reference.objects.values_list("pk", flat=True)[:3])).delete()
        report = look(trail)
    assert [found.kind for found in report.findings] == [Kind.UNGUARDED]


def test_the_first_event_may_come_before_any_checkpoint(trail_keys: keys.Verifier, clock: Any) -> None:
    audit.record(audit.Verb.SIGN_IN)
    sealing.seal(now=timezone.now())
    assert look(Trail(trail_keys, ())).is_fine


def test_to_begin_at_a_checkpoint_that_is_not_there_is_refused(trail: Trail) -> None:
    with pytest.raises(NoSuchCheckpoint, match="no checkpoint of 9"):
        look(trail, since=9)


def test_what_happened_while_the_sealer_stood_still_does_not_look_added_later(
    trail_keys: keys.Verifier, clock: Any
) -> None:
    for days in (0, 3, 3):
        clock.shift(timedelta(days=days))
        audit.record(audit.Verb.SIGN_IN)
        if days == 0:
            sealing.seal(now=timezone.now())
            checkpoints.make(now=timezone.now())
    sealing.seal(now=timezone.now())  # it looks back to the last checkpoint, not for an hour alone
    checkpoints.make(now=timezone.now())
    assert look(Trail(trail_keys, ())).is_fine


# --- events -----------------------------------------------------------------------------------------


@few
@given(place=places, field=fields)
def test_an_edited_event_is_named(trail: Trail, place: int, field: str) -> None:
    with tampering():
        mutations.edit(place, field)
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.EDITED, place)


@few
@given(place=places)
def test_an_event_edited_together_with_its_leaf_is_named(trail: Trail, place: int) -> None:
    with tampering():
        mutations.edit(place, "about")
        row = Event.objects.values(*FIELDS).get(pk=mutations.event_at(place))
        Seal.objects.filter(pk=place).update(leaf=leaf_hash(encode(row)))
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.EDITED, place)


@few
@given(place=places)
def test_a_removed_event_is_named(trail: Trail, place: int) -> None:
    with tampering():
        mutations.remove(place, event=True, seal=False)
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.REMOVED, place)


@few
@given(place=places.filter(lambda place: place < EVENTS), event=st.booleans())
def test_a_removed_seal_is_named(trail: Trail, place: int, event: bool) -> None:
    with tampering():
        mutations.remove(place, event=event, seal=True)
        report = look(trail)
    assert (first(report).kind, first(report).first) == (Kind.REMOVED, place)
    assert (Kind.UNSEALED in {found.kind for found in report.findings}) is not event


def test_a_range_that_was_removed_is_named_as_one(trail: Trail) -> None:
    with tampering():
        for place in range(11, 31):
            mutations.remove(place, event=True, seal=True)
        report = look(trail)
    assert [(found.kind, found.place) for found in report.findings[:-1]] == [(Kind.REMOVED, "11-30")]


def test_what_is_wrong_behind_a_gap_is_found_as_well(trail: Trail) -> None:
    with tampering():
        mutations.remove(5, event=True, seal=True)
        mutations.edit(15, "why")
        mutations.swap(40, 41, what=("event_id", "leaf"))
        found = [(one.kind, one.first) for one in look(trail).findings[:-1]]
    assert found == [(Kind.REMOVED, 5), (Kind.EDITED, 15), (Kind.REORDERED, 40)]


@few
@given(place=places.filter(lambda place: 1 < place < EVENTS - 4))
def test_a_seal_taken_out_with_the_rest_numbered_anew_is_named(trail: Trail, place: int) -> None:
    with tampering():
        mutations.replace_seals(lambda seals: mutations.numbered(seals[: place - 1] + seals[place:]))
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.REMOVED, place)


@few
@given(place=places.filter(lambda place: place < EVENTS - 4), with_link=st.booleans())
def test_an_event_put_in_between_is_named(trail: Trail, place: int, with_link: bool) -> None:
    with tampering():
        mutations.insert(place, with_link=with_link)
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.ADDED, place)


def test_an_event_put_in_with_all_links_made_anew_is_found_by_the_next_checkpoint(trail: Trail) -> None:
    with tampering():
        mutations.insert(25, with_link=True)
        mutations.replace_seals(lambda seals: mutations.linked(seals, after=25))
        found = first(look(trail))
    assert (found.kind, found.place) == (Kind.REWRITTEN, "21-37")


def test_an_event_of_the_past_that_is_added_at_the_end_is_named(trail: Trail, clock: Any) -> None:
    clock.shift(timedelta(days=2))
    audit.record(audit.Verb.READ)
    sealing.seal(now=timezone.now())
    checkpoints.make(now=timezone.now())
    forged = Event.objects.order_by("pk").first()
    assert forged is not None
    forged.pk = None
    forged.save(force_insert=True)
    sealing.seal(now=timezone.now(), everything=True)
    found = first(look(trail))
    assert (found.kind, found.first) == (Kind.ADDED, EVENTS + 2)


# --- order ------------------------------------------------------------------------------------------


@few
@given(two=two_places, what=ways_to_swap)
def test_swapped_events_are_named(trail: Trail, two: list[int], what: tuple[str, ...]) -> None:
    with tampering():
        mutations.swap(*two, what=what)
        found = first(look(trail))
    assert found.first == two[0]
    assert found.kind in ({Kind.REORDERED} if "event_id" in what else {Kind.REORDERED, Kind.EDITED, Kind.REMOVED})


@few
@given(seed=st.integers(0, 999), two=two_places)
def test_a_range_in_another_order_is_named(trail: Trail, seed: int, two: list[int]) -> None:
    order = list(range(two[0] - 1, two[1]))
    random.Random(seed).shuffle(order)
    moved = [place for place, old in zip(range(two[0] - 1, two[1]), order, strict=True) if place != old]
    if not moved:
        return
    with tampering():
        mutations.replace_seals(
            lambda seals: mutations.numbered(seals[: two[0] - 1] + [seals[old] for old in order] + seals[two[1] :])
        )
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.REORDERED, moved[0] + 1)


# --- the end ----------------------------------------------------------------------------------------


@few
@given(size=st.integers(min_value=0, max_value=SEALED - 1))
def test_a_tail_that_was_cut_is_named(trail: Trail, size: int) -> None:
    with tampering():
        mutations.cut(size)
        found = first(look(trail))
    assert (found.kind, found.first, found.last) == (Kind.CUT, size + 1, SEALED)


@few
@given(size=st.integers(min_value=0, max_value=SEALED - 1))
def test_a_tail_cut_together_with_its_checkpoints_is_found_from_outside(trail: Trail, size: int) -> None:
    with tampering():
        mutations.cut(size)
        Delivery.objects.filter(checkpoint__size__gt=size).delete()
        Checkpoint.objects.filter(size__gt=size).delete()
        assert not [found for found in look(trail).findings if found.first is not None]
        found = first(look(trail, outside=trail.outside))
    assert (found.kind, found.first, found.last) == (Kind.CUT, size + 1, SEALED)


def test_what_no_checkpoint_covers_can_be_cut_unseen(trail: Trail) -> None:
    """The limit that docs/trail.md states: minutes, and as few as the setting says."""
    with tampering():
        mutations.cut(SEALED)
        report = look(trail, outside=trail.outside)
    assert [found.kind for found in report.findings] == [Kind.UNGUARDED]


def test_no_checkpoint_is_signed_over_a_tail_that_was_cut(trail: Trail) -> None:
    with tampering():
        mutations.cut(30)
        assert checkpoints.make(now=timezone.now()).size == SEALED
        assert not checkpoints.is_due(now=timezone.now() + timedelta(days=40))
        assert Checkpoint.objects.count() == len(SIZES)


def test_events_that_wait_too_long_are_told(trail: Trail, clock: Any) -> None:
    audit.record(audit.Verb.SIGN_IN)
    assert look(trail).is_fine
    clock.shift(timedelta(minutes=2))
    assert first(look(trail)).kind is Kind.UNSEALED


# --- checkpoints ------------------------------------------------------------------------------------


@few
@given(size=st.sampled_from(SIZES), column=st.sampled_from(["root", "link", "frontier", "note"]))
def test_a_checkpoint_whose_columns_were_changed_is_named(trail: Trail, size: int, column: str) -> None:
    other = {"root": bytes(32), "link": bytes(32), "frontier": ["00" * 32] * size.bit_count(), "note": "nothing"}
    with tampering():
        Checkpoint.objects.filter(size=size).update(**{column: other[column]})
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.FORGED, size)


@few
@given(size=st.sampled_from(SIZES), is_wrong_key=st.booleans())
def test_a_checkpoint_by_another_key_or_of_another_trail_is_named(trail: Trail, size: int, is_wrong_key: bool) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)) if is_wrong_key else None
    with tampering():
        leaves = [bytes(leaf) for leaf in Seal.objects.order_by("pk").values_list("leaf", flat=True)[:size]]
        row = Checkpoint.objects.get(size=size)
        mutations.resign(row, Frontier().extended(leaves), key=key, origin="" if is_wrong_key else "other.example")
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.FORGED, size)


def test_a_checkpoint_with_the_note_of_another_is_named(trail: Trail) -> None:
    with tampering():
        Checkpoint.objects.filter(size=20).update(note=trail.outside[0].note)
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.FORGED, 20)


def test_a_forged_checkpoint_from_outside_is_told(trail: Trail) -> None:
    forged = trail.outside[0].note.replace("\n8\n", "\n9\n")
    found = first(look(trail, outside=[Outside("8.note", forged)]))
    assert found.kind is Kind.FORGED
    assert "8.note" in found.words


def test_a_stored_checkpoint_that_is_missing_is_told_from_outside(trail: Trail) -> None:
    with tampering():
        Delivery.objects.all().delete()
        Checkpoint.objects.filter(size=20).delete()
        found = first(look(trail, outside=trail.outside))
    assert (found.kind, found.first) == (Kind.REMOVED, 20)


# --- the whole --------------------------------------------------------------------------------------


@few
@given(place=places.filter(lambda place: place <= SEALED), field=fields)
def test_rows_rewritten_so_that_they_agree_are_found_by_the_next_checkpoint(
    trail: Trail, place: int, field: str
) -> None:
    with tampering():
        mutations.edit(place, field)
        mutations.seal_anew(after=place - 1)
        found = first(look(trail))
    agreed = max(size for size in (0, *SIZES) if size < place)
    assert (found.kind, found.first) == (Kind.REWRITTEN, agreed + 1)
    assert found.last == min(size for size in SIZES if size >= place)


@few
@given(place=places.filter(lambda place: place <= SEALED), is_removed=st.booleans())
def test_an_administrator_with_the_signing_key_who_rewrites_everything_is_found_from_outside(
    trail: Trail, place: int, is_removed: bool
) -> None:
    with tampering():
        if is_removed:
            mutations.remove(place, event=True, seal=False)
        else:
            mutations.edit(place, "about")
        mutations.seal_anew(after=0)
        mutations.sign_anew()
        inside = look(trail)
        report = look(trail, outside=trail.outside)
    assert [found.kind for found in inside.findings] == [Kind.UNGUARDED]  # the database alone cannot tell
    agreed = max(size for size in (0, *SIZES) if size < place)
    found = first(report)
    assert (found.kind, found.first) == (Kind.REWRITTEN, agreed + 1)
    assert found.last == min(size for size in SIZES if size >= place)


def test_one_checkpoint_from_outside_bounds_where_it_was_rewritten(trail: Trail) -> None:
    """Checkpoints that were signed again agree with what was rewritten, and so do not narrow the range."""
    with tampering():
        mutations.edit(10, "about")
        mutations.seal_anew(after=0)
        mutations.sign_anew()
        found = first(look(trail, outside=trail.outside[3:]))
    assert (found.kind, found.place) == (Kind.REWRITTEN, "1-52")


def test_another_database_in_place_of_this_one_is_found(trail: Trail, clock: Any) -> None:
    with tampering():
        Delivery.objects.all().delete()
        for model in (Checkpoint, Seal, Event, Reference):
            model.objects.all().delete()
        mutations.recorded(trail.verifier, clock)
        assert [found.kind for found in look(trail).findings] == [Kind.UNGUARDED]
        found = first(look(trail, outside=trail.outside))
    assert (found.kind, found.first) == (Kind.REWRITTEN, 1)


# --- beside the chain -------------------------------------------------------------------------------


@few
@given(column=st.sampled_from(["key", "value", "kind"]))
def test_a_reference_that_was_given_another_meaning_is_named(trail: Trail, column: str) -> None:
    with tampering():
        row = Reference.objects.order_by("pk").first()
        assert row is not None
        Reference.objects.filter(pk=row.pk).update(**{column: bytes(32) if column == "key" else "99"})
        found = first(look(trail))
    assert found.kind is Kind.REFERENCE
    assert row.pk in found.words


def test_guards_that_are_missing_are_named(trail: Trail) -> None:
    with tampering():
        found = look(trail).findings
    assert [one.kind for one in found] == [Kind.UNGUARDED]
    assert "audit_event_no_update" in found[0].words
    assert not guards.missing(connection)


def test_what_has_no_encoding_is_refused_before_it_is_recorded(trail: Trail) -> None:
    """It would be stored as JSON, and the sealer could never seal it nor anything behind it."""
    with pytest.raises(ValueError, match="must be text"):
        audit.record(audit.Verb.SEARCH, facts={"words": "\ud800"})


@pytest.mark.skipif(IS_POSTGRESQL, reason="PostgreSQL takes no such JSON")
def test_events_without_an_encoding_are_edited_ones(trail: Trail) -> None:
    with tampering():
        Event.objects.filter(pk=mutations.event_at(7)).update(facts={"words": "\ud800"})
        found = first(look(trail))
    assert (found.kind, found.first) == (Kind.EDITED, 7)


def test_notes_of_the_trail_are_the_ones_that_were_signed(trail: Trail) -> None:
    signed = [notes.read_head(heads.open_body(one.note, trail.keys)) for one in trail.outside]
    assert [head.size for head in signed] == list(SIZES)
