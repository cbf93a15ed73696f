"""Random walks through all that can be done with a submission, by anybody, on any day, with the real actions.

Whatever happens: no stage outside the diagram, no way around two people or a bar, nobody past the last day without the
escalation, no clock that stops by itself, and nothing that can be read after the destruction. What is done is every
action that there is, and what is read after the destruction is everything that was ever sealed on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from hypothesis import Phase, given, settings as hypothesis_settings, strategies as st

from portal.core import notices
from portal.core.actions import ActionRefused
from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Person
from portal.reporting.enums import FileState, ScheduleClass
from portal.reporting.models import Holding, HoldingEntry, ScheduleEntry, TwoPeopleRequest
from portal.reporting.protected import clocks, deadlines, disposing, later, planners
from portal.reporting.protected.actions.base import HoldingAction
from portal.reporting.protected.desk import queue
from portal.reporting.protected.enums import Actor, Bar, Stage, Verb
from portal.reporting.protected.moving import REVIEWS
from portal.reporting.protected.states import DECIDED, ENDED, STEPS, UNDETERMINED
from portal.vault import records
from tests.conftest import rolled_back
from tests.factories import OrganisationFactory, staff
from tests.reporting.protected.desk import working as does
from tests.reporting.protected.desk.working import anew, disposal_of, make_submission, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]
BEGUN = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
ARROWS = {(source, one.verb): one for one in STEPS for source in one.sources}
ROLES = {
    "analyst": StaffRole.MIAC_ANALYST,
    "second": StaffRole.MIAC_ANALYST,
    "insider": StaffRole.MIAC_ANALYST,
    "supervisor": StaffRole.MIAC_SUPERVISOR,
    "signatory": StaffRole.CLOSURE_SIGNATORY,
    "custodian": StaffRole.RECORDS_CUSTODIAN,
    "planner": StaffRole.PLANNER,
}
DESK: dict[str, Callable[[Holding, Person], Any]] = {
    "review": does.begin,
    "defect": does.notify,
    "close": does.close,
    "refuse": does.refuse,
    "retain": does.retain,
    "unprotect": does.keep_unprotected,
    "return": does.return_it,
    "destroy": does.destroy_it,
    "collect": does.collect,
    "dispose": does.dispose,
    "hold": does.hold,
    "lift": does.lift,
}
# What is done with one of several rows: the newest is taken. With nothing there it is not done.
ROWS: dict[str, Callable[[Any, Person], Any]] = {
    "check": lambda walk, by: does.check_product(walk.kept.products.latest("pk"), by),
    "admit": lambda walk, by: does.admit(walk.kept.planners.latest("pk"), by),
    "dismiss": lambda walk, by: does.dismiss(walk.kept.planners.latest("pk"), by),
    "ask_original": lambda walk, by: does.ask_original(walk.kept.evidence.latest("pk"), by),
    "allow_original": lambda walk, by: does.allow_original(requests_of(walk.kept).latest("pk"), by),
    "take_original": lambda walk, by: does.take_original(requests_of(walk.kept).latest("pk"), by),
}
BESIDE: dict[str, Callable[[Any, Person], Any]] = {
    "message": lambda walk, by: does.write(walk.kept, by),
    "assign": lambda walk, by: does.assign(walk.kept, by, walk.people["analyst"], walk.people["second"]),
    "product": lambda walk, by: does.link_product(walk.kept, by),
    "separate": lambda walk, by: does.separate(walk.kept, by),
    "planner": lambda walk, by: does.name_planner(walk.kept, by, walk.people["planner"]),
}
OTHERS = ("cure", "respond", "withdraw", "alternate", "request", "answer", "wait", "take_role", "give_role")


@dataclass
class Walk:
    """One submission on its way, and what is known of it from outside."""

    people: dict[str, Person]
    kept: Holding
    clock: Any
    sealed: set[tuple[str, str, bytes]]
    due: date = field(default_factory=date.today)
    requests: list[Any] = field(default_factory=list)
    later: set[str] = field(default_factory=set)  # what a Front without its guards would add after the end

    def take(self, name: str, who: str, days: int) -> None:
        before, bars, seen = Stage(self.kept.stage), self.kept.bars(), self._entries()
        self.sealed |= everything_sealed(self.kept) if before not in ENDED else set()
        due_at = self.kept.determination_due_at
        self._do(name, self.people[who], days)
        self.kept = anew(self.kept)
        if self.kept.stage not in ENDED:
            self.sealed |= everything_sealed(self.kept)
        if before in ENDED:
            self.later |= {name for _record, name, _bytes in everything_sealed(self.kept)}
        taken = HoldingEntry.objects.filter(holding=self.kept, pk__gt=seen).exclude(verb="").order_by("pk")
        self._hold_to_the_diagram(before, bars, list(taken))
        self._hold_to_two_people()
        self._hold_to_planners()
        self._hold_to_the_clock(list(taken))
        self._hold_to_the_determination(due_at, list(taken))
        self._hold_to_destruction()

    def _entries(self) -> int:
        newest = HoldingEntry.objects.order_by("pk").last()
        return newest.pk if newest else 0

    def _do(self, name: str, by: Person, days: int) -> None:
        try:
            self._doing(name, days)(by)
        except ActionRefused:
            assert anew(self.kept).stage == self.kept.stage
        except ObjectDoesNotExist:
            assert name in ROWS  # there is no such row yet

    def _doing(self, name: str, days: int) -> Callable[[Person], Any]:
        """What a name of the lists does; who does it is left open."""
        if name in DESK:
            return lambda by: (DESK[name](self.kept, by), disposing.finish_begun(None))
        if name in {**BESIDE, **ROWS}:
            return lambda by: {**BESIDE, **ROWS}[name](self, by)
        wish = ("keep", "return", "destroy")[days % 3]
        others: dict[str, Callable[[Person], Any]] = {
            "take_role": lambda by: self._change_role(by, is_given=False),
            "give_role": lambda by: self._change_role(by, is_given=True),
            "request": lambda by: self._ask_for_records(by, days),
            "answer": lambda by: does.answer(self.requests[-1], by) if self.requests else None,
            "wait": lambda by: self._wait(days),
        }
        return others.get(name, lambda by: does.ask(self.kept, name, wish=wish, alternate=by.email))

    def _ask_for_records(self, by: Person, days: int) -> None:
        self.requests.append(does.enter_request(self.kept, by, number=f"R-{len(self.requests)}-{days}"))

    def _change_role(self, person: Person, *, is_given: bool) -> None:
        """A signatory, an analyst or a planner loses the role between one page and the next, or has it again."""
        if person.name == "supervisor":
            return  # somebody is left who is told of what nobody decided
        group = Group.objects.get(name=ROLES[person.name].value)
        if is_given:
            person.groups.add(group)
        else:
            person.groups.remove(group)

    def _wait(self, days: int) -> None:
        does.pass_days(self.clock, days)
        later.take_in()
        for step in (deadlines.lapse, deadlines.warn, deadlines.escalate, deadlines.tell_of_overdue):
            step(timezone.now())
        planners.end_lost()
        self._hold_to_what_lapses()

    def _hold_to_what_lapses(self) -> None:
        """No time to cure or to respond runs on past its day, and none at all past a pending records request."""
        kept, today = anew(self.kept), timezone.localdate()
        cure, respond = clocks.cure_until(kept.dates), clocks.respond_until(kept.dates)
        assert kept.stage != Stage.DEFECT or (cure is not None and today <= cure)
        assert kept.stage != Stage.NOT_CLOSED or (respond is not None and today <= respond)
        assert kept.stage != Stage.NOT_CLOSED or Bar.REQUEST not in kept.bars()

    def _hold_to_the_diagram(self, before: Stage, bars: frozenset[Bar], taken: list[HoldingEntry]) -> None:
        """Each entry is an arrow from where the one before ended, taken by whom the arrow names, past no bar."""
        stage = before
        for entry in taken:
            arrow = ARROWS[stage, Verb(entry.verb)]
            assert not arrow.barred_by & bars
            assert (entry.by is None) is (arrow.actor in {Actor.SUBMITTER, Actor.CLOCK})
            assert entry.by is None or entry.by.name not in {"insider"}
            if arrow.actor is Actor.SIGNATORY:
                assert entry.by.name == "signatory"
            stage = arrow.target
        assert self.kept.stage == stage

    def _hold_to_two_people(self) -> None:
        if self.kept.stage in ENDED | {Stage.COLLECTED}:
            row = disposal_of(self.kept)
            assert row.proposed_by != (row.approved_by or row.collected_by)
            assert row.basis
            assert row.how != "return" or row.collected_by not in (None, row.proposed_by)
        taken = {entry.verb: entry.by_id for entry in self.kept.entries.exclude(verb="")}
        decided = taken.get(Verb.RETURN) or taken.get(Verb.DESTROY)
        assert all(taken[verb] != decided for verb in (Verb.COLLECT, Verb.DISPOSE) if verb in taken)
        for product in self.kept.products.exclude(checked_at=None):
            assert product.checked_by_id not in (None, product.linked_by_id)
        for asked in requests_of(self.kept).exclude(allowed_at=None):
            assert asked.allowed_by_id not in (None, asked.asked_by_id)
            assert asked.taken_at is None or asked.allowed_at <= asked.taken_at

    def _hold_to_planners(self) -> None:
        """Nobody is a planner by one person, against the submitter's word, at a stage without any, or without role."""
        planner = Person.objects.get(pk=self.people["planner"].pk)
        row = planners.found_for(planner, self.kept)
        for named in self.kept.planners.exclude(approved_at=None):
            assert len({named.named_by_id, named.approved_by_id, named.person_id}) == 3
        if row is not None:
            assert row.approved_at is not None and row.ended_at is None
            assert self.kept.readers == "planners" and self.kept.stage in planners.STAGES
            assert planner.groups.filter(name="Planner").exists()
        if self.kept.stage not in planners.STAGES:
            assert not self.kept.planners.filter(ended_at=None).exists()

    def _hold_to_the_determination(self, before: datetime, taken: list[HoldingEntry]) -> None:
        """Its clock is never put off but by a response, and past its time it is counted until somebody determines."""
        due_at, now = self.kept.determination_due_at, timezone.now()
        assert due_at <= before or any(entry.verb == Verb.RESPOND for entry in taken)
        pending = self.kept.requests.filter(answered_at=None).order_by("due_at").first()
        if self.kept.stage in UNDETERMINED and pending is not None:
            assert due_at <= pending.due_at
        is_late = self.kept.stage in UNDETERMINED and due_at <= now
        assert deadlines.overdue_determinations(now).exists() is is_late
        begun = 1 + self.kept.entries.filter(verb=Verb.RESPOND).count()
        ended = self.kept.clock_ends.filter(clock="determination").count()
        assert ended == begun - (self.kept.stage in UNDETERMINED)

    def _hold_to_the_clock(self, taken: list[HoldingEntry]) -> None:
        """The day of the review moves back for nobody, and away only by a decision; past it there is the escalation."""
        due = clocks.review_due(self.kept.dates)
        assert due <= self.due or any(entry.verb in REVIEWS for entry in taken)
        self.due = due
        is_past = timezone.localdate() >= due and self.kept.stage not in ENDED | DECIDED
        assert deadlines.past_last_day(timezone.now()).exists() is is_past
        if is_past:
            assert any("waits=past" in str(row.url) for row in queue.waiting(self.people["supervisor"]))
            assert notices.of(timezone.now())["protected_past_last_day"]
            deadlines.escalate(timezone.now())
            assert anew(self.kept).escalated_at is not None

    def _hold_to_destruction(self) -> None:
        if self.kept.stage in ENDED:
            for one in self.sealed:
                with pytest.raises(records.KeyDestroyed):
                    records.open_many([one])
            assert disposal_of(self.kept).certificate
            assert {field for _record, field, _bytes in everything_sealed(self.kept)} <= self.later
            assert not self.kept.products.exclude(title="").exists()


