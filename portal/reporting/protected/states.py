"""The life of a protected submission as one table: what leads from where to where, by whom, and what bars it.

RSMo 610.021(19) asks for two written findings before a record is closed, and for a review within ninety days of
submission: retain it, or return or destroy it. docs/protected-states.md is drawn from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.reporting.protected.enums import Actor, Bar, Stage, Verb


@dataclass(frozen=True)
class Step:
    """One arrow of the diagram, and what bars it while it is there."""

    verb: Verb
    sources: frozenset[Stage]
    target: Stage
    actor: Actor
    barred_by: frozenset[Bar] = frozenset()


REQUEST = frozenset({Bar.REQUEST})
BOTH = frozenset({Bar.REQUEST, Bar.HOLD})
UNDETERMINED = frozenset({Stage.RECEIVED, Stage.DEFECT, Stage.REVIEW})
WITHDRAWABLE = UNDETERMINED | {Stage.NOT_CLOSED}
REVIEWABLE = frozenset({Stage.CLOSED, Stage.RETAINED, Stage.OPEN, Stage.WITHDRAWN, Stage.UNPROTECTED})
ENDED = frozenset({Stage.RETURNED, Stage.DESTROYED})
DECIDED = frozenset({Stage.RETURNING, Stage.COLLECTED, Stage.DESTROYING})

STEPS: tuple[Step, ...] = (
    Step(Verb.BEGIN_REVIEW, frozenset({Stage.RECEIVED}), Stage.REVIEW, Actor.DESK),
    Step(Verb.NOTIFY_DEFECT, frozenset({Stage.RECEIVED, Stage.REVIEW}), Stage.DEFECT, Actor.DESK),
    Step(Verb.CURE, frozenset({Stage.DEFECT}), Stage.REVIEW, Actor.SUBMITTER),
    Step(Verb.LAPSE, frozenset({Stage.DEFECT}), Stage.REVIEW, Actor.CLOCK),
    Step(Verb.CLOSE, UNDETERMINED, Stage.CLOSED, Actor.SIGNATORY),
    Step(Verb.REFUSE, UNDETERMINED, Stage.NOT_CLOSED, Actor.SIGNATORY),
    Step(Verb.RESPOND, frozenset({Stage.NOT_CLOSED}), Stage.REVIEW, Actor.SUBMITTER),
    Step(Verb.LEAVE_OPEN, frozenset({Stage.NOT_CLOSED}), Stage.OPEN, Actor.CLOCK),
    Step(Verb.WITHDRAW, WITHDRAWABLE, Stage.WITHDRAWN, Actor.SUBMITTER, REQUEST),
    Step(Verb.RETAIN, frozenset({Stage.CLOSED, Stage.RETAINED}), Stage.RETAINED, Actor.DESK),
    Step(Verb.RETAIN, frozenset({Stage.OPEN}), Stage.OPEN, Actor.DESK),
    Step(Verb.UNPROTECT, frozenset({Stage.WITHDRAWN, Stage.UNPROTECTED}), Stage.UNPROTECTED, Actor.DESK),
    Step(Verb.RETURN, REVIEWABLE, Stage.RETURNING, Actor.DESK, BOTH),
    Step(Verb.DESTROY, REVIEWABLE | {Stage.RETURNING}, Stage.DESTROYING, Actor.DESK, BOTH),
    Step(Verb.COLLECT, frozenset({Stage.RETURNING}), Stage.COLLECTED, Actor.TWO, BOTH),
    Step(Verb.DISPOSE, frozenset({Stage.COLLECTED}), Stage.RETURNED, Actor.TWO, BOTH),
    Step(Verb.DISPOSE, frozenset({Stage.DESTROYING}), Stage.DESTROYED, Actor.TWO, BOTH),
)


class NoSuchStep(Exception):
    """The diagram has no such arrow from there."""


class Barred(Exception):
    """A hold or a pending records request stands against it."""

    def __init__(self, bars: frozenset[Bar]) -> None:
        super().__init__(", ".join(sorted(bars)))
        self.bars = bars


def step(stage: Stage, verb: Verb, *, bars: frozenset[Bar] = frozenset()) -> Step:
    """The arrow that `verb` takes from `stage`. Raises `NoSuchStep` and `Barred`."""
    found = next((one for one in STEPS if one.verb is verb and stage in one.sources), None)
    if found is None:
        raise NoSuchStep
    if found.barred_by & bars:
        raise Barred(found.barred_by & bars)
    return found


def verbs(stage: Stage, *, bars: frozenset[Bar] = frozenset()) -> list[Verb]:
    """What can be done at a stage, in the order of the diagram."""
    return [one.verb for one in STEPS if stage in one.sources and not one.barred_by & bars]
