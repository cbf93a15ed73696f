"""Taking submissions in: what Front wrote and sealed is hostile, and no fault keeps a clock from running."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.reporting import intake as activity
from portal.reporting.models import Case, Holding, Report
from portal.reporting.protected import intake, later
from portal.reporting.protected.enums import Regime, Stage, Wish
from portal.vault import records
from portal.vocabulary.models import Holiday
from tests.conftest import rolled_back
from tests.reporting.making import make_report
from tests.reporting.protected.desk.working import add_part, anew, make_submission, take_in

pytestmark = pytest.mark.django_db
ANSWERS = st.dictionaries(
    st.sampled_from(["sector", "county", "wish", "claim", "banners", *Regime.values]),
    st.one_of(st.text(max_size=60), st.none(), st.integers(), st.lists(st.text(max_size=5), max_size=3)),
    max_size=8,
)


def test_reports_and_submissions_are_taken_in_apart(clock: Any, desk: None) -> None:
    make_report()
    make_submission()
    assert (activity.take_in_new(), intake.take_in_new()) == (1, 1)
    assert (Case.objects.count(), Holding.objects.count()) == (1, 1)
    assert intake.take_in_new() == 0


@given(said=st.fixed_dictionaries(dict.fromkeys(("matter", "wish", "regimes", "secret"), ANSWERS)))
@hypothesis_settings(max_examples=15)
def test_whatever_was_sealed_it_becomes_a_holding_with_sound_codes(
    desk: None, sealed: Path, said: dict[str, Any]
) -> None:
    with rolled_back():
        found = take_in(make_submission(files=[], **said))
        assert found.wish in {"", *Wish.values}
        assert set(found.regimes) <= set(Regime.values)


@given(found=st.one_of(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=30), st.none(), st.integers()))
def test_markings_are_kept_as_they_came_short_and_few(found: Any) -> None:
    kept = intake._banners({"banners": found})
    assert len(kept) <= intake.MOST_BANNERS
    assert all(text.isprintable() and 0 < len(text) <= intake.LONGEST_BANNER for text in kept)


def test_one_of_which_nothing_opens_has_its_clocks_all_the_same(clock: Any, desk: None, sealed: Path) -> None:
    report = make_submission(files=[])
    report.parts.update(envelope=b"rubbish")
    found = take_in(report)
    assert (found.stage, found.sector, found.submitted_on) == (Stage.RECEIVED, None, date(2026, 3, 5))


def test_a_moment_in_the_future_counts_as_now(clock: Any, desk: None) -> None:
    found = take_in(make_submission(submitted_at=datetime(2031, 1, 1, tzinfo=UTC)))
    assert found.submitted_on == date(2026, 3, 5)
    assert found.dates.submitted_at.date() == date(2026, 3, 5)


def test_holidays_of_the_state_are_no_business_days(clock: Any, desk: None) -> None:
    Holiday.objects.update_or_create(day=date(2026, 3, 9), defaults={"is_closed": True, "name": "A closed day"})
    found = take_in(make_submission())
    assert found.determination_due_at == datetime(2026, 3, 12, 5, tzinfo=UTC)


def test_a_calendar_in_which_nothing_is_ever_open_keeps_no_submission_out(
    clock: Any, desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.vocabulary import calendar

    class Shut(calendar.Calendar):
        def is_business_day(self, day: date) -> bool:
            return False

    monkeypatch.setattr(calendar, "load", Shut)
    found = take_in(make_submission())
    assert found.determination_due_at == datetime(2026, 3, 5, 18, tzinfo=UTC)


def test_without_the_desks_keys_it_waits_and_loses_nothing(desk: None, settings: Any) -> None:
    from tests.conftest import desk_keyring

    report = make_submission()
    settings.PORTAL_KEYRING = desk_keyring().parent / "front"
    with pytest.raises(records.KeyNotHeld):
        intake.take_in_new()
    settings.PORTAL_KEYRING = desk_keyring()
    assert take_in(report).sector is not None


def test_what_comes_after_the_end_is_not_looked_at_any_more(kept: Holding) -> None:
    Holding.objects.update(stage=Stage.DESTROYED)
    add_part(kept.report, "withdraw", {"wish": "destroy"})
    assert later.take_in() == 0
    assert anew(kept).stage == Stage.DESTROYED


def test_very_many_parts_of_one_submission_keep_no_other_waiting(kept: Holding, desk: None) -> None:
    other = take_in(make_submission(files=[]))
    for _part in range(later.MOST_PARTS + 5):
        add_part(kept.report, "respond", {"words": "again"})
    add_part(other.report, "withdraw", {"wish": "return"})
    later.take_in()
    assert anew(other).stage == Stage.WITHDRAWN
    assert later.take_in() == 5


def test_files_that_come_with_a_completion_are_evidence(kept: Holding, analyst: Any) -> None:
    import json

    from portal.reporting import evidence
    from tests.reporting.making import Sent, attach

    row = attach(kept.report, records.new_key(kept.report.record), Sent("newer.jpg"))
    add_part(kept.report, "cure", {"words": "Here", "files": json.dumps([{"uuid": str(row.uuid)}])})
    evidence.take_in_added()
    assert set(kept.evidence.values_list("pk", flat=True)) >= {row.uuid}
    assert Report.objects.protected().count() == 1


def test_the_last_day_falls_into_the_change_of_clocks_and_into_a_weekend(desk: None) -> None:
    import time_machine

    from portal.reporting.protected import clocks

    with time_machine.travel(datetime(2026, 8, 3, 4, 30, tzinfo=UTC), tick=False):  # still Sunday in Missouri
        found = take_in(make_submission())
    assert found.submitted_on == date(2026, 8, 2)
    due = clocks.review_due(found.dates)
    assert due == date(2026, 8, 2) + timedelta(days=90) == date(2026, 10, 31)
    assert due.weekday() == 5