def requests_of(kept: Holding) -> Any:
    return TwoPeopleRequest.objects.filter(evidence__holding=kept)


def everything_sealed(kept: Holding) -> set[tuple[str, str, bytes]]:
    """All that is sealed on a submission now: what came, what the desk wrote, and what was asked."""
    report = kept.report
    found = [(part.field, part.envelope) for part in report.parts.all()]
    found += [(row.field, row.envelope) for row in report.messages.all()]
    found += [(row.field, row.details) for row in [*kept.entries.all(), *requests_of(kept)]]
    found += [(row.field, row.reasons) for row in kept.determinations.all()]
    found += [(row.field, row.matter) for row in kept.holds.all()]
    return {(report.record, name, bytes(sealed)) for name, sealed in found if bytes(sealed)}


def begun(clock: Any, *, readers: str = "planners") -> Walk:
    place = OrganisationFactory()
    people = {name: staff(role, name=name) for name, role in ROLES.items()}
    people["insider"].affiliations.create(organisation=place)
    people["planner"].affiliations.create(organisation=OrganisationFactory(kind=OrganisationKind.PUBLIC_AGENCY))
    kept = take_in(make_submission(organisation=place, readers={"readers": readers, "planners": "The county."}))
    kept.evidence.update(state=FileState.CLEAN)
    ScheduleEntry.objects.update_or_create(record_class=ScheduleClass.OPEN, defaults={"authority": "GS-14"})
    return Walk(people, kept, clock, everything_sealed(kept), due=clocks.review_due(kept.dates))


