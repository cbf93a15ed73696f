"""What time does: times that lapse, warnings up the line, and day 90, which is passed by nobody in silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from portal.core import outbox
from portal.members.models import Person
from portal.reporting.models import Holding, HoldingEntry
from portal.reporting.protected import deadlines, later
from portal.reporting.protected.enums import Note, Stage
from tests.reporting.protected.desk.working import (
    add_part,
    anew,
    assign,
    close,
    enter_request,
    notify,
    pass_days,
    refuse,
    retain,
)

pytestmark = pytest.mark.django_db


def warned() -> list[tuple[str, str]]:
    """To whom and with which subject mail goes now."""
    mail.outbox.clear()
    outbox.send_waiting(all_sites=True)
    return [(one.to[0], str(one.subject)) for one in mail.outbox if "has changed" not in str(one.subject)]


def tick() -> None:
    later.take_in()
    for step in (deadlines.lapse, deadlines.warn, deadlines.escalate, deadlines.tell_of_overdue):
        step(timezone.now())


@pytest.fixture
def closed(kept: Holding, signatory: Person, analyst: Person, second: Person, supervisor: Person) -> Holding:
    """Determined in time, and somebody answers for it."""
    close(kept, signatory)
    assign(anew(kept), supervisor, analyst, second)
    warned()
    return anew(kept)


def test_warnings_go_to_the_responsible_then_the_deputy_then_the_supervisor(
    closed: Holding, analyst: Person, second: Person, supervisor: Person, clock: Any
) -> None:
    found = []
    for days in (59, 1, 14, 1, 9, 1):
        pass_days(clock, days)
        tick()
        tick()
        found.append([address for address, _subject in warned()])
    assert found == [[], [analyst.email], [], [second.email], [], [supervisor.email]]


def test_on_day_90_all_of_them_are_told_once_and_the_escalation_stays(
    closed: Holding, analyst: Person, second: Person, supervisor: Person, clock: Any
) -> None:
    pass_days(clock, 90)
    tick()
    assert {address for address, _subject in warned()} == {analyst.email, second.email, supervisor.email}
    pass_days(clock, 40)
    tick()
    assert warned() == []
    assert anew(closed).escalated_at is not None
    assert deadlines.undecided(timezone.now()) == 1
    retain(anew(closed), analyst)
    assert anew(closed).escalated_at is None
    assert deadlines.undecided(timezone.now()) == 0


def test_nobody_who_left_or_belongs_to_the_organisation_is_warned_but_who_comes_next(
    closed: Holding, analyst: Person, second: Person, supervisor: Person, clock: Any
) -> None:
    analyst.groups.clear()
    second.affiliations.create(organisation=closed.report.organisation)
    pass_days(clock, 60)
    tick()
    assert [address for address, _subject in warned()] == [supervisor.email]


def test_a_desk_that_was_down_makes_up_for_the_warnings(
    closed: Holding, analyst: Person, second: Person, clock: Any
) -> None:
    pass_days(clock, 80)
    tick()
    assert [address for address, _subject in warned()] == [analyst.email, second.email]


def test_after_a_retention_the_warnings_come_anew(closed: Holding, analyst: Person, clock: Any) -> None:
    pass_days(clock, 80)
    tick()
    retain(anew(closed), analyst, again_on=timezone.localdate() + timedelta(days=200))
    warned()
    pass_days(clock, 169)
    tick()
    assert warned() == []
    pass_days(clock, 1)
    tick()
    assert [address for address, _subject in warned()] == [analyst.email]


def test_an_overdue_determination_is_told_of_once(kept: Holding, supervisor: Person, clock: Any) -> None:
    pass_days(clock, 5)
    tick()
    assert supervisor.email not in {address for address, _subject in warned()}
    pass_days(clock, 1)
    tick()
    assert (supervisor.email, f"Overdue: determination on {kept.report.number}") in warned()
    tick()
    assert warned() == []
    assert HoldingEntry.objects.filter(note=Note.OVERDUE).count() == 1


def test_a_defect_can_be_cured_on_the_thirtieth_day_and_lapses_after_it(
    kept: Holding, analyst: Person, clock: Any
) -> None:
    notify(kept, analyst)
    pass_days(clock, 30)
    tick()
    assert anew(kept).stage == Stage.DEFECT
    pass_days(clock, 1)
    tick()
    assert anew(kept).stage == Stage.REVIEW


def test_what_waits_to_be_taken_in_does_not_lapse(kept: Holding, signatory: Person, clock: Any) -> None:
    refuse(kept, signatory)
    pass_days(clock, 31)
    add_part(kept.report, "respond", {"words": "In time"})
    deadlines.lapse(timezone.now())
    assert anew(kept).stage == Stage.NOT_CLOSED
    tick()
    assert anew(kept).stage == Stage.REVIEW


def test_a_refused_record_is_open_after_thirty_days_or_at_once_while_a_request_is_pending(
    kept: Holding, signatory: Person, custodian: Person, clock: Any
) -> None:
    refuse(kept, signatory)
    pass_days(clock, 30)
    tick()
    assert anew(kept).stage == Stage.NOT_CLOSED
    enter_request(anew(kept), custodian)
    tick()
    assert anew(kept).stage == Stage.OPEN


def test_one_that_cannot_be_moved_keeps_no_other_waiting(
    kept: Holding, supervisor: Person, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.reporting.protected import telling
    from tests.reporting.protected.desk.working import make_submission, take_in

    take_in(make_submission(files=[]))
    pass_days(clock, 90)
    whole = telling.warn

    def broken(one: Holding, *, step: int) -> int:
        if one.pk == kept.pk:
            raise RuntimeError
        return whole(one, step=step)

    monkeypatch.setattr(telling, "warn", broken)
    assert deadlines.escalate(timezone.now()) == 1
    assert anew(kept).escalated_at is None
    assert deadlines.undecided(timezone.now()) == 2
