"""Every committed event gets one place, in one order, whatever happens around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.audit import own, sealing
from portal.audit.encoding import FIELDS, encode
from portal.audit.merkle import leaf_hash
from portal.audit.models import Event, OwnEvent, Seal
from tests.audit.conftest import NOW

Happen = Callable[[int], list[Event]]
pytestmark = pytest.mark.django_db


def test_seals_follow_one_another_without_a_gap(happen: Happen, clock: Any) -> None:
    first = happen(3)
    assert sealing.seal(now=NOW) == 3
    second = happen(2)
    assert sealing.seal(now=NOW) == 2
    assert sealing.seal(now=NOW) == 0
    rows = list(Seal.objects.order_by("sequence").values_list("sequence", "event_id"))
    assert rows == list(enumerate([event.pk for event in first + second], start=1))


def test_each_link_is_over_the_link_before(happen: Happen, clock: Any) -> None:
    happen(4)
    sealing.seal(now=NOW)
    link = sealing.GENESIS
    for seal, row in zip(Seal.objects.order_by("sequence"), Event.objects.order_by("pk").values(*FIELDS), strict=True):
        link = sealing.link_of(before=link, sequence=seal.sequence, leaf=leaf_hash(encode(row)))
        assert bytes(seal.link) == link


def test_an_event_that_is_committed_late_with_a_smaller_number_is_not_passed_over(clock: Any) -> None:
    later = Event(id=200, at=NOW, site="front", who="nobody", verb="read", outcome="done")
    later.save(force_insert=True)
    assert sealing.seal(now=NOW) == 1
    earlier = Event(id=100, at=NOW, site="front", who="nobody", verb="read", outcome="done")
    earlier.save(force_insert=True)
    assert sealing.seal(now=NOW) == 1
    assert list(Seal.objects.order_by("sequence").values_list("event_id", flat=True)) == [200, 100]


def test_what_comes_while_it_seals_takes_its_place_by_number(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def come(*numbers: int) -> None:
        for number in numbers:
            Event(id=number, at=NOW, site="front", who="nobody", verb="read", outcome="done").save(force_insert=True)

    arriving = iter([(100, 300)])
    monkeypatch.setattr(own, "show", lambda rows: come(*next(arriving, ())))
    come(200)
    assert sealing.seal(now=NOW) == 3
    assert list(Seal.objects.order_by("sequence").values_list("event_id", flat=True)) == [200, 100, 300]


def test_one_that_was_open_for_more_than_an_hour_is_found_by_the_whole_look(clock: Any) -> None:
    Event(at=NOW - timedelta(hours=2), site="front", who="nobody", verb="read", outcome="done").save(force_insert=True)
    assert sealing.seal(now=NOW) == 0
    assert sealing.seal(now=NOW, everything=True) == 1


@given(batches=st.lists(st.integers(min_value=0, max_value=4), max_size=6))
def test_however_they_come_together_the_chain_is_the_same(batches: list[int]) -> None:
    rows: list[dict[str, Any]] = [
        {name: number if name == "id" else {} if name == "facts" else NOW if name == "at" else "" for name in FIELDS}
        for number in range(sum(batches))
    ]
    end, start, links = sealing.Tail(0, sealing.GENESIS), 0, []
    for size in batches:
        seals = sealing.seals_of(rows[start : start + size], end)
        links += [seal.link for seal in seals]
        start += size
        end = sealing.Tail(start, bytes(links[-1])) if links else end
    assert links == [seal.link for seal in sealing.seals_of(rows, sealing.Tail(0, sealing.GENESIS))]


def test_people_are_shown_what_they_did_and_nothing_of_others(clock: Any) -> None:
    from portal import audit
    from portal.audit.context import Actor

    audit.record(audit.Verb.SIGN_IN, "members.person:5", actor=Actor(5))
    audit.record(audit.Verb.READ, "bulletins.bulletinpage:5", actor=Actor(5))
    audit.refuse(audit.Verb.SIGN_IN, "members.person:6", why="password")
    sealing.seal(now=NOW)
    assert list(OwnEvent.objects.values_list("person", "verb", "outcome")) == [
        (5, "session.begin", "done"),
        (6, "session.begin", "refused"),
    ]