# What is likely to lead on, so that walks get far: a step with whoever may take it.
LIKELY: dict[Stage, list[tuple[str, str]]] = {
    Stage.RECEIVED: [("review", "analyst"), ("close", "signatory"), ("defect", "second"), ("withdraw", "analyst")],
    Stage.DEFECT: [("cure", "analyst"), ("wait", "analyst"), ("close", "signatory")],
    Stage.REVIEW: [("close", "signatory"), ("refuse", "signatory"), ("withdraw", "analyst")],
    Stage.CLOSED: [("retain", "analyst"), ("return", "analyst"), ("destroy", "supervisor")],
    Stage.NOT_CLOSED: [("respond", "analyst"), ("wait", "analyst"), ("withdraw", "analyst")],
    Stage.OPEN: [("retain", "analyst"), ("destroy", "analyst")],
    Stage.WITHDRAWN: [("unprotect", "analyst"), ("return", "second"), ("destroy", "analyst")],
    Stage.RETAINED: [("destroy", "supervisor"), ("return", "analyst"), ("wait", "analyst")],
    Stage.UNPROTECTED: [("destroy", "analyst"), ("wait", "analyst")],
    Stage.RETURNING: [("collect", "second"), ("hold", "custodian"), ("collect", "analyst"), ("destroy", "second")],
    Stage.COLLECTED: [("dispose", "custodian"), ("dispose", "supervisor"), ("request", "custodian")],
    Stage.DESTROYING: [("dispose", "supervisor"), ("dispose", "custodian"), ("hold", "supervisor")],
    Stage.RETURNED: [("wait", "analyst"), ("withdraw", "analyst")],
    Stage.DESTROYED: [("wait", "analyst"), ("close", "signatory")],
}
PLANNING = [("planner", "analyst"), ("admit", "supervisor"), ("dismiss", "second")]
EVERYTHING = [*DESK, *BESIDE, *ROWS, *OTHERS]
# A walk is slow, and says by its draws what was done: it is told as it was found.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
ANYTHING = st.tuples(st.sampled_from(EVERYTHING), st.sampled_from(list(ROLES)))


