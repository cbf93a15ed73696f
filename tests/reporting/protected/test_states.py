"""The diagram of a protected submission."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from portal.reporting.protected.enums import Actor, Bar, Stage, Verb
from portal.reporting.protected.states import (
    DECIDED,
    ENDED,
    STEPS,
    UNDETERMINED,
    Barred,
    NoSuchStep,
    step,
    verbs,
)

BARS = st.frozensets(st.sampled_from(Bar))


@given(stage=st.sampled_from(Stage), verb=st.sampled_from(Verb), bars=BARS)
def test_what_can_be_done_is_what_the_diagram_shows(stage: Stage, verb: Verb, bars: frozenset[Bar]) -> None:
    try:
        found = step(stage, verb, bars=bars)
    except (NoSuchStep, Barred):
        assert verb not in verbs(stage, bars=bars)
    else:
        assert verb in verbs(stage, bars=bars)
        assert stage in found.sources


@given(walk=st.lists(st.tuples(st.sampled_from(Verb), BARS), max_size=40))
def test_no_walk_ends_a_record_past_two_people_or_past_a_bar(walk: list[tuple[Verb, frozenset[Bar]]]) -> None:
    stage, decided = Stage.RECEIVED, False
    for verb, bars in walk:
        try:
            taken = step(stage, verb, bars=bars)
        except (NoSuchStep, Barred):
            continue
        if taken.target in ENDED:
            assert taken.actor is Actor.TWO
            assert not bars
            assert decided
        decided = taken.target in DECIDED
        stage = taken.target


def test_from_each_stage_there_is_one_arrow_for_a_verb() -> None:
    arrows = [(source, one.verb) for one in STEPS for source in one.sources]
    assert len(arrows) == len(set(arrows))


def test_every_stage_is_reached_and_every_one_that_is_not_an_end_is_left() -> None:
    reached = {Stage.RECEIVED} | {one.target for one in STEPS}
    left = {source for one in STEPS for source in one.sources}
    assert reached == set(Stage)
    assert left == set(Stage) - ENDED


def test_nothing_is_closed_or_refused_but_by_a_signatory() -> None:
    assert {one.actor for one in STEPS if one.target in {Stage.CLOSED, Stage.NOT_CLOSED}} == {Actor.SIGNATORY}


@pytest.mark.parametrize("stage", sorted(UNDETERMINED))
def test_a_submitter_can_withdraw_before_the_determination_unless_a_request_is_pending(stage: Stage) -> None:
    assert step(stage, Verb.WITHDRAW, bars=frozenset({Bar.HOLD})).target is Stage.WITHDRAWN
    with pytest.raises(Barred):
        step(stage, Verb.WITHDRAW, bars=frozenset({Bar.REQUEST}))


def test_after_the_determination_nobody_withdraws() -> None:
    with pytest.raises(NoSuchStep):
        step(Stage.CLOSED, Verb.WITHDRAW)