@given(data=st.data())
@hypothesis_settings(max_examples=15, phases=WITHOUT_SHRINKING)
def test_no_walk_leaves_the_diagram(desk: None, sealed: Path, data: st.DataObject) -> None:
    with rolled_back(), time_machine.travel(BEGUN, tick=False) as clock:
        walk = begun(clock, readers=data.draw(st.sampled_from(["planners", "planners", "analysts"])))
        for _step in range(14):
            likely = st.sampled_from([*LIKELY[Stage(walk.kept.stage)], *PLANNING])
            name, who = data.draw(st.one_of(likely, likely, ANYTHING))
            walk.take(name, who, data.draw(st.integers(0, 50)))


def test_the_walks_do_everything_that_there_is() -> None:
    """Every action on a submission stands in a list above: a new one that is left out fails here."""
    done = {"EnterRequest", "AnswerRequest", "AskOriginal", "DecideOriginal", "TakeOriginal"}
    done |= {"BeginReview", "NotifyDefect", "DetermineClosed", "DetermineNotClosed", "Retain", "KeepUnprotected"}
    done |= {"ReturnIt", "DestroyIt", "Collect", "Dispose", "PlaceHold", "LiftHold", "Assign", "Write", "Separate"}
    done |= {"LinkProduct", "CheckProduct", "NamePlanner", "ApprovePlanner", "EndPlanner"}
    assert {one.__name__ for one in _below(HoldingAction)} <= done
    assert len(done) == len({*DESK, *BESIDE, *ROWS, "request", "answer"})


def _below(kind: type[HoldingAction]) -> Iterator[type[HoldingAction]]:
    for one in kind.__subclasses__():
        if one.__dict__.get("verb"):
            yield one
        yield from _below(one)
